"""Attributes and entities: the covering design's law, dimensions from everywhere, the prompts in full, required mentions proved."""

import random
import time
from itertools import combinations, product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bouture import formats
from bouture.corpus.guide import EntityGuide, Guide
from bouture.corpus.issue import Severity
from bouture.corpus.markup import to_markup
from bouture.corpus.schema import Schema
from bouture.llm.messages import Response
from bouture.strategies.attributes.attributes import Attributes
from bouture.strategies.attributes.clusters import subjects
from bouture.strategies.attributes.dimensions import Dimension, merged, tidy
from bouture.strategies.attributes.pairwise import pairwise
from bouture.strategies.attributes.proposals import read_dimensions
from bouture.strategies.dialogue import Asked, Declined, Materials
from bouture.strategies.wanted import Wanted
from strategies.driving import converse, gold, materials
from strategies.nasty import HOSTILE, HUGE

GOLDEN = Path(__file__).parent / "golden"
CORPUS = gold(
    '8 h 05 — À <e id="E1" t="LIEU">Odessa</e>, <e id="E2" t="PERSONNE">Léa</e> attend.\n\nE2 | SITUE_A | E1',
    'Le port de <e id="E1" t="LIEU">Mykolaïv</e> est fermé.',
)
SHOWN = CORPUS[0]
PROPOSED = "Zone : front est ; front sud ; arrière\nPhase : début ; siège ; retrait"
FEW = {"ton": ("neutre", "vif"), "temps": ("présent", "passé")}


def build(language: str = "fr", **options: object) -> Attributes:
    french = language == "fr"
    entities = {
        "LIEU": EntityGuide("LIEU", "Nom propre géographique." if french else "Geographical name."),
        "PERSONNE": EntityGuide("PERSONNE", "Individu nommé." if french else "A person by name."),
    }
    guide = Guide("Guide", language, entities, {})
    known = materials(CORPUS, guide=guide, language=language, model="m", wanted=Wanted(labels={"PERSONNE": 0.0}))  # fmt: skip
    return Attributes(known, Attributes.Options(**{"dimensions": FEW, "mentions": 2, **options}))


def good(prompt: str) -> str:
    """A text with the mentions that a prompt requires."""
    said = "Rien de neuf"
    for line in prompt.split("\n"):
        if line.startswith("- E") and "\u00a0» " not in line and "(" in line:
            id, label = line[2:].split(" (")[0], line.split("(")[1].split(")")[0]
            surface = line.split("«")[1].split("»")[0].strip("\u00a0 ")
            said += f' à <e id="{id}" t="{label}">{surface}</e>'
    return said + "."


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(1, 7), max_size=7))
def test_every_two_values_of_two_dimensions_meet_in_the_design(sizes):
    design = pairwise(sizes)
    assert all(len(row) == len(sizes) for row in design) and len(set(design)) == len(design)
    for a, b in combinations(range(len(sizes)), 2):
        assert {(row[a], row[b]) for row in design} == set(
            product(range(sizes[a]), range(sizes[b]))
        )
    if len(sizes) > 1:
        first, second = sorted(sizes)[-2:]
        assert first * second <= len(design) <= 3 * first * second
    assert pairwise(tuple(sizes)) == design


@pytest.mark.parametrize("sizes,most", [([10] * 10, 190), ([3] * 13, 24), ([30, 30, 8, 8, 8, 8, 8, 8], 920), ([5], 5), ([], 1)])  # fmt: skip
def test_the_size_of_the_design(sizes, most):
    started = time.process_time()
    design = pairwise(sizes)
    assert len(design) <= most and time.process_time() - started < 5


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_whole_prompts(language):
    strategy = build(language)
    dialogue = strategy(SHOWN, random.Random(1))
    first = next(dialogue)
    second = dialogue.send(Response(PROPOSED))
    messages = (*first.messages, *second.messages)
    said = "\n\n".join(f"[{m.role}]\n{m.content}" for m in messages) + "\n"
    assert said == (GOLDEN / f"attributes.{language}.txt").read_text(encoding="utf-8")


def test_both_languages_have_the_same_parts_and_dimensions():
    french, english = build("fr")._prompts, build("en")._prompts
    assert french.keys() == english.keys()
    for one, other in zip(french.listed("dimensions"), english.listed("dimensions"), strict=True):
        assert one.count(";") == other.count(";") >= 7


