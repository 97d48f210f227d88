"""Rewriting: the prompts in full, and the dialogue driven by hand with good and bad answers."""

import random
from pathlib import Path

import pytest

from bouture.corpus.guide import EntityGuide, Guide, Rule, RuleKind
from bouture.corpus.issue import Severity
from bouture.corpus.markup import to_markup
from bouture.llm.messages import Response
from bouture.strategies.dialogue import Declined
from bouture.strategies.rewrite.rewrite import Rewrite
from strategies.driving import converse, gold, materials

GOLDEN = Path(__file__).parent / "golden"
SOURCE = (
    '8 h 05 — Le <e id="E1" t="FONCTION">maire de <e id="E2" t="LIEU">Kiev</e></e> a parlé à '
    '<e id="E2" t="LIEU">Kiev</e> des pertes &amp; des dégâts.\n\nE1 | SITUE_A | E2'
)
[DOCUMENT] = gold(SOURCE)
GOOD = (
    'À <e id="E2" t="LIEU">Kiev</e>, pertes &amp; dégâts ont été évoqués par le '
    '<e id="E1" t="FONCTION">maire de <e id="E2" t="LIEU">Kiev</e></e>.\n\nE1 | SITUE_A | E2'
)
LOSES_ONE = GOOD.replace('À <e id="E2" t="LIEU">Kiev</e>', "Dans la capitale")


def guide(language: str) -> Guide:
    rule = Rule("LIE-B1", RuleKind.BOUNDARY, "« Région » entre\ndans la mention.")
    entities = {
        "LIEU": EntityGuide("LIEU", "Nom propre géographique.", (rule,)),
        "FONCTION": EntityGuide("FONCTION", "Fonction tenue par un individu."),
        "DATE": EntityGuide("DATE", "Jour ou période."),
    }
    general = Rule("GEN-B1", RuleKind.BOUNDARY, "La mention exclut le déterminant.")
    return Guide("Guide", language, entities, {}, (general,))


def build(language: str = "fr", **options: object) -> Rewrite:
    known = materials(
        [DOCUMENT],
        guide=guide(language),
        language=language,
        model="m",
        parameters={"temperature": 0.7},
    )
    return Rewrite(known, Rewrite.Options(**options))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_whole_prompt(language):
    strategy = build(language)
    request = next(strategy(DOCUMENT, random.Random(1)))
    assert (request.model, request.parameters) == ("m", {"temperature": 0.7})
    said = "\n\n".join(f"[{m.role}]\n{m.content}" for m in request.messages) + "\n"
    assert said == (GOLDEN / f"rewrite.{language}.txt").read_text(encoding="utf-8")


def test_a_good_answer_becomes_a_document_with_its_origin():
    [made], requests = converse(build(transformations=("Autrement.",)), DOCUMENT, [GOOD])
    assert len(requests) == 1 and to_markup(made).startswith('À <e id="E2"')
    assert {(m.entity, m.text) for m in made.mentions()} == {
        ("E1", "maire de Kiev"),
        ("E2", "Kiev"),
    }
    assert made.relations == DOCUMENT.relations
    origin = made.origin
    assert (origin.strategy, origin.sources, origin.issues) == ("rewrite", ("d0",), ())
    assert origin.parameters["transformation"] == "Autrement."
    assert origin.parameters["keeps"] == "mentions"


def test_chatter_is_mended_and_noted():
    [made], _ = converse(build(), DOCUMENT, [f"```\n{GOOD}\n```"])
    assert "M02" in {issue.code for issue in made.origin.issues}


def test_a_lost_mention_is_sent_back_with_what_is_wrong():
    [made], requests = converse(build(), DOCUMENT, [LOSES_ONE, GOOD])
    roles = [message.role for message in requests[1].messages]
    assert roles == ["system", "user", "assistant", "user"]
    assert requests[1].messages[:2] == requests[0].messages
    assert requests[1].messages[2].content == LOSES_ONE
    complaint = requests[1].messages[3].content
    assert "- perdue : la mention « Kiev » (E2, LIEU), 1 fois" in complaint
    [note] = [issue for issue in made.origin.issues if issue.code == "P05"]
    assert note.severity is Severity.NOTE and note.evidence == {"times": 1, "codes": "F3"}


def test_the_complaint_is_in_the_language_of_the_prompts():
    _, requests = converse(build("en"), DOCUMENT, [LOSES_ONE, GOOD])
    assert "- lost: the mention “Kiev” (E2, LIEU), 1 time(s)" in requests[1].messages[3].content


