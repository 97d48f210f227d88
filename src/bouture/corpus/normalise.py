"""Two-way normalisation: texts that differ only in typography become equal, and every offset finds its way back.

The forms follow the aligner of the project's grounding (NFC; one apostrophe, one double quote, one
space, one dash; invisible characters dropped); case and accents go only when asked.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache, lru_cache

from bouture.corpus.document import Span

APOSTROPHES = "'’‘ʼ´`′"
QUOTES = '"«»“”„‟″'
DASHES = "-‐‑‒–—−"
INVISIBLE = "\u00ad\u200b\ufeff"
"""Soft hyphen, zero-width space, byte order mark."""

SAME_LENGTH = str.maketrans(
    APOSTROPHES + QUOTES + DASHES + "\u00a0\u202f\u2009\u2007\t\n\r",
    "'" * len(APOSTROPHES) + '"' * len(QUOTES) + "-" * len(DASHES) + " " * 7,
)
_EVENED = {chr(code): chr(form) for code, form in SAME_LENGTH.items() if code != form}
_TO_EVEN = re.compile(f"[{re.escape(''.join(_EVENED))}]")
DROPPED = dict.fromkeys(map(ord, INVISIBLE))
LIGATURES = {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"}

_BLANK = r"[ \t\n\r\u00a0\u2007\u2009\u202f]"
# The characters that become exactly one character whatever the options. Guillemets are not among
# them because the spaces inside them go.
_SPECIAL = (
    r"[^ -~\t\n\r\u00a0-\u00aa\u00ac\u00ae-\u00ba\u00bc-\u00c5\u00c7-\u00de\u00e0-\u00e5\u00e7-\u00ff"
    r"\u0100-\u012f\u0131-\u0148\u014a-\u0151\u0154-\u017e\u0400-\u045f\u02bc\u2007\u2009"
    r"\u2010-\u2015\u2018-\u201f\u2026\u202f\u2032\u2033\u20ac\u2212]"
)
SPECIAL = re.compile(rf"{_SPECIAL}|{_BLANK}{{2}}")
REGION = re.compile(rf"(?:{_BLANK}+|.)?(?:{_SPECIAL}+{_BLANK}*)+|{_BLANK}{{2,}}", re.DOTALL)
"""Where more than one character for one may change, with the character that marks may attach to."""


ODD = re.compile(rf"(?![«»]){_SPECIAL}")
"""What becomes another number of characters, guillemets and runs of blanks aside."""
_BLANKS = re.compile(rf"{_BLANK}{{2,}}")
_OPENED = re.compile(rf"«{_BLANK}?")
_CLOSED = re.compile(rf"{_BLANK}?»")


class Normalised:
    """A normalised text that knows which source characters each of its characters stands for."""

    __slots__ = ("_ends", "_starts", "text")

    def __init__(self, text: str, starts: Sequence[int] | None, ends: Sequence[int] | None) -> None:
        self.text = text
        self._starts = starts
        self._ends = ends

    def span(self, start: int, end: int) -> Span:
        """The source span of `text[start:end]` (code points, half-open, not empty).

        What was dropped or folded inside the stretch belongs to the span; what was dropped at its
        edges does not.

        Raises:
            DocumentError: the stretch is empty.
            IndexError: it reaches outside the text.
        """
        if start >= end or self._starts is None or self._ends is None:
            return Span(start, end)
        return Span(self._starts[start], self._ends[end - 1])


def normalise(text: str, *, casefold: bool = False, accents: bool = True) -> Normalised:
    """`text` with one form for each typographic variant, and the way back to its offsets.

    NFC; one apostrophe, one double quote, one dash; every white space, and every run of them, one
    space; no space inside guillemets; no soft hyphen, zero-width space or byte order mark.
    `casefold` also drops case; `accents=False` also drops diacritics and opens ligatures (œ -> oe).
    """
    if SPECIAL.search(text) is None:
        return Normalised(_translated(text, casefold, accents), None, None)
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    cursor = 0
    for region in REGION.finditer(text):
        _add_plain(text, (cursor, region.start()), (casefold, accents), (pieces, starts, ends))
        cursor = region.end()
        _add_region(region, _fold(casefold, accents), (pieces, starts, ends))
    _add_plain(text, (cursor, len(text)), (casefold, accents), (pieces, starts, ends))
    return Normalised("".join(pieces), starts, ends)


def fold(text: str) -> str:
    """The form in which two strings are compared: normalised, case-folded, accents kept, trimmed."""
    return _folded(text) if len(text) <= WORD else _folded_text(text)


WORD = 32
"""Characters up to which a text is taken for a word or a name, which comes again and again."""
TEXTS = 256
"""Whole texts that are remembered: everything that is asked of one document asks for them again."""


@lru_cache(maxsize=1 << 15)
def _folded(text: str) -> str:
    return normalise(text, casefold=True).text.strip()


@lru_cache(maxsize=TEXTS)
def _folded_text(text: str) -> str:
    if ODD.search(text) is None:  # offsets are not asked for: no need to go character by character
        text = _BLANKS.sub(" ", text)
        if "«" in text or "»" in text:
            text = _OPENED.sub('"', _CLOSED.sub('"', text))
        return _translated(text, casefold=True, accents=True).strip()
    return normalise(text, casefold=True).text.strip()


class _Unaccented(dict[int, str]):
    """A `str.translate` table that learns each character when it first meets it."""

    def __missing__(self, code: int) -> str:
        found = self[code] = _without_marks(chr(code))
        return found


def _without_marks(text: str) -> str:
    opened = "".join(LIGATURES.get(c, c) for c in text)
    bare = "".join(c for c in unicodedata.normalize("NFD", opened) if not _is_mark(c))
    return unicodedata.normalize("NFC", bare)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) == "Mn"


UNACCENTED = _Unaccented()


@cache
def _fold(casefold: bool, accents: bool) -> Callable[[str], str]:
    """The folding of one cluster (a character with its combining marks), remembered."""

    @cache
    def folded(cluster: str) -> str:
        piece = unicodedata.normalize("NFC", cluster.translate(DROPPED)).translate(SAME_LENGTH)
        if piece.isspace():
            return " "
        if not accents:
            piece = _without_marks(piece)
        if casefold:
            # Canonical caseless form: decomposed before folding (Unicode 3.13, D145).
            piece = unicodedata.normalize("NFD", piece).casefold()
            piece = unicodedata.normalize("NFC", piece).translate(SAME_LENGTH)
        return " " if piece.isspace() else piece

    return folded


def _extends(character: str) -> bool:
    """Whether a character belongs to the one before it: combining marks, Hangul vowels and finals."""
    if character < "\u0300":
        return character == "\u00ad"
    return (
        character in INVISIBLE
        or unicodedata.category(character)[0] == "M"
        or "\u1160" <= character <= "\u11ff"
    )


def _translated(text: str, casefold: bool, accents: bool) -> str:
    """A text without special characters, folded; as long as it was."""
    text = _TO_EVEN.sub(lambda found: _EVENED[found[0]], text)  # quicker than `translate`
    if not accents:
        text = text.translate(UNACCENTED)
    return text.casefold() if casefold else text


_Columns = tuple[list[str], list[int], list[int]]
"""Pieces of the normalised text; for each of its characters, its source start and source end."""


def _add_plain(
    text: str, stretch: tuple[int, int], options: tuple[bool, bool], columns: _Columns
) -> None:
    pieces, starts, ends = columns
    start, end = stretch
    pieces.append(_translated(text[start:end], *options))
    starts.extend(range(start, end))
    ends.extend(range(start + 1, end + 1))


def _add_region(region: re.Match[str], fold: Callable[[str], str], columns: _Columns) -> None:
    """Fold a region cluster by cluster (a character with its combining marks)."""
    text = region.group()
    found: list[tuple[str, int, int]] = []
    opened = False
    position, length = 0, len(text)
    while position < length:
        start = position
        position += 1
        while position < length and _extends(text[position]):
            position += 1
        cluster = text[start:position]
        end = start + len(cluster.rstrip(INVISIBLE))
        piece = fold(cluster)
        if piece == " " and opened:
            continue
        if piece == " " and found and found[-1][0] == " ":
            found[-1] = (" ", found[-1][1], end)
            continue
        if cluster[0] == "»" and found and found[-1][0] == " ":
            found.pop()
        if piece:
            opened = cluster[0] == "«"
            found.append((piece, start, end))
    pieces, starts, ends = columns
    for piece, start, end in found:
        pieces.append(piece)
        starts.extend([region.start() + start] * len(piece))
        ends.extend([region.start() + end] * len(piece))