def test_a_good_text_is_kept_with_its_origin():
    strategy = build(propose=False)
    prompt = next(strategy(SHOWN, random.Random(0))).messages[1].content
    [made], requests = converse(strategy, SHOWN, [good(prompt)])
    assert len(requests) == 1 and len(made.entities) == 2
    origin = made.origin
    assert origin.demonstrations == ("d0",) and set(origin.sources) == {"d0", "d1"}
    assert origin.parameters["traits"]["ton"] in FEW["ton"]
    sizes = [len(d.values) for d in strategy.dimensions()]
    assert origin.parameters["design"] == len(pairwise(sizes))


def test_never_attributes_without_entities():
    with pytest.raises(ValueError):
        Attributes.Options(mentions=0)
    [empty] = gold("Rien.")
    with pytest.raises(Declined) as found:
        next(Attributes(materials([empty]), Attributes.Options())(empty, random.Random(0)))
    assert [issue.code for issue in found.value.issues] == ["P50"]
    for seed in range(10):
        prompt = next(build(propose=False)(SHOWN, random.Random(seed))).messages[1].content
        assert "\n- E1 (" in prompt and "\n- E2 (LIEU)" in prompt


def test_the_label_put_forward_is_among_the_required_mentions():
    known = materials(CORPUS, wanted=Wanted(labels={"PERSONNE": 9.0}))
    strategy = Attributes(known, Attributes.Options(propose=False, mentions=1))
    for seed in range(20):
        prompt = next(strategy(SHOWN, random.Random(seed))).messages[1].content
        label = prompt.split("mis en avant\u00a0: ")[1].split("\n")[0]
        assert f"- E1 ({label})" in prompt


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('id="E1"', 'id="E7"'),
        lambda text: text.replace("</e>", "s</e>"),
        lambda text: text.replace('t="LIEU"', 't="PERSONNE"', 1),
        lambda text: "Rien de neuf.",
    ],
    ids=["id", "surface", "label", "no tag"],
)
def test_a_required_mention_that_is_missing_is_sent_back_then_declined(change):
    strategy = build(propose=False)
    right = good(next(strategy(SHOWN, random.Random(0))).messages[1].content)
    wrong = change(right)
    with pytest.raises(Declined) as found:
        converse(strategy, SHOWN, [wrong, wrong])
    assert {issue.code for issue in found.value.issues if issue.severity is Severity.REJECT} == {
        "P52"
    }
    [made], requests = converse(strategy, SHOWN, [wrong, right])
    assert len(requests) == 2 and made.origin.issues[-1].code == "P05"


def test_relations_that_nobody_stated_are_unknown():
    strategy = build(propose=False)
    right = good(next(strategy(SHOWN, random.Random(0))).messages[1].content)
    more = right.replace(".", ', où <e id="E8" t="PERSONNE">Ivan</e> dort.')
    [made], _ = converse(strategy, SHOWN, [more])
    assert {pair[0] for pair in made.mask.pairs} == {"E8"}


def test_the_proposal_is_the_same_request_for_every_document_and_may_ask_another_model():
    known = materials(CORPUS, model="m", models={"big": Asked("large", {"temperature": 1.0})})
    strategy = Attributes(known, Attributes.Options(propose_model="big"))
    requests = [next(strategy(d, random.Random(n))) for n, d in enumerate(CORPUS)]
    assert requests[0].key == requests[1].key and requests[0].model == "large"


def test_proposed_dimensions_are_used_and_unreadable_ones_noted():
    strategy = build(dimensions={})
    assert {"Zone", "Phase"} <= {d.name for d in strategy.dimensions(read_dimensions(PROPOSED))}
    dialogue_answers = ["Je ne sais pas.", "Toujours pas."]
    prompt = next(build(propose=False, dimensions={})(SHOWN, random.Random(2))).messages[1].content
    [made], requests = converse(strategy, SHOWN, [*dialogue_answers, good(prompt)], seed=2)
    assert len(requests) == 3
    assert [(i.code, i.severity) for i in made.origin.issues] == [("P51", Severity.NOTE)]


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_answers_are_declined(kind):
    with pytest.raises(Declined) as found:
        converse(build(repairs=0), SHOWN, [HOSTILE[kind]] * 2)
    assert any(issue.severity is Severity.REJECT for issue in found.value.issues)


