"""Why documents were rejected, sent to review or repaired: reason codes with real examples."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from bouture.augment.outcome import Outcome
from bouture.corpus.issue import SEVERITIES, Issue, Severity
from bouture.report.codes import TITLES

EXAMPLES = 3
"""Real examples shown of each code."""
_LONGEST = 700
"""Characters shown of a raw answer or of one piece of evidence."""

_FAMILIES = {
    "M": "family.reading",
    "F": "family.fidelity",
    "S": "family.schema",
    "L": "family.completeness",
    "L8": "family.fidelity",
    "N": "family.language",
    "D": "family.copies",
    "T": "family.plausibility",
    "B": "family.balance",
    "P": "family.declined",
    "R": "family.asking",
    "V": "family.file",
    "G": "family.guide",
}


class Example(NamedTuple):
    """One document that a code was found in."""

    job: str
    source: str
    status: str
    strategy: str
    message: str
    excerpt: str
    """What the model answered, cut."""
    evidence: tuple[tuple[str, str], ...]


class Reason(NamedTuple):
    """One reason code."""

    code: str
    family: str
    """Key of its wording."""
    title: str
    """What the code stands for; empty for one of another package."""
    severity: str
    """The worst it was found with."""
    documents: int
    rejected: int
    means: str
    """The message of the first finding."""
    examples: tuple[Example, ...]


def reasons(
    outcomes: Sequence[Outcome],
    counts: Mapping[str, int],
    rejections: Mapping[str, int],
    language: str,
) -> list[Reason]:
    """One entry a code, the worst first, then the most frequent.

    Args:
        outcomes: where examples are taken from.
        counts: reason code -> documents that carry it, from the summary.
        rejections: reason code -> documents rejected for it, from the summary.
        language: `fr` or `en`.
    """
    found: dict[str, list[tuple[Outcome, Issue]]] = {}
    for outcome in outcomes:
        for issue in outcome.issues:
            found.setdefault(issue.code, []).append((outcome, issue))
    made = [
        _reason(code, number, rejections.get(code, 0), found.get(code, []), language)
        for code, number in counts.items()
    ]
    order = [severity.value for severity in reversed(SEVERITIES)]
    return sorted(made, key=lambda r: (order.index(r.severity), -r.documents, r.code))


def _reason(
    code: str,
    documents: int,
    rejected: int,
    found: Sequence[tuple[Outcome, Issue]],
    language: str,
) -> Reason:
    severity = max((i.severity for _, i in found), key=SEVERITIES.index, default=Severity.NOTE)
    worst_first = sorted(found, key=lambda pair: -SEVERITIES.index(pair[1].severity))
    return Reason(
        code=code,
        family=_FAMILIES.get(code) or _FAMILIES.get(code[:1], "family.other"),
        severity=severity.value,
        documents=documents,
        rejected=rejected,
        title=_title(code, language),
        means=worst_first[0][1].text(language) if worst_first else "",
        examples=tuple(_example(o, i, language) for o, i in _one_each(worst_first)),
    )


def _title(code: str, language: str) -> str:
    title = TITLES.get(code)
    return "" if title is None else title.fr if language == "fr" else title.en


def _evidence(issue: Issue, language: str) -> tuple[tuple[str, str], ...]:
    """What the message does not say already."""
    message = issue.text(language)
    said = ((name, cut(_said(value))) for name, value in issue.evidence.items())
    return tuple((n, v) for n, v in said if v and v not in message and not n.endswith("_fr"))


def _one_each(found: Iterable[tuple[Outcome, Issue]]) -> list[tuple[Outcome, Issue]]:
    """The first examples, each from another job."""
    chosen: dict[str, tuple[Outcome, Issue]] = {}
    for outcome, issue in found:
        chosen.setdefault(outcome.job, (outcome, issue))
    return list(chosen.values())[:EXAMPLES]


def _example(outcome: Outcome, issue: Issue, language: str) -> Example:
    return Example(
        job=outcome.job,
        source=outcome.source,
        status=outcome.status.value,
        strategy=outcome.strategy,
        message=issue.text(language),
        excerpt=cut(outcome.answer),
        evidence=_evidence(issue, language),
    )


def _said(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def cut(text: str) -> str:
    """At most 700 characters of a text."""
    return text if len(text) <= _LONGEST else text[:_LONGEST].rstrip() + " […]"
