"""Guide against itself and against gold: every planted contradiction is found, a sound pair is silent."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bouture.corpus.document import Document
from bouture.corpus.guide import Guide, RuleCode
from bouture.corpus.guide_check import broken_relations, broken_rules, check_guide
from bouture.corpus.guide_reader import parse_guide, read_guide
from bouture.corpus.issue import Severity
from bouture.corpus.markup import from_markup
from bouture.corpus.rule_codes import breaks
from bouture.formats import read

GUIDE = """\
---
title: Essai
language: fr
---
## Règles générales
**Imbrication.** FONCTION ⊃ LIEU

- [GEN-B1] Sans déterminant. `code: no_determiner`
  - Exemple : Le <e id="E1" t="FONCTION">maire</e> parle.
  - Contre-exemple : <e id="E1" t="FONCTION">Le maire</e> parle.

## Entités
### FONCTION
**Définition.** Une fonction.
- [FON-B1] Trois mots. `code: max_tokens=3`
  - Exemple : Le <e id="E1" t="FONCTION">maire de <e id="E2" t="LIEU">Kiev</e></e>.
### LIEU
**Définition.** Un lieu.
- [LIE-E1] Pas de nom commun.
  - Exemple : <e id="E1" t="LIEU">Kiev</e> est là.
  - Contre-exemple : La <e id="E1" t="LIEU">capitale</e> est là.

## Relations
### SITUE_A
**Définition.** Où.
**Extrémités.** FONCTION → LIEU ; LIEU → LIEU
**Axiomes.** irréflexive ; asymétrique ; transitive ; exclut NOMME
- [SIA-I1] Règle.
  - Exemple : Le <e id="E1" t="FONCTION">maire</e> de <e id="E2" t="LIEU">Kiev</e>.
    E1 | SITUE_A | E2
### NOMME
**Définition.** Nomme.
**Extrémités.** LIEU → LIEU ; FONCTION → LIEU
**Axiomes.** fonctionnelle
- [NOM-I1] Règle.
  - Exemple : <e id="E1" t="LIEU">Kiev</e>, dite <e id="E2" t="LIEU">Kyiv</e>.
    E1 | NOMME | E2
