"""The detection matrix: for each kind of error put into good documents, which checks see how much of it (science C.0)."""

import random
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from bouture.checks.calibration import Rate
from bouture.checks.check import Check
from bouture.checks.mutations import MUTATIONS, Materials
from bouture.corpus.document import Document
from bouture.corpus.issue import Issue, Severity

FOUND = (Severity.REVIEW, Severity.REJECT)


class Detection(NamedTuple):
    """What happened to the documents with one kind of error."""

    error: str
    documents: int
    caught: Rate
    """By any check: sent to review or rejected."""
    by_check: dict[str, Rate]
    """By each check that caught any."""


def detection_matrix(
    checks: Sequence[Check], documents: Sequence[Document], materials: Materials, seed: int = 13
) -> list[Detection]:
    """Puts each kind of error into each document, once, and asks every check.

    `documents` are gold documents; to know what the checks would see in new ones, they must not
    be among those the checks were calibrated on, except for errors of rewriting, which are judged
    only for documents whose source is among them.
    """
    matrix = []
    for error, mutate in MUTATIONS.items():
        rng = random.Random(f"{seed} {error}")
        mutated = [made for d in documents if (made := mutate(d, rng, materials)) is not None]
        matrix.append(_detection(error, checks, mutated))
    return matrix


def false_alarms(checks: Sequence[Check], documents: Sequence[Document]) -> Detection:
    """The same for documents without any error put in: what is caught is a false alarm."""
    return _detection("none", checks, documents)


def caught(issues: Sequence[Issue]) -> bool:
    """Whether a document with these issues goes to review or is rejected."""
    return any(issue.severity in FOUND for issue in issues)


def _detection(error: str, checks: Sequence[Check], documents: Sequence[Document]) -> Detection:
    seen: Counter[str] = Counter()
    times = 0
    for document in documents:
        names = [check.name for check in checks if caught(check(document))]
        seen.update(names)
        times += bool(names)
    total = len(documents)
    by_check = {check.name: Rate(seen[check.name], total) for check in checks if seen[check.name]}
    return Detection(error, total, Rate(times, total), by_check)
