"""Closed annotation: passages, the same text back, votes and masks; the whole prompt; good, faulty and hostile answers."""

import random
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bouture import formats
from bouture.corpus.document import Document, Mask, Relation, Span
from bouture.corpus.guide import EntityGuide, Guide, Rule, RuleKind
from bouture.corpus.issue import Severity
from bouture.corpus.markup import from_markup, to_markup
from bouture.corpus.schema import Schema
from bouture.corpus.tokens import sentences
from bouture.llm.messages import Request, Response
from bouture.strategies.closed_annotation.closed_annotation import ClosedAnnotation
from bouture.strategies.closed_annotation.passages import annotated_passages, passages
from bouture.strategies.closed_annotation.same_text import Placed, bring_back
from bouture.strategies.closed_annotation.voting import Annotation, vote
from bouture.strategies.dialogue import Declined
from documents import documents, texts
from strategies.driving import converse, gold, materials
from strategies.hostile import HOSTILE

GOLDEN = Path(__file__).parent / "golden"
GOLD = gold(
    '<e id="1" t="LIEU">Kiev</e> a été frappée. Le <e id="2" t="FONCTION">maire</e> a parlé.\n\n2 | SITUE_A | 1',
    'Des sirènes à <e id="1" t="LIEU">Lviv</e> & à <e id="2" t="LIEU">Odessa</e>.'.replace(
        "&", "&amp;"
    ),
    "Rien à signaler cette nuit. Le calme est revenu.",
)
RAW = Document("raw", "Kharkiv brûle. Le gouverneur de la région l’a dit à Kiev.")
ANSWER = (
    '[1] <e id="E1" t="LIEU">Kharkiv</e> brûle.\n[2] Le <e id="E2" t="FONCTION">gouverneur de la '
    'région</e> l’a dit à <e id="E3" t="LIEU">Kiev</e>.\n\nE2 | SITUE_A | E1'
)
LESS = ANSWER.replace('<e id="E3" t="LIEU">Kiev</e>', "Kiev").split("\n\n")[0]
SHORTER = ANSWER.replace("gouverneur de la région</e>", "gouverneur</e> de la région")


def guide(language: str) -> Guide:
    rule = Rule("FON-B1", RuleKind.BOUNDARY, "Le complément entre\ndans la mention.")
    entities = {
        "LIEU": EntityGuide("LIEU", "Nom propre géographique."),
        "FONCTION": EntityGuide("FONCTION", "Fonction tenue par un individu.", (rule,)),
    }
    return Guide("Guide", language, entities, {}, ())


def build(language: str = "fr", documents: list[Document] = GOLD, **options: object):
    known = materials(
        documents,
        guide=guide(language),
        language=language,
        model="m",
        parameters={"temperature": 0.7},
    )
    return ClosedAnnotation(known, ClosedAnnotation.Options(**{"samples": 1, **options}))


# Laws


def bare(prompt: str) -> str:
    """The passage that a French prompt asks about."""
    return re.split(r"## Passage à annoter .*\n\n", prompt)[1].split("\n\n## Consigne")[0]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents(text=texts(1), extras=False), st.integers(1, 3), st.integers(1, 4))
def test_a_model_that_tags_nothing_leaves_the_text_and_nothing_in_doubt(source, samples, number):
    strategy = build(samples=samples, sentences=number, demonstrations=1)
    dialogue = strategy(Document("raw", source.text), random.Random(0))
    try:
        request = next(dialogue)
        while True:
            request = dialogue.send(Response(bare(request.messages[1].content)))
    except Declined as declined:
        syntax = set("<>&{}[]#`") & set(source.text)  # the text itself looks like an answer
        assert syntax or {i.code for i in declined.issues} & {"P07", "M04", "M17", "M18", "P53"}
    except StopIteration as end:
        [made] = end.value
        assert (made.text, made.entities) == (source.text, ())
        assert set(made.origin.parameters) >= {"votes", "samples", "agreement"}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents(text=texts(1), extras=False), st.integers(1, 4))
