"""What a check may call wrong: nothing that gold itself shows more often than a stated share of its documents.

A check that rejects gold is wrong, not the gold (science C.0). Every severity and every threshold
goes through this file.
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bouture.corpus.issue import Severity

HARD = 0.005
"""Share of gold documents that a rejecting finding may touch."""
SOFT = 0.01
"""Share of gold documents that one kind of finding may send to review.

Science C.0 gives 2 % for one check alone. A document meets some eight of them, and eight times 2 %
would send one good document in seven to a person; at 1 % each, all of them together send about one
in twenty.
"""


class Rate(NamedTuple):
    """How many gold documents show a finding, among how many."""

    times: int
    total: int

    @property
    def share(self) -> float:
        """Between 0 and 1; 0 when there is no gold."""
        return self.times / self.total if self.total else 0.0


def rate(flags: Iterable[bool]) -> Rate:
    """The rate of true ones."""
    known = list(flags)
    return Rate(sum(known), len(known))


def tolerated(worst: Severity, rate: Rate) -> Severity:
    """How far a finding may go that gold shows at this rate, `worst` at most.

    What gold shows at all is rejected only when even one more case would leave its rate within
    `HARD`: one case in 250 documents is no proof that it is rarer than 1 in 200.
    """
    if worst is Severity.REJECT and rate.times and rate.times + 1 > HARD * (rate.total + 1):
        worst = Severity.REVIEW
    if worst is Severity.REVIEW and rate.share > SOFT:
        worst = Severity.NOTE
    return worst


def upper_bound(scores: Sequence[float], alpha: float = SOFT) -> float:
    """The least score that at most a share `alpha` of `scores` exceeds; infinite when there are none."""
    if not scores:
        return math.inf
    ordered = sorted(scores)
    return ordered[len(ordered) - 1 - math.floor(alpha * len(ordered))]


def lower_bound(scores: Sequence[float], alpha: float = SOFT) -> float:
    """The greatest score that at most a share `alpha` of `scores` falls below; -infinite for none."""
    return -upper_bound([-score for score in scores], alpha)


def surprise(count: int, total: int, kinds: int) -> float:
    """-log of the add-one smoothed probability of something seen `count` times in `total`.

    `kinds` is the number of different things seen; all unseen ones together count as one more.
    """
    return math.log((total + kinds + 1) / (count + 1))


def finite(thresholds: dict[str, float]) -> dict[str, float]:
    """The thresholds that exist, for the record: JSON has no infinity."""
    return {name: value for name, value in thresholds.items() if math.isfinite(value)}
