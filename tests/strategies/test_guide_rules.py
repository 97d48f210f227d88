"""Guide-driven texts: the prompts in full, what is proved of each side of a rule, answers in every shape, the coverage table."""

import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bouture.corpus.document import Document, Origin, Span
from bouture.corpus.guide import Guide
from bouture.corpus.guide_reader import parse_guide
from bouture.corpus.guide_references import referred
from bouture.corpus.markup import from_markup, to_markup
from bouture.llm.messages import Response
from bouture.strategies.dialogue import Declined, Materials
from bouture.strategies.guide_rules.blocks import Trap, block, two_texts
from bouture.strategies.guide_rules.coverage import coverage
from bouture.strategies.guide_rules.guide_rules import GuideRules
from bouture.strategies.guide_rules.proofs import _unrelated, held_apart
from bouture.strategies.guide_rules.task import tasks_of
from bouture.strategies.wanted import Wanted
from strategies.driving import converse, gold
from strategies.nasty import HOSTILE, HUGE

GOLDEN = Path(__file__).parent / "golden"
GUIDES = {
    "fr": """---
language: fr
---
# Guide

## Règles générales
- [GEN-B1] La mention exclut le déterminant. `code: no_determiner`
  - Exemple : L’<e id="E1" t="SITE">aéroport</e> est fermé.
  - Contre-exemple : <e id="E1" t="SITE">L’aéroport</e> est fermé.
- [GEN-I2] Métonymie : un nom de capitale est ORGANISATION si l’on peut le remplacer par « le gouvernement de… ».

## Entités
### LIEU
**Définition.** Nom propre géographique.
- [LIE-E1] Un nom commun seul (« la capitale ») n’est pas un LIEU. `code: require=/[A-ZÉ]/`
  - Exemple : La capitale, <e id="E1" t="LIEU">Kiev</e>, s’éveille.
  - Contre-exemple : La <e id="E1" t="LIEU">capitale</e>, <e id="E2" t="LIEU">Kiev</e>, s’éveille.
- [LIE-B1] « Région » entre dans la mention ; « ville » reste dehors.

### ORGANISATION
**Définition.** Institution.

### PERSONNE
**Définition.** Personne désignée par son nom.
- [PER-I1] Le prénom seul suffit.
- [PER-I2] À COMPLÉTER

### FONCTION
**Définition.** Fonction d’un individu.

### SITE
**Définition.** Bâtiment.

## Relations
### EXERCE
**Définition.** Une personne tient une fonction.
**Extrémités.** PERSONNE → FONCTION
**Direction.** La tête est la personne.
- [EXE-E1] Une fonction passée ne donne pas de relation.
  - Contre-exemple : <e id="E1" t="PERSONNE">Ivan</e> n’est plus <e id="E2" t="FONCTION">chauffeur</e>.
    E1 | EXERCE | E2
""",
    "en": """---
language: en
---
# Guide

## General rules
- [GEN-B1] The mention leaves out the determiner. `code: no_determiner`

## Entities
### LIEU
**Definition.** Geographical proper name.
- [LIE-E1] A common noun alone (“the capital”) is no LIEU. `code: require=/[A-Z]/`
  - Example: The capital, <e id="E1" t="LIEU">Kyiv</e>, wakes up.
  - Counter-example: The <e id="E1" t="LIEU">capital</e>, <e id="E2" t="LIEU">Kyiv</e>, wakes up.
- [LIE-B1] “Oblast” belongs to the mention; “city” does not.

### PERSONNE
**Definition.** A person by name.
- [PER-I1] A first name alone is enough.
""",
}
[SHOWN] = gold('8 h 05 — À <e id="E1" t="LIEU">Odessa</e>, tout est calme.')
CAPITAL = (
    'TEXTE 1\nÀ <e id="E1" t="LIEU">Lviv</e>, les rues sont vides.\n'
    "TEXTE 2\nDans la capitale, les rues sont vides.\nPIÈGE : capitale"
)
"""A pair for LIE-E1: the first text shows the case that is annotated, the second the one set aside."""


