"""D1: is a document the same, or nearly, as one that was kept before it?"""

import hashlib
import math
import zlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from bouture.checks.calibration import upper_bound
from bouture.checks.check import Reference
from bouture.checks.provenance import Sources, is_local
from bouture.corpus.document import Document
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.normalise import fold

SAME = Wording(
    "the text is that of {other!r}, kept before", "le texte est celui de « {other} », déjà retenu"
)
NEAR = Wording(
    "nearly the text of {other!r}, kept before: Jaccard {similarity:.2f} ≥ {threshold:.2f}",
    "le texte est presque celui de « {other} », déjà retenu : Jaccard {similarity:.2f} ≥ {threshold:.2f}",
)
SHINGLE = 5
"""Characters: on short items, word n-grams are too few to estimate anything."""
PERMUTATIONS, BANDS = 128, 32
"""A pair at Jaccard 0.7 is missed by the bands with probability 2e-4, one at 0.6 with 0.01."""
SEED = 13
SPREAD = 0.16
"""Candidates whose sketches agree in a share that is lower by so much than the limit are not compared
exactly: about four standard errors of 128 permutations. A pair just at the limit is passed over with
probability 8e-5 at Jaccard 0.7, 3e-5 at 0.75, 8e-6 at 0.8 (binomial, permutations taken as independent)."""


class NearDuplicates:
    """Exact repetitions are rejected, near ones go to review; found by MinHash, verified exactly.

    What is not asked, because it would wipe out an arm instead of cleaning it:

    - The duplicate control: a document made without a model whose text is that of its own source.
      It neither counts as a repetition nor is remembered.
    - Local substitutions stay near their source by design, hence near their siblings: of them only
      exact repetitions are refused, and nothing is compared with them.

    The threshold is at least 0.7 (science C.1, D1), more when gold documents resemble each other.
    """

    name = "near_duplicates"

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

        jaccard: float = Field(
            0.7, gt=0.5, le=1, description="similarity of 5-character shingles from which to review"
        )

    def __init__(self, reference: Reference, options: Options) -> None:
        self._sources = Sources(reference.gold)
        self._exact: dict[bytes, str] = {}
        gold = _Index()
        texts = [(document.id, fold(document.text)) for document in reference.gold]
        for id, text in texts:
            gold.add(id, text)
        nearest = [
            max((s for s, other in gold.near(text) if other != id), default=0.0)
            for id, text in texts
        ]
        limit = upper_bound(nearest)
        self._limit = max(options.jaccard, limit if math.isfinite(limit) else 0.0)
        self.thresholds = {"jaccard": self._limit}
        self._kept = _Index()

    def __call__(self, document: Document) -> list[Issue]:
        text = fold(document.text)
        if not text or self._is_control(document, text):
            return []
        place = Place(document=document.id)
        if (same := self._exact.get(_digest(text))) is not None:
            return [Issue.of("D1", Severity.REJECT, SAME, place, other=same)]
        if is_local(document):
            return []
        similarity, other = max(self._kept.near(text, self._limit), default=(0.0, ""))
        if similarity < self._limit:
            return []
        evidence = {"other": other, "similarity": round(similarity, 3), "threshold": self._limit}
        return [Issue.of("D1", Severity.REVIEW, NEAR, place, **evidence)]

    def kept(self, document: Document) -> None:
        """Remembers the document, unless it is the duplicate control."""
        text = fold(document.text)
        if not text or self._is_control(document, text):
            return
        self._exact.setdefault(_digest(text), document.id)
        if not is_local(document):
            self._kept.add(document.id, text)

    def _is_control(self, document: Document, text: str) -> bool:
        return is_local(document) and any(
            fold(source.text) == text for source in self._sources.of(document)
        )


class _Index:
    """Texts to be found by similarity: locality-sensitive hashing, sketches, then the exact Jaccard index.

    Of each text its bands, the lowest byte of each minimum (Li & König 2010, « b-Bit Minwise Hashing ») and,
    compressed, the text itself are held.
    """

    def __init__(self) -> None:
        from rensa import RMinHashLSH

        self._table: Any = RMinHashLSH(threshold=0.7, num_perm=PERMUTATIONS, num_bands=BANDS)
        self._ids: list[str] = []
        self._texts: list[bytes] = []
        self._bytes = np.empty((64, PERMUTATIONS), dtype=np.uint8)

    def add(self, id: str, text: str) -> None:
        sketch, number = _sketch(text), len(self._ids)
        self._table.insert(number, sketch)
        if number == len(self._bytes):
            self._bytes = np.concatenate([self._bytes, np.empty_like(self._bytes)])
        self._bytes[number] = _lowest(sketch)
        self._ids.append(id)
        self._texts.append(zlib.compress(text.encode(), 1))

    def near(self, text: str, limit: float = 0.0) -> Iterator[tuple[float, str]]:
        """(Jaccard, id) of the candidates, those left out that are surely below the limit."""
        sketch = _sketch(text)
        numbers = np.array(sorted(self._table.query(sketch)), dtype=np.intp)
        if limit > SPREAD and len(numbers):
            alike = (self._bytes[numbers] == _lowest(sketch)).mean(axis=1)
            numbers = numbers[alike >= limit - SPREAD]
        own = shingles(text)
        for number in numbers:
            other = zlib.decompress(self._texts[number]).decode()
            yield jaccard(own, shingles(other)), self._ids[number]


@lru_cache(maxsize=8)
def shingles(text: str) -> frozenset[str]:
    """The runs of five characters of a text; the text itself when it is shorter."""
    return frozenset(text[i : i + SHINGLE] for i in range(max(1, len(text) - SHINGLE + 1)))


def jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    """Size of the intersection over size of the union."""
    return len(a & b) / len(a | b)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _lowest(sketch: Any) -> Any:
    """The lowest byte of each minimum of a sketch."""
    return np.array(sketch.digest(), dtype=np.uint64).astype(np.uint8)


@lru_cache(maxsize=2)  # A document is looked at and then, mostly, kept.
def _sketch(text: str) -> Any:
    from rensa import RMinHash

    sketch = RMinHash(num_perm=PERMUTATIONS, seed=SEED)
    sketch.update(list(shingles(text)))
    return sketch
