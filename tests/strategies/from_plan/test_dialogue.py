"""The dialogues driven by hand: the whole prompt, models that obey and that do not, hostile answers, closed questions."""

import random
from itertools import product
from pathlib import Path

import pytest

from bouture import formats
from bouture.corpus.document import Document, Entity, Span
from bouture.corpus.issue import Severity
from bouture.corpus.normalise import fold
from bouture.corpus.schema import Schema
from bouture.llm.messages import Request, Response
from bouture.strategies.dialogue import Asked, Declined
from bouture.strategies.from_plan.family import DocumentGraph, EntityList, RelationTriples
from bouture.strategies.from_plan.pairs import verdicts
from bouture.strategies.unknown_pairs import unknown_pairs
from strategies.driving import gold
from strategies.driving import materials as learnt
from strategies.from_plan import scripted
from strategies.from_plan.laws import check
from strategies.from_plan.material import (
    STRATEGIES,
    example,
    example_materials,
    small_materials,
)

GOLDEN = Path(__file__).parent / "golden"
every = pytest.mark.parametrize("kind", STRATEGIES, ids=lambda kind: kind.name)


def build(kind, materials=None, **options):
    return kind(materials or example_materials(), kind.Options(**options))


def answered(strategy, document, seed, answer):
    """What comes of a dialogue in which every request is answered by `answer(request)`."""
    dialogue = strategy(document, random.Random(seed))
    request = next(dialogue)
    while True:
        try:
            request = dialogue.send(answer(request))
        except StopIteration as end:
            [made] = end.value
            return made


@pytest.mark.parametrize(("kind", "language"), list(product(STRATEGIES, ("fr", "en"))))
def test_the_whole_prompt(kind, language):
    materials = small_materials(language, model="m", parameters={"temperature": 0.7})
    strategy = build(kind, materials, mixed=0.3)
    request = next(strategy(materials.gold[1], random.Random(4)))
    assert (request.model, request.parameters) == ("m", {"temperature": 0.7})
    said = "\n\n".join(f"[{m.role}]\n{m.content}" for m in request.messages) + "\n"
    assert said == (GOLDEN / f"{kind.name}.{language}.txt").read_text(encoding="utf-8")


@every
def test_a_model_that_obeys_is_always_accepted(kind):
    """And what it writes is the plan: the label was known before the text."""
    documents, _ = example()
    strategy = build(kind, repairs=0)
    for seed in range(100):
        document = documents[seed % len(documents)]
        plan = strategy.draw(document, random.Random(seed)).plan
        made = answered(strategy, document, seed, scripted.obedient)
        assert made.origin.issues == ()
        assert sorted((m.entity, m.label, fold(m.text)) for m in made.mentions()) == sorted(
            plan.required().elements()
        )
        assert set(made.relations) == {r.relation for r in plan.relations}


DISOBEDIENT = [
    *product(STRATEGIES, scripted.OF_MENTIONS),
    *product((RelationTriples, DocumentGraph), scripted.OF_FACTS),
]


@pytest.mark.parametrize(
    ("kind", "disobeys"), DISOBEDIENT, ids=lambda one: getattr(one, "name", one.__name__)
)
def test_a_model_that_does_not_obey_is_never_accepted(kind, disobeys):
    documents, _ = example()
    strategy = build(kind)
    tried = 0
    for seed in range(60):
        document = documents[seed % len(documents)]
        dialogue = strategy(document, random.Random(seed))
        plan = scripted.asked(next(dialogue).messages)
        facts = [fact for fact in plan.facts if fact[1] != scripted.SYMMETRIC]
        if disobeys in scripted.OF_FACTS and not (facts and plan.forbidden):
            continue
        answer = disobeys(plan)
        assert answer != scripted.written(plan)
        tried += 1
        with pytest.raises(Declined):
            dialogue.send(Response(answer))
            dialogue.send(Response(answer))
    assert tried > 12


@every
def test_a_faulty_answer_is_sent_back_and_may_be_mended(kind):
    documents, _ = example()
    dialogue = build(kind)(documents[3], random.Random(3))
    first = next(dialogue)
    plan = scripted.asked(first.messages)
    second = dialogue.send(Response(scripted.drops_a_mention(plan)))
    assert second.messages[:2] == first.messages
    assert "manquante : la mention" in second.messages[3].content.replace("\u00a0", " ")
    with pytest.raises(StopIteration) as end:
        dialogue.send(Response(scripted.written(plan)))
    [made] = end.value.value
    [note] = made.origin.issues
    assert (note.code, note.severity) == ("P05", Severity.NOTE)


