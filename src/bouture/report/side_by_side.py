"""New documents beside the document they were made from: a few, chosen so that each strategy and each fate is seen."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bouture.augment.outcome import Outcome, Status
from bouture.checks.provenance import is_new_text
from bouture.corpus.document import Document
from bouture.report.annotated import Annotated, annotated, changed
from bouture.report.reasons import cut

MOST = 12
"""Pairs shown."""
_ORDER = (Status.ACCEPTED, Status.REPAIRED, Status.REVIEW, Status.REJECTED)


class Pair(NamedTuple):
    """A new document and its source, or the example it was shown."""

    strategy: str
    status: str
    model: str
    source: Annotated | None
    is_example: bool
    """Whether `source` was only shown: nothing of its text is in the new document."""
    new: Annotated
    issues: tuple[tuple[str, str, str], ...]
    """(severity, code, message)."""
    answer: str


def pairs(
    outcomes: Sequence[Outcome],
    train: Sequence[Document],
    classes: Mapping[str, str],
    language: str,
) -> list[Pair]:
    """At most twelve pairs, by strategy, then by status."""
    sources = {document.id: document for document in train}
    return [_pair(outcome, sources, classes, language) for outcome in chosen(outcomes)]


def chosen(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """One outcome of each strategy and status in turn, until there are twelve; always the same ones.

    Within a strategy and status those with about six relations and many mentions come first: they show
    much and can still be read.
    """
    groups: dict[tuple[str, Status], list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.document is not None and outcome.status in _ORDER:
            groups.setdefault((outcome.strategy, outcome.status), []).append(outcome)
    strategies = list(dict.fromkeys(outcome.strategy for outcome in outcomes))
    order = sorted(groups, key=lambda key: (_ORDER.index(key[1]), strategies.index(key[0])))
    for group in groups.values():
        group.sort(key=_richness)
    taken: list[Outcome] = []
    turn = 0
    while len(taken) < MOST and any(turn < len(group) for group in groups.values()):
        for key in order:
            if turn < len(groups[key]) and len(taken) < MOST:
                taken.append(groups[key][turn])
        turn += 1
    return sorted(
        taken, key=lambda o: (strategies.index(o.strategy), _ORDER.index(o.status), o.job, o.index)
    )


def _richness(outcome: Outcome) -> tuple[int, str, int]:
    document = outcome.document
    assert document is not None
    shown = min(len(document.entities), 10) - 3 * abs(len(document.relations) - 6)
    return -shown, outcome.job, outcome.index


def _pair(
    outcome: Outcome,
    sources: Mapping[str, Document],
    classes: Mapping[str, str],
    language: str,
) -> Pair:
    made = outcome.document
    assert made is not None
    source, is_example = _beside(outcome, made, sources)
    lost, new = changed(source.text, made.text) if source and not is_example else ((), ())
    models = [exchange.model for exchange in outcome.exchanges if exchange.model]
    return Pair(
        strategy=outcome.strategy,
        status=outcome.status.value,
        model=models[-1] if models else "",
        source=annotated(source, classes, lost) if source else None,
        is_example=is_example,
        new=annotated(made, classes, new),
        issues=tuple((i.severity.value, i.code, i.text(language)) for i in outcome.issues),
        answer=cut(outcome.answer),
    )


def _beside(
    outcome: Outcome, made: Document, sources: Mapping[str, Document]
) -> tuple[Document | None, bool]:
    """The document to show beside a new one, and whether it was merely an example for it."""
    origin = made.origin
    behind = origin.sources if origin is not None else ()
    if len(behind) == 1 and not is_new_text(made):
        return sources.get(behind[0]), False
    return sources.get(outcome.source), is_new_text(made)
