"""How far two annotations of the same documents agree: mentions, labels, boundaries, relations, direction.

F1 is used rather than kappa: where nothing says how many places could have been annotated, kappa
tends to F1 (Hripcsak & Rothschild 2005). It is symmetric: swapping the annotations swaps precision
and recall. `a` is taken as reference for those two.
"""

import random
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence

import msgspec
import numpy as np

from bouture.corpus.document import Document
from bouture.corpus.issue import Place
from bouture.errors import InputError
from bouture.evaluate import statistics
from bouture.evaluate.scores import (
    Counts,
    Floats,
    Ints,
    end_to_end_counts,
    mention_counts,
    mention_units,
    ratios,
)
from bouture.review.alignment import Pair, align
from bouture.review.relation_agreement import Linked, link, relation_disagreements

BOOTSTRAP = 2000
"""Resamples of the documents behind each interval."""


class Measure(msgspec.Struct, frozen=True):
    """One agreement figure, all numbers between 0 and 1 except the counts.

    `low` and `high` bound the 95 % percentile interval of `f1`, documents resampled. When neither
    annotation has anything to count, agreement is complete: 1.
    """

    precision: float
    recall: float
    f1: float
    low: float
    high: float
    a: int
    """Units of the first annotation."""
    b: int
    """Units of the second."""


class LabelAgreement(msgspec.Struct, frozen=True):
    """Strict agreement on one entity label."""

    label: str
    strict: Measure


class Confusion(msgspec.Struct, frozen=True):
    """How often the same span has one label in `a` and another in `b`."""

    a: str
    b: str
    times: int


class Disagreement(msgspec.Struct, frozen=True):
    """One thing the annotations do not agree on, and where.

    `kind` is `label` (same span), `boundary` (same label, overlapping spans), `boundary and label`,
    `only in a`, `only in b`, `relation reversed`, `relation only in a`, `relation only in b`.
    """

    kind: str
    place: Place
    a: str = ""
    """What the first annotation says there, e.g. `LIEU: ville de Kiev`."""
    b: str = ""


class Agreement(msgspec.Struct, frozen=True):
    """What two annotations of the same documents have in common; JSON-able."""

    documents: int
    strict: Measure
    """Same span and same label."""
    partial: Measure
    """Labels aside: same span counts 1, an overlapping one 0.5 ("partial" of SemEval-2013, as nervaluate)."""
    boundaries: Measure
    """Same span, labels aside."""
    labels: tuple[LabelAgreement, ...]
    confusions: tuple[Confusion, ...]
    """The most frequent first."""
    relations: Measure
    """Relations between entities that both annotations have: same label and direction."""
    relations_undirected: Measure
    """The same, direction aside. The gap to `relations` is disagreement about direction."""
    relations_end_to_end: Measure
    """All relations; right when label and both ends (label and every mention) are the same."""
    reversed_relations: int
    """Relations that the two annotations state in opposite directions."""
    disagreements: tuple[Disagreement, ...]


def agree(a: Sequence[Document], b: Sequence[Document], *, rng: random.Random) -> Agreement:
    """Compares two annotations of the same documents, in whatever order they come.

    Entities agree when they have a label and at least one whole mention in common (with several
    candidates, the one with most); that is what "relations given the entities" rests on.

    Raises:
        InputError: a document that one side lacks or has twice, or whose text differs.
    """
    pairs = _paired(a, b)
    first, second = [x for x, _ in pairs], [y for _, y in pairs]
    resamples = _resamples(len(pairs), rng)
    aligned = [align(x, y) for x, y in pairs]
    linked = [link(x, y) for x, y in pairs]
    mentions = mention_counts(first, [mention_units(y) for y in second])

    def measure(table: Ints | Floats) -> Measure:
        return _measure(table, resamples)

    return Agreement(
        documents=len(pairs),
        strict=measure(mentions.table.sum(axis=1)),
        partial=measure(np.array([_partial(found) for found in aligned]).reshape(-1, 3)),
        boundaries=measure(_table(_spans(first), _spans(second))),
        labels=_by_label(mentions, measure),
        confusions=_confusions(aligned),
        relations=measure(_table(*_sides(linked, Linked.directed))),
        relations_undirected=measure(_table(*_sides(linked, Linked.undirected))),
        relations_end_to_end=measure(end_to_end_counts(first, second).table.sum(axis=1)),
        reversed_relations=sum(len(found.reversed()) for found in linked),
        disagreements=tuple(_disagreements(pairs, aligned, linked)),
    )


