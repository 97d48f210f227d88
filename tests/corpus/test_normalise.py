"""Two-way normalisation: laws first, then the forms one by one."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bouture.corpus.normalise import SPECIAL, WORD, fold, normalise

TRICKY = st.text(
    st.sampled_from(
        "aeéEÉ l'’dœŒßİﬁ«»“”\u00a0\u202f\u2009 -–—\u00ad\u200b\ufeff\u0301\u0327\n\t1é🇺🇦\u1100\u1161\u11a8"
    )
)
TEXTS = TRICKY | st.text()
OPTIONS = st.fixed_dictionaries({"casefold": st.booleans(), "accents": st.booleans()})


@given(TEXTS, OPTIONS)
@example("« X »", {"casefold": False, "accents": True})
def test_idempotent(text: str, options: dict[str, bool]) -> None:
    once = normalise(text, **options).text
    assert normalise(once, **options).text == once


@given(TEXTS, OPTIONS, st.data())
def test_a_span_maps_back_to_text_that_contains_the_piece(
    text: str, options: dict[str, bool], data: st.DataObject
) -> None:
    normal = normalise(text, **options)
    if not normal.text:
        return
    start = data.draw(st.integers(0, len(normal.text) - 1))
    end = data.draw(st.integers(start + 1, len(normal.text)))
    source = normal.span(start, end)
    assert source.end <= len(text)
    again = normalise(text[source.start : source.end], **options).text
    assert normal.text[start:end].strip() in again


@given(TEXTS, OPTIONS)
def test_the_whole_maps_to_the_whole(text: str, options: dict[str, bool]) -> None:
    normal = normalise(text, **options)
    if normal.text:
        whole = normal.span(0, len(normal.text))
        dropped = text[: whole.start] + text[whole.end :]
        assert set(dropped) <= set("\u00ad\u200b\ufeff \u00a0\u202f\u2009\n\t") | {
            c for c in dropped if c.isspace() or unicodedata.category(c).startswith("M")
        }


@given(TEXTS, OPTIONS)
def test_composed_and_decomposed_input_become_equal(text: str, options: dict[str, bool]) -> None:
    composed = normalise(unicodedata.normalize("NFC", text), **options).text
    decomposed = normalise(unicodedata.normalize("NFD", text), **options).text
    assert composed == decomposed


@pytest.mark.parametrize("casefold", [False, True])
@pytest.mark.parametrize("accents", [False, True])
def test_the_fast_way_changes_no_length(casefold: bool, accents: bool) -> None:
    for code in range(0x2300):
        text = f"a{chr(code)}a"
        if SPECIAL.search(text) is None:
            assert len(normalise(text, casefold=casefold, accents=accents).text) == 3, hex(code)


def test_forms() -> None:
    assert normalise("l’Élysée\u00a0: «\u202foui\u202f»").text == 'l\'Élysée : "oui"'
    assert normalise("1\u202f500  soldats\n–\tS‑300").text == "1 500 soldats - S-300"
    assert normalise("\ufeffco\u00adopé\u200bration").text == "coopération"
    assert normalise("E\u0301tat").text == "État"
    assert normalise("Œuvre d’État", casefold=True, accents=False).text == "oeuvre d'etat"


def test_offsets_of_decomposed_and_dropped_characters() -> None:
    text = "l’E\u0301\u00adtat  \u200bmajor\u200b."
    normal = normalise(text)
    assert normal.text == "l'État major."
    found = normal.span(2, 12)
    assert text[found.start : found.end] == "E\u0301\u00adtat  \u200bmajor"


def test_fold_compares() -> None:
    assert fold(" L’ÉTAT ") == fold("l'e\u0301tat") == "l'état"
    assert fold("etat") != fold("état")


@given(st.text(st.sampled_from("aé«»’'\" \u00a0\u202f\n-–.…“”Şœß\u0301\u00ad"), max_size=60))
def test_folding_a_text_is_normalising_it_whole(text: str) -> None:
    long = text + "x" * WORD  # beyond this length a text is folded at one go
    assert fold(long) == normalise(long, casefold=True).text.strip()