def test_passages_hold_every_sentence_once_and_find_their_way_back(document, number):
    shown = passages(document.text, number)
    assert [s for p in shown for s in p.sentences] == list(sentences(document.text))
    for passage in shown:
        assert len(passage.text.split("\n")) == len(passage.sentences) <= number
        for start, sentence in zip(passage.starts, passage.sentences, strict=True):
            assert passage.back(Span(start, start + len(sentence))) == sentence
        assert passage.back(Span(0, 1)) is None
    for passage in annotated_passages(document, number):
        assert {m.label for m in passage.mentions()} <= {m.label for m in document.mentions()}


def test_the_passages_of_gold_keep_every_mention_and_relation_inside_them(example):
    for document in formats.read(example / "train.jsonl"):
        [whole] = annotated_passages(document, 1000)
        assert sorted((m.label, m.text) for m in whole.mentions()) == sorted(
            (m.label, m.text) for m in document.mentions()
        )
        assert len(whole.relations) == len(document.relations)


@settings(deadline=None, max_examples=80)
@given(
    st.lists(
        st.dictionaries(st.integers(0, 7), st.sampled_from(["LIEU", "UNITE"]), max_size=6),
        min_size=1,
        max_size=5,
    )
)
def test_every_span_is_kept_masked_or_of_nobody(samples):
    """Spans of two words from a text of nine; agreement 2/3."""
    text = "a b c d e f g h i"
    spans = {n: Span(2 * n, 2 * n + 3) for n in range(8)}
    annotations = [
        Annotation([Placed(f"E{n}", label, spans[n]) for n, label in one.items()])
        for one in samples
    ]
    outcome = vote(Document("raw", text), annotations, 2 / 3)
    kept = {(s, e.label) for e in outcome.document.entities for s in e.spans}
    for n, span in spans.items():
        for label in ("LIEU", "UNITE"):
            count = sum(one.get(n) == label for one in samples)
            assert ((span, label) in kept) == (3 * count >= 2 * len(samples) and count > 0)
            if count and (span, label) not in kept:
                outside = [
                    at
                    for at in range(span.start, span.end)
                    if text[at] != " " and not any(s.start <= at < s.end for s, _ in kept)
                ]
                assert all(outcome.document.mask.covers(Span(at, at + 1)) for at in outside)
    for masked in outcome.document.mask.spans:
        assert not any(masked.overlaps(span) for span, _ in kept)


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(documents(text=texts(1), extras=False))
def test_mentions_come_back_to_their_places_whatever_the_typography(document):
    changed = document.text.replace("’", "'").replace("\u00a0", " ").replace("\u202f", " ")
    assert len(changed) == len(document.text)
    answer = Document(document.id, changed, document.entities)
    placed, issues, _ = bring_back(document.text, answer)
    strip = re.compile(r"[\s\u00ad\u200b\ufeff]+")
    for mention in answer.mentions():
        if not strip.sub("", mention.text):
            continue
        texts_of = {
            strip.sub("", document.text[p.span.start : p.span.end])
            for p in placed
            if p.entity == mention.entity
        }
        asked = strip.sub("", document.text[mention.start : mention.end])
        assert asked in texts_of or any(asked in found for found in texts_of) or issues


def test_votes_mend_what_samples_get_wrong_each_on_its_own(example):
    """A tenth of the mentions lost and a tenth mislabelled, in each sample."""
    rng = random.Random(11)
    known, right, kept_in_all, masked = 0, 0, 0, 0
    for document in formats.read(example / "dev.jsonl"):
        gold_ = {(m.span, m.label) for m in document.mentions()}
        samples = [
            Annotation(
                [
                    Placed(str(n), "AUTRE" if rng.random() < 0.11 else label, span)
                    for n, (span, label) in enumerate(sorted(gold_))
                    if rng.random() > 0.1
                ]
            )
            for _ in range(3)
        ]
        outcome = vote(document, samples, 2 / 3).document
        kept = {(s, e.label) for e in outcome.entities for s in e.spans}
        known, kept_in_all, right = (
            known + len(gold_),
            kept_in_all + len(kept),
            right + len(kept & gold_),
        )
        masked += sum(outcome.mask.covers(span) for span, _ in gold_ - kept)
    assert right / kept_in_all > 0.95 and right / known > 0.85
    assert masked > 0.5 * (known - right)


