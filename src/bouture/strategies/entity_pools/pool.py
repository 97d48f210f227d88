"""A pool: new mentions of one label, with what French must know of each."""

from collections.abc import Collection
from typing import NamedTuple

from bouture.strategies.french.facts import Facts

SIMPLE_NAME = 2
"""Words of a name whose last one surely is its short form: of « Jean-Yves Le Drian » it is « Le Drian »."""


class Pooled(NamedTuple):
    """One mention of a pool."""

    surface: str
    facts: Facts = Facts()


class Pool(NamedTuple):
    """What a model proposed for a label, after what may not be used was set aside."""

    label: str
    mentions: tuple[Pooled, ...]
    asked: int
    """How many were asked for."""
    aside: dict[str, int]
    """Why others were set aside, and how many: `gold`, `guide`, `kind`, `nested`, `twice`, `unreadable`."""


def full_form(surfaces: Collection[str]) -> str | None:
    """Of the surfaces of one entity, the one that the others shorten; None when they are otherwise.

    One surface shortens nothing. « Zelensky » shortens « Volodymyr Zelensky »: the last of its words, all
    of which have a capital. Acronyms and paraphrases (« ONU », « l’agence ») are not told from spelling.
    """
    longest = max(surfaces, key=len, default="")
    words = longest.split()
    named = len(words) > 1 and all(word[:1].isupper() for word in words)
    known = {longest, words[-1]} if named else {longest}
    return longest if longest and set(surfaces) <= known else None


def new_forms(surfaces: Collection[str], new: Pooled) -> dict[str, str] | None:
    """The new surface for each old one; None when the new mention has no short form that is needed."""
    full = full_form(surfaces)
    if full is None or set(surfaces) == {full}:
        return None if full is None else {full: new.surface}
    words = new.surface.split()
    if new.facts.kind != "person" or len(words) != SIMPLE_NAME:
        return None
    return {surface: new.surface if surface == full else words[-1] for surface in surfaces}
