"""Exact precision, recall and F1 of mentions and relations, kept as counts by document so that resampling is arithmetic.

A unit is right when it is the same as a gold unit, entirely: `(document, label, start, end)` for a
mention ("strict" of SemEval-2013 and seqeval), `(document, head, label, tail)` for a relation.
Units are matched as multisets: a mention predicted twice is right once. Nesting and overlap need no
special case. Oracles in the tests: seqeval (strict, flat) and nervaluate.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

from bouture.corpus.document import Document, Relation

Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]

CORRECT, PREDICTED, GOLD = 0, 1, 2
"""Last axis of a table of counts."""


class Found(NamedTuple):
    """A labelled stretch of text, as a learner predicts it; offsets are code points, half-open."""

    label: str
    start: int
    end: int


class Counts(NamedTuple):
    """How many units were right, predicted and gold, by document and label.

    `table` has the shape (documents, labels, 3), the last axis being correct, predicted, gold.
    """

    documents: tuple[str, ...]
    labels: tuple[str, ...]
    table: Ints


class Score(msgspec.Struct, frozen=True):
    """Precision, recall and F1, each between 0 and 1."""

    precision: float
    recall: float
    f1: float


class LabelScore(msgspec.Struct, frozen=True):
    """The score of one label and how many gold units it rests on."""

    label: str
    score: Score
    support: int


def mention_units(document: Document) -> list[Found]:
    """Every mention of every entity as a unit."""
    return [Found(mention.label, mention.start, mention.end) for mention in document.mentions()]


def mention_counts(
    gold: Sequence[Document], predicted: Sequence[Iterable[Found]], labels: Iterable[str] = ()
) -> Counts:
    """Counts of mentions, `predicted[i]` being what was found in `gold[i]`.

    `labels` fixes the label axis (more labels are added when they occur); it lets the counts of
    several learners be compared cell by cell.
    """
    units = [[(found.label, tuple(found)) for found in findings] for findings in predicted]
    expected = [[(unit.label, tuple(unit)) for unit in mention_units(d)] for d in gold]
    return _count(tuple(d.id for d in gold), expected, units, labels)


def relation_counts(
    gold: Sequence[Document], predicted: Sequence[Iterable[Relation]], labels: Iterable[str] = ()
) -> Counts:
    """Counts of relations between the gold entities, `predicted[i]` holding ids of `gold[i]`."""
    units = [[(r.label, (r.head, r.label, r.tail)) for r in found] for found in predicted]
    expected = [[(r.label, (r.head, r.label, r.tail)) for r in d.relations] for d in gold]
    return _count(tuple(d.id for d in gold), expected, units, labels)


def end_to_end_counts(
    gold: Sequence[Document], predicted: Sequence[Document], labels: Iterable[str] = ()
) -> Counts:
    """Counts of relations when the entities are predicted too, strict.

    A relation is right when its label is, and both its ends have the label and exactly the mentions
    of the gold ends ("strict" of Taillé et al. 2020). Never mix these figures with those of
    `relation_counts`, which are given the gold entities.
    """
    expected = [_described_relations(document) for document in gold]
    units = [_described_relations(document) for document in predicted]
    return _count(tuple(d.id for d in gold), expected, units, labels)


def _described_relations(document: Document) -> list[tuple[str, Any]]:
    ends = {e.id: (e.label, tuple(sorted(e.spans))) for e in document.entities}
    return [(r.label, (ends[r.head], r.label, ends[r.tail])) for r in document.relations]


def _count(
    documents: tuple[str, ...],
    expected: Sequence[Sequence[tuple[str, Any]]],
    found: Sequence[Sequence[tuple[str, Any]]],
    labels: Iterable[str],
) -> Counts:
    occurring = {label for side in (expected, found) for units in side for label, _ in units}
    axis = tuple(sorted(occurring | set(labels)))
    column: Mapping[str, int] = {label: index for index, label in enumerate(axis)}
    table = np.zeros((len(documents), len(axis), 3), dtype=np.int64)
    for row, (right, guessed) in enumerate(zip(expected, found, strict=True)):
        want, got = Counter(right), Counter(guessed)
        for kind, units in ((CORRECT, want & got), (PREDICTED, got), (GOLD, want)):
            for (label, _), times in units.items():
                table[row, column[label], kind] += times
    return Counts(documents, axis, table)


def ratios(counts: npt.NDArray[Any]) -> tuple[Floats, Floats, Floats]:
    """Precision, recall and F1 over the last axis (correct, predicted, gold), of any shape.

    A ratio of nothing to nothing is 0, as in seqeval: no unit found and none to find earns nothing.
    """
    correct, predicted, gold = counts[..., CORRECT], counts[..., PREDICTED], counts[..., GOLD]
    return (
        _divide(correct, predicted),
        _divide(correct, gold),
        _divide(2.0 * correct, predicted + gold),
    )


def _divide(above: npt.NDArray[Any], below: npt.NDArray[Any]) -> Floats:
    zero = np.zeros(np.broadcast(above, below).shape)
    return np.asarray(np.divide(above, below, out=zero, where=below > 0), dtype=np.float64)


def micro(by_label: npt.NDArray[Any]) -> tuple[Floats, Floats, Floats]:
    """Micro-averaged precision, recall and F1 of counts of shape (..., labels, 3).

    All units weigh the same. A label that is predicted but never gold counts against precision.
    """
    return ratios(by_label.sum(axis=-2))


def macro(by_label: npt.NDArray[Any]) -> tuple[Floats, Floats, Floats]:
    """Macro-averaged precision, recall and F1 of counts of shape (..., labels, 3).

    The mean over the labels that have gold support in these counts. A supported label that is
    never predicted scores 0. A label without gold support is left out, even when it is predicted:
    it has no recall, and it already lowers micro precision. F1 is the mean of the labels' F1, not
    the F1 of the two means (Opitz & Burst 2019).
    """
    supported = by_label[..., GOLD] > 0
    number = supported.sum(axis=-1)
    precision, recall, f1 = (
        _divide((ratio * supported).sum(axis=-1), number) for ratio in ratios(by_label)
    )
    return precision, recall, f1


AVERAGES = {"micro": micro, "macro": macro}


def score(counts: Counts, average: str = "micro") -> Score:
    """The score over all documents; `average` is `micro` or `macro` (see those functions)."""
    return Score(*(float(ratio) for ratio in AVERAGES[average](counts.table.sum(axis=0))))


def label_scores(counts: Counts) -> list[LabelScore]:
    """The score of each label that is gold or predicted somewhere, in alphabetical order."""
    totals = counts.table.sum(axis=0)
    return [
        LabelScore(label, Score(*(float(r) for r in ratios(total))), int(total[GOLD]))
        for label, total in zip(counts.labels, totals, strict=True)
        if total.any()
    ]


class SeenCounts(NamedTuple):
    """Gold mentions of the test documents found and to be found, by whether training gold has them."""

    seen_found: int
    seen: int
    unseen_found: int
    unseen: int


def seen_counts(
    gold: Sequence[Document],
    predicted: Sequence[Iterable[Found]],
    known: frozenset[tuple[str, str]],
) -> SeenCounts:
    """Recall split by whether (case-folded surface, label) is in `known`, the training gold's.

    Augmentation is supposed to raise recall on the unseen.
    """
    tally = {True: [0, 0], False: [0, 0]}
    for document, findings in zip(gold, predicted, strict=True):
        remaining = Counter(findings)
        for unit in mention_units(document):
            surface = document.text[unit.start : unit.end].casefold()
            cell = tally[(surface, unit.label) in known]
            cell[1] += 1
            if remaining[unit] > 0:
                remaining[unit] -= 1
                cell[0] += 1
    return SeenCounts(*tally[True], *tally[False])


def known_surfaces(documents: Iterable[Document]) -> frozenset[tuple[str, str]]:
    """Every (case-folded surface, label) of the mentions of these documents."""
    return frozenset((m.text.casefold(), m.label) for d in documents for m in d.mentions())