# The prompt


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_whole_prompt(language):
    strategy = build(language, demonstrations=3)
    request = next(strategy(RAW, random.Random(1)))
    assert (request.model, request.parameters) == ("m", {"temperature": 0.7})
    said = "\n\n".join(f"[{m.role}]\n{m.content}" for m in request.messages) + "\n"
    assert said == (GOLDEN / f"closed_annotation.{language}.txt").read_text(encoding="utf-8")


def test_both_languages_have_the_same_parts():
    assert build("fr")._prompts.keys() == build("en")._prompts.keys()


def test_samples_ask_otherwise_each_time():
    """The store answers the same question the same way: each reading must have its own key."""
    for documents_ in (GOLD, GOLD[:1]):
        _, requests = converse(build(documents=documents_, samples=3), RAW, [ANSWER] * 3)
        assert len({request.key for request in requests}) == 3


def test_what_all_requests_share_comes_first():
    _, requests = converse(build(samples=3), RAW, [ANSWER] * 3)
    assert len({request.messages[0] for request in requests}) == 1


# Good and faulty answers


def test_a_good_answer_becomes_annotations_of_the_text():
    [made], requests = converse(build(), RAW, [ANSWER])
    assert made.text == RAW.text and len(requests) == 1
    assert [(m.label, m.text) for m in made.mentions()] == [
        ("LIEU", "Kharkiv"),
        ("FONCTION", "gouverneur de la région"),
        ("LIEU", "Kiev"),
    ]
    assert made.relations == (Relation("E2", "SITUE_A", "E1"),) and not made.mask
    origin = made.origin
    assert (origin.strategy, origin.sources, origin.issues) == ("closed_annotation", ("raw",), ())
    assert origin.parameters["votes"] == {"E1": [1], "E2": [1], "E3": [1]}
    assert origin.parameters["relation_votes"] == {"E2 | SITUE_A | E1": 1}
    assert set(origin.demonstrations) <= {"d0", "d1", "d2"} and len(origin.demonstrations) > 1


def test_numbers_may_be_left_out():
    [made], _ = converse(build(), RAW, [re.sub(r"\[\d\] ", "", ANSWER)])
    assert len(made.entities) == 3 and made.origin.issues == ()


def test_votes():
    [made], requests = converse(build(samples=3), RAW, [ANSWER, LESS, ANSWER])
    assert len(requests) == 3
    assert made.origin.parameters["votes"] == {"E1": [3], "E2": [3], "E3": [2]}
    assert made.relations and not made.mask


def test_what_few_samples_say_is_masked_not_o():
    [made], _ = converse(build(samples=3), RAW, [ANSWER, LESS, LESS])
    assert [m.text for m in made.mentions()] == ["Kharkiv", "gouverneur de la région"]
    kiev = Span(RAW.text.index("Kiev"), RAW.text.index("Kiev") + 4)
    assert made.mask == Mask((kiev,), (("E2", "E1"),))
    [doubt] = [i for i in made.origin.issues if i.code == "P56"]
    assert doubt.severity is Severity.NOTE and "Kiev" in doubt.message


def test_of_two_boundaries_the_part_in_dispute_is_masked():
    [made], _ = converse(build(samples=3), RAW, [ANSWER, SHORTER, SHORTER])
    assert "gouverneur" in [m.text for m in made.mentions()]
    assert [made.mention_text(s).strip() for s in made.mask.spans] == ["de la région"]


def test_a_text_that_was_changed_is_sent_back():
    wrong = '[1] Kharkiv est en flammes depuis hier soir.\n[2] On ne sait rien de <e id="E1" t="LIEU">Kiev</e>.'
    [made], requests = converse(build(), RAW, [wrong, ANSWER])
    complaint = requests[1].messages[3].content
    assert "le texte a été modifié" in complaint and len(made.entities) == 3
    assert "P05" in {i.code for i in made.origin.issues}


def test_a_slip_in_the_copy_is_not_sent_back():
    long = Document("raw", RAW.text + " Les secours sont arrivés vers 8 h sur la place centrale.")
    slip = ANSWER.replace(
        "\n\n", "\n[3] Les secours sont arivés vers 8 h sur la place centrale.\n\n"
    )
    [made], requests = converse(build(), long, [slip])
    assert len(requests) == 1 and len(made.entities) == 3 and made.text == long.text
    assert [(i.code, i.severity) for i in made.origin.issues] == [("P53", Severity.NOTE)]


