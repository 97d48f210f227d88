"""Kinds of noise that concern signs: apostrophes, spaces, accents, capitals. Each is idempotent."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

from bouture.corpus.tokens import sentences
from bouture.strategies.editing import Edit
from bouture.strategies.labelling import is_cut
from bouture.strategies.noise.page import BLANKS, Page, replaced

TITLE_WORDS = 3
"""Words from which a first sentence is taken for a title."""

_CURLED = re.compile("[’ʼ]")
_STRAIGHT = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])")
_UNPLAIN = re.compile(f"[{BLANKS[1:]}]")
_NUMBER = rf"(?<![\d.,])\d{{1,3}}(?:[{BLANKS}]\d{{3}})+(?![\d])"
_BREAKS = re.compile(rf"[{BLANKS}](?=[;:?!%»])|(?<=«)[{BLANKS}]|{_NUMBER}")
_LOOSE = re.compile(rf"[{BLANKS}]+(?=[;:?!%»])|(?<=«)[{BLANKS}]+")
_NUMBERS = re.compile(_NUMBER)
_BLANK = re.compile(f"[{BLANKS}]")
_WORD = re.compile(r"[^\W\d_]+")
_MARKS = "[\u0300-\u036f]"


def _bare_letters() -> dict[str, str]:
    """Latin letters with a diacritic, and ligatures: what is left of each without."""
    bare = {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        apart = unicodedata.normalize("NFD", chr(code))
        if len(apart) > 1 and apart[0].isascii() and apart[0].isalpha():
            bare[chr(code)] = apart[0]
    return bare


BARE = _bare_letters()
_ACCENTED = re.compile(f"[{''.join(BARE)}]{_MARKS}*|[A-Za-z]{_MARKS}+")
_ACCENTED_CAPITAL = re.compile(
    f"[{''.join(letter for letter in BARE if letter.isupper())}]{_MARKS}*|[A-Z]{_MARKS}+"
)


def straight_apostrophes(page: Page) -> list[Edit]:
    """’ becomes ', as on most keyboards."""
    return replaced(page.text, _CURLED.finditer(page.text), "'")


def curly_apostrophes(page: Page) -> list[Edit]:
    """' between two letters becomes ’, as in print."""
    return replaced(page.text, _STRAIGHT.finditer(page.text), "’")


def plain_spaces(page: Page) -> list[Edit]:
    """No-break and thin spaces become plain ones, as copying and pasting often makes them."""
    return replaced(page.text, _UNPLAIN.finditer(page.text), " ")


def no_break_spaces(page: Page) -> list[Edit]:
    """U+00A0 where French typography wants no line end: before ; : ? ! % », after «, inside numbers."""
    return _spaced(page.text, "\u00a0")


def narrow_spaces(page: Page) -> list[Edit]:
    """The same places with U+202F, the narrow no-break space."""
    return _spaced(page.text, "\u202f")


def tight_punctuation(page: Page) -> list[Edit]:
    """No space before ; : ? ! % » and after «, as those who type in a hurry, or in English, leave it out."""
    return replaced(page.text, _LOOSE.finditer(page.text), "")


def tight_numbers(page: Page) -> list[Edit]:
    """No space between thousands: 3000; only where the number is all in a mention or all outside."""
    found = []
    for number in _NUMBERS.finditer(page.text):
        start, end = number.span()
        if not is_cut(page.document, start, end):
            found += [
                Edit(start + blank.start(), start + blank.end(), "")
                for blank in _BLANK.finditer(number[0])
            ]
    return found


def unaccented(page: Page) -> list[Edit]:
    """Every diacritic dropped and ligatures opened: telexes, old systems, foreign keyboards."""
    return list(_unaccented(_ACCENTED, page.text))


def unaccented_capitals(page: Page) -> list[Edit]:
    """The same for capitals only (ETAT-MAJOR, Etat-major), the habit of French typewriters."""
    return list(_unaccented(_ACCENTED_CAPITAL, page.text))


def capital_title(page: Page) -> list[Edit]:
    """The first sentence in capitals, if it has three words or more.

    A text whose first three words are in capitals is left: its title may end where no full stop does.
    """
    first = next(iter(sentences(page.text)), None)
    if first is None:
        return []
    title = page.text[first.start : first.end]
    opening = [word[0] for word in islice(_WORD.finditer(title), TITLE_WORDS)]
    if len(opening) < TITLE_WORDS or all(word == _capital(word) for word in opening):
        return []
    return [Edit(first.start, first.end, _capital(title))]


def _spaced(text: str, space: str) -> list[Edit]:
    found = []
    for place in _BREAKS.finditer(text):
        for blank in _BLANK.finditer(place[0]):
            if blank[0] != space:
                at = place.start() + blank.start()
                found.append(Edit(at, at + 1, space))
    return found


def _unaccented(pattern: re.Pattern[str], text: str) -> Iterator[Edit]:
    for found in pattern.finditer(text):
        letter = found[0][0]
        yield Edit(*found.span(), BARE.get(letter, letter))


def _capital(text: str) -> str:
    """In capitals, character by character; one that has no single capital of its own stays (ß)."""
    capitals = ((c, c.upper()) for c in text)
    return "".join(
        upper if len(upper) == 1 and upper.casefold() == c.casefold() else c
        for c, upper in capitals
    )