def build(language: str = "fr", rule: str = "LIE-E1", **options: object) -> GuideRules:
    guide = parse_guide(GUIDES[language])
    others = {task.rule.id: 0.0 for task in tasks_of(guide) if task.rule.id != rule}
    known = Materials([SHOWN], guide.schema(), guide, language, "m", wanted=Wanted(rules=others))
    return GuideRules(known, GuideRules.Options(**options))


def codes(rule: str, *answers: str, **options: object) -> list[str]:
    """The codes with which answers (all of them) are declined."""
    with pytest.raises(Declined) as declined:
        converse(build(rule=rule, **options), SHOWN, list(answers))
    return [issue.code for issue in declined.value.issues]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_whole_prompt(language):
    request = next(build(language)(SHOWN, random.Random(1)))
    assert request.model == "m"
    said = "\n\n".join(f"[{m.role}]\n{m.content}" for m in request.messages) + "\n"
    assert said == (GOLDEN / f"guide_rules.{language}.txt").read_text(encoding="utf-8")


def test_both_languages_have_the_same_parts():
    assert build("fr")._prompts.keys() == build("en")._prompts.keys()


def test_a_pair_becomes_two_documents_with_their_origin():
    made, requests = converse(build(), SHOWN, [CAPITAL])
    assert len(requests) == 1
    assert [to_markup(d) for d in made] == [
        'À <e id="E1" t="LIEU">Lviv</e>, les rues sont vides.',
        "Dans la capitale, les rues sont vides.",
    ]
    for document, polarity in zip(made, ("negative", "positive"), strict=True):
        origin = document.origin
        assert (origin.sources, origin.demonstrations, origin.issues) == ((), ("d0",), ())
        told = {key: origin.parameters[key] for key in ("rule", "polarity", "register")}
        assert told == {"rule": "LIE-E1", "polarity": polarity, "register": "live"}


@pytest.mark.parametrize(
    "rule,sides",
    [
        ("PER-I1", ("positive", "negative")),
        ("LIE-B1", ("positive", "negative")),
        ("LIE-E1", ("negative", "positive")),
    ],
)
def test_a_rule_applies_where_it_has_something_annotated_or_where_it_sets_something_aside(
    rule, sides
):
    task = build(rule=rule)._tasks[rule]
    assert (task.polarity("annotated"), task.polarity("bare")) == sides
    for side in ("annotated", "bare"):
        assert task.side(task.polarity(side)) == side


def test_one_text_is_asked_for_without_pairs_and_both_sides_come_up():
    strategy = build(pairs=False)
    answers = {
        "negative": 'À <e id="E1" t="LIEU">Lviv</e>, les rues sont vides.',
        "positive": "Dans la capitale, les rues sont vides.\n\n**Piège :** « capitale ».",
    }
    seen = set()
    for seed in range(8):
        prompt = next(strategy(SHOWN, random.Random(seed))).messages[1].content
        polarity = "positive" if "PIÈGE" in prompt else "negative"
        assert "TEXTE 2" not in prompt
        [made], _ = converse(strategy, SHOWN, [answers[polarity]], seed)
        assert made.origin.parameters["polarity"] == polarity
        seen.add(polarity)
    assert seen == {"positive", "negative"}


def test_rules_are_drawn_by_what_is_wanted_and_unfinished_ones_never():
    guide = parse_guide(GUIDES["fr"])
    known = Materials([SHOWN], guide.schema(), guide, wanted=Wanted(rules={"LIE-B1": 30.0}))
    strategy = GuideRules(known, GuideRules.Options())
    drawn = [
        next(strategy(SHOWN, random.Random(seed))).messages[1].content.split("]")[0][-6:]
        for seed in range(60)
    ]
    assert drawn.count("LIE-B1") > 40 and len(set(drawn)) > 1
    assert "PER-I2" not in strategy._tasks


def test_without_a_rule_it_declines():
    for guide in (None, parse_guide(GUIDES["fr"])):
        schema = parse_guide(GUIDES["fr"]).schema()
        none = {task.rule.id: 0.0 for task in tasks_of(guide)} if guide else {}
        strategy = GuideRules(
            Materials([SHOWN], schema, guide, wanted=Wanted(rules=none)), GuideRules.Options()
        )
        with pytest.raises(Declined) as declined:
            next(strategy(SHOWN, random.Random(0)))
        assert [issue.code for issue in declined.value.issues] == ["P40"]


