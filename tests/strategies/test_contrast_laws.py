"""Laws of the strategies that write contrasts and negatives: no corpus and no answer makes them fall over, and the draw decides."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bouture.corpus.document import Document
from bouture.corpus.guide_reader import parse_guide
from bouture.corpus.markup import to_markup
from bouture.corpus.schema import Schema
from bouture.errors import LossError
from bouture.llm.messages import Request, Response
from bouture.strategies.attributes.attributes import Attributes
from bouture.strategies.counterfactual.relation_flip.relation_flip import RelationFlip
from bouture.strategies.counterfactual.type_flip.type_flip import TypeFlip
from bouture.strategies.dialogue import Declined, Materials, Strategy
from bouture.strategies.guide_rules.guide_rules import GuideRules
from bouture.strategies.negatives.no_entity.no_entity import NoEntity
from bouture.strategies.negatives.unrelated_pair.unrelated_pair import UnrelatedPair
from documents import LABELS, documents, texts

STRATEGIES = (GuideRules, TypeFlip, RelationFlip, UnrelatedPair, NoEntity, Attributes)
GUIDE = parse_guide(
    "\n".join(
        ["## Entités"]
        + [
            f"### {label}\n**Définition.** Sens.\n- [R{n}-{kind}1] Une règle. `code: no_pronoun`"
            for n, (label, kind) in enumerate(zip(LABELS, "IEBIEB", strict=True))
        ]
    )
)
ABLE = {
    "surfaces": {
        name: list(LABELS) for name in ("72e brigade", "l’armée", "é", "Le général Zaloujny")
    }
}


def build(member: type, corpus: list[Document]) -> Strategy:
    known = Materials(corpus, Schema.learn(corpus), GUIDE)
    return member(known, member.Options(**(ABLE if member is TypeFlip else {})))


def driven(strategy: Strategy, document: Document, answers: list[str]) -> object:
    """What comes of a dialogue that hears the answers over and over: documents, or the codes it declines with."""
    dialogue = strategy(document, random.Random(1))
    try:
        request = next(dialogue)
        for turn in range(20):
            assert isinstance(request, Request) and all(m.content for m in request.messages)
            request = dialogue.send(Response(answers[turn % len(answers)]))
    except StopIteration as end:
        return end.value
    except Declined as declined:
        assert declined.issues and all(i.code[0] in "PMF" for i in declined.issues)
        return [issue.code for issue in declined.issues]
    raise AssertionError("it asks for ever")


def shown(document: Document) -> str:
    try:
        return to_markup(document)
    except LossError:
        return document.text


any_answer = st.one_of(
    texts(),
    documents(extras=False).map(shown),
    st.tuples(documents(extras=False).map(shown), texts()).map(
        lambda two: f"TEXTE 1\n{two[0]}\nTEXTE 2\n{two[1]}\nPIÈGE : {two[1][:20]}"
    ),
)


@pytest.mark.parametrize("member", STRATEGIES, ids=lambda member: member.name)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(documents(extras=False), min_size=1, max_size=3, unique_by=lambda d: d.id),
    st.lists(any_answer, min_size=1, max_size=2),
)
def test_any_corpus_and_any_answer_end_in_documents_or_a_reason(member, corpus, answers):
    strategy = build(member, corpus)
    gold = {document.id for document in corpus}
    for document in corpus:
        answers = [*answers, shown(document)]  # a model that echoes
        made = driven(strategy, document, answers)
        assert made == driven(build(member, corpus), document, answers)
        for one in made:
            if isinstance(one, Document):
                origin = one.origin
                assert origin.strategy == member.name and "keeps" in origin.parameters
                assert {*origin.sources, *origin.demonstrations} <= gold
                stated = {(relation.head, relation.tail) for relation in one.relations}
                assert stated.isdisjoint(one.mask.pairs)
                assert set(origin.parameters["apart"]) <= {"tokens", "mentions", "relations"}


@pytest.mark.parametrize("member", STRATEGIES, ids=lambda member: member.name)
def test_every_strategy_says_that_it_asks_a_model_and_describes_its_options(member):
    assert member.asks_model is True and member.__doc__
    fields = member.Options.model_fields
    assert all(field.description for field in fields.values())
    with pytest.raises(ValueError):
        member.Options(nonsense=1)
