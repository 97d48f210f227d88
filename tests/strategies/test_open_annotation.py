"""Open annotation: lists however written, found again in the text; concepts over a corpus; the whole prompt; hostile answers."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bouture.corpus.document import Document, Entity, Mask, Relation, Span
from bouture.corpus.issue import Severity
from bouture.llm.messages import Response
from bouture.strategies.dialogue import Declined
from bouture.strategies.open_annotation.concepts import concept_name, concepts, count
from bouture.strategies.open_annotation.listing import Listed, read_list
from bouture.strategies.open_annotation.open_annotation import OpenAnnotation
from documents import documents, texts
from strategies.driving import converse, gold, materials
from strategies.hostile import HOSTILE

GOLDEN = Path(__file__).parent / "golden"
RAW = Document(
    "raw",
    "À Kiev, le maire de Kiev a reçu huit blindés. Le maire craint l’assaut, puis un autre assaut.",
)
ANSWER = """Kiev <> ville <> agglomération importante
maire de Kiev <> fonction municipale <> charge d’un élu local
huit blindés <> quantité de matériel <> nombre d’engins livrés"""


def build(language: str = "fr", **options: object) -> OpenAnnotation:
    known = materials(gold("Rien."), language=language, model="m", parameters={"temperature": 0.2})
    return OpenAnnotation(known, OpenAnnotation.Options(**options))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_whole_prompt(language):
    request = next(build(language)(RAW, random.Random(1)))
    assert (request.model, request.parameters) == ("m", {"temperature": 0.2})
    said = "\n\n".join(f"[{m.role}]\n{m.content}" for m in request.messages) + "\n"
    assert said == (GOLDEN / f"open_annotation.{language}.txt").read_text(encoding="utf-8")


def test_both_languages_have_the_same_parts():
    assert build("fr")._prompts.keys() == build("en")._prompts.keys()


# Reading


def test_the_form_asked_for():
    listed, issues = read_list(ANSWER, id="d")
    assert issues == [] and listed[0] == Listed("Kiev", "ville", "agglomération importante")
    assert [one.concept for one in listed][1:] == ["fonction municipale", "quantité de matériel"]


@pytest.mark.parametrize(
    "answer",
    [
        "Kiev -> ville -> agglomération",
        "1. Kiev <> Ville <> agglomération",
        "- **Kiev** <> une ville <> agglomération",
        "Voici la liste :\n\nKiev <> ville <> agglomération\n\nN’hésitez pas à me le dire.",
        "```\nKiev <> ville <> agglomération\n```",
        "| Kiev | ville | agglomération |",
        "Entité <> Concept <> Description\nKiev <> ville <> agglomération",
        "« Kiev » → ville → agglomération",
        '[{"entity": "Kiev", "concept": "ville", "description": "agglomération"}]',
        '```json\n{"entities": [["Kiev", "ville", "agglomération"]]}\n```',
        "<think>Kiev <> nom</think>Kiev\t ville\t agglomération",
    ],
)
def test_what_models_write_instead(answer):
    listed, _ = read_list(answer, id="d")
    assert listed == [Listed("Kiev", "ville", "agglomération")]


def test_a_cut_answer_loses_its_last_line_only():
    listed, issues = read_list(ANSWER, id="d", finish_reason="length")
    assert len(listed) == 2 and [(i.code, i.severity) for i in issues] == [("M03", Severity.NOTE)]


def test_no_entity_may_be_said():
    assert read_list("Aucune entité.", id="d") == ([], [])


def test_lines_that_cannot_be_read_are_counted():
    listed, issues = read_list(f"{ANSWER}\n <> rien", id="d")
    assert len(listed) == 3
    assert [(i.code, i.evidence["count"]) for i in issues] == [("M05", 1)]


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=200))
def test_reading_never_fails(answer):
    listed, issues = read_list(answer, id="d")
    assert (listed is None) == any(i.severity is Severity.REJECT for i in issues)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_answers_are_declined_or_give_nothing(name):
    try:
        [made], _ = converse(build(repairs=0), RAW, [HOSTILE[name]])
    except Declined as declined:
        assert declined.issues
    else:
        assert made.entities == () and made.text == RAW.text


# Finding again


def test_a_name_is_annotated_wherever_it_stands():
    [made], requests = converse(build(), RAW, [ANSWER])
    assert len(requests) == 1 and made.text == RAW.text
    assert [(m.text, m.label, m.start) for m in made.mentions()] == [
        ("Kiev", "ville", 2),
        ("maire de Kiev", "fonction municipale", 11),
        ("Kiev", "ville", 20),
        ("huit blindés", "quantité de matériel", 32),
    ]
    assert (made.origin.strategy, made.origin.sources) == ("open_annotation", ("raw",))
    assert made.origin.parameters["labels"] == "open"
    assert made.origin.parameters["descriptions"]["ville"] == "agglomération importante"
    assert made.origin.issues == ()


def test_a_common_noun_in_several_places_is_masked():
    [made], _ = converse(build(), RAW, ["assaut <> action militaire <> attaque"])
    assert made.entities == ()
    assert [made.mention_text(s) for s in made.mask.spans] == ["assaut", "assaut"]
    assert [(i.code, i.severity) for i in made.origin.issues] == [("P56", Severity.NOTE)]


def test_listed_twice_it_takes_both_places():
    [made], _ = converse(build(), RAW, ["assaut <> attaque <> x\nassaut <> attaque <> y"])
    # The same mention, concept and description is one line; two descriptions are two.
    assert [m.text for m in made.mentions()] == ["assaut", "assaut"] and not made.mask


def test_what_is_not_in_the_text_is_left_out_and_told():
    [made], _ = converse(build(), RAW, [f"{ANSWER}\nMoscou <> ville <> capitale"])
    [issue] = made.origin.issues
    assert issue.code == "P54" and "Moscou" in issue.message and len(made.entities) == 4


def test_inside_a_word_is_not_in_the_text():
    [made], _ = converse(build(), RAW, ["Kie <> prénom <> x"])
    assert made.entities == ()


def test_parts_of_speech_are_no_concepts():
    with pytest.raises(Declined):
        converse(build(repairs=0), RAW, ["Kiev <> nom propre\nreçu <> verbe"])


def test_long_texts_are_asked_about_in_parts():
    long = Document("raw", " ".join(f"Le village numéro {n} attend Lviv." for n in range(12)))
    answers = ["Lviv <> ville <> x"] * 4
    strategy = build(characters=120)
    [made], requests = converse(strategy, long, answers)
    assert len(requests) == 4 and len(made.entities) == 12
    assert all(len(r.messages[1].content) < 1200 for r in requests)


def test_a_part_without_answer_is_masked():
    long = Document("raw", " ".join(f"Le village numéro {n} attend Lviv." for n in range(6)))
    [made], _ = converse(build(characters=100, repairs=0), long, ["Lviv <> ville", ""])
    assert made.mask.spans == (Span(99, 197),) and len(made.entities) == 3
    assert "P55" in {i.code for i in made.origin.issues}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents(text=texts(1), extras=False))
def test_what_is_listed_is_found_or_told(document):
    """A model that lists the mentions of the text: none is lost without a word, none moves into another string."""
    mentions = [m for m in document.mentions() if m.text.strip()]
    lines = [f"{' '.join(m.text.split())} <> chose <> x" for m in mentions]
    raw = Document("raw", document.text)
    try:
        [made], _ = converse(build(repairs=0, characters=100_000), raw, ["\n".join(lines)])
    except Declined:
        return
    assert made.text == document.text and {e.label for e in made.entities} <= {"chose"}
    spans = [m.span for m in made.mentions()]
    assert not any(a.crosses(b) for a in spans for b in spans)


def test_empty_text():
    with pytest.raises(Declined) as declined:
        next(build()(Document("x", " \u00ad\n"), random.Random(0)))
    assert [i.code for i in declined.value.issues] == ["P07"]


# Concepts


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Ville", "ville"),
        ("une  ville.", "ville"),
        ("l’armée", "armée"),
        ("armored_vehicle", "armored vehicle"),
        ("ville (capitale)", "ville"),
        ("verbe", ""),
        ("un concept bien trop long pour en être un", ""),
        ("…", ""),
    ],
)
def test_names_of_concepts(written, name):
    assert concept_name(written) == name


@given(st.text(max_size=40))
def test_a_name_is_its_own_name(written):
    name = concept_name(written)
    assert concept_name(name) in (name, "")
    assert name == name.strip()


def annotated(id: str, *labels: str) -> Document:
    text = "x" * len(labels)
    entities = tuple(Entity(f"E{n}", label, (Span(n, n + 1),)) for n, label in enumerate(labels))
    relations = (Relation("E0", "LIEN", "E1"),) if len(labels) > 1 else ()
    return Document(
        id, text, entities, relations, mask=Mask((), (("E0", "E1"),) if relations else ())
    )


def test_ways_of_writing_one_concept_become_one():
    made = concepts(
        [
            annotated("a", "véhicule blindé", "vehicule-blinde"),
            annotated("b", "véhicules blindés", "véhicule blindé"),
        ]
    )
    assert count(made) == {"véhicule blindé": 4}


def test_rare_concepts_are_left_out_and_masked():
    [first, second] = concepts([annotated("a", "ville", "dague"), annotated("b", "ville")], least=2)
    assert [e.label for e in first.entities] == ["ville"] and first.relations == ()
    assert first.mask == Mask((Span(1, 2),)) and not second.mask


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from(["ville", "villes", "Ville", "unité"]), max_size=4), max_size=5
    ),
    st.integers(1, 4),
)
def test_what_is_kept_is_frequent_and_filtering_twice_changes_nothing(rows, least):
    corpus = [annotated(f"d{n}", *row) for n, row in enumerate(rows)]
    made = concepts(corpus, least)
    assert all(number >= least for number in count(made).values())
    assert concepts(made, least) == made
    for before, after in zip(corpus, made, strict=True):
        assert {s for e in before.entities for s in e.spans} == {
            s for e in after.entities for s in e.spans
        } | set(after.mask.spans)


def test_the_answer_is_sent_back_once():
    [made], requests = converse(build(), RAW, [Response(""), ANSWER])
    assert (
        len(requests) == 2 and "Donne de nouveau toute la liste" in requests[1].messages[3].content
    )
    assert "P05" in {i.code for i in made.origin.issues}


def test_what_a_cut_list_had_not_reached_is_masked():
    raw = Document("r", "Kiev tient. L’armée avance. Zelensky parle de Kiev à Odessa.")
    cut = Response("Kiev <> ville <> x\narmée <> force <> y\nZel", finish_reason="length")
    [made], _ = converse(build(), raw, [cut])
    end = raw.text.index("armée") + 5
    places = [Span(0, 4), Span(end - 5, end)]
    again = raw.text.rindex("Kiev")
    assert [m.span for m in made.mentions()] == [*places, Span(again, again + 4)]
    assert made.mask.spans == (Span(end, again), Span(again + 4, len(raw.text)))
    only = Response("Kiev <> ville", finish_reason="length")
    with pytest.raises(Declined):  # nothing left of it
        converse(build(repairs=0), raw, [only])
    [made], _ = converse(build(), raw, [Response("Lviv <> ville\nx", finish_reason="length")])
    assert made.mask.spans == (Span(0, len(raw.text)),)


def test_a_mask_leaves_kept_mentions_out():
    raw = Document("r", "Le front est long. L’armée est prête. La ville est vide.")
    [made], _ = converse(build(), raw, ["l’armée est prête <> fait\nest <> verbe d’état"])
    assert made.mask.spans and not any(made.mask.covers(m.span) for m in made.mentions())


def test_a_part_of_a_word_is_no_mention():
    raw = Document("r", "La Croix-Rouge est à Kiev. La Croix aussi.")
    [made], _ = converse(build(), raw, ["Croix <> journal\nKiev <> ville"])
    again = raw.text.rindex("Croix")
    kiev = raw.text.index("Kiev")
    assert [m.span for m in made.mentions()] == [Span(kiev, kiev + 4), Span(again, again + 5)]
    assert made.mask.spans == (Span(3, 8),)
    [made], _ = converse(build(), raw, ["Rouge <> couleur"])
    assert not made.entities and [i.code for i in made.origin.issues] == ["P54"]
