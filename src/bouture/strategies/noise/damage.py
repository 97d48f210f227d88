"""Kinds of noise that damage words: words cut at the end of a line, as scanners leave them, and slips of the fingers.

Neither is idempotent: the words are drawn, and drawn again the second time.
"""

import random
import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise, product
from typing import TypeVar

from bouture.strategies.editing import Edit
from bouture.strategies.function_words import function_words
from bouture.strategies.noise.page import Page, is_safe, touches

LONG = 8
"""Letters from which a word is cut at the end of a line, at least three on each side."""
TYPED = 5
"""Letters from which a word is mistyped: in shorter ones a slip makes another word (dans, sans)."""
VOWELS = frozenset("aeiouyàâäéèêëîïôöùûüœæ")
GROUPS = frozenset(re.findall("..", "blclflglplvlbrcrdrfrgrprtrvrchgnphthqugu"))
"""Two letters that stay together when French is cut into syllables."""
AZERTY = ("azertyuiop", "qsdfghjklm", "wxcvbn")
QWERTY = ("qwertyuiop", "asdfghjkl", "zxcvbnm")

Item = TypeVar("Item")

_CUT = re.compile(rf"(?<![\w@#/.-])[a-zà-öø-ÿœ]{{{LONG},}}(?![\w@/-])")
_TYPED = re.compile(rf"(?<![\w@#/.'’-])[^\W\d_]{{{TYPED},}}(?![\w@/-])")


def hyphenation(page: Page) -> list[Edit]:
    """Long words cut between two syllables with a hyphen and a line end, inside mentions too."""
    places = [(word, cuts) for word in _CUT.finditer(page.text) if (cuts := _syllables(word[0]))]
    edits = []
    for word, cuts in _drawn(places, page):
        cut = page.rng.choice(cuts)
        edits.append(Edit(*word.span(), f"{word[0][:cut]}-\n{word[0][cut:]}"))
    return [edit for edit in edits if is_safe(page.document, edit)]


def slips(page: Page) -> list[Edit]:
    """A slip of the fingers in a word outside mentions.

    One of the four that make up most misspellings (Damerau, CACM 7(3), 1964): another key, a key too
    many, a letter left out, two letters exchanged; the wrong key is beside the right one. The first
    letter stays, and no slip makes a function word.
    """
    left = function_words("fr" if page.azerty else "en")
    free = [word for word in _TYPED.finditer(page.text) if not touches(page.document, *word.span())]
    edits = []
    for word in _drawn(free, page):
        typed = _mistyped(word[0], page.rng, _neighbours(page.azerty))
        if typed != word[0] and typed.lower() not in left:
            edits.append(Edit(*word.span(), typed))
    return edits


def _drawn(items: Sequence[Item], page: Page) -> list[Item]:
    """Each item with the probability `rate`; one of them at least."""
    drawn = [item for item in items if page.rng.random() < page.rate]
    return drawn or ([page.rng.choice(items)] if items else [])


def _mistyped(word: str, rng: random.Random, neighbours: dict[str, str]) -> str:
    """The word with one slip after its first letter; as it is when its letters have no key of their own."""
    places = [at for at in range(1, len(word)) if word[at].lower() in neighbours]
    if not places:
        return word
    at = rng.choice(places)
    before, letter, after = word[:at], word[at], word[at + 1 :]
    key = rng.choice(neighbours[letter.lower()])
    key = key.upper() if letter.isupper() else key
    slip = rng.randrange(4)
    if slip == 0:
        return before + key + after
    if slip == 1:
        return before + letter + key + after
    if slip == 2 or not after:
        return before + after
    return before + after[0] + letter + after[1:]


@cache
def _neighbours(azerty: bool) -> dict[str, str]:
    """The letters whose keys touch the key of each letter."""
    rows = AZERTY if azerty else QWERTY
    found: dict[str, set[str]] = {letter: set() for row in rows for letter in row}
    beside = [pair for row in rows for pair in pairwise(row)]
    below = [
        (upper[at], lower[at + shift])
        for upper, lower in pairwise(rows)
        for at, shift in product(range(len(upper)), (-1, 0))
        if 0 <= at + shift < len(lower)
    ]
    for one, other in beside + below:
        found[one].add(other)
        found[other].add(one)
    return {letter: "".join(sorted(others)) for letter, others in found.items()}


@cache
def _syllables(word: str) -> tuple[int, ...]:
    """Where the word may be cut: before a consonant or an inseparable group between two vowels, between two others."""
    return tuple(at for at in range(3, len(word) - 2) if _begins_syllable(word, at))


def _begins_syllable(word: str, at: int) -> bool:
    rest = word[at + 2 :] if word[at : at + 2] in GROUPS else word[at + 1 :]
    if word[at] in VOWELS or rest[:1] not in VOWELS:
        return False
    if word[at - 1] in VOWELS:
        return True
    return word[at - 2] in VOWELS and word[at - 1 : at + 1] not in GROUPS