LISTED = {"Zone": ("front est", "front sud"), "Phase": ("début", "siège")}


@pytest.mark.parametrize(
    "answer",
    [
        "Zone : front est ; front sud\nPhase : début ; siège",
        "Voici des dimensions :\n\n1. **Zone** : front est; front sud.\n2. **Phase** : début; siège.\n\nJ’espère que cela convient !",
        "### Zone\n- front est\n- front sud\n\n### Phase\n- début\n- siège",
        "- Zone :\n  - front est\n  - front sud\n- Phase :\n  - début\n  - siège",
        "```\nZone: front est | front sud\nPhase: début | siège\n```",
        '```json\n{"Zone": ["front est", "front sud"], "Phase": ["début", "siège"]}\n```',
        '{"dimensions": [{"nom": "Zone", "valeurs": ["front est", "front sud"]}, {"nom": "Phase", "valeurs": ["début", "siège"]}]}',
        "<think>Zone : x ; y</think>\nZone : front est ; front sud ; front est\nPhase : début ; siège",
        "* Zone\u00a0: «\u00a0front est\u00a0» ; «\u00a0front sud\u00a0»\n* Phase\u00a0: début, siège",
    ],
)  # fmt: skip
def test_a_list_is_read_however_it_is_dressed(answer):
    assert {d.name: d.values for d in read_dimensions(answer)} == LISTED


@pytest.mark.parametrize("kind", {**HOSTILE, **HUGE})
def test_no_answer_is_too_odd_for_the_reader(kind):
    started = time.process_time()
    for dimension in read_dimensions({**HOSTILE, **HUGE}[kind]):
        assert len(dimension.values) >= 2
    assert time.process_time() - started < 2


@given(st.text(alphabet=st.characters(), max_size=300))
def test_what_is_read_is_tidy(text):
    for dimension in read_dimensions(text):
        assert 2 <= len(dimension.values) <= 30 and len(set(dimension.values)) == len(
            dimension.values
        )
        for said in (dimension.name, *dimension.values):
            assert said == said.strip() and said and "\n" not in said and "<" not in said
            said.encode("utf-8")


def test_the_first_of_two_names_counts_and_one_value_is_none():
    found = merged(
        ([tidy("Ton", ["a", "b"])], [tidy("ton", ["c", "d"]), tidy("seul", ["x", "X"])], [Dimension("n", tuple(map(str, range(50))))])
    )  # fmt: skip
    assert [(d.name, len(d.values)) for d in found] == [("Ton", 2), ("n", 30)]
    assert len(merged([[Dimension(str(n), ("a", "b")) for n in range(20)]])) == 10


def test_small_corpora_have_no_clusters():
    assert subjects(CORPUS, "fr") == subjects([], "fr") == ()
    assert subjects(gold(*["Le chat dort."] * 12), "fr") == ()


@pytest.mark.shared
def test_the_clusters_of_textmine_name_no_one_and_are_always_the_same(shared):
    corpus = formats.read(shared / "data/textmine2025/train.csv")
    found = subjects(corpus, "fr")
    assert 6 <= len(found) <= 12 and found == subjects(corpus, "fr")
    terms = [term for one in found for term in one.split(", ")]
    assert len(set(terms)) == len(terms)
    assert {"incendie", "pompiers"} & set(terms) and not {"adams", "damas", "ouzbékistan"} & set(
        terms
    )


@pytest.mark.shared
def test_an_obedient_model_is_believed_and_a_disobedient_one_gets_nothing_accepted(shared):
    corpus = formats.read(shared / "data/textmine2025/train.csv")
    strategy = Attributes(
        Materials(corpus, Schema.learn(corpus)), Attributes.Options(propose=False, repairs=0)
    )
    for number, document in enumerate(corpus[:40]):
        request = next(strategy(document, random.Random(number)))
        right = good(request.messages[1].content.split("## Les mentions")[1])
        [made], _ = converse(strategy, document, [right], number)
        assert to_markup(made).split("\n")[0] == right and len(made.mentions()) >= 1
        for wrong in (
            right.replace('id="E1"', 'id="E9"'),
            right.split("à")[0],
            right.replace(">", ">x", 1),
        ):
            with pytest.raises(Declined):
                converse(strategy, document, [wrong], number)
