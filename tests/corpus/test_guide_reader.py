"""Reading a guide: the form in both languages, every fault with its line, nothing but GuideError on bad input."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bouture.corpus.guide import RuleCode, RuleKind
from bouture.corpus.guide_reader import guide_problems, parse_guide, read_guide
from bouture.errors import GuideError

FRENCH = """\
---
title: Guide : essai
language: fr
version: "1.0"
---
# Guide

Prose, avec **du gras**.

## Règles générales
**Imbrication.** FONCTION ⊃ LIEU ; LIEU ⊃ LIEU

- [GEN-B1] Sans déterminant. `code: no_determiner` `code : forbid=/^[;,]/`
  - Exemple : Le <e id="E1" t="FONCTION">maire</e>
    parle.

## Entités

### FONCTION
**Définition.** Une fonction,
sur deux lignes.

<!-- un commentaire
## Entités -->
- [FON-I1] Le titre seul.
  - Exemple : Le <e id="E1" t="FONCTION">maire de <e id="E2" t="LIEU">Kiev</e></e>.
  - Contre-exemple\u00a0: <e id="E1" t="FONCTION">Le maire</e>.

### LIEU
**Définition\u00a0:** un lieu

## Relations

### SITUE_A
**Définition.** Où.
**Extrémités.** FONCTION → LIEU ; LIEU -> LIEU.
**Direction.** De la chose au lieu.
**Axiomes.** irréflexive ; Asymétrique ; transitive ; inverse de CONTIENT ; exclut CONTIENT

- [SIA-I1] Règle.
  - Exemple : Le <e id="E1" t="FONCTION">maire</e> de <e id="E2" t="LIEU">Kiev</e>.
    E1 | SITUE_A | E2

### CONTIENT
**Définition.** Inverse.
**Extrémités.** LIEU → FONCTION
**Axiomes.** irréflexive

## Cas difficiles

