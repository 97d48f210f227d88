"""The proof that a text is its plan, code by code, on one plan written by hand."""

import pytest

from bouture.corpus.document import Relation
from bouture.corpus.issue import Severity
from bouture.corpus.schema import RelationType, Schema
from bouture.llm.messages import Response
from bouture.strategies.from_plan.evidence import in_three_cells, numbers, read_evidence, shown
from bouture.strategies.from_plan.plan import (
    Layout,
    MentionKind,
    Nested,
    Plan,
    PlannedEntity,
    PlannedMention,
    PlannedRelation,
)
from bouture.strategies.from_plan.reading import read
from strategies.driving import gold

FULL, SHORT = MentionKind.FULL, MentionKind.SHORT
PLAN = Plan(
    (
        PlannedEntity("E1", "PERSONNE", (PlannedMention(FULL, "Olena Bondar"), PlannedMention(SHORT, "Bondar", sentence=2))),
        PlannedEntity("E2", "FONCTION", (PlannedMention(FULL, "commandante de la 72e brigade", (Nested("E3", 18, 29),)),)),
        PlannedEntity("E3", "UNITE"),
        PlannedEntity("E4", "LIEU", (PlannedMention(FULL, "Kherson", sentence=3),)),
    ),
    (
        PlannedRelation("E1", "EXERCE", "E2"),
        PlannedRelation("E3", "ATTAQUE", "E4", together=False),
        PlannedRelation("E1", "ALLIE", "E2"),
    ),
    (Relation("E1", "QUITTE", "E4"),),
    Layout(3, 30),
)  # fmt: skip
ENDS = frozenset((h, t) for h in ("PERSONNE", "UNITE", "LIEU", "FONCTION") for t in ("PERSONNE", "UNITE", "LIEU", "FONCTION"))  # fmt: skip
SCHEMA = Schema(
    ("PERSONNE", "FONCTION", "UNITE", "LIEU", "DATE"),
    {
        "EXERCE": RelationType("EXERCE", frozenset([("PERSONNE", "FONCTION")])),
        "ATTAQUE": RelationType("ATTAQUE", ENDS),
        "QUITTE": RelationType("QUITTE", ENDS),
        "ALLIE": RelationType("ALLIE", ENDS, symmetric=True),
    },
    frozenset([("FONCTION", "UNITE")]),
    hard=True,
)
TEXT = (
    'Selon <e id="E1" t="PERSONNE">Olena Bondar</e>, <e id="E2" t="FONCTION">commandante de la '
    '<e id="E3" t="UNITE">72e brigade</e></e>, rien ne change. <e id="E1" t="PERSONNE">Bondar</e> est '
    'formelle. La cible était <e id="E4" t="LIEU">Kherson</e>.'
)
LINES = "E1 | EXERCE | E2 | phrase 1\nE3 | ATTAQUE | E4 | phrase 3\nE1 | ALLIE | E2 | phrase 1"
GOOD = f"{TEXT}\n\n{LINES}"


def found(answer: str) -> list[tuple[str, Severity, str]]:
    written, issues = read(Response(answer), PLAN, "d", SCHEMA)
    assert written is not None
    return [(i.code, i.severity, i.message) for i in issues]


def one(answer: str) -> tuple[str, Severity, str]:
    [issue] = found(answer)
    return issue


def test_what_the_plan_says_has_no_fault():
    written, issues = read(Response(GOOD), PLAN, "d", SCHEMA)
    assert issues == []
    assert written.document.relations == tuple(r.relation for r in PLAN.relations)


@pytest.mark.parametrize(
    "answer",
    [
        GOOD.replace("phrase 1", "sentence 1").replace("phrase 3", "p. 3"),
        GOOD.replace("Olena Bondar", "Olena Bondar").replace("Kherson", "KHERSON"),
        GOOD.replace("E1 | ALLIE | E2", "E2 | ALLIE | E1"),
        GOOD.replace("E3 | ATTAQUE | E4 | phrase 3", "E3 | ATTAQUE | E4 | phrases 1, 3"),
    ],
    ids=[
        "words for a sentence",
        "typography and case",
        "a symmetric relation",
        "several sentences",
    ],
)
def test_what_makes_no_difference(answer):
    assert found(answer) == []


REJECT, REVIEW, NOTE = Severity.REJECT, Severity.REVIEW, Severity.NOTE


