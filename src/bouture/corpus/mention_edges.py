"""Where a mention really starts and ends: white space, separators, half pairs and full stops go (science B.3, step 6)."""

import re

EDGE = " \t\r\n\u00a0\u202f\u2009,;:"
_PARTNERS = {"«": "»", "“": "”", "(": ")", "[": "]", '"': '"'}
_SENTENCE_END = re.compile(r"(?P<word>[^\W\d_]{3,}|\d{2,})[.!?…]\Z")
_ABBREVIATIONS = {
    "inc", "ltd", "corp", "etc", "art", "bat", "brig", "cap", "capt", "cdt", "cne", "col", "comp", "div", "dir", "gén", "gal",
    "lieut", "maj", "rég", "sgt", "sept", "oct", "nov", "déc", "janv", "févr", "avr", "juil", "jan", "feb", "mar", "apr", "aug",
    "dec", "dept", "prof", "rev", "gen", "gov", "sen", "rep", "calif", "univ", "assoc", "bros", "mfg",
}  # fmt: skip
_GOES_ON = re.compile(r"\s*[a-zß-öø-ÿœ0-9,;:(]")


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The bounds of a mention without white space, separators and half pairs of quotes or brackets.

    A final full stop goes after a word of three letters or more that is no abbreviation, where the
    sentence ends: `Inc.`, `O.N.U.` and « la 3e comp. avance » keep theirs.
    """
    if start < end and text[start].isalnum() and text[end - 1].isalnum():
        return start, end
    while True:
        bounds = start, end
        while start < end and text[start] in EDGE:
            start += 1
        while start < end and text[end - 1] in EDGE:
            end -= 1
        inside = text[start:end]
        for opening, closing in _PARTNERS.items():
            if opening != closing and inside.startswith(opening) and closing not in inside:
                start += 1
            if opening != closing and inside.endswith(closing) and opening not in inside:
                end -= 1
        last = _SENTENCE_END.search(text[start:end])
        if last and last["word"].casefold() not in _ABBREVIATIONS and not _GOES_ON.match(text, end):
            end -= 1
        if bounds == (start, end) or start >= end:
            return start, end
