"""Agreement: symmetry, planted changes counted exactly, nervaluate as oracle."""

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bouture.corpus.document import Document, Entity, Relation, Span
from bouture.errors import InputError
from bouture.review.agreement import Agreement, Measure, agree
from bouture.review.alignment import align

TEXT = "Volodymyr Zelensky a reçu Olaf Scholz à Kiev, mercredi, avec le 72e régiment de Kharkiv."
LABELS = ("PERSONNE", "LIEU", "UNITE")


@st.composite
def annotations(draw: st.DrawFn, id: str = "d", flat: bool = False) -> Document:
    """An annotation of TEXT; without nesting, overlap or repeated spans when `flat`."""
    bounds = st.integers(0, len(TEXT) // 4 - 1)
    pairs = draw(st.lists(st.tuples(bounds, bounds), max_size=6, unique=True))
    spans = [Span(4 * min(p), 4 * max(p) + 3) for p in pairs]
    kept: list[Span] = []
    for span in spans:
        if span not in kept and not (flat and any(span.overlaps(other) for other in kept)):
            kept.append(span)
    entities = tuple(
        Entity(f"{id}{i}", draw(st.sampled_from(LABELS)), (s,)) for i, s in enumerate(kept)
    )
    relations: set[Relation] = set()
    if entities:
        ends = st.sampled_from([e.id for e in entities])
        drawn = st.builds(Relation, ends, st.sampled_from(["R", "S"]), ends)
        relations = draw(st.sets(drawn, max_size=4))
    return Document("doc", TEXT, entities, tuple(sorted(relations)))


def measured(a: Document, b: Document) -> Agreement:
    return agree([a], [b], rng=random.Random(1))


def measures(found: Agreement) -> list[Measure]:
    return [
        found.strict,
        found.partial,
        found.boundaries,
        found.relations,
        found.relations_undirected,
        found.relations_end_to_end,
        *(label.strict for label in found.labels),
    ]


@settings(max_examples=50, deadline=None)
@given(annotations("x"), annotations("y"))
def test_swapping_the_annotators_swaps_precision_and_recall_only(a: Document, b: Document) -> None:
    there, back = measured(a, b), measured(b, a)
    for one, other in zip(measures(there), measures(back), strict=True):
        assert one.f1 == pytest.approx(other.f1)
        assert (one.precision, one.recall) == pytest.approx((other.recall, other.precision))
        assert (one.a, one.b) == (other.b, other.a)
        assert (one.low, one.high) == pytest.approx((other.low, other.high))
    assert [(c.a, c.b, c.times) for c in there.confusions] == sorted(
        [(c.b, c.a, c.times) for c in back.confusions], key=lambda c: (-c[2], c[0], c[1])
    )
    assert there.reversed_relations == back.reversed_relations
    assert len(there.disagreements) == len(back.disagreements)


@settings(max_examples=50, deadline=None)
@given(annotations("x"))
def test_identical_annotations_agree_whatever_their_ids(a: Document) -> None:
    names = {e.id: f"other {e.id}" for e in a.entities}
    b = Document(
        a.id,
        a.text,
        tuple(Entity(names[e.id], e.label, e.spans) for e in a.entities[::-1]),
        tuple(Relation(names[r.head], r.label, names[r.tail]) for r in a.relations),
    )
    found = measured(a, b)
    assert {m.f1 for m in measures(found)} == {1.0}
    assert (found.disagreements, found.confusions, found.reversed_relations) == ((), (), 0)


@settings(max_examples=50, deadline=None)
@given(annotations("x"), annotations("y"))
def test_looser_criteria_never_agree_less(a: Document, b: Document) -> None:
    found = measured(a, b)
    assert found.strict.f1 <= found.boundaries.f1 + 1e-9 <= found.partial.f1 + 2e-9
    assert found.relations.f1 <= found.relations_undirected.f1 + 1e-9
    for measure in measures(found):
        assert 0 <= measure.low <= measure.high <= 1


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(annotations("x", flat=True), annotations("y", flat=True)), min_size=1, max_size=3
    )
)
def test_nervaluate_gives_the_same_strict_boundary_and_partial_scores(
    pairs: list[tuple[Document, Document]],
) -> None:
    """Where no mention overlaps two of the other side: there nervaluate depends on order."""
    from nervaluate import Evaluator

    clear = [(a, b) for a, b in pairs if _one_to_one(a, b) and _one_to_one(b, a)]
    if not any(a.entities and b.entities for a, b in clear):
        return
    first = [msgspec.structs.replace(a, id=str(i)) for i, (a, _) in enumerate(clear)]
    second = [msgspec.structs.replace(b, id=str(i)) for i, (_, b) in enumerate(clear)]
    theirs = Evaluator(_dicts(first), _dicts(second), tags=list(LABELS), loader="dict")
    overall = theirs.evaluate()["overall"]
    ours = agree(first, second, rng=random.Random(1))
    for name, measure in (
        ("strict", ours.strict),
        ("exact", ours.boundaries),
        ("partial", ours.partial),
    ):
        expected = overall[name]
        assert measure.precision == pytest.approx(expected.precision)
        assert measure.recall == pytest.approx(expected.recall)
        assert measure.f1 == pytest.approx(expected.f1)


