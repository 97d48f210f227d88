"""What a check may call wrong: nothing that gold itself shows more often than a stated share of its documents.

A check that rejects gold is wrong, not the gold (science C.0). Every severity and every threshold
goes through this file.
"""

import math
from collections.abc import Iterable, Sequence

from bouture.corpus.document import Document
from bouture.corpus.issue import Severity

HARD = 0.005
"""Share of gold documents that a rejecting finding may touch."""
SOFT = 0.01
"""Share of gold documents that one kind of finding may send to review.

Science C.0 gives 2 % for one check alone. A document meets some eight of them, and eight times 2 %
would send one good document in seven to a person; at 1 % each all of them together send about one
in twenty.
"""


def tolerated(worst: Severity, rate: float) -> Severity:
    """How far a finding may go that a share `rate` of gold documents shows, `worst` at most."""
    if worst is Severity.REJECT and rate > HARD:
        worst = Severity.REVIEW
    if worst is Severity.REVIEW and rate > SOFT:
        worst = Severity.NOTE
    return worst


def share(flags: Iterable[bool]) -> float:
    """Share of true ones; 0 when there is none to ask."""
    known = list(flags)
    return sum(known) / len(known) if known else 0.0


def upper_bound(scores: Sequence[float], alpha: float = SOFT) -> float:
    """The least score that at most a share `alpha` of `scores` exceeds; infinite when there are none."""
    if not scores:
        return math.inf
    ordered = sorted(scores)
    return ordered[len(ordered) - 1 - math.floor(alpha * len(ordered))]


def lower_bound(scores: Sequence[float], alpha: float = SOFT) -> float:
    """The greatest score that at most a share `alpha` of `scores` falls below."""
    return -upper_bound([-score for score in scores], alpha)


def surprise(count: int, total: int, kinds: int) -> float:
    """-log of the add-one smoothed probability of something seen `count` times in `total`.

    `kinds` is the number of different things seen; all unseen ones count as one kind more.
    """
    return math.log((total + kinds + 1) / (count + 1))


def finite(thresholds: dict[str, float]) -> dict[str, float]:
    """The thresholds that exist, for the record: JSON has no infinity."""
    return {name: value for name, value in thresholds.items() if math.isfinite(value)}


def by_id(documents: Iterable[Document]) -> dict[str, Document]:
    """The documents by their ids."""
    return {document.id: document for document in documents}
