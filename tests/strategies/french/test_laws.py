"""Laws of substitution in French: exact offsets, nothing else touched, there and back again, no answer but a reason."""

import csv
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bouture import Declined, Document, Facts, formats, substitute
from bouture.corpus.document import Mention
from bouture.corpus.markup import from_markup, to_markup
from bouture.errors import UsageError
from bouture.strategies.french.job import is_anaphor
from bouture.strategies.french.lexicon import Corpus
from bouture.strategies.french.places import place
from documents import documents, texts
from strategies.french.test_cases import TABLE, Case, cases, document_of, facts_of, surface_of

MADE = [c for c in cases() if not c.expected.startswith("P1")]
FRAMES = (
    "Selon {}, rien.",
    "Hier, vers {}, rien.",
    "{} annonce la paix.",
    "Le sort de {} reste inconnu.",
    "Les autorités parlent de {} depuis hier.",
    "Il est revenu de {} hier.",
    "Plus grand que {}.",
)
NAMES = (
    "Russie", "Ukraine", "Japon", "Iran", "États-Unis", "Pays-Bas", "Philippines", "Cuba", "Kiev", "Odessa",
    "Donbass", "Honduras", "Yémen", "oblast de Kherson", "La Haye", "Le Havre", "Israël",
)  # fmt: skip


def others(document: Document) -> list[tuple[str, str, str]]:
    return [(m.entity, m.label, m.text) for m in document.mentions() if m.entity != "E1"]


@pytest.mark.parametrize("case", MADE, ids=lambda c: c.sentence)
def test_ids_labels_relations_and_other_mentions_stay(case: Case) -> None:
    marked = document_of(case, f"Avant, [Lviv] attend. {case.sentence} Après.")
    document = from_markup(f"{to_markup(marked)}\n\nE2 | SITUE_A | E1", id="d")
    made = substitute(document, "E1", surface_of(case.surface), facts_of(case.facts))
    assert others(made) == others(document) and made.relations == document.relations
    assert [(e.id, e.label, len(e.spans)) for e in made.entities] == [
        (e.id, e.label, len(e.spans)) for e in document.entities
    ]
    assert made.id == document.id and made.meta == document.meta


@pytest.mark.parametrize("case", MADE, ids=lambda c: c.sentence)
def test_other_sentences_stay_to_the_letter(case: Case) -> None:
    alone = substitute(
        document_of(case, case.sentence), "E1", surface_of(case.surface), facts_of(case.facts)
    )
    far = "La mer était calme\u00a0; on n'a rien vu.\n\n"
    framed = document_of(case, f"{far}{case.sentence}\n\n{far}")
    made = substitute(framed, "E1", surface_of(case.surface), facts_of(case.facts))
    if "'" not in alone.text and "’" not in alone.text:
        assert made.text == f"{far}{alone.text}\n\n{far}"
    assert made.text.startswith(far) and made.text.endswith(far)


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("name", NAMES)
def test_there_and_back_again(frame: str, name: str) -> None:
    """A → B → A gives the text back: all facts are known, and no frame leaves a choice."""
    start = from_markup(frame.format('<e id="E1" t="LIEU">Lviv</e>'), id="d")
    first = reached(start, name)
    if first is None:
        return
    for other in NAMES:
        second = reached(first, other)
        if second is not None and other != name:
            back = reached(second, name)
            assert back is None or back == first, (first.text, second.text)


def reached(document: Document, name: str) -> Document | None:
    try:
        return substitute(document, "E1", name)
    except Declined:
        return None


def test_most_names_reach_most_frames() -> None:
    start = [from_markup(f.format('<e id="E1" t="LIEU">Lviv</e>'), id="d") for f in FRAMES]
    made = [reached(document, name) for document in start for name in NAMES]
    assert sum(m is not None for m in made) > 0.9 * len(made)


def test_the_same_surface_is_the_same_document() -> None:
    for case in MADE:
        document = document_of(case, case.sentence)
        own = {
            m.text: m.text
            for m in document.mentions()
            if m.entity == "E1" and not is_anaphor(m.text)
        }
        try:
            assert substitute(document, "E1", own) == document
        except Declined as declined:
            assert declined.issues[0].code in ("P10", "P11", "P12", "P13", "P14", "P15", "P16")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    documents(text=texts(1), extras=False),
    st.one_of(st.sampled_from(NAMES), texts(1)),
    st.sampled_from(["", "m", "f"]),
    st.sampled_from(["", "s", "p"]),
)
def test_any_document_is_mended_or_declined(document, surface, gender, number):
    for entity in document.entities:
        if not surface.strip():
            with pytest.raises(UsageError):
                substitute(document, entity.id, surface)
            continue
        try:
            made = substitute(document, entity.id, surface, Facts(gender=gender, number=number))
        except Declined as declined:
            [issue] = declined.issues
            assert issue.code in {f"P{n}" for n in range(10, 20)}
            assert issue.message and issue.message_fr and issue.place.entity == entity.id
            continue
        assert made.relations == document.relations
        mine = [m for m in made.mentions() if m.entity == entity.id and not is_anaphor(m.text)]
        assert all(_is(m, surface) for m in mine)


def _is(mention: Mention, surface: str) -> bool:
    """The surface itself, with the capital of a sentence, or without the article that contracts."""
    return mention.text.lower() == surface.lower() or surface.endswith(f" {mention.text}")


def test_in_another_language_the_words_around_stay() -> None:
    document = from_markup('Near <e id="E1" t="LIEU">Kiev</e> de la.', id="d")
    assert substitute(document, "E1", "Odessa", language="en").text == "Near Odessa de la."


def test_wrong_use_is_said() -> None:
    document = from_markup('À <e id="E1" t="LIEU">Kiev</e>.', id="d")
    with pytest.raises(UsageError, match="no entity 'E9'"):
        substitute(document, "E9", "Lviv")
    with pytest.raises(UsageError, match="Invalid enum value 'x'"):
        substitute(document, "E1", "Lviv", Facts(gender="x"))
    with pytest.raises(Declined) as declined:
        substitute(document, "E1", {"Kyiv": "Lviv"})
    assert declined.value.issues[0].code == "P19"


def test_the_table_of_places_is_whole() -> None:
    with TABLE.open(encoding="utf-8") as file:
        assert len(list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))) > 300
    for name, preposition in (
        ("France", "en"), ("Maroc", "à"), ("Iran", "en"), ("Crimée", "en"), ("Donbass", "dans"), ("Dniepr", "sur"),
    ):  # fmt: skip
        assert place(name).locative == preposition
    assert place("EGYPTE") == place("Egypte") == place("Égypte") and place("MER").kind == ""


@pytest.mark.shared
def test_real_documents_there_and_back(shared) -> None:
    gold = formats.read(shared / "data/textmine2025/dev.csv")[:25]
    lexicon = Corpus(gold)
    known = 0
    for document in gold:
        named = [
            e for e in document.entities if len({document.mention_text(s) for s in e.spans}) == 1
        ]
        for one, other in permutations(named[:6], 2):
            old, new = (document.mention_text(e.spans[0]) for e in (one, other))
            try:
                made = substitute(document, one.id, new, lexicon=lexicon)
                back = substitute(made, one.id, old, lexicon=lexicon)
            except Declined:
                continue
            known += 1
            assert [m.text for m in back.mentions() if m.entity == one.id] == [
                m.text for m in document.mentions() if m.entity == one.id
            ]
    assert known > 20
