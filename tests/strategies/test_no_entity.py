"""Texts without entity: the prompts in full, words that only look like entities, whatever gold would annotate is sent back."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bouture import formats
from bouture.corpus.document import Document
from bouture.corpus.guide_reader import parse_guide
from bouture.corpus.markup import to_markup
from bouture.corpus.schema import Schema
from bouture.corpus.tokens import folded_tokens
from bouture.strategies.dialogue import Declined, Materials
from bouture.strategies.negatives.gazetteer import CAPITAL, NUMBER, Gazetteer, shaped
from bouture.strategies.negatives.no_entity.near_entities import (
    NearEntity,
    near_entities,
    stretches,
)
from bouture.strategies.negatives.no_entity.no_entity import NoEntity
from documents import documents
from strategies.driving import converse, gold, materials
from strategies.nasty import HOSTILE

GOLDEN = Path(__file__).parent / "golden"
GUIDES = {
    "fr": """---
language: fr
---
## Entités
### LIEU
**Définition.** Nom propre géographique.
- [LIE-E1] Un nom commun seul n’est pas un LIEU.
  - Exemple : La capitale, <e id="E1" t="LIEU">Kiev</e>, s’éveille.
  - Contre-exemple : La <e id="E1" t="LIEU">capitale</e>, <e id="E2" t="LIEU">Kiev</e>, s’éveille.
- [LIE-E2] Les gentilés ne sont pas des LIEU.
  - Contre-exemple : Un <e id="E1" t="LIEU">Ukrainien</e> parle.
### GROUPE
**Définition.** Plusieurs personnes.
- [GRO-E1] « La presse » n’est pas un GROUPE.
  - Contre-exemple : La <e id="E1" t="GROUPE">presse</e> et les <e id="E2" t="GROUPE">civils</e>.
- [GRO-E2] Un individu isolé non plus.
  - Exemple : Des <e id="E1" t="GROUPE">médecins</e> sont là.
  - Contre-exemple : Un <e id="E1" t="GROUPE">médecin</e> et des <e id="E2" t="GROUPE">médecins</e>.
""",
    "en": """---
