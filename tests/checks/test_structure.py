"""F2, F3, S1, S2, S3 and the coded rules: one planted error each, and what must stay silent."""

import msgspec
import pytest

from bouture.checks.check import Reference
from bouture.checks.fidelity import Fidelity
from bouture.checks.offsets import Offsets
from bouture.checks.relation_axioms import RelationAxioms
from bouture.checks.relation_ends import RelationEnds
from bouture.checks.rules import Rules
from bouture.checks.schema_labels import SchemaLabels
from bouture.corpus.document import Document, Entity, Relation, Span
from bouture.corpus.guide_reader import parse_guide
from bouture.corpus.issue import Severity
from bouture.corpus.schema import RelationType, Schema
from checks.makers import asked, doc, local, reference

GOLD = [
    doc(f"g{i}", "Le [72e régiment|UNITE] quitte la ville de [Kiev|LIEU] ce matin.", "e1 QUITTE e2")
    for i in range(120)
]


def with_spans(*spans: tuple[int, int], text: str = GOLD[0].text) -> Document:
    entities = tuple(Entity(f"e{i}", "LIEU", (Span(*s),)) for i, s in enumerate(spans))
    return Document("new", text, entities)


@pytest.mark.parametrize(
    ("spans", "problem"),
    [
        ([(3, 14), (7, 20)], "crossing"),
        ([(4, 15)], "inside a word"),
        ([(2, 15)], "untrimmed"),
    ],
)
def test_an_offset_flaw_that_gold_never_shows_is_rejected(
    spans: list[tuple[int, int]], problem: str
) -> None:
    issues = Offsets(reference(GOLD), Offsets.Options())(with_spans(*spans))
    assert problem in [i.evidence["problem"] for i in issues]
    found = next(i for i in issues if i.evidence["problem"] == problem)
    assert (found.code, found.severity) == ("F2", Severity.REJECT)


def test_a_mention_over_two_sentences_is_only_noted() -> None:
    made = with_spans((3, 25), text="Le front recule. La ville tient toujours.")
    issues = Offsets(reference(GOLD), Offsets.Options())(made)
    assert [(i.evidence["problem"], i.severity) for i in issues] == [
        ("several sentences", Severity.NOTE)
    ]


def test_what_gold_does_often_is_not_held_against_anybody() -> None:
    gold = [
        *GOLD[:50],
        *(msgspec.structs.replace(with_spans((4, 15)), id=f"c{i}") for i in range(5)),
    ]
    issues = Offsets(reference(gold), Offsets.Options())(with_spans((4, 15)))
    assert [i.severity for i in issues] == [Severity.NOTE]


def test_nested_and_equal_mentions_and_elisions_are_fine() -> None:
    check = Offsets(reference(GOLD), Offsets.Options())
    assert check(with_spans((3, 15), (3, 15), (3, 6), (35, 39))) == []
    elided = with_spans((7, 11), text="Pour l’AIEA, rien.")
    assert elided.mentions()[0].text == "AIEA"
    assert check(elided) == []


def test_fidelity_is_asked_only_of_those_who_promised() -> None:
    check = Fidelity(reference(GOLD), Fidelity.Options())
    lost = doc("new", "Le [72e régiment|UNITE] quitte la ville ce matin.", origin=asked("g1"))
    codes = {(i.code, i.severity) for i in check(lost)}
    assert codes == {("F3", Severity.REJECT)}
    assert check(lost.with_origin(local("g1"))) == []
    assert check(lost.with_origin(None)) == []


def test_fidelity_without_the_source_goes_to_review() -> None:
    check = Fidelity(reference(GOLD), Fidelity.Options())
    issues = check(GOLD[0].with_origin(asked("not in gold")))
    assert [(i.code, i.severity) for i in issues] == [("F3", Severity.REVIEW)]
    assert "not in gold" in issues[0].message and "not in gold" in issues[0].message_fr


def test_labels_outside_the_schema_are_found_each_with_its_place() -> None:
    learnt = reference(GOLD)
    stated = msgspec.structs.replace(
        learnt, schema=msgspec.structs.replace(learnt.schema, hard=True)
    )
    check = SchemaLabels(stated, SchemaLabels.Options())
    made = doc("new", "[Kiev|VILLE] et [Lviv|LIEU].", "e1 LOIN_DE e2", "e2 QUITTE e1")
    issues = check(made)
    assert [(i.code, i.severity, i.evidence["label"]) for i in issues] == [
        ("S1", Severity.REJECT, "VILLE"),
        ("S1", Severity.REJECT, "LOIN_DE"),
    ]
    assert (issues[0].place.start, issues[0].place.end) == (0, 4)
    assert check(GOLD[0]) == []
    soft = SchemaLabels(learnt, SchemaLabels.Options())
    assert [i.severity for i in soft(made)] == [Severity.REVIEW, Severity.REVIEW]


def hard(**axioms: object) -> Reference:
    quitte = RelationType("QUITTE", frozenset({("UNITE", "LIEU")}), **axioms)  # type: ignore[arg-type]
    return Reference(GOLD, Schema(("LIEU", "UNITE"), {"QUITTE": quitte}, hard=True))


