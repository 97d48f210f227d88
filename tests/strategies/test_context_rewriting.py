"""Context rewriting and both levels: what is drawn, the prompts in full, dialogues with good, faulty and hostile answers."""

import random
from collections import Counter
from pathlib import Path

import pytest
from pydantic import ValidationError

from bouture.corpus.document import Document
from bouture.corpus.issue import Severity
from bouture.corpus.markup import to_markup
from bouture.strategies.context_rewriting.context_rewriting import (
    DIMENSIONS,
    GENRES,
    ContextRewriting,
)
from bouture.strategies.dialogue import Declined
from bouture.strategies.entity_pools.both_levels import BothLevels
from strategies.driving import converse, gold, materials
from strategies.test_rewrite import DOCUMENT, GOOD, LOSES_ONE, guide

GOLDEN = Path(__file__).parent / "golden"
HOSTILE = [
    "",
    "Je suis désolé, mais je ne peux pas vous aider à réécrire ce texte.",
    '{"text": ""}',
    "<" * 100_000,
    "⟦E1⟧ a parlé à [ville].",
    "E1 | SITUE_A | E2",
    "Как сообщает источник, мэр города выступил с заявлением.",
    "\ud800",
]
POOL = "Soumy | aucun | f | s | ville"


def build(language: str = "fr", **options: object) -> ContextRewriting:
    known = materials(
        [DOCUMENT],
        guide=guide(language),
        language=language,
        model="m",
        parameters={"temperature": 0.7},
    )
    return ContextRewriting(known, ContextRewriting.Options(**options))


def both(**options: object) -> BothLevels:
    found = materials([DOCUMENT], guide=guide("fr"), language="fr")
    return BothLevels(found, BothLevels.Options(**{"labels": ("LIEU",), **options}))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_whole_prompt(language):
    request = next(build(language)(DOCUMENT, random.Random(1)))
    assert (request.model, request.parameters) == ("m", {"temperature": 0.7})
    said = "\n\n".join(f"[{m.role}]\n{m.content}" for m in request.messages) + "\n"
    expected = GOLDEN / f"context_rewriting.{language}.txt"
    assert said == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("styles", ["registers", "genres"])
def test_every_way_of_every_dimension_has_its_instruction(language, styles):
    strategy = build(language, styles=styles)
    known = {**DIMENSIONS, "presentation style": DIMENSIONS["presentation style"]}
    if styles == "genres":
        known["presentation style"] = GENRES
    for dimension, ways in known.items():
        assert tuple(strategy._instructions[dimension]) == ways
        assert len({strategy._instructions[dimension][way] for way in ways}) == len(ways)
        assert all(len(strategy._instructions[dimension][way]) > 30 for way in ways)


def drawn(strategy: ContextRewriting, key: str, times: int = 2000) -> Counter[str]:
    rng = random.Random(3)
    return Counter(strategy.draw(rng).parameters[key] for _ in range(times))


def test_dimensions_are_drawn_alike_whatever_their_number_of_ways():
    counts = drawn(build(), "dimension")
    assert set(counts) == set(DIMENSIONS) and min(counts.values()) > 400
    assert sum(len(ways) for ways in DIMENSIONS.values()) >= 14
    assert len(drawn(build(), "transformation")) == sum(map(len, DIMENSIONS.values()))


def test_weights_and_the_choice_of_dimensions_decide():
    two = build(dimensions=("sentence length", "vocabulary"), weights={"sentence length": 3})
    counts = drawn(two, "dimension")
    assert set(counts) == {"sentence length", "vocabulary"}
    assert 2.5 < counts["sentence length"] / counts["vocabulary"] < 3.6
    ways = drawn(build(weights={"longer": 0, "vocabulary": 0}), "transformation")
    assert "longer" not in ways and not set(DIMENSIONS["vocabulary"]) & set(ways)


