"""Grounding: planted spans come back, nothing is ever inside a word, and the real corpus is recovered."""

import random
import unicodedata
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bouture.corpus.anchoring import Anchored, How, Quote, anchor
from bouture.corpus.assignment import Choice, assign
from bouture.corpus.candidates import cuts_a_word, edit_distance, fold_hard
from bouture.corpus.document import Document
from bouture.corpus.normalise import normalise
from bouture.formats import read

NAMES = [
    "Kiev",
    "72e brigade",
    "l’Élysée",
    "général d'armée",
    "« Azov »",
    "Saint-Pétersbourg",
    "il",
]


def places(anchored: list[Anchored]) -> list[tuple[int | None, int | None, str]]:
    return [(a.start, a.end, a.how.value) for a in anchored]


def found(text: str, *quotes: Quote | str) -> list[tuple[str, str]]:
    asked = [Quote(q, "X") if isinstance(q, str) else q for q in quotes]
    return [
        (
            "" if a.span is None else text[a.span.start : a.span.end] + f"@{a.span.start}",
            a.how.value,
        )
        for a in anchor(text, asked)
    ]


@st.composite
def planted(draw: st.DrawFn) -> tuple[str, list[tuple[Quote, int, int]]]:
    """A text in which each mention, often repeated, stands between words used once."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=8))
    text = ""
    spans = []
    for i, name in enumerate(names):
        text += f"avant{i} mot{i} "
        start = len(text)
        text += name
        spans.append((Quote(name, "X", f"avant{i} mot{i}", f"après{i}"), start, len(text)))
        text += f" après{i}. "
    return text, spans


@given(planted(), st.randoms(use_true_random=False))
def test_planted_spans_come_back_whatever_the_order(
    plant: tuple[str, list[tuple[Quote, int, int]]], rng: random.Random
) -> None:
    text, spans = plant
    rng.shuffle(spans)
    assert places(anchor(text, [q for q, _, _ in spans])) == [(s, e, "exact") for _, s, e in spans]


@given(
    planted(),
    st.sampled_from([str.upper, str.lower, lambda s: unicodedata.normalize("NFD", s), fold_hard]),
)
def test_planted_spans_come_back_from_altered_quotes(
    plant: tuple[str, list[tuple[Quote, int, int]]], alter: Callable[[str], str]
) -> None:
    text, spans = plant
    altered = [Quote(alter(q.text), q.label, alter(q.before), alter(q.after)) for q, _, _ in spans]
    assert [(a.start, a.end) for a in anchor(text, altered)] == [(s, e) for _, s, e in spans]


TEXTS = st.text(st.sampled_from("aàbl’'dLŒœ \u00a0«»-1é.\u0301\u00ad"), max_size=40)
QUOTES = st.lists(
    st.builds(
        Quote,
        st.text(st.sampled_from("aàbl’'dœ «»-1é"), max_size=6),
        st.sampled_from(["X", "Y"]),
        st.text(st.sampled_from("abl' "), max_size=3),
        st.text(st.sampled_from("abl' "), max_size=3),
    ),
    max_size=6,
)


@given(TEXTS, QUOTES, st.sampled_from(["one", "all"]))
def test_results_are_what_they_claim(text: str, quotes: list[Quote], occurrences: str) -> None:
    results = anchor(text, quotes, occurrences=occurrences)  # type: ignore[arg-type]
    assert [a.quote for a in results] == quotes
    for a in results:
        assert 0 <= a.score <= 1
        assert (a.how is How.ABSENT) == (not a.spans)
        assert len(set(a.spans)) == len(a.spans)
        for span in a.spans:
            surface = text[span.start : span.end]
            if a.how is How.EXACT and occurrences == "one":
                assert surface == a.quote.text
            if a.how is How.NORMALISED and occurrences == "one":
                assert normalise(surface).text == normalise(a.quote.text).text.strip()
            if a.how is How.CASEFOLD:
                assert fold_hard(surface) == fold_hard(a.quote.text)
            left, right = text[: span.start][-1:], text[span.end :][:1]
            assert not (left.isalnum() and surface[0].isalnum())
            assert not (right.isalnum() and surface[-1].isalnum())


@given(st.integers(1, 6), st.integers(1, 6))
def test_identical_quotes_take_different_places(quotes: int, occurrences: int) -> None:
    text = " ".join(["il"] * occurrences)
    results = anchor(text, [Quote("il", "X")] * quotes)
    assert len({a.span for a in results}) == min(quotes, occurrences)
    decided = sum(a.how is How.EXACT for a in results)
    assert decided == (min(quotes, occurrences) if quotes >= occurrences else 0) or occurrences == 1


def test_the_order_of_the_list_places_what_context_does_not() -> None:
    text = "Paris, Kiev, Paris, Lviv, Paris"
    assert found(text, "Kiev", "Paris", "Lviv") == [
        ("Kiev@7", "exact"),
        ("Paris@13", "exact"),
        ("Lviv@20", "exact"),
    ]
    # Against the order of the text the list says nothing of « Paris ».
    assert found(text, "Lviv", "Paris", "Kiev")[1] == ("Paris@0", "ambiguous")


def test_an_undecidable_quote_shows_all_its_places() -> None:
    (result,) = anchor("il dort, il mange, il part", [Quote("il", "X")])
    assert result.how is How.AMBIGUOUS
    assert [s.start for s in result.spans] == [0, 9, 19]
    assert result.score == pytest.approx(1 / 3)


def test_nested_mentions_in_either_order() -> None:
    text = "la Défense, le ministre de la Défense, la Défense"
    outer, inner = Quote("ministre de la Défense", "F"), Quote("Défense", "O", "ministre de la", "")
    for quotes in ([outer, inner], [inner, outer]):
        spans = {a.quote.label: a.start for a in anchor(text, quotes)}
        assert spans == {"F": 15, "O": 30}


def test_two_labels_may_share_a_span() -> None:
    results = anchor(
        "Washington dément.", [Quote("Washington", "LIEU"), Quote("Washington", "ORG")]
    )
    assert places(results) == [(0, 10, "exact")] * 2


def test_a_repeated_context_is_no_reason_to_pile_up() -> None:
    quote = Quote("Kiev", "X", "vers", "hier")
    first, second = anchor("vers Kiev hier, puis Kiev demain", [quote, quote])
    assert (first.start, first.how) == (5, How.EXACT)
    assert (second.start, second.how) == (21, How.AMBIGUOUS)


def test_never_inside_a_word() -> None:
    text = "Austrian, aujourd’hui Slov’iansk 1500 porte-avions, Kyiv's"
    for inside in ("Austria", "hui", "Slov", "iansk", "500", "avion"):
        assert found(text, inside) == [("", "absent")]
    assert found(text, "avions", "Kyiv") == [("avions@44", "exact"), ("Kyiv@52", "exact")]


def test_french_edges() -> None:
    text = "L’AIEA l’a vu : « Azov » près de l'hôpital, 50 % d’État, j'y vais"
    assert found(text, "AIEA", "l’", "« Azov »", '"Azov"', "Azov") == [
        ("AIEA@2", "exact"),
        ("l’@7", "exact"),
        ("« Azov »@16", "exact"),
        ("« Azov »@16", "normalised"),
        ("Azov@18", "exact"),
    ]
    assert found(text, "hopital", "50 %", "ETAT", "j'") == [
        ("hôpital@35", "casefold"),
        ("50 %@44", "exact"),
        ("État@51", "casefold"),
        ("j'@57", "exact"),
    ]


def test_fuzzy_is_flagged_and_bounded() -> None:
    text = "la 72e brigade mécanisée ukrainienne"
    assert found(text, "une 72e brigade") == [("72e brigade@3", "fuzzy")]
    assert found(text, "« 72e brigade »,") == [("72e brigade@3", "fuzzy")]
    assert found(text, "72e brigade mécanisé ukrainienne") == [
        ("72e brigade mécanisée ukrainienne@3", "fuzzy")
    ]
    for too_far in ("72e brigade ukrainienne", "73e brigade mécanisée", "un", ""):
        assert found(text, too_far) == [("", "absent")]


def test_all_occurrences_keep_to_the_best_tier() -> None:
    text = "Il dort. il part. Illico, il"
    (small,) = anchor(text, [Quote("il", "X")], occurrences="all")
    (large,) = anchor(text, [Quote("IL", "X")], occurrences="all")
    assert [s.start for s in small.spans] == [9, 26]
    assert (large.how, [s.start for s in large.spans]) == (How.CASEFOLD, [0, 9, 26])


@pytest.mark.parametrize(
    ("text", "start", "end", "cut"),
    [
        ("l'aiea", 2, 6, False),
        ("l'aiea", 0, 2, False),
        ("lorsqu'il", 7, 9, False),
        ("o'neil", 2, 6, True),
        ("o'neil", 0, 1, True),
        ("kyiv's", 0, 4, False),
        ("'kyiv'", 1, 5, False),
        ("a1b", 0, 2, True),
    ],
)
def test_cuts_a_word(text: str, start: int, end: int, cut: bool) -> None:
    assert cuts_a_word(text, start, end) is cut


@given(st.text("ab", max_size=7), st.text("ab", max_size=7), st.integers(0, 8))
def test_edit_distance_is_levenshtein_up_to_its_limit(a: str, b: str, limit: int) -> None:
    def slow(x: str, y: str) -> int:
        if not x or not y:
            return len(x) + len(y)
        return min(slow(x[1:], y[1:]) + (x[0] != y[0]), slow(x[1:], y) + 1, slow(x, y[1:]) + 1)

    if len(a) + len(b) <= 9:
        assert edit_distance(a, b, limit) == min(slow(a, b), limit + 1)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 2)), max_size=7), st.randoms())
def test_settled_choices_depend_on_no_order(raw: list[tuple[int, int]], rng: random.Random) -> None:
    choices = [Choice((i, s), ((s, s + n),), (0.0,), settled=True) for i, (s, n) in enumerate(raw)]
    shuffled = choices[:]
    rng.shuffle(shuffled)
    straight = dict(zip(choices, assign(choices), strict=True))
    assert straight == dict(zip(shuffled, assign(shuffled), strict=True))


def unaccented(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


ALTERATIONS: dict[str, Callable[[str], str]] = {
    "as it is": lambda s: s,
    "’ to '": lambda s: s.replace("’", "'"),
    "NBSP to space": lambda s: s.replace("\u00a0", " ").replace("\u202f", " "),
    "NFD": lambda s: unicodedata.normalize("NFD", s),
    "accents dropped": unaccented,
    "upper case": str.upper,
}


@pytest.fixture(scope="module")
def textmine(shared: Path) -> list[Document]:
    folder = shared / "data" / "textmine2025"
    return [d for name in ("train.csv", "dev.csv") for d in read(folder / name)]


def two_words(document: Document, alter: Callable[[str], str]) -> list[tuple[Quote, int, int]]:
    """Every mention of a document as a quote with two words of context on each side."""
    text = document.text
    return [
        (
            Quote(
                alter(m.text),
                m.label,
                alter(" ".join(text[: m.start].split()[-2:])),
                alter(" ".join(text[m.end :].split()[:2])),
            ),
            m.start,
            m.end,
        )
        for m in document.mentions()
    ]


@pytest.mark.shared
@pytest.mark.parametrize("alteration", ALTERATIONS)
def test_textmine_from_strings_with_two_words_of_context(
    textmine: list[Document], alteration: str
) -> None:
    right = total = 0
    rng = random.Random(1)
    for document in textmine:
        wanted = two_words(document, ALTERATIONS[alteration])
        rng.shuffle(wanted)
        results = anchor(document.text, [q for q, _, _ in wanted])
        got = Counter((a.quote, a.start, a.end) for a in results)
        right += sum((Counter(wanted) & got).values())  # equal quotes may swap their places
        total += len(wanted)
    assert total > 11_000
    assert right / total >= (0.995 if alteration == "as it is" else 0.99)


@pytest.mark.shared
def test_textmine_from_strings_alone(textmine: list[Document]) -> None:
    gold: set[tuple[str, str, int, int]] = set()
    predicted: set[tuple[str, str, int, int]] = set()
    for document in textmine:
        mentions = document.mentions()
        gold.update((document.id, m.label, m.start, m.end) for m in mentions)
        for a in anchor(
            document.text, [Quote(m.text, m.label) for m in mentions], occurrences="all"
        ):
            predicted.update((document.id, a.quote.label, s.start, s.end) for s in a.spans)
    assert len(gold & predicted) / len(predicted) >= 0.94
    assert len(gold & predicted) / len(gold) >= 0.99