def pair(annotated: str, bare: str, trap: str) -> str:
    return f"TEXTE 1\n{annotated}\nTEXTE 2\n{bare}\n{trap}"


LVIV = 'À <e id="E1" t="LIEU">Lviv</e>, les rues sont vides.'


@pytest.mark.parametrize(
    "answer,expected",
    [
        (pair("À Lviv, les rues sont vides.", "Dans la capitale, les rues sont vides.", "PIÈGE : capitale"), ["P41"]),
        (pair(LVIV.replace("Lviv", "lviv"), "Dans la capitale, les rues sont vides.", "PIÈGE : capitale"), ["P41"]),
        (pair(LVIV, "Dans la capitale, les rues sont vides.", ""), ["P42"]),
        (pair(LVIV, "Dans la capitale, les rues sont vides.", "PIÈGE : la frontière"), ["P42"]),
        (pair(LVIV, "Dans la <e id=\"E1\" t=\"LIEU\">Capitale</e>, les rues sont vides.", "PIÈGE : capitale"), ["P43"]),
        (pair(LVIV, "Dans <e id=\"E1\" t=\"LIEU\">la Capitale du pays</e>, les rues sont vides.", "PIÈGE : capitale"), ["P43"]),
        (pair(LVIV, "Dans la <e id=\"E1\" t=\"LIEU\">Capitale</e> du pays, les rues sont vides.", "PIÈGE : la capitale du pays"), ["P43"]),
        (LVIV, ["P44"]),
        (pair(LVIV, LVIV, "PIÈGE : rues"), ["P44"]),
        (pair(LVIV, "On attend dehors, dit un passant, que la capitale se réveille enfin.", "PIÈGE : capitale"), ["P44"]),
    ],
)  # fmt: skip
def test_what_is_not_as_the_rule_wants_is_sent_back_then_declined(answer, expected):
    assert codes("LIE-E1", answer, answer) == expected
    made, requests = converse(build(), SHOWN, [answer, CAPITAL])
    assert len(made) == 2 and len(requests) == 2
    assert made[0].origin.issues[-1].code == "P05"


def test_the_complaint_says_what_is_wrong():
    _, requests = converse(build(), SHOWN, [CAPITAL.replace("PIÈGE : capitale", ""), CAPITAL])
    assert "il manque la ligne qui cite le piège" in requests[1].messages[3].content


def test_an_example_of_the_guide_is_no_new_text():
    copied = pair(
        'La capitale, <e id="E1" t="LIEU">Kiev</e>, s’éveille.',
        "La capitale, elle, s’éveille.",
        "PIÈGE : capitale",
    )
    assert codes("LIE-E1", copied, copied) == ["P44"]


def test_a_boundary_rule_looks_at_the_very_span():
    long = 'La <e id="E1" t="LIEU">région de Soumy</e> est calme.'
    right = 'La ville de <e id="E1" t="LIEU">Soumy</e> est calme.'
    wrong = right.replace('ville de <e id="E1" t="LIEU">', '<e id="E1" t="LIEU">ville de ')
    made, _ = converse(build(rule="LIE-B1"), SHOWN, [pair(long, right, "PIÈGE : ville de Soumy")])
    assert [len(d.entities) for d in made] == [1, 1]
    bad = pair(long, wrong, "PIÈGE : ville de Soumy")
    assert codes("LIE-B1", bad, bad) == ["P43"]


def test_a_general_rule_names_the_wrong_label():
    one = '<e id="E1" t="ORGANISATION">Moscou</e> dément.'
    two = 'À <e id="E1" t="LIEU">Moscou</e>, on dément.'
    made, _ = converse(
        build(rule="GEN-I2"), SHOWN, [pair(one, two, "PIÈGE : Moscou | ORGANISATION")]
    )
    assert made[1].origin.parameters["polarity"] == "negative"
    for trap in ("PIÈGE : Moscou | LIEU", "PIÈGE : Moscou"):
        assert codes("GEN-I2", pair(one, two, trap), pair(one, two, trap)) == ["P43"]


def test_a_coded_general_rule_holds_for_every_label():
    one = '<e id="E1" t="SITE">l’aérodrome</e> est fermé.'
    two = 'l’<e id="E1" t="SITE">aérodrome</e> est bien fermé.'
    answer = pair(one, two, "PIÈGE : l’aérodrome | SITE")
    assert codes("GEN-B1", answer, answer) == ["P41"]