@pytest.mark.parametrize(
    "options",
    [
        {"weights": {"larger": 1}},
        {"weights": {"longer": -1}},
        {"weights": {"longer": float("nan")}},
        {"weights": {"longer": float("inf")}},
        {"dimensions": ()},
        {"dimensions": ("sentence length",), "weights": {"longer": 0, "shorter": 0}},
        {"dimensions": ("vocabulary",), "weights": {"vocabulary": 0}},
        {"tone": "grave"},
    ],
)
def test_options_that_mean_nothing_are_refused(options):
    with pytest.raises(ValidationError):
        ContextRewriting.Options(**options)


def test_a_good_answer_becomes_a_document_that_says_what_was_drawn():
    [made], requests = converse(build(dimensions=("sentence length",)), DOCUMENT, [GOOD])
    assert len(requests) == 1 and made.relations == DOCUMENT.relations
    origin = made.origin
    assert (origin.strategy, origin.sources) == ("context_rewriting", ("d0",))
    assert origin.parameters["dimension"] == "sentence length"
    assert origin.parameters["transformation"] in ("shorter", "longer")
    assert origin.parameters["keeps"] == "mentions"
    assert not {"dimensions", "weights", "styles"} & origin.parameters.keys()


def test_a_faulty_answer_is_sent_back_with_what_is_wrong():
    [made], requests = converse(build(), DOCUMENT, [LOSES_ONE, GOOD])
    complaint = requests[1].messages[3].content
    assert "- perdue : la mention « Kiev » (E2, LIEU), 1 fois" in complaint
    assert [i.code for i in made.origin.issues] == ["P05"]


@pytest.mark.parametrize("answer", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_answers_are_coded(answer):
    with pytest.raises(Declined) as declined:
        converse(build(), DOCUMENT, [answer, answer])
    assert all(issue.code[0] in "MF" for issue in declined.value.issues)
    assert Severity.REJECT in {issue.severity for issue in declined.value.issues}


def test_the_same_seed_draws_the_same():
    first, second = (next(build()(DOCUMENT, random.Random(5))) for _ in range(2))
    assert first.key == second.key
    others = {next(build()(DOCUMENT, random.Random(n))).key for n in range(40)}
    assert len(others) > 10


def test_both_levels_rewrite_and_then_replace():
    [made], requests = converse(both(), DOCUMENT, [GOOD, POOL])
    assert len(requests) == 2
    assert to_markup(made).startswith('À <e id="E2" t="LIEU">Soumy</e>, pertes')
    assert "maire de Soumy" in made.text and "Kiev" not in made.text
    assert made.relations == DOCUMENT.relations
    origin = made.origin
    assert (origin.strategy, origin.sources) == ("both_levels", ("d0",))
    assert origin.parameters["replaced"] == {"E2": "Soumy"}
    assert origin.parameters["dimension"] in DIMENSIONS
    assert origin.parameters["keeps"] == "labels"


def test_both_levels_keep_the_first_stage_when_nothing_can_be_replaced():
    refusal = "Je suis désolé, mais je ne peux pas vous aider."
    [made], requests = converse(both(), DOCUMENT, [GOOD, refusal, refusal])
    assert len(requests) == 3 and made.text.startswith("À Kiev, pertes")
    [note] = [issue for issue in made.origin.issues if issue.code == "P24"]
    assert note.severity is Severity.NOTE and "P20" in note.message
    assert made.origin.parameters["replaced"] == {}


def test_both_levels_decline_with_the_first_stage():
    with pytest.raises(Declined) as declined:
        converse(both(), DOCUMENT, [LOSES_ONE, LOSES_ONE])
    assert [issue.code for issue in declined.value.issues] == ["F3"]


def test_repairs_hold_for_both_stages():
    options = BothLevels.Options(repairs=0, p=0.3, styles="genres", size=20)
    assert (options.repairs, options.size, options.styles) == (0, 20, "genres")
    with pytest.raises(Declined):
        converse(both(repairs=0), DOCUMENT, [LOSES_ONE])


def test_a_text_without_entity_is_rewritten():
    [document] = gold("Bonjour à tous.")
    [made], _ = converse(build(), document, ["Salut à tous."])
    assert made.text == "Salut à tous." and isinstance(made, Document)
