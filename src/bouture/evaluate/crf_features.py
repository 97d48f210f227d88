"""What the CRF sees of each token of a French text.

Word, affixes of 2 to 4 letters, shape, digits, apostrophe, place in the sentence, and a window of
two tokens on each side (Lample-era feature sets; for French see Dupont & Tellier 2014, SEM). The
features depend on the text alone, so they are computed once for all the fits of an experiment.
"""

from bisect import bisect_right
from collections.abc import Sequence

from bouture.corpus.document import Span
from bouture.corpus.tokens import sentences, tokenize

WINDOW = 2
"""Tokens looked at on each side."""


def token_features(text: str, tokens: Sequence[Span] | None = None) -> list[list[str]]:
    """The features of each token (those of `tokenize(text)` unless given), in order."""
    tokens = tokenize(text) if tokens is None else tokens
    words = [text[token.start : token.end] for token in tokens]
    lower = [word.lower() for word in words]
    shapes = [shape(word) for word in words]
    places = _places(text, tokens)
    return [
        _own(words[i], lower[i], shapes[i], places[i]) + _around(lower, shapes, i)
        for i in range(len(words))
    ]


def _own(word: str, lower: str, form: str, place: str) -> list[str]:
    features = ["1", f"w={lower}", f"s={form}", f"p={place}", f"s={form}|p={place}"]
    for length in (2, 3, 4):
        if len(lower) > length:
            features += [f"<{length}={lower[:length]}", f">{length}={lower[-length:]}"]
    if word[:1].isupper() and place != "first":
        features.append("upper-inside")
    if any(character.isdigit() for character in word):
        features.append(f"d={digits(word)}")
    if "-" in word:
        features.append("hyphen")
    return features


def _around(lower: Sequence[str], shapes: Sequence[str], i: int) -> list[str]:
    features = []
    for offset in range(-WINDOW, WINDOW + 1):
        at = i + offset
        if offset == 0:
            continue
        if not 0 <= at < len(lower):
            features.append(f"{offset}:edge")
            continue
        features += [f"{offset}:w={lower[at]}", f"{offset}:s={shapes[at]}"]
        if abs(offset) == 1:
            features.append(f"{offset}:>3={lower[at][-3:]}")
    if i > 0:
        features.append(f"-1,0:w={lower[i - 1]}|{lower[i]}")
        if elided(lower[i - 1]):
            features.append("after-elision")
    if i + 1 < len(lower):
        features.append(f"0,1:w={lower[i]}|{lower[i + 1]}")
    return features


def _places(text: str, tokens: Sequence[Span]) -> list[str]:
    """Where each token stands in its sentence: `first`, `last` or `inside`."""
    starts = [sentence.start for sentence in sentences(text)]
    numbers = [bisect_right(starts, token.start) for token in tokens]
    places = []
    for i, number in enumerate(numbers):
        if i == 0 or numbers[i - 1] != number:
            places.append("first")
        elif i + 1 == len(numbers) or numbers[i + 1] != number:
            places.append("last")
        else:
            places.append("inside")
    return places


def elided(word: str) -> bool:
    """Whether the word ends in an apostrophe, straight or typographic (l', d’, qu')."""
    return word[-1:] in ("'", "’")


def shape(word: str) -> str:
    """The word with its letters as X or x, digits as 0, runs cut to two: « T-90M » → `X-00X`."""
    characters: list[str] = []
    for character in word:
        kind = character
        if character.isdigit():
            kind = "0"
        elif character.isupper():
            kind = "X"
        elif character.isalpha():
            kind = "x"
        if characters[-2:] != [kind, kind]:
            characters.append(kind)
    return "".join(characters)


def digits(word: str) -> str:
    """The class of a token with digits: hour, year, decimal, number by length, or mixed with letters."""
    if word.isdigit():
        if len(word) == 4 and word[:2] in ("18", "19", "20"):
            return "year"
        return f"number{min(len(word), 5)}"
    if any(character.isalpha() for character in word):
        return "mixed"
    return "hour" if ":" in word else "decimal"