RELATED = '<e id="E1" t="PERSONNE">Ivan</e> est <e id="E2" t="FONCTION">chauffeur</e>.\n\nE1 | EXERCE | E2'
PAST = '<e id="E1" t="PERSONNE">Ivan</e> fut <e id="E2" t="FONCTION">chauffeur</e>.'


def test_a_rule_of_a_relation_asks_for_two_entities_that_could_be_related():
    trap = "PIÈGE : Ivan fut chauffeur"
    made, _ = converse(build(rule="EXE-E1"), SHOWN, [pair(RELATED, PAST, trap)])
    assert [len(d.relations) for d in made] == [1, 0]
    assert made[1].mask.pairs == ()  # the pair of the trap is a true negative
    stated = pair(RELATED, f"{PAST}\n\nE1 | EXERCE | E2", trap)
    assert codes("EXE-E1", stated, stated) == ["P43"]
    unstated = pair(RELATED.split("\n")[0], PAST, trap)
    assert codes("EXE-E1", unstated, unstated) == ["P41"]
    single = pair(RELATED, PAST, "PIÈGE : fut chauffeur")
    assert codes("EXE-E1", single, single) == ["P42"]


APART = """---
language: fr
---
# Guide

## Entités
### PERSONNE
**Définition.** Un individu nommé.

### FONCTION
**Définition.** Un métier.

### ORGANISATION
**Définition.** Une institution.

## Relations
### APPARTIENT_A
**Définition.** Rattachement.
**Extrémités.** FONCTION → ORGANISATION
**Direction.** La tête est rattachée à la queue.
- [APP-E1] La personne n’est pas rattachée directement.
  - Contre-exemple : <e id="E1" t="PERSONNE">Rafael Grossi</e>, de l’<e id="E2" t="ORGANISATION">AIEA</e>.
    E1 | APPARTIENT_A | E2
"""


def test_the_trap_of_a_rule_about_ends_is_a_pair_that_its_counter_example_relates():
    guide = parse_guide(APART)
    [task] = [one for one in tasks_of(guide) if one.rule.id == "APP-E1"]
    two = from_markup(
        '<e id="E1" t="PERSONNE">Anna</e>, de l’<e id="E2" t="ORGANISATION">ONU</e>, parle.'
    )
    told = {"trap": "Anna, de l’ONU", "rule": "APP-E1"}
    span = (Span(0, 14),)
    assert _unrelated(two, task, span, guide.schema(), told) == []
    others = from_markup(
        '<e id="E1" t="PERSONNE">Anna</e> et <e id="E2" t="PERSONNE">Oleg</e> parlent.'
    )
    assert [i.code for i in _unrelated(others, task, span, guide.schema(), told)] == ["P42"]


def test_only_the_pair_of_the_trap_is_known_to_be_unrelated():
    """What else stands within the words of a long trap is as unknown as elsewhere."""
    two = '<e id="E1" t="PERSONNE">Ivan</e>, vu par <e id="E3" t="PERSONNE">Léa</e>, fut <e id="E2" t="FONCTION">chauffeur</e>.'
    strategy = build(rule="EXE-E1", most_changed=1)
    schema = strategy._materials.schema
    made = from_markup(two)
    assert held_apart(made, Span(0, len(made.text)), "EXERCE", schema) == [
        ("E1", "E2"),
        ("E3", "E2"),
    ]
    assert held_apart(made, Span(0, 10), "EXERCE", schema) == []


REFERRING = """---
language: fr
---
## Règles générales
**Imbrication.** FONCTION ⊃ LIEU

- [GEN-I4] Les mentions s’imbriquent selon la ligne « Imbrication ».

## Entités
### LIEU
**Définition.** Nom. La liste figure dans « Cas difficiles ».
### FONCTION
**Définition.** Fonction.

## Cas difficiles
**Têtes de LIEU (liste fermée).** mer, île
**Têtes de FONCTION.** À COMPLÉTER
**Fonction et grade.** Deux mentions.
"""


