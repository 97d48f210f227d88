"""Laws of the strategies that rewrite, translate or replace entities, on documents and answers as nasty as real ones."""

import random

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from bouture.corpus.document import Document
from bouture.corpus.fidelity import compare
from bouture.corpus.issue import Severity, worst
from bouture.corpus.markup import from_markup, to_markup
from bouture.errors import LossError
from bouture.llm.messages import Request, Response
from bouture.strategies.back_translation.back_translation import BackTranslation
from bouture.strategies.context_rewriting.context_rewriting import ContextRewriting
from bouture.strategies.dialogue import Declined, Strategy
from bouture.strategies.entity_pools.both_levels import BothLevels
from bouture.strategies.entity_pools.entity_replacement import EntityReplacement
from bouture.strategies.rewrite.rewrite import Rewrite
from documents import documents
from strategies.driving import materials
from strategies.test_laws import any_document, skeleton

LAX = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
EVERY = (Rewrite, ContextRewriting, BackTranslation, EntityReplacement, BothLevels)
POOL = """Soumy | aucun | f | s | ville
Olena Zelenska | aucun | f | s | personne
OSCE | l’ | f | s | -
réservistes | - | m | p | -
colonel | - | m | s | -"""
tags = st.sampled_from(
    ['<e id="E1" t="LIEU">', "</e>", "Kiev", " | ", "\n", "E1", "&amp;", "{", "]", "- ", "```"]
)
answers = st.one_of(st.text(), st.lists(tags, max_size=30).map("".join))


def driven(strategy: Strategy, document: Document, answer) -> list[Document] | Declined:
    """What a dialogue makes, or why it declines; nothing else may come out of it."""
    dialogue = strategy(document, random.Random(0))
    try:
        request: Request = next(dialogue)
        for turn in range(40):
            assert all(message.content for message in request.messages)
            request = dialogue.send(Response(answer(turn)))
    except StopIteration as end:
        return end.value
    except Declined as declined:
        return declined
    raise AssertionError("it asks without end")


@pytest.mark.parametrize("member", EVERY)
@pytest.mark.parametrize("language", ["fr", "en"])
@LAX
@given(any_document, st.lists(answers, min_size=1, max_size=4))
def test_whatever_is_answered_a_dialogue_makes_a_document_or_declines(
    member, language, document, said
):
    strategy = member(materials([document], language=language), member.Options())
    made = driven(strategy, document, lambda turn: said[turn % len(said)])
    if isinstance(made, Declined):
        assert worst(made.issues) is Severity.REJECT
        return
    [new] = made
    assert new.origin.sources == (document.id,) and new.meta == document.meta
    if new.origin.parameters["keeps"] == "mentions":
        lost = [i for i in compare(document, new) if i.severity is Severity.REJECT]
        assert lost == []


@pytest.mark.parametrize("member", [Rewrite, ContextRewriting])
@LAX
@given(documents(extras=False))
def test_the_text_itself_is_read_back_as_it_was(member, document):
    """The prompt's own notation loses nothing: what a model copies says the same."""
    strategy = member(materials([document]), member.Options())
    try:
        answer = to_markup(document)
    except LossError:
        answer = ""
    made = driven(strategy, document, lambda _: answer)
    if not isinstance(made, Declined):
        assert compare(document, made[0]) == []
        assert set(made[0].relations) == set(document.relations)


MENTIONS = [
    ("Kiev", "LIEU"),
    ("Ukraine", "LIEU"),
    ("Donbass", "LIEU"),
    ("Anna Malko", "PERSONNE"),
    ("Malko", "PERSONNE"),
    ("OTAN", "ORGANISATION"),
    ("policiers", "GROUPE"),
    ("commandant", "GRADE"),
    ("maire de <e id='{id}b' t='LIEU'>Lviv</e>", "FONCTION"),
]
WORDS = "Le la l’ les des à en dans de d’ du un avec voit parle attaque est blessé et , il"


@st.composite
def tagged(draw: st.DrawFn) -> Document:
    """Sentences of common words and mentions, some entities mentioned twice, French or not."""
    written = ""
    for number in range(draw(st.integers(1, 8))):
        words = draw(st.lists(st.sampled_from(WORDS.split(" ")), max_size=4))
        mention, label = draw(st.sampled_from(MENTIONS))
        id = draw(st.sampled_from([f"E{number}", f"{label}1"]))
        inside = mention.format(id=f"E{number}").replace("'", '"')
        end = draw(st.sampled_from([" ", ". ", ", ", "."]))
        written += " ".join([*words, f'<e id="{id}" t="{label}">{inside}</e>']) + end
    return from_markup(written.replace("’ ", "’"), id=f"d{draw(st.integers(0, 9999))}")


@pytest.mark.parametrize("language", ["fr", "en"])
@settings(LAX, max_examples=100)
@given(st.lists(tagged(), min_size=1, max_size=3, unique_by=lambda d: d.id))
def test_replacing_entities_keeps_ids_labels_and_relations(language, corpus):
    known = materials(corpus, language=language)
    pool = POOL if language == "fr" else "Sumy | s | city\nOlha Bo | s | person\nreserves | p | -"
    for document in corpus:
        strategy = EntityReplacement(known, EntityReplacement.Options(p=1.0, uses=3))
        made = driven(strategy, document, lambda _: pool)
        if isinstance(made, Declined):
            assert {issue.code for issue in made.issues} <= {"P20", "P22"}
            event("declined")
            continue
        event("replaced")
        [new] = made
        assert skeleton(new) == skeleton(document)
        replaced = new.origin.parameters["replaced"]
        assert len(set(replaced.values())) == len(replaced) > 0
        for entity in new.entities:
            read = {new.mention_text(span) for span in entity.spans}
            if entity.id in replaced:
                assert replaced[entity.id] in read
            else:
                assert read.isdisjoint(replaced.values())
