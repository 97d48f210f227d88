"""Caps that only accepted documents can break: how they begin, and which surfaces they mention (science A.8.3)."""

from collections.abc import Iterable, Mapping, Sequence
from math import ceil, sqrt
from typing import Literal, NamedTuple

import msgspec

from bouture.corpus.document import Document
from bouture.corpus.normalise import fold
from bouture.corpus.tokens import tokenize

SHARE = 0.01
"""Largest share of the documents that begin alike, and of the mentions that read alike."""
FEW = 3
"""Never fewer than this many (A.3.2): the second of two documents is no template."""
DEVIATIONS = 2
"""What gold has may come this many standard deviations (Poisson) above its share there: that is chance."""
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


class Favourites:
    """How documents begin and which surfaces they mention, told of them one by one.

    Args:
        gold: what begins or reads so there may keep the share that it has there (« Kiev » in a live feed).
    """

    def __init__(self, gold: Iterable[Document] = ()) -> None:
        self._documents = self._mentions = 0
        self._beginnings: dict[str, list[str]] = {}
        self._surfaces: dict[str, list[str]] = {}
        self._gold: Favourites | None = None
        known = list(gold)
        if known:
            self._gold = Favourites()
            for document in known:
                self._gold.add(document)

    def add(self, document: Document) -> None:
        """One document more."""
        self._documents += 1
        self._beginnings.setdefault(template(document), []).append(document.id)
        for mention in document.mentions():
            self._mentions += 1
            self._surfaces.setdefault(fold(mention.text), []).append(document.id)

    def templates(self) -> list[Excess]:
        """Beginnings that more than 1 % of the documents share, more than 3 of them, and more than in gold."""
        gold = self._gold or Favourites()
        share = _Share(self._documents, gold._documents)
        return share.over("template", self._beginnings, gold._beginnings)

    def surfaces(self) -> list[Excess]:
        """Surfaces that are more than 1 % of the mentions, more than 3 of them, and more than in gold."""
        gold = self._gold or Favourites()
        share = _Share(self._mentions, gold._mentions)
        return share.over("surface", self._surfaces, gold._surfaces)


class _Share(NamedTuple):
    """How often something may come: at most its share."""

    whole: int
    in_gold: int

    def most(self, in_gold: int) -> int:
        """The cap of what gold has so often."""
        expected = self.whole * in_gold / self.in_gold if self.in_gold else 0.0
        chance = expected + DEVIATIONS * sqrt(expected)
        return max(FEW, ceil(SHARE * self.whole), ceil(chance))

    def over(
        self,
        kind: Literal["template", "surface"],
        found: Mapping[str, Sequence[str]],
        gold: Mapping[str, Sequence[str]],
    ) -> list[Excess]:
        """What comes too often, the most frequent first."""
        over = []
        for what, ids in found.items():
            most = self.most(len(gold.get(what, ())))
            if len(ids) > most:
                beyond = tuple(dict.fromkeys(ids[most:]))
                over.append(Excess(kind, what, len(ids), most, beyond))
        return sorted(over, key=lambda one: (-one.count, one.what))
