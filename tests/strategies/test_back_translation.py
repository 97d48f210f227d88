"""Back-translation: the prompts in full, and the two questions with good, faulty and hostile answers."""

import random
from pathlib import Path

import pytest

from bouture.corpus.document import Document, Entity, Span
from bouture.corpus.issue import Severity
from bouture.corpus.markup import to_markup
from bouture.errors import RecipeError
from bouture.llm.messages import Response
from bouture.strategies.back_translation.back_translation import BackTranslation
from bouture.strategies.dialogue import Declined
from strategies.driving import converse, gold, materials
from strategies.test_rewrite import DOCUMENT, GOOD, SAID, TAGS

GOLDEN = Path(__file__).parent / "golden"
BACK = GOOD.split("\n\n")[0]
OUT = (
    '8:05 am — The <e id="E1" t="FONCTION">mayor of <e id="E2" t="LIEU">Kyiv</e></e> spoke in '
    '<e id="E2" t="LIEU">Kyiv</e> of losses &amp; damage.'
)
OUT_UK = (
    '8:05 — <e id="E1" t="FONCTION">Мер <e id="E2" t="LIEU">Києва</e></e> говорив у '
    '<e id="E2" t="LIEU">Києві</e> про втрати й руйнування.'
)


def build(language: str = "fr", **options: object) -> BackTranslation:
    known = materials([DOCUMENT], language=language, model="m", parameters={"temperature": 0.7})
    return BackTranslation(known, BackTranslation.Options(**options))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_whole_prompts(language):
    dialogue = build(language)(DOCUMENT, random.Random(1))
    requests = [next(dialogue), dialogue.send(Response(OUT))]
    said = "\n\n".join(f"[{m.role}]\n{m.content}" for request in requests for m in request.messages)
    expected = GOLDEN / f"back_translation.{language}.txt"
    assert said + "\n" == expected.read_text(encoding="utf-8")
    assert all(r.model == "m" and r.parameters == {"temperature": 0.7} for r in requests)


def test_there_and_back():
    [made], requests = converse(build(), DOCUMENT, [OUT, BACK])
    assert len(requests) == 2 and OUT in requests[1].messages[1].content
    assert to_markup(made).split("\n\n")[0] == BACK
    assert made.relations == DOCUMENT.relations
    origin = made.origin
    assert (origin.strategy, origin.sources, origin.issues) == ("back_translation", ("d0",), ())
    assert origin.parameters["pivot"] == "en" and origin.parameters["keeps"] == "mentions"


def test_a_pivot_in_another_script_is_read():
    [made], requests = converse(build(pivot="uk"), DOCUMENT, [OUT_UK, BACK])
    assert "vers l’ukrainien" in requests[0].messages[1].content and made.origin.issues == ()


def test_a_tag_lost_on_the_way_out_is_asked_for_again():
    lost = OUT.replace('in <e id="E2" t="LIEU">Kyiv</e>', "there")
    [made], requests = converse(build(), DOCUMENT, [lost, OUT, BACK])
    complaint = requests[1].messages[3].content
    assert "la balise E2 (LIEU) doit apparaître 2 fois, elle apparaît 1 fois" in complaint
    assert [issue.code for issue in made.origin.issues] == ["P05"]
    with pytest.raises(Declined) as declined:
        converse(build(repairs=0), DOCUMENT, [lost])
    assert [issue.code for issue in declined.value.issues] == ["P62"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('id="E1" t="FONCTION"', 'id="E1" t="LIEU"'),
        ('id="E1"', 'id="E9"'),
        ("damage.", 'damage in <e id="E7" t="LIEU">Lviv</e>.'),
    ],
)
def test_other_tags_on_the_way_out_are_refused(old, new):
    with pytest.raises(Declined) as declined:
        converse(build(), DOCUMENT, [OUT.replace(old, new)] * 2)
    assert {i.code for i in declined.value.issues if i.severity is Severity.REJECT} == {"P62"}