language: en
---
## Entities
### LIEU
**Definition.** Geographical proper name.
### GROUPE
**Definition.** Several persons.
""",
}
CORPUS = gold(
    '8 h 05 — À <e id="E1" t="LIEU">Odessa</e>, les <e id="E2" t="GROUPE">civils</e> partent.',
    'Des <e id="E1" t="GROUPE">civils</e> gagnent <e id="E2" t="LIEU">Lviv</e> et <e id="E3" t="LIEU">Odessa</e>.',
    'De <e id="E1" t="LIEU">Lviv</e>, par <e id="E2" t="LIEU">Soumy</e>, on va vers <e id="E3" t="LIEU">Kharkiv</e>.',
)
SHOWN = CORPUS[0]
GOOD = "8 h 05 — La capitale s’éveille, et un Ukrainien balaie le trottoir."


def build(language: str = "fr", **options: object) -> NoEntity:
    guide = parse_guide(GUIDES[language])
    return NoEntity(
        Materials(CORPUS, guide.schema(), guide, language, "m"), NoEntity.Options(**options)
    )


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_whole_prompt(language):
    request = next(build(language)(SHOWN, random.Random(0)))
    said = "\n\n".join(f"[{m.role}]\n{m.content}" for m in request.messages) + "\n"
    assert said == (GOLDEN / f"no_entity.{language}.txt").read_text(encoding="utf-8")


def test_both_languages_have_the_same_parts_and_as_many_nouns():
    french, english = build("fr")._prompts, build("en")._prompts
    assert french.keys() == english.keys()
    assert len(french.listed("nouns")) == len(english.listed("nouns")) >= 20


def test_a_good_text_is_kept_with_its_origin():
    [made], requests = converse(build(), SHOWN, [GOOD])
    assert len(requests) == 1 and (made.text, made.entities) == (GOOD, ())
    assert (made.origin.sources, made.origin.demonstrations) == ((), ("d0",))
    assert len(made.origin.parameters["nouns"]) == 2


@pytest.mark.parametrize(
    "answer,surface",
    [
        (GOOD.replace("capitale", '<e id="E1" t="LIEU">capitale</e>'), "capitale"),
        (GOOD.replace("La capitale", "Odessa"), "Odessa"),
        (GOOD.replace("trottoir", "trottoir des civils"), "civils"),
        (GOOD.replace("le trottoir", "le trottoir de Berlin"), "Berlin"),
    ],
    ids=["tag", "known name", "known noun", "unknown name"],
)
def test_whatever_gold_would_annotate_is_sent_back_then_declined(answer, surface):
    with pytest.raises(Declined) as found:
        converse(build(), SHOWN, [answer, answer])
    assert [issue.code for issue in found.value.issues] == ["P49"]
    assert found.value.issues[0].evidence["surface"] == surface
    [made], requests = converse(build(), SHOWN, [answer, GOOD])
    assert made.text == GOOD and surface in requests[1].messages[3].content


def test_the_near_entities_come_from_the_exclusions_of_the_guide():
    guide = parse_guide(GUIDES["fr"])
    # « civils » is gold's, « médecins » right elsewhere in its rule
    found = near_entities(guide, Gazetteer(CORPUS), ["la mairie"])
    assert [near.words for near in found] == ["capitale", "Ukrainien", "presse", "médecin"]
    assert [near.rule for near in found] == ["LIE-E1", "LIE-E2", "GRO-E1", "GRO-E2"]


def test_without_a_guide_they_are_common_nouns_that_gold_never_annotates():
    gazetteer = Gazetteer(gold('La <e id="E1" t="X">mairie</e> et la brigade.'))
    assert near_entities(None, gazetteer, ["la mairie", "la brigade"]) == (
        NearEntity("la brigade"),
    )


def test_numbers_count_where_gold_annotates_them():
    dated = gold(*[f'Le <e id="E1" t="DATE">{n} mars</e>, rien.' for n in range(1, 7)])
    strategy = NoEntity(materials(dated), NoEntity.Options(repairs=0))
    assert NUMBER in strategy._gazetteer.shapes
    assert (
        "aucun nombre en chiffres" in next(strategy(dated[0], random.Random(0))).messages[1].content
    )
    with pytest.raises(Declined):
        converse(strategy, dated[0], ["On attend depuis 14 jours."])
    assert NUMBER not in build()._gazetteer.shapes and CAPITAL in build()._gazetteer.shapes


def test_words_that_were_asked_for_may_occur():
    [made], _ = converse(build(nouns=("Telegram", "Odessa")), SHOWN, ["On le lit sur Telegram."])
    assert made.text == "On le lit sur Telegram."


def test_they_may_occur_as_they_were_asked_for_and_not_word_by_word():
    asked = build(nouns=("la mer d’Odessa",), repairs=0)
    [made], _ = converse(asked, SHOWN, ["On ne voit plus la mer d’Odessa."])
    assert made.entities == ()
    with pytest.raises(Declined):
        converse(asked, SHOWN, ["On ne voit plus Odessa."])


def test_a_time_of_day_is_no_word_to_ask_for():
    head = '- [LIE-E3] L’horodatage.\n  - Contre-exemple : <e id="E1" t="LIEU">7 h 42</e> — Rien.\n'
    guide = parse_guide(GUIDES["fr"].replace("### GROUPE", head + "### GROUPE"))
    found = near_entities(guide, Gazetteer(CORPUS), [])
    assert "LIE-E3" not in {near.rule for near in found} and len(found) == 4


def test_the_register_keeps_its_tags_only_where_there_is_no_guide_to_follow():
    without = NoEntity(materials(CORPUS, language="fr"), NoEntity.Options())
    for strategy, tagged in ((build(), False), (without, True)):
        said = next(strategy(SHOWN, random.Random(0))).messages[1].content
        assert ("<e id=" in said) == tagged


@given(st.text(max_size=40), st.lists(st.text(max_size=8), max_size=3))
def test_stretches_are_the_phrases(text, phrases):
    folded = {folded_tokens(phrase) for phrase in phrases}
    for span in stretches(text, phrases):
        assert folded_tokens(text[span.start : span.end]) in folded


@pytest.mark.parametrize("kind", [k for k in HOSTILE if k not in ("json", "many <", "nulls", "traps", "headings", "bars", "colons", "echo")])  # fmt: skip
def test_hostile_answers_are_declined(kind):
    with pytest.raises(Declined):
        converse(build(), SHOWN, [HOSTILE[kind]] * 2)


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_answer_gives_a_document_with_an_entity(kind):
    try:
        made, _ = converse(build(repairs=0), SHOWN, [HOSTILE[kind]])
    except Declined as declined:
        assert declined.issues
    else:
        assert [d.entities for d in made] == [()]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(documents(extras=False), max_size=3, unique_by=lambda d: d.id))
def test_a_surface_that_gold_always_annotates_is_found(corpus):
    gazetteer = Gazetteer(corpus, 1.0)
    for document in corpus:
        for mention in document.mentions():
            if not any(map(str.isalnum, "".join(folded_tokens(mention.text)))):
                continue
            share = gazetteer.share(mention.text)
            assert 0 <= share <= 1
            if share == 1:
                text = f"a {mention.text} a"
                if folded_tokens(text)[1:-1] == folded_tokens(mention.text):
                    assert any(folded_tokens(mention.text) == folded_tokens(s.text) for s in gazetteer.found(text))  # fmt: skip


@given(st.text(max_size=60))
def test_shapes_are_tokens_of_the_text(text):
    for span, shape in shaped(text):
        word = text[span.start : span.end]
        assert shape in (CAPITAL, NUMBER)
        assert any(map(str.isdigit, word)) if shape == NUMBER else word[0].isupper()


@pytest.mark.shared
def test_a_disobedient_model_that_copies_gold_without_its_tags_gets_nothing_accepted(shared):
    corpus = formats.read(shared / "data/textmine2025/train.csv")
    strategy = NoEntity(Materials(corpus, Schema.learn(corpus)), NoEntity.Options(repairs=0))
    for number, document in enumerate(corpus[:60]):
        for answer in (document.text, to_markup(document)):
            with pytest.raises(Declined) as found:
                converse(strategy, document, [answer], number)
            assert "P49" in {issue.code for issue in found.value.issues}
    plain = Document("x", "On attend, et rien ne vient.")
    assert strategy._faults(plain) == []
