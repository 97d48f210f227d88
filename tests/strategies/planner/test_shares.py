"""What is lacking, how many calls each strategy has, and from which documents: laws, then examples."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bouture.corpus.document import Document, Entity, Span
from bouture.corpus.schema import Schema
from bouture.strategies.planner.allotment import (
    MOST,
    Bounds,
    Candidate,
    acceptance,
    allot,
    fillable,
    need,
    spread,
)
from bouture.strategies.planner.cells import KINDS, NEGATIVES, Cell, Counting, Numbers
from bouture.strategies.planner.deficits import (
    MOST_NEGATIVE,
    WEIGHTS,
    Deficit,
    Growth,
    deficits,
    negative_share,
    wanted_of,
)
from bouture.strategies.planner.serving import SERVES, Serving, default_mixture, serving_of
from bouture.strategies.planner.sources import MOST_OF_ONE, Sources, holders_of
from bouture.strategies.planning import Job
from documents import corpora

ALL = Serving(KINDS[:4], plans=True)
HELD = Serving(("label", "relation", "edge"), plans=False)
EMPTY = Serving(("no_entity",), plans=True)


def cell(label: str, register: str = "brief", length: str = "short") -> Cell:
    return Cell("label", (label, register, length))


@given(corpora(max_size=3), st.integers(0, 60), st.integers(1, 30))
def test_targets_stand_still_and_deficits_only_shrink(
    gold: list[Document], documents: int, least: int
) -> None:
    counting = Counting(gold, Schema.learn(gold))
    numbers, growth = counting.all(gold), Growth(documents, least)
    before = deficits(counting, numbers, Numbers(), growth)
    after = deficits(counting, numbers, numbers, growth)
    for one, other in zip(before, after, strict=True):
        assert (one.cell, one.target) == (other.cell, other.target)
        assert other.has == 2 * one.has
        assert 0 <= other.lacks <= one.lacks
        assert one.documents <= one.lacks
    labels = Counter(one.cell.parts[0] for one in before if one.cell.kind == "label")
    for label, cells in labels.items():
        targets = [o.target for o in before if o.cell.kind == "label" and o.cell.parts[0] == label]
        assert sum(targets) >= least - 1e-9
        assert min(targets) >= least / cells - 1e-9


def test_tempering_raises_the_rare_and_lowers_the_frequent() -> None:
    often = Document("a", "Kiev " * 90, (Entity("E1", "LIEU", tuple(_spans(90))),))
    rarely = Document("b", "Kiev " * 10, (Entity("E1", "SITE", tuple(_spans(10))),))
    counting = Counting([often, rarely], Schema.learn([often, rarely]))
    found = deficits(counting, counting.all([often, rarely]), Numbers(), Growth(2, 1))
    target = {one.cell.parts[0]: 0.0 for one in found if one.cell.kind == "label"}
    for one in found:
        if one.cell.kind == "label":
            target[one.cell.parts[0]] += one.target if one.gold else 0
    assert sum(target.values()) == pytest.approx(200)  # twice as many documents, twice as much
    assert target["SITE"] / target["LIEU"] == pytest.approx((10 / 90) ** 0.5)


def _spans(n: int) -> list[Span]:
    return [Span(5 * i, 5 * i + 4) for i in range(n)]


def test_weights_turn_gold_into_what_is_lacking() -> None:
    lacking = [
        Deficit(cell("LIEU"), 90, 0, 120.0),
        Deficit(cell("SITE"), 10, 0, 80.0),
        Deficit(cell("NEVER"), 0, 0, 20.0),
        Deficit(Cell("relation", ("DANS", "head", "inside")), 5, 0, 5.0),
    ]
    wanted = wanted_of(lacking)
    assert wanted.label("LIEU") == pytest.approx((30 / 120) / 0.9, abs=1e-4)
    assert wanted.label("SITE") == pytest.approx((70 / 120) / 0.1, abs=1e-4)
    assert wanted.label("NEVER") == WEIGHTS[1]
    assert wanted.relation("DANS") == 1.0  # nothing is lacking: nothing is said
    assert wanted.rule("PER-I1") == 1.0


@given(st.integers(0, 40), st.integers(0, 40), st.integers(1, 40))
def test_negatives_follow_gold_up_to_a_third(empty: int, bare: int, full: int) -> None:
    counts = {Cell("no_entity", ("",)): empty, Cell("no_relation", ("",)): bare}
    gold = Numbers(empty + bare + full, counts)
    shares = [negative_share(gold, kind) for kind in NEGATIVES]
    exact = [n / gold.documents for n in (empty, bare)]
    assert sum(shares) <= MOST_NEGATIVE + 1e-9
    if sum(exact) <= MOST_NEGATIVE:
        assert shares == pytest.approx(exact)
    assert shares[0] * exact[1] == pytest.approx(shares[1] * exact[0])


CANDIDATES = st.lists(
    st.builds(
        Candidate,
        st.uuids().map(str),
        st.sampled_from(
            [ALL, HELD, EMPTY, Serving(("rule",), True), Serving(HELD.kinds, False, True)]
        ),
        st.floats(0.01, 10),
        st.integers(0, 50),
        st.integers(50, 100),
    ),
    min_size=1,
    max_size=6,
)
LACKING = st.lists(
    st.builds(
        Deficit,
        st.builds(cell, st.sampled_from("ABCD"), st.sampled_from("xy")),
        st.integers(0, 9),
        st.just(0),
        st.floats(0, 50),
    ),
    max_size=6,
    unique_by=lambda one: one.cell,
)


@given(
    st.integers(0, 500),
    CANDIDATES,
    LACKING,
    st.floats(0, 0.3),
    st.none() | st.integers(),
    st.lists(st.none() | st.integers(0, 80), min_size=6, max_size=6),
)
def test_all_calls_are_given_and_nobody_has_more_than_half(
    calls: int,
    candidates: list[Candidate],
    lacking: list[Deficit],
    empty: float,
    seed: int | None,
    rooms: list[int | None],
) -> None:
    room = {
        one.name: most
        for one, most in zip(candidates, rooms, strict=False)
        if most is not None and one.serving != EMPTY
    }
    bounds = Bounds({"no_entity": empty}, room)

    def given() -> dict[str, int]:
        rng = None if seed is None else random.Random(seed)
        return allot(calls, candidates, lacking, bounds, rng)

    found = given()
    assert found == given()
    assert set(found) == {one.name for one in candidates}
    assert min(found.values()) >= 0
    assert all(found[name] <= most + 1 for name, most in room.items())
    plain = [one for one in candidates if one.serving != EMPTY]
    free = [one for one in plain if one.name not in room]
    if free or not plain:
        assert sum(found.values()) == calls
    else:
        assert sum(found.values()) <= calls
    if len(free) > 1:
        assert max(found[one.name] for one in plain) <= MOST * calls + 1
    if plain and len(plain) < len(candidates):
        made = sum(found[one.name] for one in candidates if one.serving == EMPTY)
        assert abs(made - empty * calls) <= len(candidates)


def test_negatives_that_several_make_are_not_made_twice_over() -> None:
    both = Serving(("no_entity", "no_relation"), plans=True)
    found = allot(
        100,
        [Candidate("one", EMPTY), Candidate("both", both), Candidate("plain", HELD)],
        [],
        Bounds({"no_entity": 0.1, "no_relation": 0.1}),
    )
    assert found == {"one": 5, "both": 15, "plain": 80}


def test_calls_go_where_something_is_lacking_and_accepted() -> None:
    lacking = [
        Deficit(cell("A"), 5, 0, 25.0),
        Deficit(Cell("rule", ("R-I1", "positive")), 0, 0, 5.0),
    ]
    labels, rules = Serving(("label",), True), Serving(("rule",), True)
    relations = Serving(("relation",), True)
    three = [Candidate("a", labels), Candidate("b", rules), Candidate("c", relations)]
    assert need(labels, lacking) == pytest.approx(20 / 25)
    assert need(rules, lacking) == 1.0
    assert need(relations, lacking) == 0.0
    given = allot(90, three, lacking)
    assert given == {"a": 45, "b": 45, "c": 0}  # 0.8 to 1, then nobody above a half
    good, bad = Candidate("a", labels, 1.0, 80, 100), Candidate("b", labels, 1.0, 10, 100)
    given = allot(100, [good, bad, Candidate("c", labels)], lacking)
    assert given["a"] > given["c"] > given["b"]
    assert acceptance(good) == pytest.approx(87 / 110)


def test_draws_are_near_expectations_and_nearer_the_more_is_known() -> None:
    def width(asked: int) -> float:
        one = Candidate("a", ALL, 1.0, asked // 2, asked)
        drawn = [acceptance(one, random.Random(n)) for n in range(300)]
        assert sum(drawn) / 300 == pytest.approx(acceptance(one), abs=0.03)
        return max(drawn) - min(drawn)

    assert width(1000) < width(100) < width(0)


def test_who_plans_can_fill_what_gold_does_not_hold() -> None:
    lacking = [
        Deficit(cell("A"), 0, 0, 5.0),
        Deficit(cell("B"), 2, 0, 5.0),
        Deficit(cell("C"), 9, 0, 5.0),
    ]
    assert [one.cell.parts[0] for one in fillable(ALL, lacking)] == ["A", "B"]
    assert [one.cell.parts[0] for one in fillable(HELD, lacking)] == ["B"]


def test_what_is_planned_counts_as_made() -> None:
    lacking = [Deficit(cell("A"), 1, 0, 11.0, each=2.0), Deficit(cell("B"), 1, 0, 6.0)]
    assert spread(4, lacking) == {cell("A"): 2, cell("B"): 2}
    assert spread(4, lacking, {cell("A"): {"x": 5}}) == {cell("A"): 0, cell("B"): 4}
    assert sum(spread(400, lacking).values()) == 10


def _corpus(n: int) -> list[Document]:
    spans = (Span(0, 4),)
    return [
        Document(f"d{i:03}", f"Kiev {i}", (Entity("E1", "SITE" if i % 10 == 0 else "LIEU", spans),))
        for i in range(n)
    ]


@pytest.mark.parametrize(("documents", "calls"), [(200, 300), (60, 1000), (7, 100), (1, 9)])
def test_no_document_starts_more_than_two_calls_in_a_hundred(documents: int, calls: int) -> None:
    gold = _corpus(documents)
    counting = Counting(gold, Schema.learn(gold))
    sources = Sources(gold, holders_of(gold, counting), calls, random.Random(1))
    rare = cell("SITE", *counting.place(gold[0]))
    jobs = [sources.job(name, rare) for _ in range(calls // 2) for name in ("a", "b")]
    assert len(set(jobs)) == len(jobs)
    uses = Counter(job.source for job in jobs)
    assert max(uses.values()) <= max(MOST_OF_ONE * calls + 1, -(-calls // documents))
    held = {document.id for document in gold[::10]}
    assert {job.source for job in jobs[: len(held)]} == held  # those that hold it come first
    if documents >= 50:
        assert max(uses.values()) <= -(-2 * calls // 100)


def test_earlier_rounds_count() -> None:
    gold = _corpus(4)
    counting = Counting(gold, Schema.learn(gold))
    sources = Sources(gold, holders_of(gold, counting), 8, random.Random(1))
    for job in (Job("d001", "a", 0), Job("d001", "a", 1), Job("d002", "b", 0), Job("d003", "a", 0)):
        sources.used(job)
    assert sources.job("a") == Job("d000", "a", 0)
    later = [sources.job("a") for _ in range(3)]
    assert Job("d001", "a", 2) not in later[:1]
    assert len({*later}) == 3


def test_serving_is_stated_known_or_that_of_the_source() -> None:
    class Plain: ...

    class Stated:
        serves = ("relation", "nonsense")

    class Narrow:
        serves = ("label", "edge:nested", "edge:long")

    class Raw:
        sources = "raw"

    assert serving_of(Plain) == HELD
    assert serving_of(Plain, "guide_rules") == Serving(("rule",), True)
    assert serving_of(Stated, "guide_rules") == Serving(("relation",), True)
    narrow = serving_of(Narrow)
    assert narrow.kinds == ("label", "edge") and narrow.plans
    fills = [narrow.fills(Cell("edge", (part,))) for part in ("nested", "long", "cue")]
    assert fills == [True, True, False]
    assert narrow.fills(cell("A")) and not narrow.fills(Cell("rule", ("R-I1", "positive")))
    assert serving_of(Raw) == Serving(HELD.kinds, False, True)


def test_the_default_mixture_is_that_of_the_specification() -> None:
    known = [*SERVES, "context_rewriting", "entity_replacement", "closed_annotation"]
    parts = default_mixture(known, ["relations", "guide", "raw"])
    by_family: dict[str, float] = {}
    for part in parts:
        by_family[part.family.en] = by_family.get(part.family.en, 0.0) + part.share
    assert [round(share, 2) for share in by_family.values()] == [0.4, 0.2, 0.15, 0.1, 0.15]
    assert {p.strategy for p in parts} == {*known} - {"attributes"}
    few = default_mixture(["rewrite", "entity_list", "no_entity", "type_flip"], [])
    assert {p.strategy for p in few} == {"rewrite", "entity_list", "no_entity", "type_flip"}
    assert sum(p.share for p in few) == pytest.approx(1, abs=0.01)
    assert default_mixture([], []) == []
