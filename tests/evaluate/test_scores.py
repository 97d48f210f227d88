"""Scores: laws, and the field's own scorers as oracles."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nervaluate import Evaluator
from seqeval.metrics import f1_score, precision_score, recall_score
from seqeval.scheme import IOB2

from bouture.corpus.document import Document, Entity, Relation, Span
from bouture.evaluate.scores import (
    CORRECT,
    GOLD,
    PREDICTED,
    Found,
    end_to_end_counts,
    label_scores,
    macro,
    mention_counts,
    mention_units,
    micro,
    relation_counts,
    score,
    seen_counts,
)

LABELS = ("LIEU", "PERSONNE", "UNITE")

founds = st.builds(
    lambda label, start, length: Found(label, start, start + length),
    st.sampled_from(LABELS),
    st.integers(0, 20),
    st.integers(1, 6),
)
annotations = st.lists(founds, max_size=8, unique=True)
corpora = st.lists(st.tuples(annotations, st.lists(founds, max_size=8)), min_size=1, max_size=5)


def gold_document(id: str, units: list[Found]) -> Document:
    entities = tuple(
        Entity(f"E{i}", unit.label, (Span(unit.start, unit.end),)) for i, unit in enumerate(units)
    )
    return Document(id, "x" * 30, entities)


def counts_of(corpus):
    gold = [gold_document(f"d{i}", units) for i, (units, _) in enumerate(corpus)]
    return mention_counts(gold, [found for _, found in corpus])


@given(st.lists(annotations.filter(bool), min_size=1, max_size=5))
def test_gold_itself_is_perfect(corpus):
    gold = [gold_document(f"d{i}", units) for i, units in enumerate(corpus)]
    counts = mention_counts(gold, [mention_units(document) for document in gold])
    assert score(counts).f1 == score(counts, "macro").f1 == 1.0


@given(st.lists(st.tuples(annotations, annotations), min_size=1, max_size=5))
def test_swapping_gold_and_prediction_swaps_precision_and_recall(corpus):
    forward = score(counts_of(corpus))
    backward = score(counts_of([(found, units) for units, found in corpus]))
    assert (forward.precision, forward.recall) == (backward.recall, backward.precision)
    assert forward.f1 == backward.f1


@given(corpora, st.randoms())
def test_order_of_documents_and_mentions_changes_nothing(corpus, rng):
    shuffled = [(rng.sample(a, len(a)), rng.sample(b, len(b))) for a, b in corpus]
    rng.shuffle(shuffled)
    assert label_scores(counts_of(corpus)) == label_scores(counts_of(shuffled))


@given(corpora)
def test_correct_never_exceeds_predicted_nor_gold(corpus):
    table = counts_of(corpus).table
    assert (table[..., CORRECT] <= np.minimum(table[..., PREDICTED], table[..., GOLD])).all()
    assert table[..., PREDICTED].sum() == sum(len(found) for _, found in corpus)


def test_a_mention_predicted_twice_is_right_once():
    unit = Found("LIEU", 0, 4)
    result = score(counts_of([([unit], [unit, unit])]))
    assert (result.precision, result.recall) == (0.5, 1.0)


def test_labels_without_support_weigh_on_micro_only():
    right, stray = Found("LIEU", 0, 4), Found("UNITE", 5, 9)
    counts = counts_of([([right, Found("PERSONNE", 10, 12)], [right, stray])])
    assert score(counts).precision == 0.5
    # LIEU is perfect, PERSONNE never predicted, UNITE never gold: (1 + 0) / 2
    assert score(counts, "macro").f1 == 0.5
    assert {s.label: s.support for s in label_scores(counts)} == {
        "LIEU": 1,
        "PERSONNE": 1,
        "UNITE": 0,
    }


def test_nothing_to_find_and_nothing_found_scores_zero():
    assert score(counts_of([([], [])])).f1 == 0.0


def bio(rng: random.Random, length: int) -> list[str]:
    """A valid IOB2 sequence."""
    tags: list[str] = []
    while len(tags) < length:
        if rng.random() < 0.5:
            tags.append("O")
            continue
        label = rng.choice(LABELS)
        run = rng.randint(1, 3)
        tags += [f"B-{label}"] + [f"I-{label}"] * (run - 1)
    return tags[:length]


def spans_of(tags: list[str]) -> list[Found]:
    found, start = [], None
    for i, tag in enumerate([*tags, "O"]):
        if start is not None and not tag.startswith("I-"):
            found.append(Found(tags[start][2:], start, i))
            start = None
        if tag.startswith("B-"):
            start = i
    return found


def mutated(tags: list[str], rng: random.Random) -> list[str]:
    return tags if rng.random() < 0.3 else bio(rng, len(tags))


@pytest.mark.parametrize("seed", range(15))
def test_flat_mentions_agree_with_seqeval_and_nervaluate(seed):
    rng = random.Random(seed)
    gold = [bio(rng, 20) for _ in range(12)]
    # The same sequences in other places, so that exact, partial and wrong ones all occur.
    found = [mutated(tags, rng) for tags in gold]
    counts = counts_of([(spans_of(g), spans_of(f)) for g, f in zip(gold, found, strict=True)])
    ours = score(counts)
    settings = {"mode": "strict", "scheme": IOB2}
    assert ours.precision == pytest.approx(precision_score(gold, found, **settings))
    assert ours.recall == pytest.approx(recall_score(gold, found, **settings))
    assert ours.f1 == pytest.approx(f1_score(gold, found, **settings))
    by_label = f1_score(gold, found, average=None, **settings)
    assert [s.score.f1 for s in label_scores(counts)] == pytest.approx(list(by_label))
    assert score(counts, "macro").f1 == pytest.approx(
        f1_score(gold, found, average="macro", **settings)
    )

    def theirs(sequences):
        return [
            [{"label": s.label, "start": s.start, "end": s.end - 1} for s in spans_of(tags)]
            for tags in sequences
        ]

    strict = Evaluator(theirs(gold), theirs(found), tags=list(LABELS), loader="dict").evaluate()
    assert ours.f1 == pytest.approx(strict["overall"]["strict"].f1)


def test_relations_count_direction_label_and_loops():
    entities = tuple(Entity(f"E{i}", "PERSONNE", (Span(i, i + 1),)) for i in range(3))
    relations = (Relation("E0", "VOIT", "E1"), Relation("E2", "FEMME", "E2"))
    document = Document("d", "abc", entities, relations)
    found = [Relation("E1", "VOIT", "E0"), Relation("E2", "FEMME", "E2")]
    counts = relation_counts([document], [found], labels=["AUTRE"])
    assert counts.labels == ("AUTRE", "FEMME", "VOIT")
    assert {s.label: s.score.f1 for s in label_scores(counts)} == {"FEMME": 1.0, "VOIT": 0.0}
    assert score(counts).f1 == 0.5


def test_end_to_end_asks_for_the_label_and_every_mention_of_both_ends():
    def document(spans, label="PERSONNE"):
        ends = (Entity("a", label, spans), Entity("b", "LIEU", (Span(8, 9),)))
        return Document("d", "x" * 10, ends, (Relation("a", "VIT_A", "b"),))

    gold = document((Span(0, 2), Span(4, 5)))
    for spans, label, right in (
        ((Span(4, 5), Span(0, 2)), "PERSONNE", 1.0),
        ((Span(0, 2),), "PERSONNE", 0.0),
        ((Span(0, 2), Span(4, 5)), "UNITE", 0.0),
    ):
        assert score(end_to_end_counts([gold], [document(spans, label)])).f1 == right


def test_recall_is_split_by_what_training_gold_has():
    document = Document(
        "d",
        "Kyiv et Kyiv et Lviv",
        (
            Entity("E0", "LIEU", (Span(0, 4), Span(8, 12))),
            Entity("E1", "LIEU", (Span(16, 20),)),
        ),
    )
    found = [Found("LIEU", 0, 4), Found("LIEU", 16, 20)]
    assert seen_counts([document], [found], frozenset({("kyiv", "LIEU")})) == (1, 2, 1, 1)


def test_averages_of_one_label_are_its_ratios():
    table = np.array([[[3, 4, 6]]])
    assert [float(x[0]) for x in micro(table)] == [float(x[0]) for x in macro(table)]