"""
GOLD = [
    'Le <e id="E1" t="FONCTION">maire de <e id="E2" t="LIEU">Kiev</e></e> dort. Un <e id="E3" t="FONCTION">maire</e> !\nE1 | SITUE_A | E2',
    '<e id="E1" t="LIEU">Kiev</e> ou <e id="E2" t="LIEU">Kyiv</e> ?\nE1 | NOMME | E2',
]


def documents(*markups: str) -> list[Document]:
    return [from_markup(markup, id=f"d{n}") for n, markup in enumerate(markups)]


@dataclass(frozen=True)
class Case:
    """One fault: what is changed in the guide, what is added to gold, what must be found."""

    code: str
    severity: Severity
    change: tuple[str, str] = ("", "")
    gold: list[str] = field(default_factory=list)
    document: str = ""
    line: int = 0


L = '<e id="E1" t="LIEU">A</e> <e id="E2" t="LIEU">B</e> <e id="E3" t="LIEU">C</e>'
CASES = {
    "rule without example": Case("G20", Severity.REVIEW, ("  - Exemple : <e id=\"E1\" t=\"LIEU\">Kiev</e> est là.\n  - Contre-exemple : La <e id=\"E1\" t=\"LIEU\">capitale</e> est là.\n", ""), line=19),
    "contradicting axioms": Case("G21", Severity.REJECT, ("irréflexive ; asymétrique", "symétrique ; asymétrique"), line=24),
    "reflexive and irreflexive": Case("G21", Severity.REJECT, ("irréflexive ; asymétrique", "réflexive ; irréflexive"), line=24),
    "excludes itself": Case("G21", Severity.REJECT, ("exclut NOMME", "exclut SITUE_A"), line=24),
    "inverse of other ends": Case("G21", Severity.REJECT, ("exclut NOMME", "inverse de NOMME"), line=24),
    "example breaks ends": Case("G22", Severity.REJECT, ("E1 | SITUE_A | E2", "E2 | SITUE_A | E1"), line=29),
    "example breaks a code": Case("G23", Severity.REVIEW, ("Le <e id=\"E1\" t=\"FONCTION\">maire</e> parle", "<e id=\"E1\" t=\"FONCTION\">Le maire</e> parle"), line=9),
    "code misses counter-example": Case("G24", Severity.NOTE, ("<e id=\"E1\" t=\"FONCTION\">Le maire</e>", "<e id=\"E1\" t=\"FONCTION\">maire</e>"), line=10),
    "example nests undeclared": Case("G25", Severity.REVIEW, ("FONCTION ⊃ LIEU", "LIEU ⊃ LIEU"), line=16),
    "unknown label": Case("G31", Severity.REJECT, gold=['<e id="E1" t="DATE">lundi</e>'], document="d2"),
    "unknown relation": Case("G31", Severity.REJECT, gold=[f"{L}\nE1 | VERS | E2"], document="d2"),
    "unused label": Case("G32", Severity.REVIEW, ("## Relations", "### SITE\n**Définition.** Un site.\n\n## Relations"), line=23),
    "ends": Case("G33", Severity.REJECT, gold=['<e id="E1" t="FONCTION">roi</e>, <e id="E2" t="FONCTION">duc</e>\nE1 | SITUE_A | E2'], document="d2"),
    "loop": Case("G34", Severity.REJECT, gold=[f"{L}\nE1 | SITUE_A | E1"], document="d2"),
    "both directions": Case("G34", Severity.REJECT, gold=[f"{L}\nE1 | SITUE_A | E2\nE2 | SITUE_A | E1"], document="d2"),
    "missing closure": Case("G34", Severity.REVIEW, gold=[f"{L}\nE1 | SITUE_A | E2\nE2 | SITUE_A | E3"], document="d2"),
    "two tails": Case("G34", Severity.REJECT, gold=[f"{L}\nE1 | NOMME | E2\nE1 | NOMME | E3"], document="d2"),
    "excluded": Case("G34", Severity.REJECT, gold=[f"{L}\nE1 | SITUE_A | E2\nE1 | NOMME | E2"], document="d2"),
    "nesting": Case("G35", Severity.REVIEW, gold=['<e id="E1" t="LIEU">mer de <e id="E2" t="LIEU">Kiev</e></e>'], document="d2"),
    "general code": Case("G36", Severity.REVIEW, gold=['<e id="E1" t="LIEU">l’Ukraine</e>'], document="d2"),
    "code of a label": Case("G36", Severity.REVIEW, gold=['Le <e id="E1" t="FONCTION">maire par intérim de Kiev</e>'], document="d2"),
    "as the counter-example": Case("G37", Severity.REVIEW, gold=['La <e id="E1" t="LIEU">capitale</e> est loin.'], line=21),
    "counter-example elsewhere": Case("G37", Severity.NOTE, gold=['Sa <e id="E1" t="LIEU">capitale</e>, loin.'], line=21),
    "another label also": Case("G38", Severity.NOTE, gold=['<e id="E1" t="FONCTION">Kiev</e>'], line=20),
    "another label only": Case("G38", Severity.REVIEW, ("Kiev</e> est là", "Lviv</e> est là"), ['<e id="E1" t="FONCTION">Lviv</e>'], line=20),
    "never met": Case("G39", Severity.NOTE, ("<e id=\"E1\" t=\"LIEU\">Kiev</e> est là", "<e id=\"E1\" t=\"LIEU\">Sébastopol</e> est là")),
}  # fmt: skip


def guide_with(change: tuple[str, str] = ("", "")) -> Guide:
    if change[0]:
        assert GUIDE.count(change[0]) == 1
    return parse_guide(GUIDE.replace(*change) if change[0] else GUIDE, "guide.md")


def test_a_guide_and_a_gold_that_agree_are_silent() -> None:
    assert check_guide(guide_with(), documents(*GOLD)) == []


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_planted_fault_is_found_with_its_place(case: Case) -> None:
    issues = check_guide(guide_with(case.change), documents(*GOLD, *case.gold))
    found = [i for i in issues if (i.code, i.severity) == (case.code, case.severity)]
    assert found, [(i.code, i.message) for i in issues]
    assert all(issue.evidence and issue.message_fr != issue.message for issue in found)
    if case.document:
        assert case.document in {issue.place.document for issue in found}
    if case.line:
        assert case.line in {issue.place.line for issue in found}


def test_without_documents_only_the_guide_itself_is_checked() -> None:
    assert check_guide(guide_with(), []) == []


def test_a_symmetric_relation_may_be_stated_once_in_either_direction() -> None:
    guide = guide_with(("**Axiomes.** fonctionnelle", "**Axiomes.** symétrique"))
    (document,) = documents(
        '<e id="E1" t="LIEU">A</e> <e id="E2" t="FONCTION">B</e>\nE1 | NOMME | E2'
    )
    assert broken_relations(guide, document) == []


def test_broken_rules_name_the_mention_and_the_rule() -> None:
    (document,) = documents('Vers <e id="E7" t="LIEU">la Crimée</e>.')
    (issue,) = broken_rules(guide_with(), document)
    assert (issue.place.start, issue.place.end, issue.place.entity) == (5, 14, "E7")
    assert issue.evidence["rule"] == "GEN-B1" and issue.evidence["mention"] == "la Crimée"


@pytest.mark.parametrize(
    ("code", "surface", "language", "broken"),
    [
        (RuleCode("no_determiner"), "l’Ukraine", "fr", True),
        (RuleCode("no_determiner"), "L'Ukraine", "fr", True),
        (RuleCode("no_determiner"), "Leurs\u00a0soldats", "fr", True),
        (RuleCode("no_determiner"), "du Monde", "fr", True),
        (RuleCode("no_determiner"), "Lviv", "fr", False),
        (RuleCode("no_determiner"), "Les", "fr", False),
        (RuleCode("no_determiner"), "un million", "fr", False),
        (RuleCode("no_determiner"), "un milliard d’euros", "fr", False),
        (RuleCode("no_determiner"), "une brigade", "fr", True),
        (RuleCode("no_determiner"), "The Insider", "fr", False),
        (RuleCode("no_determiner"), "The army", "en", True),
        (RuleCode("no_pronoun"), "Il", "fr", True),
        (RuleCode("no_pronoun"), "celui-ci", "fr", True),
        (RuleCode("no_pronoun"), "Ilya", "fr", False),
        (RuleCode("no_pronoun"), "they", "en", True),
        (RuleCode("max_tokens", "3"), "chef d’état-major", "fr", False),
        (RuleCode("max_tokens", "2"), "chef d’état-major", "fr", True),
        (RuleCode("max_tokens", "2"), "« Moskva »", "fr", False),
        (RuleCode("forbid", "^ville "), "ville de Kiev", "fr", True),
        (RuleCode("forbid", "^ville "), "Kiev", "fr", False),
        (RuleCode("require", "[A-Z]"), "capitale", "fr", True),
        (RuleCode("require", "[A-Z]"), "Kiev", "fr", False),
    ],
)
def test_codes_are_executed_on_the_surface(
    code: RuleCode, surface: str, language: str, broken: bool
) -> None:
    assert breaks(code, surface, language) is broken


def test_the_guide_of_the_example_and_its_corpus_agree(example: Path) -> None:
    gold = [d for name in ("train", "dev", "test") for d in read(example / f"{name}.jsonl")]
    issues = check_guide(read_guide(example / "guide.md"), gold)
    assert [i.message for i in issues if i.severity is not Severity.NOTE] == []
