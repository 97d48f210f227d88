"""Facts never break the schema, whatever is added in whatever order."""

from hypothesis import given
from hypothesis import strategies as st

from bouture.corpus.document import Relation
from bouture.corpus.guide_violations import broken_axioms
from bouture.corpus.schema import RelationType, Schema
from bouture.strategies.from_plan.facts import Facts

LABELS = {"a": "P", "b": "P", "c": "Q", "d": "Q"}
NAMES = ("R", "S", "T")


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    pairs = st.frozensets(st.sampled_from([(h, t) for h in "PQ" for t in "PQ"]), min_size=1)
    flags = ("symmetric", "asymmetric", "irreflexive", "reflexive", "transitive", "functional")
    types = {}
    for name in NAMES:
        stated = {flag: draw(st.booleans()) for flag in flags}
        others = st.sampled_from(("", "", *(other for other in NAMES if other != name)))
        excluded = draw(st.frozensets(st.sampled_from([n for n in NAMES if n != name]), max_size=1))
        types[name] = RelationType(
            name, draw(pairs), inverse=draw(others), excludes=excluded, **stated
        )
    return Schema(("P", "Q"), types, hard=True)


ends = st.sampled_from(sorted(LABELS))
attempts = st.lists(st.builds(Relation, ends, st.sampled_from(NAMES), ends), max_size=14)


@given(schemas(), attempts, st.sets(st.sampled_from(NAMES)), st.sets(st.sampled_from(NAMES)))
def test_what_is_stated_obeys_the_schema_and_is_closed(schema, wanted, both_ways, unwanted):
    facts = Facts(schema, LABELS, both_ways, unwanted)
    for relation in wanted:
        before = list(facts.stated)
        if facts.add(relation):
            assert relation in facts.stated
        else:
            assert list(facts.stated) == before
    stated = set(facts.stated)
    for one in stated:
        type = schema.relations[one.label]
        assert one.label not in unwanted
        assert schema.allows(LABELS[one.head], one.label, LABELS[one.tail])
        assert [broken for broken, _, _ in broken_axioms(one, type, stated)] == []
        if type.inverse:
            assert Relation(one.tail, type.inverse, one.head) in stated
        back = Relation(one.tail, one.label, one.head)
        if type.symmetric and one.head != one.tail:
            assert (back in stated) == (one.label in both_ways)


def schema(**types: dict) -> Schema:
    ends = frozenset((h, t) for h in "PQ" for t in "PQ")
    return Schema(("P", "Q"), {n: RelationType(n, ends, **axioms) for n, axioms in types.items()})


def test_transitivity_brings_what_follows():
    facts = Facts(schema(R={"transitive": True}), LABELS)
    assert facts.add(Relation("a", "R", "b")) and facts.add(Relation("c", "R", "d"))
    assert facts.add(Relation("b", "R", "c"))
    assert {(r.head, r.tail) for r in facts.stated} == {
        ("a", "b"), ("c", "d"), ("b", "c"), ("a", "c"), ("a", "d"), ("b", "d"),
    }  # fmt: skip


def test_a_fact_stays_out_with_all_that_follows_from_it():
    facts = Facts(schema(R={"transitive": True, "functional": True}), LABELS)
    assert facts.add(Relation("a", "R", "b"))
    assert not facts.add(Relation("b", "R", "c")), "a would have two tails"
    assert list(facts.stated) == [Relation("a", "R", "b")]


def test_exclusion_holds_whichever_side_states_it():
    facts = Facts(schema(R={"excludes": frozenset(["S"])}, S={}), LABELS)
    assert facts.add(Relation("a", "S", "b")) and not facts.add(Relation("a", "R", "b"))


def test_the_other_side_of_a_stated_fact_could_not_be_false():
    facts = Facts(schema(R={"symmetric": True}, S={"inverse": "S"}, T={}), LABELS)
    for name in "RST":
        assert facts.add(Relation("a", name, "b"))
    turned = {name: facts.could(Relation("b", name, "a")) for name in "RST"}
    assert turned == {"R": False, "S": False, "T": True}
