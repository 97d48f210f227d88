"""Gender and number of common nouns, learnt from the determiners before words in plain text."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from bouture.strategies.french.facts import Facts
from bouture.strategies.french.words import CONTRACTED, DETERMINERS, PRENOMINAL, TELLING

_PLURAL = (("s", ""), ("aux", "al"), ("x", ""))
"""Ending of a plural, and what stands there in the singular."""


class Vocabulary:
    """What determiners tell of the words after them: « une bêche », « les gourdins »; both genders: neither."""

    def __init__(self) -> None:
        self._genders: dict[str, set[str]] = {}
        self._numbers: dict[str, set[str]] = {}

    def read(self, words: Sequence[str]) -> None:
        """Learns from the words of a text, as they are written."""
        for before, word in pairwise(words):
            if not word.islower() or not word.isalpha():
                continue
            form = before.lower()
            if form.endswith(("'", "’")):
                form = form[:-1] + "’"
            if form not in DETERMINERS and form not in CONTRACTED:
                continue
            gender, number = TELLING.get(form, ("", "p"))
            self._numbers.setdefault(word, set()).add(number)
            if gender:
                self._genders.setdefault(word, set()).add(gender)

    def facts(self, surface: str) -> Facts:
        """What is known of a common noun, or of a group of words that begins with one."""
        words = surface.split(" ")
        head = words[1] if len(words) > 1 and words[0] in PRENOMINAL else words[0]
        if not head.islower():
            return Facts()
        number = _only(self._numbers.get(head, ()))
        gender = _only(self._genders.get(head, ()))
        for plural, singular in _PLURAL:
            base = head.removesuffix(plural) + singular
            if head.endswith(plural) and "s" in self._numbers.get(base, ()):
                number = number or ("p" if head not in self._numbers else "")
                gender = gender or _only(self._genders.get(base, ()))
                break
        if not number and head not in self._numbers and f"{head}s" in self._numbers:
            number = "s"
        return Facts(gender, number)  # type: ignore[arg-type]


def _only(found: Iterable[str]) -> str:
    different = set(found)
    return different.pop() if len(different) == 1 else ""