def _one_to_one(a: Document, b: Document) -> bool:
    others = [m.span for m in b.mentions()]
    return all(sum(m.span.overlaps(o) for o in others) <= 1 for m in a.mentions())


def _dicts(documents: list[Document]) -> list[list[dict[str, object]]]:
    return [
        [{"label": m.label, "start": m.start, "end": m.end - 1} for m in d.mentions()]
        for d in documents
    ]


def entity(id: str, label: str, surface: str) -> Entity:
    start = TEXT.index(surface)
    return Entity(id, label, (Span(start, start + len(surface)),))


FULL = Document(
    "d",
    TEXT,
    (
        entity("z", "PERSONNE", "Volodymyr Zelensky"),
        entity("s", "PERSONNE", "Olaf Scholz"),
        entity("k", "LIEU", "Kiev"),
        entity("u", "UNITE", "72e régiment"),
    ),
    (Relation("z", "RENCONTRE", "s"), Relation("s", "SITUE_A", "k"), Relation("z", "SITUE_A", "k")),
)


def test_planted_changes_are_counted_exactly() -> None:
    other = Document(
        "d",
        TEXT,
        (
            entity("z", "PERSONNE", "Zelensky"),
            entity("s", "PERSONNE", "Olaf Scholz"),
            entity("k", "UNITE", "Kiev"),
            entity("h", "LIEU", "Kharkiv"),
        ),
    )
    found = measured(FULL, other)
    assert (found.strict.precision, found.strict.recall) == (0.25, 0.25)
    assert found.boundaries.f1 == 0.5
    assert found.partial.f1 == (1 + 1 + 0.5) / 4
    assert [(c.a, c.b, c.times) for c in found.confusions] == [("LIEU", "UNITE", 1)]
    assert [(d.kind, d.a, d.b) for d in found.disagreements] == [
        ("boundary", "PERSONNE: Volodymyr Zelensky", "PERSONNE: Zelensky"),
        ("label", "LIEU: Kiev", "UNITE: Kiev"),
        ("only in a", "UNITE: 72e régiment", ""),
        ("only in b", "", "LIEU: Kharkiv"),
        ("relation only in a", "Volodymyr Zelensky | RENCONTRE | Olaf Scholz", ""),
        ("relation only in a", "Olaf Scholz | SITUE_A | Kiev", ""),
        ("relation only in a", "Volodymyr Zelensky | SITUE_A | Kiev", ""),
    ]
    place = found.disagreements[0].place
    assert TEXT[place.start : place.end] == "Volodymyr Zelensky"
    supports = {label.label: (label.strict.a, label.strict.b) for label in found.labels}
    assert supports == {"LIEU": (1, 1), "PERSONNE": (2, 2), "UNITE": (1, 1)}