@every
def test_where_a_document_comes_from(kind):
    documents, _ = example()
    strategy = build(kind, mixed=0.5)
    made = answered(strategy, documents[5], 5, scripted.obedient)
    origin = made.origin
    drawn = strategy.draw(documents[5], random.Random(5))
    assert (origin.strategy, origin.sources) == (kind.name, drawn.sources)
    assert origin.demonstrations[0] == documents[5].id
    assert origin.parameters["keeps"] == "plan" and origin.parameters["mixed"] == 0.5
    assert origin.parameters["plan"] == drawn.plan.compact()
    texts = {d.id: d.text.casefold() for d in documents}
    for entity in drawn.plan.entities:
        for mention in entity.mentions:
            assert any(mention.surface.casefold() in texts[id] for id in origin.sources)
    shown = "".join(m.content for m in next(strategy(documents[5], random.Random(5))).messages)
    shown_ids = [id for id in origin.demonstrations if id != documents[5].id]
    assert shown.count("## Exemple ") == 1 + len(shown_ids)
    assert not set(shown_ids) & set(origin.sources)


def test_no_gold_document_is_in_more_than_its_share_of_the_prompts():
    documents, _ = example()
    strategy = build(RelationTriples)
    counts = dict.fromkeys((d.id for d in documents), 0)
    rounds = 10
    for turn in range(rounds):
        for number, document in enumerate(documents):
            rng = random.Random(f"{turn} {number}")
            for one in strategy._shown(document, strategy.draw(document, rng), rng)[1:]:
                counts[one.id] += 1
    # Besides the prompts in which its form is imitated: once a round for each document.
    assert max(counts.values()) <= 0.025 * rounds * len(documents), "2 % is what is expected"


@every
def test_unplanned_pairs_are_unknown_and_ruled_out_ones_are_not(kind):
    documents, guide = example()
    schema = guide.schema()
    strategy = build(kind)
    for seed in range(40):
        document = documents[seed % len(documents)]
        plan = strategy.draw(document, random.Random(seed)).plan
        made = answered(strategy, document, seed, scripted.obedient)
        labels = made.labels()
        settled = (*made.relations, *plan.unstated)
        known = {(r.head, r.tail) for r in settled}
        for pair in product(labels, repeat=2):
            fits = any(schema.allows(labels[pair[0]], r, labels[pair[1]]) for r in schema.relations)
            turned = (pair[1], pair[0]) in {
                (r.head, r.tail) for r in settled if schema.relations[r.label].symmetric
            }
            expected = fits and pair[0] != pair[1] and pair not in known and not turned
            assert (pair in made.mask.pairs) == expected, pair


def test_a_reflexive_relation_leaves_the_entity_itself_unknown():
    [document] = gold(
        '<e id="E1" t="P">Anna</e> voit <e id="E2" t="P">Oleg</e>.\n\nE1 | GENRE | E1'
    )
    schema = Schema.learn([document])
    assert unknown_pairs(document, schema) == (("E2", "E2"),)


def asks_pairs(answer: str, **options):
    documents, _ = example()
    requests: list[Request] = []

    def reply(request: Request) -> Response:
        requests.append(request)
        return scripted.obedient(request) if len(requests) == 1 else Response(answer)

    materials = example_materials(models={"juge": Asked("petit", {"temperature": 0})})
    strategy = build(DocumentGraph, materials, ask_pairs=True, pairs_model="juge", **options)
    plain = answered(build(DocumentGraph, materials), documents[7], 7, scripted.obedient)
    made = answered(strategy, documents[7], 7, reply)
    return plain, made, requests


def test_pairs_are_asked_about_and_settled():
    said = "Voici :\n- Q1 : oui\n- Q2 : non.\n3. **Non**, car rien ne le dit\nQ4 : indécis"
    plain, made, requests = asks_pairs(said, pairs=5)
    assert requests[1].model == "petit" and requests[1].parameters == {"temperature": 0}
    question = requests[1].messages[1].content
    assert question.count("\n- Q") == 5 and "- Q6" not in question and " | " not in question
    assert len(plain.mask.pairs) - len(made.mask.pairs) == 2
    [doubt] = [i for i in made.origin.issues if i.code == "P39"]
    assert doubt.severity is Severity.REVIEW
    assert set(made.mask.pairs) < set(plain.mask.pairs)


@pytest.mark.parametrize("answer", ["", "Je ne peux pas répondre.", "<" * 10_000, "Q1 oui\nQ1 non"])
def test_pairs_without_a_clear_answer_stay_unknown(answer):
    plain, made, _ = asks_pairs(answer, pairs=3)
    assert made.mask == plain.mask and made.origin.issues == ()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Q1 : oui\nQ2 : non\nQ3 : indécis", [True, False, None]),
        ("1. Yes\n2) no\n- **Q3**: NO", [True, False, False]),
        ("Q1 : oui\nQ1 : non", [None, None, None]),
        ("Question 2 - Oui, le texte le dit.", [None, True, None]),
        ("Q1\nQ2 : oui", [None, True, None]),
        ("Q99 : oui", [None, None, None]),
        ("Q1 : ouistiti", [None, None, None]),
        ("\ud800" * 10, [None, None, None]),
    ],
)
def test_verdicts(answer, expected):
    assert verdicts(answer, 3) == expected


