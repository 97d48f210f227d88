"""Why offsets disagree with the text: bytes, UTF-16 units, line ends or another Unicode form, found by trying each."""

import unicodedata
from bisect import bisect_left
from itertools import accumulate

from bouture.corpus.issue import Wording

NO_GUESS = Wording(
    "correct the offsets or the text; offsets are code points from 0, the end excluded",
    "corrigez les positions ou le texte ; les positions se comptent en caractères (points de code) à partir de 0, fin exclue",
)


def from_utf16(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Offsets in UTF-16 units as offsets in code points; None when one falls inside a character."""
    return _converted([2 if ord(c) > 0xFFFF else 1 for c in text], start, end)


def from_bytes(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Offsets in UTF-8 bytes as offsets in code points; None when one falls inside a character."""
    return _converted([len(c.encode("utf-8", "replace")) for c in text], start, end)


def _converted(widths: list[int], start: int, end: int) -> tuple[int, int] | None:
    edges = list(accumulate(widths, initial=0))
    places = []
    for offset in (start, end):
        place = bisect_left(edges, offset)
        if place == len(edges) or edges[place] != offset:
            return None
        places.append(place)
    return places[0], places[1]


def explain_mismatch(text: str, start: int, end: int, said: str) -> Wording:
    """What the offsets seem to count, when counting so gives the text that the file says; advice in words."""
    for counted, counted_fr, where in (
        ("UTF-16 units", "unités UTF-16", from_utf16(text, start, end)),
        ("UTF-8 bytes", "octets UTF-8", from_bytes(text, start, end)),
    ):
        if where is not None and text[where[0] : where[1]] == said:
            return Wording(
                f"the offsets look like {counted}: convert them to code points ({where[0]}-{where[1]} here)",
                f"les positions semblent comptées en {counted_fr} : convertissez-les en points de code (ici {where[0]}-{where[1]})",
            )
    for other, why, why_fr in (
        (unicodedata.normalize("NFC", text), "text in NFC form", "un texte en forme NFC"),
        (unicodedata.normalize("NFD", text), "text in NFD form", "un texte en forme NFD"),
        (
            text.replace("\r\n", "\n"),
            "line ends of one character",
            "des fins de ligne d’un caractère",
        ),
        (
            text.replace("\r\n", "\n").replace("\n", "\r\n"),
            "line ends of two characters (CRLF)",
            "des fins de ligne de deux caractères (CRLF)",
        ),
    ):
        if other != text and other[start:end] == said:
            return Wording(
                f"the offsets were counted with {why}: count them again in this text",
                f"les positions ont été comptées avec {why_fr} : recomptez-les dans ce texte",
            )
    if start > 0 and text[start - 1 : end - 1] == said:
        return Wording(
            "the offsets count from 1, or a byte order mark before the text: subtract 1",
            "les positions ont été comptées à partir de 1, ou avec une marque d’ordre des octets (BOM) devant le texte : retirez 1",
        )
    if text[start : end + 1] == said:
        return Wording(
            "the end is included: add 1 to the ends", "la fin est incluse : ajoutez 1 aux fins"
        )
    folded = unicodedata.normalize("NFC", said)
    if folded == unicodedata.normalize("NFC", text[start:end]):
        return Wording(
            "only the Unicode form (NFC/NFD) of the mention differs: write it as in the text",
            "seule la forme Unicode (NFC/NFD) de la mention diffère : écrivez-la comme dans le texte",
        )
    return _elsewhere(text, start, said)


def _elsewhere(text: str, start: int, said: str) -> Wording:
    """Where else the mention occurs, nearest to where it was said to be."""
    places = []
    place = text.find(said) if said else -1
    while place >= 0:
        places.append(place)
        place = text.find(said, place + 1)
    if not places:
        return NO_GUESS
    near = min(places, key=lambda p: abs(p - start))
    return Wording(
        f"that text is at {near}-{near + len(said)}: correct the offsets",
        f"ce texte se trouve en {near}-{near + len(said)} : corrigez les positions",
    )


def explain_outside(text: str, start: int, end: int, said: str | None) -> Wording:
    """For offsets outside the text: the end of an advice, empty when nothing explains them."""
    if said is None or not 0 <= start < end:
        return Wording("", "")
    found = explain_mismatch(text, start, end, said)
    return Wording("", "") if found is NO_GUESS else Wording(f"; {found.en}", f" ; {found.fr}")
