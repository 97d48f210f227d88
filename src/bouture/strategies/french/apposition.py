"""A name beside the noun or title it belongs to: « le président Zelensky », « Mme Cléa », « la société Total »."""

from types import MappingProxyType as Frozen
from typing import Protocol

from bouture.strategies.french.facts import Facts
from bouture.strategies.french.frame import Frame, Words, frame_of
from bouture.strategies.french.words import (
    DETERMINERS,
    INVARIABLE,
    PLURAL_VERBS,
    PRENOMINAL,
    PREPOSITIONS,
    SINGULAR_VERBS,
)

TITLES = Frozen(
    {
        "m.": "m",
        "mr": "m",
        "mr.": "m",
        "monsieur": "m",
        "sieur": "m",
        "mme": "f",
        "mme.": "f",
        "mlle": "f",
        "mlle.": "f",
        "madame": "f",
        "mademoiselle": "f",
    }
)
"""Title -> gender of who bears it."""
SWAPPED = Frozen({"m.": "Mme", "monsieur": "madame", "mme": "M.", "madame": "monsieur"})
"""A title in the other gender; of the others there is none that is certain."""


class KnowsFacts(Protocol):
    def facts(self, surface: str) -> Facts: ...


def head_of(words: Words, frame: Frame) -> int | None:
    """Number of the noun or title that the bare name of a frame stands beside; None when there is none."""
    before = frame.first - 1
    if before < 0 or frame.determiner or frame.preposition or frame.adjectives or frame.opener:
        return None
    form = words.forms[before]
    if form in TITLES:
        return before
    if not form.isalpha() or not words.leads_to(before) or words.tokens[before].text[0].isupper():
        return None
    closed = (INVARIABLE, PREPOSITIONS, DETERMINERS, SINGULAR_VERBS, PLURAL_VERBS, PRENOMINAL)
    return None if any(form in words_of for words_of in closed) else before


def gender_of_head(words: Words, head: int, lexicon: KnowsFacts) -> str:
    """The gender that a title, the determiner before a noun, or the noun itself shows."""
    form = words.forms[head]
    return TITLES.get(form) or frame_of(words, head).shown[0] or lexicon.facts(form).gender


def is_further_name(words: Words, frame: Frame) -> bool:
    """Whether another name leads to the mention inside one longer mention: the surname after a first name."""
    before = frame.first - 1
    if before < 0 or frame.first != frame.noun or not words.leads_to(before):
        return False
    if not words.tokens[before].text[:1].isupper() or words.forms[before] in DETERMINERS:
        return False
    return bool(set(words.tokens[before].mentions) & set(words.tokens[frame.noun].mentions))
