"""Runs of words that a text shares with a set of documents: to find copies and contamination."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from bouture.corpus.document import Document
from bouture.corpus.normalise import TEXTS, fold

WORD = re.compile(r"\w+")

Gram = tuple[str, ...]


class Shared(NamedTuple):
    """What a text shares with the documents of an index."""

    containment: float
    """Share of its n-grams that the index has, between 0 and 1."""
    longest: int
    """Words of the longest run made of n-grams of the index (0 when there is none)."""
    words: str
    """That run."""
    document: str
    """Id of the first document that has its first n-gram."""


class Overlap:
    """The word n-grams of a set of documents, typography and case evened out.

    Args:
        documents: the documents to recognise.
        size: words in an n-gram.
        but: documents whose own n-grams count for nothing.
    """

    def __init__(
        self, documents: Sequence[Document], size: int, but: Iterable[Document] = ()
    ) -> None:
        self.size = size
        self._documents: dict[Gram, tuple[str, ...]] = {}
        """The first two documents that have each n-gram."""
        for document in documents:
            for gram in grams(words(document.text), size):
                known = self._documents.get(gram, ())
                if len(known) < 2 and document.id not in known:
                    self._documents[gram] = (*known, document.id)
        if self._documents:
            for document in but:
                for gram in grams(words(document.text), size):
                    self._documents.pop(gram, None)

    def shared(self, text: str, without: str = "") -> Shared:
        """What `text` shares with the documents, the one called `without` aside."""
        said = words(text)
        if self._documents.keys().isdisjoint(grams(said, self.size)):
            return Shared(0.0, 0, "", "")
        hits = [self._having(gram, without) != "" for gram in grams(said, self.size)]
        if not any(hits):
            return Shared(0.0, 0, "", "")
        start, length = _longest_run(hits)
        run = said[start : start + length + self.size - 1]
        document = self._having(tuple(run[: self.size]), without)
        return Shared(sum(hits) / len(hits), len(run), " ".join(run), document)

    def _having(self, gram: Gram, without: str) -> str:
        return next((id for id in self._documents.get(gram, ()) if id != without), "")


@lru_cache(maxsize=TEXTS)
def words(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared."""
    return tuple(WORD.findall(fold(text)))


def grams(said: Sequence[str], size: int) -> Iterator[Gram]:
    """Every run of `size` words."""
    return zip(*(said[shift:] for shift in range(size)), strict=False)


def kept_in_order(before: Sequence[str], after: Sequence[str]) -> int:
    """Length of the longest common subsequence of two sequences of words.

    Bit-parallel: a bit for each word of `before`, one addition for each word of `after` (Hyyrö 2004,
    « Bit-parallel LCS-length computation revisited », section 3).
    """
    places: dict[str, int] = {}
    for number, word in enumerate(before):
        places[word] = places.get(word, 0) | 1 << number
    whole = (1 << len(before)) - 1
    open_places = whole
    for word in after:
        hits = open_places & places.get(word, 0)
        open_places = ((open_places + hits) | (open_places - hits)) & whole
    return len(before) - open_places.bit_count()


def _longest_run(hits: Sequence[bool]) -> tuple[int, int]:
    best = (0, 0)
    start = 0
    for position, hit in enumerate([*hits, False]):
        if not hit:
            if position - start > best[1]:
                best = (start, position - start)
            start = position + 1
    return best