def test_direction_is_told_apart_from_the_rest() -> None:
    turned = msgspec.structs.replace(
        FULL,
        relations=(
            Relation("s", "RENCONTRE", "z"),
            Relation("s", "SITUE_A", "k"),
            Relation("u", "SITUE_A", "k"),
        ),
    )
    found = measured(FULL, turned)
    assert found.relations.f1 == pytest.approx(1 / 3)
    assert found.relations_undirected.f1 == pytest.approx(2 / 3)
    assert found.relations_end_to_end.f1 == pytest.approx(1 / 3)
    assert found.reversed_relations == 1
    assert [d.kind for d in found.disagreements] == [
        "relation reversed",
        "relation only in a",
        "relation only in b",
    ]


def test_relations_are_judged_given_the_entities_that_agree() -> None:
    fewer = msgspec.structs.replace(FULL, entities=FULL.entities[:2], relations=FULL.relations[:1])
    found = measured(FULL, fewer)
    assert (found.relations.f1, found.relations.a, found.relations.b) == (1.0, 1, 1)
    assert found.relations_end_to_end.f1 == pytest.approx(0.5)


def test_coreference_clusters_agree_through_one_common_mention() -> None:
    person = Entity("z", "PERSONNE", (Span(0, 18), Span(10, 18)))
    longer = msgspec.structs.replace(FULL, entities=(person, *FULL.entities[1:]))
    found = measured(FULL, longer)
    assert found.relations.f1 == 1.0
    assert found.relations_end_to_end.f1 == pytest.approx(1 / 3)


def test_intervals_come_from_documents_and_the_seed() -> None:
    a = [msgspec.structs.replace(FULL, id=f"d{i}") for i in range(30)]
    b = [
        msgspec.structs.replace(d, entities=d.entities[: 4 - i % 3], relations=())
        for i, d in enumerate(a)
    ]
    one, same = (agree(a, b, rng=random.Random(5)) for _ in range(2))
    assert one == same
    assert one.strict.low < one.strict.f1 < one.strict.high
    fewer = agree(a[:6], b[:6], rng=random.Random(5)).strict
    assert fewer.high - fewer.low > one.strict.high - one.strict.low
    assert agree(a, b[::-1], rng=random.Random(5)) == one


def test_the_result_is_json() -> None:
    found = agree([FULL], [FULL], rng=random.Random(1))
    assert msgspec.json.decode(msgspec.json.encode(found), type=Agreement) == found
    empty = agree([], [], rng=random.Random(1))
    assert empty.strict.f1 == 1.0 and empty.documents == 0
    assert msgspec.json.decode(msgspec.json.encode(empty), type=Agreement) == empty


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        ([FULL], [], "only in the first"),
        ([], [FULL], "only in the second"),
        ([FULL, FULL], [FULL], "twice"),
        ([FULL], [Document("d", TEXT + "!")], f"differ from offset {len(TEXT)}"),
        ([Document("d", "abc")], [Document("d", "abd")], "differ from offset 2"),
    ],
)
def test_documents_that_cannot_be_compared_are_named(
    a: list[Document], b: list[Document], said: str
) -> None:
    with pytest.raises(InputError, match=said) as caught:
        agree(a, b, rng=random.Random(1))
    assert caught.value.document == "d" and caught.value.hint


@settings(max_examples=50, deadline=None)
@given(annotations("x"), annotations("y"))
def test_every_mention_is_in_exactly_one_pair(a: Document, b: Document) -> None:
    pairs = align(a, b)
    assert sorted(p.a for p in pairs if p.a) == sorted(a.mentions())
    assert sorted(p.b for p in pairs if p.b) == sorted(b.mentions())
