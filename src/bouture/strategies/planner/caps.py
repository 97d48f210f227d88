"""Caps that only accepted documents can break: how they begin, and which surfaces they mention (science A.8.3)."""

from collections.abc import Iterable, Sequence
from math import ceil
from typing import Literal

import msgspec

from bouture.corpus.document import Document
from bouture.corpus.normalise import fold
from bouture.corpus.tokens import tokenize

SHARE = 0.01
"""Largest share of the documents that begin alike, and of the mentions that read alike."""
FEW = 3
"""Never fewer than this many (A.3.2): the second of two documents is no template."""
WORDS = 4
"""Words by which beginnings are told apart."""


class Excess(msgspec.Struct, frozen=True):
    """Something that comes too often."""

    kind: Literal["template", "surface"]
    what: str
    """The first four words, or the surface, folded."""
    count: int
    """Documents that begin so, or mentions that read so."""
    most: int
    documents: tuple[str, ...]
    """Ids of those beyond the cap, in the order given: the first ones may stay."""


def template(document: Document) -> str:
    """The first four words of a text, folded; mentions stand as their labels, so that a name makes no difference."""
    words: list[str] = []
    mentions = sorted(document.mentions(), key=lambda m: (m.start, -m.end))
    after = 0
    for token in tokenize(document.text):
        if len(words) == WORDS:
            break
        if token.start < after:
            continue
        inside = next((m for m in mentions if m.start <= token.start < m.end), None)
        if inside is not None:
            after = inside.end
            words.append(f"<{inside.label}>")
        elif any(c.isalnum() for c in document.text[token.start : token.end]):
            words.append(fold(document.text[token.start : token.end]))
    return " ".join(words)


def over_template(documents: Iterable[Document]) -> list[Excess]:
    """Beginnings that more than 1 % of the documents share, and more than 3 of them."""
    found: dict[str, list[str]] = {}
    for document in documents:
        found.setdefault(template(document), []).append(document.id)
    most = max(FEW, ceil(SHARE * sum(map(len, found.values()))))
    return _over("template", found, dict.fromkeys(found, most))


def over_surface(documents: Iterable[Document], gold: Sequence[Document] = ()) -> list[Excess]:
    """Surfaces that are more than 1 % of the mentions, more than 3 of them, and more often than in gold.

    What gold itself mentions more often (« Kiev » in a live feed) may keep the share that it has there.
    """
    found = _surfaces(documents)
    known = _surfaces(gold)
    total, in_gold = (sum(map(len, one.values())) for one in (found, known))
    most = {
        surface: max(
            FEW,
            ceil(SHARE * total),
            ceil(total * len(known.get(surface, ())) / in_gold) if in_gold else 0,
        )
        for surface in found
    }
    return _over("surface", found, most)


def _surfaces(documents: Iterable[Document]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for document in documents:
        for mention in document.mentions():
            found.setdefault(fold(mention.text), []).append(document.id)
    return found


def _over(
    kind: Literal["template", "surface"], found: dict[str, list[str]], most: dict[str, int]
) -> list[Excess]:
    """The most frequent first."""
    over = [
        Excess(kind, what, len(ids), most[what], tuple(dict.fromkeys(ids[most[what] :])))
        for what, ids in found.items()
        if len(ids) > most[what]
    ]
    return sorted(over, key=lambda one: (-one.count, one.what))