def declines(answers: list[str | Response], **options: object) -> Declined:
    with pytest.raises(Declined) as declined:
        converse(build(**options), DOCUMENT, answers)
    return declined.value


def test_a_mention_lost_twice_is_declined_with_the_answer():
    declined = declines([LOSES_ONE, LOSES_ONE])
    assert [issue.code for issue in declined.issues] == ["F3"] and declined.answer == LOSES_ONE


def test_without_repairs_the_first_fault_is_the_last():
    assert [i.code for i in declines([LOSES_ONE], repairs=0).issues] == ["F3"]


def test_a_lost_relation_is_declined():
    declined = declines([GOOD.split("\n\n")[0]] * 2)
    assert [i.message for i in declined.issues] == ["lost: the relation E1 | SITUE_A | E2"]


def test_a_refusal_is_declined():
    refusal = "Je suis désolé, mais je ne peux pas vous aider à réécrire ce texte."
    assert "M01" in {issue.code for issue in declines([refusal, refusal]).issues}


def test_a_cut_answer_is_asked_again():
    [made], requests = converse(
        build(), DOCUMENT, [Response(GOOD[:60], finish_reason="length"), GOOD]
    )
    assert "coupée" in requests[1].messages[3].content
    assert "M03" in made.origin.issues[-1].evidence["codes"]


def test_an_empty_answer_is_asked_again_with_a_conversation_servers_accept():
    _, requests = converse(build(), DOCUMENT, ["", GOOD])
    assert all(message.content for message in requests[1].messages)
    assert requests[1].key != requests[0].key


def test_an_added_entity_goes_to_review_not_back():
    more = GOOD.replace("pertes", '<e id="E7" t="LIEU">Lviv</e>, pertes')
    [made], _ = converse(build(), DOCUMENT, [more])
    assert [(i.code, i.severity) for i in made.origin.issues] == [("F3", Severity.REVIEW)]


def test_a_negation_that_appears_goes_to_review():
    [made], _ = converse(build(), DOCUMENT, [GOOD.replace("ont été", "n’ont pas été")])
    assert [(i.code, i.severity) for i in made.origin.issues] == [("L8", Severity.REVIEW)]


def test_documents_that_tags_cannot_write_are_declined():
    from bouture.corpus.document import Document, Entity, Span

    crossing = Document(
        "x", "abcdef", (Entity("1", "A", (Span(0, 4),)), Entity("2", "A", (Span(2, 6),)))
    )
    for document, code in ((crossing, "P06"), (Document("y", " "), "P07")):
        with pytest.raises(Declined) as declined:
            next(build()(document, random.Random(0)))
        assert [issue.code for issue in declined.value.issues] == [code]


def test_a_document_without_entity_asks_for_no_tag():
    [document] = gold("Bonjour à tous.")
    [made], requests = converse(build(), document, ["Salut à tous."])
    prompt = requests[0].messages[1].content
    assert "(aucune" in prompt and "N’écris aucune ligne de relation" in prompt
    assert made.text == "Salut à tous." and made.entities == ()


def test_the_rules_end_where_the_room_does():
    prompt = build(guide_characters=0).messages(DOCUMENT, "X")[1].content
    assert "Nom propre géographique." in prompt and "LIE-B1" not in prompt


def test_both_languages_have_the_same_parts_and_as_many_transformations():
    french, english = build("fr"), build("en")
    assert french._prompts.keys() == english._prompts.keys()
    assert len(french._transformations) == len(english._transformations) > 8


SAID = 'Le <e id="1" t="FONCTION">maire</e> de <e id="2" t="LIEU">Kiev</e> a annoncé hier soir que trois immeubles avaient brûlé.'
TAGS = '<e id="1" t="FONCTION">maire</e>\n<e id="2" t="LIEU">Kiev</e>'


def test_mentions_without_what_is_said_of_them_are_no_text():
    [said] = gold(SAID)
    with pytest.raises(Declined) as declined:
        converse(build(repairs=0), said, [TAGS])
    assert [issue.code for issue in declined.value.issues] == ["M04"]
    short = TAGS.replace("\n", " de ") + " : trois immeubles en feu."
    [made], requests = converse(build(), said, [TAGS, short])
    assert made.text == "maire de Kiev : trois immeubles en feu."
    assert "0 mot(s) autour d’elles, 11 dans la source" in requests[1].messages[-1].content
    [made], _ = converse(build(), gold(TAGS)[0], [TAGS.replace("\n", ", ")])  # gold of little else
    assert made.text == "maire, Kiev"