HOSTILE = {
    "empty": "",
    "blank": " \n\n\t",
    "refusal": "Je suis désolé, mais je ne peux pas vous aider à rédiger ce texte.",
    "json": '{"text": "Kiev", "entities": [], "relations": []}',
    "angle brackets": "<" * 1_000_000,
    "bars": "|" * 100_000,
    "lines of bars": "a | b | c | 1\n" * 20_000,
    "surrogates": "\ud800\udfff Kiev \ud800",
    "other script": "Генштаб сообщает об ударах по городу и области.",
    "only lines": "E1 | ATTAQUE | E2 | phrase 1",
    "tags without text": '<e id="E1" t="LIEU"></e>',
    "unclosed": '<e id="E1" t="LIEU">Kiev',
    "a long number": "E1 | ATTAQUE | E2 | phrase " + "9" * 5_000,
}


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_answer_ends_in_a_refusal_with_reasons(answer):
    documents, _ = example()
    with pytest.raises(Declined) as declined:
        answered(build(RelationTriples), documents[2], 2, lambda _: Response(answer))
    assert declined.value.issues and declined.value.answer == answer


@every
def test_chatter_around_a_good_answer_is_mended(kind):
    documents, _ = example()

    def chatty(request: Request) -> Response:
        answer = scripted.obedient(request).text
        return Response(f"Bien sûr ! Voici le texte :\n\n```\n{answer}\n```")

    made = answered(build(kind), documents[2], 2, chatty)
    assert "M02" in {i.code for i in made.origin.issues}


def test_a_cut_answer_is_asked_again():
    documents, _ = example()
    dialogue = build(EntityList)(documents[2], random.Random(2))
    request = next(dialogue)
    again = dialogue.send(Response(scripted.obedient(request).text[:80], finish_reason="length"))
    assert "coupée" in again.messages[3].content


def test_both_languages_have_the_same_sections():
    french, english = (build(EntityList, small_materials(lang))._prompts for lang in ("fr", "en"))
    assert french.keys() == english.keys()


def test_a_document_whose_mentions_cross_is_not_shown():
    crossing = Document(
        "x", "abcdef", (Entity("1", "A", (Span(0, 4),)), Entity("2", "A", (Span(2, 6),)))
    )
    strategy = build(EntityList, demonstrations=1)
    prompt = next(strategy(crossing, random.Random(0))).messages[1].content
    assert "abcdef" not in prompt
    assert "- Registre : celui de la presse." in prompt.replace("\u00a0", " ")


def test_without_examples_the_prompt_says_so():
    documents, _ = example()
    strategy = build(EntityList, demonstrations=0)
    prompt = next(strategy(documents[0], random.Random(0))).messages[1].content
    assert "(Pas d’exemple.)" in prompt and "## Exemple" not in prompt
    made = answered(strategy, documents[0], 0, scripted.obedient)
    assert made.origin.demonstrations == (documents[0].id,), "its form is imitated all the same"


@pytest.mark.shared
@every
def test_textmine_two_hundred_plans(kind, shared):
    documents = formats.read(shared / "data" / "textmine2025" / "train.jsonl")
    known = learnt(documents)
    strategy = build(kind, known, repairs=0)
    for seed in range(200):
        document = documents[seed]
        drawn = strategy.draw(document, random.Random(seed))
        check(drawn, known.schema, documents)
        made = answered(strategy, document, seed, scripted.obedient)
        assert [i for i in made.origin.issues if i.severity is not Severity.NOTE] == []
        assert set(made.relations) == {r.relation for r in drawn.plan.relations}
        assert sorted((m.entity, m.label, fold(m.text)) for m in made.mentions()) == sorted(
            drawn.plan.required().elements()
        )


def test_the_relation_of_an_entity_beyond_the_plan_is_left_out_and_its_pair_unknown():
    documents, _ = example()
    strategy = build(EntityList)

    def reply(request: Request) -> Response:
        text, _, lines = scripted.obedient(request).text.partition("\n\n")
        more = ' On y a vu <e id="E90" t="QUANTITE">trente-sept</e> <e id="E91" t="GROUPE">apiculteurs</e>.'
        added = "E91 | A_POUR_EFFECTIF | E90 | phrase 1"
        return Response(f"{text}{more}\n\n{lines}\n{added}".replace("\n\n\n", "\n\n"))

    made = answered(strategy, documents[3], 3, reply)
    assert {"E90", "E91"} <= made.labels().keys()
    assert not [r for r in made.relations if {r.head, r.tail} & {"E90", "E91"}]
    assert ("E91", "E90") in made.mask.pairs
    assert [i.severity for i in made.origin.issues if i.code == "P38"] == [Severity.NOTE]