def test_a_mention_that_is_not_in_the_text_is_left_out():
    long = Document("raw", RAW.text + " Les secours sont arrivés vers 8 h sur la place centrale.")
    wrong = ANSWER.replace(">Kiev<", ">Moscou<").replace(
        "\n\n", "\n[3] Les secours sont arrivés vers 8 h sur la place centrale.\n\n"
    )
    [made], _ = converse(build(), long, [wrong])
    assert [m.text for m in made.mentions()] == ["Kharkiv", "gouverneur de la région"]
    assert "P54" in {i.code for i in made.origin.issues}


def test_a_passage_that_cannot_be_read_is_masked():
    long = Document("raw", "Kharkiv brûle. Kiev aussi.")
    first = '[1] <e id="E1" t="LIEU">Kharkiv</e> brûle.'
    strategy = build(sentences=1, repairs=0)
    [made], _ = converse(strategy, long, [first, "Je ne peux pas vous aider."])
    assert [m.text for m in made.mentions()] == ["Kharkiv"]
    assert made.mask.spans == (Span(15, 26),)
    assert "P55" in {i.code for i in made.origin.issues}


def test_ids_go_on_and_mean_the_same_through_the_passages():
    corpus = gold('<e id="1" t="LIEU">Kiev</e> et <e id="1" t="LIEU">la ville</e>.')
    long = Document("raw", "Kharkiv brûle. La ville est coupée. Lviv attend.")
    answers = [
        '[1] <e id="E1" t="LIEU">Kharkiv</e> brûle.',
        '[2] La <e id="E1" t="LIEU">ville</e> est coupée.',
        '[3] <e id="E1" t="LIEU">Lviv</e> attend.',  # numbering begun anew
    ]
    [made], requests = converse(build(documents=corpus, sentences=1), long, answers)
    assert "- E1 (LIEU) : « Kharkiv »" in requests[1].messages[1].content.replace("\u00a0", " ")
    assert "à partir de E2" in requests[1].messages[1].content
    read = [[made.mention_text(s) for s in e.spans] for e in made.entities]
    assert read == [["Kharkiv", "ville"], ["Lviv"]]


def test_without_coreference_each_mention_is_an_entity():
    same = ANSWER.replace('id="E3"', 'id="E1"')
    [made], requests = converse(build(), RAW, [same])
    assert [len(e.spans) for e in made.entities] == [1, 1, 1]
    assert "propre `id`" in requests[0].messages[0].content


def test_a_label_outside_the_schema_is_left_out_and_told():
    [made], _ = converse(build(), RAW, [ANSWER.replace("FONCTION", "ARTEFACT")])
    assert len(made.entities) == 2
    assert "M06" in {i.code for i in made.origin.issues if i.severity is Severity.REVIEW}


def test_what_one_sample_of_three_did_wrong_is_a_note():
    odd = ANSWER.replace("FONCTION", "ARTEFACT")
    [made], _ = converse(build(samples=3), RAW, [ANSWER, odd, ANSWER])
    assert {i.severity for i in made.origin.issues if i.code == "M06"} == {Severity.NOTE}
    assert len(made.entities) == 3


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_answers_are_declined(name):
    with pytest.raises(Declined) as declined:
        converse(build(), RAW, [HOSTILE[name]] * 2)
    assert declined.value.issues


@pytest.mark.parametrize("name", HOSTILE)
def test_one_hostile_sample_of_three_does_no_harm(name):
    [made], _ = converse(build(samples=3, repairs=0), RAW, [ANSWER, HOSTILE[name], ANSWER])
    assert len(made.entities) == 3 and not made.mask


def test_nothing_to_annotate_with_or_in():
    for document, known, code in ((Document("x", " \u200b"), GOLD, "P07"), (RAW, GOLD[2:], "P57")):
        with pytest.raises(Declined) as declined:
            next(build(documents=known)(document, random.Random(0)))
        assert [issue.code for issue in declined.value.issues] == [code]