def test_what_rules_refer_to_is_quoted_with_them():
    guide = parse_guide(REFERRING)
    strategy = GuideRules(Materials([SHOWN], guide.schema(), guide), GuideRules.Options())
    system = next(strategy(SHOWN, random.Random(0))).messages[0].content
    assert system.count("FONCTION ⊃ LIEU") == 1
    definition = guide.entities["LIEU"].definition
    for labels in (("LIEU",), ("LIEU", "FONCTION")):
        [passage] = referred(guide, definition, labels)
        assert (passage.section, passage.text) == ("Cas difficiles", "mer, île")
    assert referred(guide, definition, ()) == referred(guide, "rien", ("LIEU",)) == ()


@given(st.text(max_size=80), st.text(max_size=80))
def test_looking_for_references_never_fails(text, said):
    guide = Guide("t", "fr", {}, {}, text=f"## Cas\n{text}\n**Ab.** b")
    assert referred(guide, said + "« Ab »", ())[-1].text == "b"


def test_rules_without_a_trap_can_be_left_out():
    left = ("LIE-E1", "EXE-E1")
    assert not set(left) & set(build(without=left)._tasks)


def test_the_form_of_a_general_rule_has_room_for_the_type():
    for rule, form in (("GEN-I2", "(les mots cités) | TYPE"), ("LIE-E1", "(les mots cités)")):
        said = next(build(rule=rule)(SHOWN, random.Random(0))).messages[1].content
        assert said.endswith(form)


def test_the_text_that_shows_the_register_is_no_new_text():
    shown = pair(to_markup(SHOWN), "8 h 05 — Dans la capitale, tout est calme.", "PIÈGE : capitale")
    assert codes("LIE-E1", shown, shown) == ["P44"]


def test_pairs_that_nobody_settled_are_masked():
    made, _ = converse(build(rule="PER-I1", most_changed=1), SHOWN, [pair(PAST, 'Un <e id="E2" t="FONCTION">chauffeur</e> fut reçu.', "PIÈGE : chauffeur")])  # fmt: skip
    assert [d.mask.pairs for d in made] == [(("E1", "E2"),), ()]


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("pairs", [True, False])
def test_hostile_answers_are_declined(kind, pairs):
    answer = HOSTILE[kind]
    strategy = build(
        rule="PER-I1", pairs=pairs
    )  # needs a PERSONNE or a trap: nothing hostile has it
    with pytest.raises(Declined) as declined:
        converse(strategy, SHOWN, [answer, answer])
    assert declined.value.issues and declined.value.answer == answer


def test_a_cut_answer_is_not_taken():
    cut = Response(CAPITAL, finish_reason="length")
    with pytest.raises(Declined) as declined:
        converse(build(), SHOWN, [cut, cut])
    assert "M03" in {issue.code for issue in declined.value.issues}


@pytest.mark.parametrize(
    "answer",
    [
        "TEXTE 1\nA\nTEXTE 2\nB\nPIÈGE : x",
        "Voici les deux textes :\n\n**TEXTE 1**\n\nA\n\n---\n**TEXTE 2** (piège)\n\nB\n\n**PIÈGE :** « x »",
        "### Texte 1 :\nA\n### Texte 2 :\nB\nPiège: `x`.",
        "```\nTEXTE 1\nA\nTEXTE 2\nB\nPIÈGE\u00a0: x\n```",
        "Text 1: A\nText 2: B\nTRAP: “x”",
        "<think>TEXTE 1 d’abord\nTEXTE 1\nzz\nTEXTE 2\nyy</think>TEXTE 1\nA\nTEXTE 2\nB\nPIÈGE : <e id=\"E1\" t=\"T\">x</e>",
        "TEXTE 1\nA\nTEXTE 2\nB\nPIÈGE :\n« x »",
        "TEXTE 1\nbrouillon\nTEXTE 1\nA\nTEXTE 2\nB\nPIÈGE : y\nPIÈGE : x",
    ],
)  # fmt: skip
def test_two_texts_are_found_however_they_are_dressed(answer):
    found = two_texts(answer)
    assert found is not None
    assert [b.markup.strip("-* \n") for b in found] == ["A", "B"]
    assert found[0].trap is None and found[1].trap == Trap("x", "")