**Ordre.** Ce que l’on veut.
- une puce quelconque
```
## Entités
```
"""

ENGLISH = (
    FRENCH.replace("language: fr", "language: en")
    .replace("Règles générales", "General rules")
    .replace("Imbrication", "Nesting")
    .replace("## Entités\n\n### F", "## Entities\n\n### F")
    .replace("Définition", "Definition")
    .replace("Contre-exemple", "Counter-example")
    .replace("Exemple", "Example")
    .replace("Extrémités", "Ends")
    .replace("**Axiomes.** irréflexive ;", "**Axioms.** irreflexive ;")
    .replace("Asymétrique", "asymmetric")
    .replace("inverse de", "inverse of")
    .replace("exclut", "excludes")
)


@pytest.mark.parametrize("text", [FRENCH, ENGLISH, FRENCH.replace("\n", "\r\n"), "\ufeff" + FRENCH])
def test_the_whole_form_is_read_in_both_languages(text: str) -> None:
    guide = parse_guide(text, "guide.md")
    assert (guide.title, guide.version) == ("Guide : essai", "1.0")
    assert list(guide.entities) == ["FONCTION", "LIEU"]
    assert guide.entities["FONCTION"].definition == "Une fonction, sur deux lignes."
    assert guide.nesting == {("FONCTION", "LIEU"), ("LIEU", "LIEU")}
    (general,) = guide.rules
    assert (general.id, general.kind) == ("GEN-B1", RuleKind.BOUNDARY)
    assert general.text == "Sans déterminant."
    assert general.codes == (RuleCode("no_determiner"), RuleCode("forbid", "^[;,]"))
    assert general.examples[0].document.text == "Le maire\nparle."
    (rule,) = guide.entities["FONCTION"].rules
    assert [(e.wrong, e.line) for e in rule.examples] == [(False, 26), (True, 27)]
    assert rule.examples[1].document.mentions()[0].text == "Le maire"
    place = guide.relations["SITUE_A"]
    assert place.type.ends == {("FONCTION", "LIEU"), ("LIEU", "LIEU")}
    assert place.type.irreflexive and place.type.asymmetric and place.type.transitive
    assert (place.type.inverse, place.type.excludes) == ("CONTIENT", {"CONTIENT"})
    assert place.direction == "De la chose au lieu."
    assert len(place.rules[0].examples[0].document.relations) == 1
    assert guide.schema().hard


FAULTS = [
    ("title: Guide : essai", "title sans deux-points", "G01", 0),
    ('version: "1.0"\n---', 'version: "1.0"', "G01", -3),
    ("### LIEU", "### FONCTION", "G03", 0),
    ("**Direction.**", "**Directon :**", "G04", 0),
    ("**Direction.**", "**Définition.**", "G17", 0),
    ("- [FON-I1] Le", "- Le", "G05", 0),
    ("- [FON-I1] Le", "- [FON-X1] Le", "G05", 0),
    ("[SIA-I1]", "[FON-I1]", "G06", 0),
    ("- [FON-I1] Le titre seul.", "", "G07", 1),
    ("de <e id=\"E2\" t=\"LIEU\">Kiev</e>.\n    E1", "de Kiev.\n    E1", "G08", 1),
    ("Kiev</e></e>.", "Kiev</e>.", "G08", 0),
    ('<e id="E1" t="FONCTION">Le maire', '<e id="E1" t="FONCTON">Le maire', "G09", 0),
    ("E1 | SITUE_A | E2", "E1 | SITUE | E2", "G09", -1),
    ("irréflexive ; A", "antiréflexive ; A", "G10", 0),
    ("no_determiner", "no_article", "G11", 0),
    ("forbid=/^[;,]/", "forbid=/^[;,/", "G11", 0),
    ("no_determiner", "max_tokens=deux", "G11", 0),
    ("no_determiner", "max_tokens=0", "G11", 0),
    ("no_determiner", "require", "G11", 0),
    ("LIEU -> LIEU.", "LIEU LIEU.", "G12", 0),
    ("LIEU -> LIEU.", "LIEU -> LIEUX.", "G18", 0),
    ("FONCTION ⊃ LIEU", "FONCTIONS ⊃ LIEU", "G18", 0),
    ("**Définition.** Où.", "", "G13", -1),
    ("**Extrémités.** LIEU → FONCTION", "", "G14", -2),
    ("  - Contre-exemple", "  - Contrexample", "G15", 0),
    ("inverse de CONTIENT", "inverse de CONTENIR", "G16", 0),
    ("[SIA-I1] Règle.", "[SIA-I1] Règle. `code: no_pronoun`", "G19", 0),
]  # fmt: skip


@pytest.mark.parametrize(("valid", "fault", "code", "below"), FAULTS)
def test_each_fault_is_found_alone_at_its_line(
    valid: str, fault: str, code: str, below: int
) -> None:
    line = FRENCH[: FRENCH.index(valid)].count("\n") + 1 + below
    text = FRENCH.replace(valid, fault, 1)
    problems = guide_problems(text, "guide.md")
    assert (code, line) in [(p.code, p.place.line) for p in problems]
    assert all(p.evidence["hint"] and p.message and p.message_fr for p in problems)
    with pytest.raises(GuideError) as caught:
        parse_guide(text, "guide.md")
    assert caught.value.path == "guide.md" and caught.value.line == problems[0].place.line


def test_a_valid_guide_has_no_problem_and_an_empty_one_says_what_to_write() -> None:
    assert guide_problems(FRENCH) == []
    (problem,) = guide_problems("")
    assert problem.code == "G02"


def test_a_file_that_cannot_be_read_is_a_guide_error(tmp_path: Path) -> None:
    with pytest.raises(GuideError, match="cannot read"):
        read_guide(tmp_path / "absent.md")
    (tmp_path / "latin.md").write_bytes("été".encode("latin-1"))
    with pytest.raises(GuideError, match="not UTF-8"):
        read_guide(tmp_path / "latin.md")


LINES = FRENCH.split("\n")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(LINES) | st.text(max_size=12), max_size=25), st.booleans())
def test_any_text_is_read_or_listed_with_problems(lines: list[str], front: bool) -> None:
    text = "\n".join([*(LINES[:5] if front else []), *lines])
    problems = guide_problems(text, "guide.md")
    if problems:
        with pytest.raises(GuideError):
            parse_guide(text, "guide.md")
    else:
        assert parse_guide(text, "guide.md").entities


def test_the_guide_of_the_example_has_no_problem(example: Path) -> None:
    path = example / "guide.md"
    assert guide_problems(path.read_text(encoding="utf-8"), str(path)) == []
    guide = read_guide(path)
    assert 10 <= len(guide.entities) <= 14 and 10 <= len(guide.relations) <= 14
    assert all(rule.examples for _, rule in guide.all_rules())