REVERSED = doc("new", "Le [72e régiment|UNITE] quitte [Kiev|LIEU].", "e2 QUITTE e1")


def test_ends_that_the_guide_forbids_are_rejected() -> None:
    issues = RelationEnds(hard(), RelationEnds.Options())(REVERSED)
    assert [(i.code, i.severity) for i in issues] == [("S2", Severity.REJECT)]
    assert issues[0].evidence["head"] == "LIEU"


def test_a_guide_that_gold_contradicts_is_softened() -> None:
    gold = [*GOLD, *(msgspec.structs.replace(REVERSED, id=f"r{i}") for i in range(1))]
    known = Reference(gold, hard().schema)
    issues = RelationEnds(known, RelationEnds.Options())(REVERSED)
    assert [i.severity for i in issues] == [Severity.REVIEW]


def test_ends_never_seen_go_to_review_with_the_counts() -> None:
    issues = RelationEnds(reference(GOLD), RelationEnds.Options())(REVERSED)
    assert [(i.code, i.severity) for i in issues] == [("S2", Severity.REVIEW)]
    told = issues[0].evidence
    assert (told["seen"], told["total"]) == (0, 120)
    assert told["surprise"] > told["threshold"]
    assert told["reversal"] > told["reversal_threshold"]


def test_a_pattern_of_its_own_source_is_not_held_against_a_document() -> None:
    gold = [*GOLD, msgspec.structs.replace(REVERSED, id="odd")]
    made = msgspec.structs.replace(REVERSED, id="odd~x", origin=local("odd"))
    check = RelationEnds(reference(gold), RelationEnds.Options())
    assert check(made) == []
    assert check(made.with_origin(None)) != []


@pytest.mark.parametrize(
    ("axiom", "relations"),
    [
        ("irreflexive", ["e1 QUITTE e1"]),
        ("reflexive", ["e1 QUITTE e2"]),
        ("asymmetric", ["e1 QUITTE e2", "e2 QUITTE e1"]),
        ("functional", ["e1 QUITTE e2", "e1 QUITTE e3"]),
    ],
)
def test_each_axiom_of_the_guide_is_enforced(axiom: str, relations: list[str]) -> None:
    gold = [doc("g", "Rien.")]
    known = Reference(gold, hard(**{axiom: True}).schema)
    check = RelationAxioms(known, RelationAxioms.Options())
    made = doc("new", "Le [72e|UNITE] quitte [Kiev|LIEU] et [Lviv|LIEU].", *relations)
    issues = check(made)
    assert {(i.code, i.severity, i.evidence["axiom"]) for i in issues} == {
        ("S3", Severity.REJECT, axiom)
    }


def test_a_symmetric_relation_stated_twice_goes_to_review_unless_gold_does_so() -> None:
    both = doc("b", "[Kiev|LIEU] et [Lviv|LIEU].", "e1 LIE e2", "e2 LIE e1")
    lie = RelationType("LIE", frozenset({("LIEU", "LIEU")}), symmetric=True)
    schema = Schema(("LIEU",), {"LIE": lie}, hard=True)
    once = doc("o", "[Kiev|LIEU] et [Lviv|LIEU].", "e1 LIE e2")
    strict = RelationAxioms(Reference([once], schema), RelationAxioms.Options())
    assert [i.severity for i in strict(both)] == [Severity.REVIEW]
    lax = RelationAxioms(Reference([both], schema), RelationAxioms.Options())
    assert lax(both.with_origin(None)) == []
    assert lax.thresholds == {}


def test_an_axiom_learnt_from_few_relations_is_only_noted() -> None:
    loop = Document("new", GOLD[0].text, GOLD[0].entities, (Relation("e1", "QUITTE", "e1"),))
    many = RelationAxioms(reference(GOLD), RelationAxioms.Options())(loop)
    few = RelationAxioms(reference(GOLD[:10]), RelationAxioms.Options())(loop)
    assert [i.severity for i in many] == [Severity.REVIEW]
    assert [i.severity for i in few] == [Severity.NOTE]


GUIDE = parse_guide(
    "---\ntitle: G\nlanguage: fr\nversion: '1'\n---\n# G\n\n## Entités\n### LIEU\n"
    "**Définition.** Un lieu.\n- [LIE-B1] Sans déterminant. `code: no_determiner`\n"
    '  - Exemple : à <e id="E1" t="LIEU">Kiev</e>\n'
)


def test_coded_rules_are_enforced_unless_gold_breaks_them() -> None:
    broken = doc("new", "Vers [la ville|LIEU].")
    good = [doc(f"g{i}", "Vers [Kiev|LIEU].") for i in range(40)]
    clean = Rules(Reference(good, GUIDE.schema(), GUIDE), Rules.Options())
    issues = clean(broken)
    assert [(i.severity, i.evidence["rule"]) for i in issues] == [(Severity.REVIEW, "LIE-B1")]
    gold = [*good, msgspec.structs.replace(broken, id="b")]
    used = Rules(Reference(gold, GUIDE.schema(), GUIDE), Rules.Options())
    assert [i.severity for i in used(broken)] == [Severity.NOTE]
    assert Rules(reference(good), Rules.Options())(broken) == []