def test_what_was_not_translated_is_asked_for_again():
    untouched = to_markup(DOCUMENT).split("\n\n")[0]
    _, requests = converse(build(), DOCUMENT, [untouched, OUT, BACK])
    assert "n’a pas été traduit" in requests[1].messages[3].content
    with pytest.raises(Declined) as declined:
        converse(build(), DOCUMENT, [untouched, untouched])
    assert [issue.code for issue in declined.value.issues] == ["P63"]


def test_a_mention_that_comes_back_otherwise_is_asked_for_again():
    wrong = BACK.replace(">Kiev<", ">Kyiv<", 1)
    [made], requests = converse(build(), DOCUMENT, [OUT, wrong, BACK])
    assert "est devenue" in requests[2].messages[3].content
    assert "P05" in {issue.code for issue in made.origin.issues}
    with pytest.raises(Declined) as declined:
        converse(build(), DOCUMENT, [OUT, wrong, wrong])
    assert {issue.code for issue in declined.value.issues} == {"F3"}


def test_a_text_that_comes_back_as_it_was_is_declined():
    with pytest.raises(Declined) as declined:
        converse(build(), DOCUMENT, [OUT, to_markup(DOCUMENT).split("\n\n")[0]])
    assert [issue.code for issue in declined.value.issues] == ["P64"]


def test_relation_lines_are_not_asked_for_and_ignored_when_they_come():
    turned = f"{BACK}\n\nE2 | SITUE_A | E1"
    [made], requests = converse(build(), DOCUMENT, [OUT, turned])
    assert made.relations == DOCUMENT.relations
    assert "SITUE_A" not in "".join(m.content for r in requests for m in r.messages)


HOSTILE = ["", "I'm sorry, but I can't help with that.", "{}", "<" * 100_000, "\ud800", "[city]"]


@pytest.mark.parametrize("answer", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_answers_are_coded_both_ways(answer):
    for before in ([], [OUT]):
        with pytest.raises(Declined) as declined:
            converse(build(), DOCUMENT, [*before, answer, answer])
        assert all(issue.code[:1] in "MFP" for issue in declined.value.issues)
        assert Severity.REJECT in {issue.severity for issue in declined.value.issues}


def test_a_cut_translation_is_asked_again():
    [made], requests = converse(
        build(), DOCUMENT, [Response(OUT[:90], finish_reason="length"), OUT, BACK]
    )
    assert "coupée" in requests[1].messages[3].content and made.origin.issues[0].code == "P05"


def test_documents_that_tags_cannot_write_are_declined():
    crossing = Document(
        "x", "abcdef", (Entity("1", "A", (Span(0, 4),)), Entity("2", "A", (Span(2, 6),)))
    )
    for document, code in ((crossing, "P06"), (Document("y", " "), "P07")):
        with pytest.raises(Declined) as declined:
            next(build()(document, random.Random(0)))
        assert [issue.code for issue in declined.value.issues] == [code]


def test_the_pivot_is_another_language():
    assert build().pivot == "en" and build("en").pivot == "fr"
    with pytest.raises(RecipeError):
        build("fr", pivot="fr")


def test_both_languages_have_the_same_parts():
    french, english = build("fr")._prompts, build("en")._prompts
    assert french.keys() == english.keys()


def test_a_document_without_entity():
    [document] = gold("Bonjour à tous.")
    [made], requests = converse(build(), document, ["Hello everyone.", "Salut tout le monde."])
    assert "(aucune" in requests[1].messages[1].content and made.text == "Salut tout le monde."


@pytest.mark.parametrize("turn", [0, 1])
def test_tags_without_a_translation_around_them_are_refused_both_ways(turn):
    [said] = gold(SAID)
    out = SAID.replace("a annoncé hier soir", "announced last night")
    with pytest.raises(Declined) as declined:
        converse(build(repairs=0), said, [*[out] * turn, TAGS])
    assert [issue.code for issue in declined.value.issues] == ["M04"]