def _paired(a: Sequence[Document], b: Sequence[Document]) -> list[tuple[Document, Document]]:
    """The documents of both sides by id, in the order of `a`."""
    sides = []
    for documents in (a, b):
        known: dict[str, Document] = {}
        for document in documents:
            if document.id in known:
                raise InputError(
                    "annotated twice on the same side",
                    hint="give one file for each annotator, each document once",
                    document=document.id,
                )
            known[document.id] = document
        sides.append(known)
    first, second = sides
    for id in [*first, *second]:
        if id not in first or id not in second:
            side = "first" if id in first else "second"
            raise InputError(
                f"only in the {side} annotation",
                hint="agreement is measured on documents that both have annotated: remove the others",
                document=id,
            )
        if first[id].text != second[id].text:
            raise InputError(
                f"the two texts differ from offset {_first_difference(first[id], second[id])} on",
                hint="both annotators must have worked on the same text, to the character",
                document=id,
            )
    return [(document, second[id]) for id, document in first.items()]


def _first_difference(a: Document, b: Document) -> int:
    pairs = zip(a.text, b.text, strict=False)
    shorter = min(len(a.text), len(b.text))
    return next((i for i, (x, y) in enumerate(pairs) if x != y), shorter)


def _resamples(documents: int, rng: random.Random) -> statistics.Resamples | None:
    if not documents:
        return None
    generator = np.random.default_rng(rng.getrandbits(64))
    return statistics.draw(1, documents, BOOTSTRAP, generator)


def _measure(table: Ints | Floats, resamples: statistics.Resamples | None) -> Measure:
    """The figure from counts of shape (documents, 3): in common, second annotation, first annotation."""
    total = table.sum(axis=0)
    a, b = int(total[2]), int(total[1])
    if resamples is None or not a + b:
        return Measure(1.0, 1.0, 1.0, 1.0, 1.0, a, b)
    precision, recall, f1 = (float(ratio) for ratio in ratios(total))
    drawn = resamples.documents.astype(float) @ table.astype(float)
    replicates = np.where(drawn[:, 1] + drawn[:, 2] > 0, ratios(drawn)[2], np.nan)
    interval = statistics.interval(f1, replicates)
    return Measure(precision, recall, f1, interval.low, interval.high, a, b)


def _table(first: Iterable[Sequence[Hashable]], second: Iterable[Sequence[Hashable]]) -> Ints:
    """Counts by document of multisets of units: in common, second, first."""
    rows = [
        ((Counter(x) & Counter(y)).total(), len(y), len(x))
        for x, y in zip(first, second, strict=True)
    ]
    return np.array(rows, dtype=np.int64).reshape(-1, 3)


def _spans(documents: Sequence[Document]) -> list[list[tuple[int, int]]]:
    return [[(m.start, m.end) for m in document.mentions()] for document in documents]


def _sides(
    linked: Sequence[Linked],
    units: Callable[[Linked], tuple[list[Hashable], list[Hashable]]],
) -> tuple[list[list[Hashable]], list[list[Hashable]]]:
    both = [units(found) for found in linked]
    return [x for x, _ in both], [y for _, y in both]


def _partial(aligned: Sequence[Pair]) -> tuple[float, int, int]:
    in_common = sum(1.0 if p.same_span else 0.5 for p in aligned if p.a and p.b)
    return in_common, sum(p.b is not None for p in aligned), sum(p.a is not None for p in aligned)


def _by_label(counts: Counts, measure: Callable[[Ints], Measure]) -> tuple[LabelAgreement, ...]:
    return tuple(
        LabelAgreement(label, measure(counts.table[:, column]))
        for column, label in enumerate(counts.labels)
    )


def _confusions(aligned: Sequence[Sequence[Pair]]) -> tuple[Confusion, ...]:
    counted = Counter(
        (pair.a.label, pair.b.label)
        for found in aligned
        for pair in found
        if pair.a and pair.b and pair.same_span and not pair.same_label
    )
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Confusion(a, b, times) for (a, b), times in ordered)


def _disagreements(
    pairs: Sequence[tuple[Document, Document]],
    aligned: Sequence[Sequence[Pair]],
    linked: Sequence[Linked],
) -> Iterable[Disagreement]:
    for (document, _), found, relations in zip(pairs, aligned, linked, strict=True):
        for pair in found:
            kind = _kind(pair)
            if kind:
                mentions = [m for m in pair if m is not None]
                place = Place(
                    document=document.id,
                    start=min(m.start for m in mentions),
                    end=max(m.end for m in mentions),
                )
                a, b = (f"{m.label}: {m.text}" if m else "" for m in pair)
                yield Disagreement(kind, place, a, b)
        for kind, relation, a, b in relation_disagreements(relations):
            place = Place(document=document.id, relation=relation)
            yield Disagreement(kind, place, a, b)


def _kind(pair: Pair) -> str:
    if pair.a is None:
        return "only in b"
    if pair.b is None:
        return "only in a"
    if pair.same_span:
        return "" if pair.same_label else "label"
    return "boundary" if pair.same_label else "boundary and label"