def test_a_gold_document_is_not_an_example_of_itself(example):
    corpus = formats.read(example / "train.jsonl")[:12]
    strategy = ClosedAnnotation(
        materials(corpus), ClosedAnnotation.Options(samples=1, demonstrations=8)
    )
    for document in corpus:
        request = next(strategy(document, random.Random(3)))
        shown = request.messages[1].content.split("## Entités déjà")[0]
        assert document.text[:60] not in shown


class Obedient:
    """Answers with the gold annotation of the passage it is asked about."""

    def __init__(self, documents: list[Document], sentences: int) -> None:
        self._answers = {}
        for document in documents:
            given = passages(document.text, sentences)
            for passage, annotated in zip(
                given, annotated_passages(document, sentences), strict=False
            ):
                self._answers[passage.text] = to_markup(annotated)

    def __call__(self, request: Request) -> str:
        return self._answers[bare(request.messages[1].content)]


def test_an_obedient_model_gives_gold_back(example):
    """On real French text, with relations; documents whose mentions stay inside sentences."""
    corpus = [d for d in formats.read(example / "dev.jsonl") if len(sentences(d.text)) <= 6]
    model = Obedient(corpus, 6)
    train = formats.read(example / "train.jsonl")
    strategy = ClosedAnnotation(
        materials(train), ClosedAnnotation.Options(samples=2, demonstrations=2)
    )
    exact = 0
    for document in corpus:
        dialogue = strategy(Document(document.id, document.text), random.Random(1))
        request = next(dialogue)
        try:
            while True:
                request = dialogue.send(Response(model(request)))
        except StopIteration as end:
            [made] = end.value
        assert made.text == document.text
        want = sorted((m.label, m.start, m.end) for m in document.mentions())
        exact += want == sorted((m.label, m.start, m.end) for m in made.mentions())
    assert exact >= 0.95 * len(corpus) and len(corpus) > 20


def test_the_schema_of_a_demonstration_reads_back():
    [first, *_] = annotated_passages(GOLD[0], 6)
    assert from_markup(to_markup(first), id=first.id) == first
    assert Schema.learn([first]) == Schema.learn(GOLD[:1])


LONG = (
    "L’armée a pilonné la ville durant toute la nuit. Volodymyr Zelensky a parlé hier à Soumy. Les secours "
    "cherchent des survivants sous les décombres d’un immeuble de cinq étages. Des témoins ont entendu plusieurs "
    "explosions au petit matin dans le centre. Le bilan reste provisoire selon le maire de la ville voisine."
)


@pytest.mark.parametrize(("samples", "masked"), [(1, True), (3, False)], ids=["one", "three"])
def test_a_sentence_that_a_copy_leaves_out_is_not_without_mentions(samples, masked):
    """One sample of one says nothing of it, so it is masked; two others of three do."""
    raw = Document("r", LONG)
    strategy = build(samples=samples, demonstrations=0, repairs=0)
    prompt = next(strategy(raw, random.Random(0))).messages[1].content
    full = bare(prompt).replace("Soumy", '<e id="E1" t="LIEU">Soumy</e>')
    short = "\n".join(line for line in full.split("\n") if "Zelensky" not in line)
    [made], _ = converse(strategy, raw, [short, *[full] * (samples - 1)])
    place = Span(LONG.index("Soumy"), LONG.index("Soumy") + 5)
    assert [m.span for m in made.mentions()] == ([] if masked else [place])
    assert made.mask.covers(place) is masked
    assert ("P55" in {issue.code for issue in made.origin.issues}) is masked
    if masked:
        assert not made.mask.covers(Span(0, 40)) and not made.mask.covers(Span(95, len(LONG)))


def test_a_slip_in_the_copy_says_what_it_says_and_another_word_nothing():
    given = LONG.replace("Soumy", "Boïtchenko")
    slip = bring_back(
        given, Document("a", given.replace("Boïtchenko", "Boitchenko").replace("l’a", "l'a"))
    )
    assert slip.missing == ()
    other = bring_back(given, Document("a", given.replace("Volodymyr Zelensky a", "Il a")))
    assert [given[s.start : s.end] for s in other.missing] == ["Volodymyr Zelensky"]
    dots = bring_back(given, Document("a", given.replace("hier à", "hier, à")))
    assert dots.missing == ()