@pytest.mark.parametrize(
    ("old", "new", "code", "severity", "words"),
    [
        ('La cible était <e id="E4" t="LIEU">Kherson</e>', 'Et <e id="E4" t="LIEU">Lviv</e>', "P31", REJECT, "reads “Lviv”"),
        ('<e id="E4" t="LIEU">Kherson</e>', '<e id="E7" t="LIEU">Kherson</e>', "P31", REJECT, "it is tagged E7"),
        ("est formelle", '(<e id="E1" t="PERSONNE">Bondar</e>) parle', "P31", REJECT, "too many of E1"),
        ("E1 | EXERCE | E2 | phrase 1\n", "", "P33", REJECT, "missing: the relation E1 | EXERCE | E2"),
        ("E1 | EXERCE | E2", "E2 | EXERCE | E1", "P34", REJECT, "written E2 | EXERCE | E1"),
        ("E3 | ATTAQUE | E4", "E4 | ATTAQUE | E3", "P34", REJECT, "reversed: the relation E3 | ATTAQUE | E4"),
        ("E1 | ALLIE", "E1 | QUITTE | E4 | phrase 3\nE1 | ALLIE", "P35", REJECT, "rules it out: E1 | QUITTE | E4"),
        ("E1 | EXERCE | E2 | phrase 1", "E1 | EXERCE | E2", "P36", REJECT, "no sentence"),
        ("E1 | EXERCE | E2 | phrase 1", "E1 | EXERCE | E2 | phrase 3", "P36", REJECT, "sentence 3 does not name both"),
        ("E1 | EXERCE | E2 | phrase 1", "E1 | EXERCE | E2 | phrase 2", "P36", NOTE, "proved by sentence 1, not 2"),
        ("E3 | ATTAQUE | E4 | phrase 3", "E3 | ATTAQUE | E4 | phrase 1", "P36", REJECT, "the other comes only later"),
        ("est formelle", 'parle <e id="E9" t="DATE">mardi</e>', "P37", NOTE, "beyond the plan: the mention “mardi” (E9, DATE)"),
        ("est formelle", 'pense à <e id="E9" t="LIEU">Kherson</e>', "P37", REVIEW, "is E4 in the plan, and E9"),
        ("est formelle", "pense à Kherson", "P37", REVIEW, "“Kherson” (E4, LIEU) also stands untagged"),
        ("E1 | ALLIE", "E3 | QUITTE | E4 | phrase 3\nE1 | ALLIE", "P38", REVIEW, "E3 | QUITTE | E4"),
    ],
)  # fmt: skip
def test_each_fault_has_its_code(old, new, code, severity, words):
    assert GOOD.count(old) == 1
    changed = GOOD.replace(old, new)
    [(found_severity, message)] = [(s, m) for c, s, m in found(changed) if c == code]
    assert found_severity is severity and words in message
    others = {c for c, s, _ in found(changed) if s is Severity.REJECT} - {code}
    assert others <= {"P33"}, "what is not told of the same fault"


def test_a_mention_that_is_not_tagged_is_missing():
    codes = found(GOOD.replace('<e id="E1" t="PERSONNE">Bondar</e>', "Bondar"))
    assert [c for c in codes if c[1] is REJECT] == [
        ("P31", REJECT, "missing: the mention “Bondar” (E1, PERSONNE), 1 time(s)")
    ]


def test_an_entity_of_another_label_is_told_once():
    codes = found(GOOD.replace('t="LIEU"', 't="UNITE"'))
    assert [c for c in codes if c[0].startswith("P")] == [
        ("P32", REJECT, "entity E4 (“Kherson”) is UNITE; the plan says LIEU")
    ]


def test_a_fact_planned_across_sentences_may_stand_in_one():
    moved = GOOD.replace(", rien ne change", ', près de <e id="E4" t="LIEU">Kherson</e>')
    moved = moved.replace(' La cible était <e id="E4" t="LIEU">Kherson</e>.', "")
    code, severity, message = one(moved.replace("E4 | phrase 3", "E4 | phrase 1"))
    assert (code, severity) == ("P36", NOTE) and "planned across sentences" in message


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_fault_is_told_in_both_languages(language):
    _, issues = read(Response(TEXT.replace("Kherson", "Lviv")), PLAN, "d", SCHEMA)
    said = [issue.text(language) for issue in issues]
    assert any(("manquante" if language == "fr" else "missing") in line for line in said)


@pytest.mark.parametrize(
    ("line", "read_as", "named"),
    [
        ("E1 | R | E2 | phrase 2", "E1 | R | E2", (2,)),
        ("E1 | R | E2 | Phrases 2 et 4", "E1 | R | E2", (2, 4)),
        ("- E1 | R | E2 | sentence 3.", "- E1 | R | E2", (3,)),
        ("E1 | R | E2 | phrases 2-4", "E1 | R | E2", (2, 3, 4)),
        ("E1 | R | E2 | 5", "E1 | R | E2", (5,)),
        ("E1 | R | E2 | n° 5", "E1 | R | E2", (5,)),
        ("E1 | R | E2", "E1 | R | E2", ()),
        ("E1 -> R -> E2 -> phrase 2", "E1 -> R -> E2 -> phrase 2", (2,)),
        ("e1 | R | e2 | phrase 1", "e1 | R | e2", (1,)),
    ],
)
def test_relation_lines_with_their_evidence(line, read_as, named):
    schema = Schema((), {"R": RelationType("R", frozenset())})
    assert in_three_cells(line) == read_as
    assert read_evidence(line, schema) == {Relation("E1", "R", "E2"): named}


def test_text_with_bars_is_left_alone():
    text = "Kiev | Lviv | Odessa | Kharkiv\nA | B | C | 12 morts"
    assert in_three_cells(text) == text
    assert numbers("sans nombre") == ()


def test_examples_name_the_sentence_that_proves_each_relation():
    [document] = gold(
        '<e id="a" t="P">Anna</e> dort. <e id="b" t="L">Lviv</e> aussi. <e id="a" t="P">Elle</e> est '
        'à <e id="c" t="L">Kiev</e>.\n\na | R | c\na | S | b'
    )
    assert (
        shown(document, "phrase").split("\n\n")[1] == "a | R | c | phrase 3\na | S | b | phrase 2"
    )