@pytest.mark.parametrize("answer", ["", "TEXTE 1\nA", "TEXTE 2\nA\nTEXTE 1\nB", "TEXTE 1\n\nTEXTE 2\nB", "A\nB"])  # fmt: skip
def test_one_text_is_not_two(answer):
    assert two_texts(answer) is None


@pytest.mark.parametrize(
    "line,words,label",
    [
        ("PIÈGE : l’aéroport | SITE", "l’aéroport", "SITE"),
        ("TRAP: United Nations -> ORG", "United Nations", "ORG"),
        ("- *Piège :* « R&amp;D »", "R&D", ""),
        ("PIÈGE : etc...", "etc...", ""),
    ],
)
def test_the_trap_line(line, words, label):
    assert block(f"Un texte.\n{line}").trap == Trap(words, label)
    assert block(f"{line}\nUn texte.").markup == "Un texte."


@pytest.mark.parametrize("kind", HUGE)
def test_a_huge_answer_is_taken_apart_quickly(kind):
    started = time.process_time()
    for answer in (HUGE[kind], f"TEXTE 1\n{HUGE[kind]}\nTEXTE 2\nPIÈGE : {HUGE[kind]}"):
        two_texts(answer)
        block(answer)
    assert time.process_time() - started < 3


@given(st.text(alphabet=st.characters(), max_size=200))
def test_taking_an_answer_apart_never_fails(text):
    for answer in (text, f"TEXTE 1\n{text}\nTEXTE 2\n{text}\nPIÈGE : {text}"):
        two_texts(answer)
        block(answer)


def illustrated(number: int, **parameters: str) -> Document:
    return Document(f"n{number}", "x", origin=Origin("guide_rules", parameters=parameters))


def test_the_coverage_table_has_a_row_for_every_rule_polarity_and_register():
    guide = parse_guide(GUIDES["fr"])
    made = [
        illustrated(1, rule="PER-I1", polarity="positive", register="live"),
        illustrated(2, rule="PER-I1", polarity="positive", register="live"),
        illustrated(3, rule="EXE-E1", polarity="negative", register="brief"),
        illustrated(4, rule="OLD-I1", polarity="negative", register="brief"),
        illustrated(5, polarity="negative"),
        SHOWN,
    ]
    rows = coverage(guide, made)
    rules = [task.rule.id for task in tasks_of(guide)]
    assert len(rows) == len(rules) * 2 * 2 and "PER-I2" not in rules
    assert {row[:5] for row in rows if row.documents} == {
        ("PER-I1", "PERSONNE", "positive", "live", 2),
        ("EXE-E1", "EXERCE", "negative", "brief", 1),
    }
    assert [row.documents for row in coverage(guide, [])] == [0] * len(rules) * 2


def test_a_disobedient_model_gets_no_trap_annotated(example):
    """Whatever the rule of the example's guide, its own counter-examples are never taken for right texts."""
    from bouture.corpus.guide_reader import read_guide

    guide = read_guide(example / "guide.md")
    tried = 0
    for task in tasks_of(guide):
        right = [e.document for e in task.rule.examples if not e.wrong]
        for wrong in (e.document for e in task.rule.examples if e.wrong):
            others = {t.rule.id: 0.0 for t in tasks_of(guide) if t.rule.id != task.rule.id}
            known = Materials([SHOWN], guide.schema(), guide, wanted=Wanted(rules=others))
            strategy = GuideRules(known, GuideRules.Options(repairs=0, most_changed=1))
            first = right[0] if right else from_markup("Rien.")
            for mention in wrong.mentions():
                correct = {(m.label, m.text) for e in right for m in e.mentions()}
                if (mention.label, mention.text) in correct or task.label not in (
                    "",
                    mention.label,
                ):
                    continue
                answer = pair(
                    f"Alors, {to_markup(first)}",
                    f"Alors, {to_markup(wrong)}",
                    f"PIÈGE : {mention.text} | {mention.label}",
                )
                try:
                    made, _ = converse(strategy, SHOWN, [answer])
                except Declined as declined:
                    assert {"P41", "P43"} & {issue.code for issue in declined.issues}
                else:  # mended while it was read: « Moskva, » has lost its comma
                    assert (mention.label, mention.text) not in {
                        (m.label, m.text) for m in made[1].mentions()
                    }
                tried += 1
    assert tried > 25
