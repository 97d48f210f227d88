"""Texts to be found by similarity, a million of them in bounded memory: sketches in bands, then the exact Jaccard index.

MinHash (Broder 1997) with 128 permutations in 32 bands; of each text the lowest byte of each minimum is held
(Li & König 2010, « b-Bit Minwise Hashing ») and chains through a hash table, some 500 bytes; texts themselves
wait in a temporary file until two are compared.
"""

import tempfile
import zlib
from array import array
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

SHINGLE = 5
"""Characters: on short items, word n-grams are too few to estimate anything."""
PERMUTATIONS, BANDS = 128, 32
"""A pair at Jaccard 0.7 is missed by the bands with probability 2e-4, one at 0.6 with 0.01."""
ROWS = PERMUTATIONS // BANDS
SEED = 13
SPREAD = 0.16
"""Candidates whose sketches agree in a share that is lower by so much than the limit are not compared
exactly: about four standard errors of 128 permutations. A pair just at the limit is passed over with
probability 8e-5 at Jaccard 0.7, 3e-5 at 0.75, 8e-6 at 0.8 (binomial, permutations taken as independent)."""
IN_MEMORY = 8_000_000
"""Bytes of compressed texts beyond which they go to a temporary file of the system."""
_FIRST = 64
_PIECE = 256
_MIX = np.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F], dtype=np.uint64)


_BANDS = np.arange(BANDS, dtype=np.uint64) * np.uint64(0x165667B1)


class SimilarTexts:
    """Texts by id, to be found by those that resemble them."""

    def __init__(self) -> None:
        self._sketches = bytearray()
        self._starts = array("q", [0])
        """Where each text and its id begin in the file."""
        self._next = array("i")
        """Chains: the entry before, of the same place in `_heads`; -1 at the end."""
        self._heads = array("i", [-1]) * (_FIRST * BANDS)
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (lives as long as this)

    def __len__(self) -> int:
        return len(self._starts) - 1

    def add(self, id: str, text: str) -> None:
        """Remembers a text."""
        sketch, marks = _sketch(text)
        if len(self._next) == len(self._heads):
            self._widen()
        self._sketches += sketch.tobytes()
        self._chain(self._places(marks).tolist())
        packed = zlib.compress(f"{id}\0{text}".encode(), 1)
        self._file.seek(0, 2)
        self._file.write(packed)
        self._starts.append(self._starts[-1] + len(packed))

    def near(self, text: str, limit: float = 0.0) -> Iterator[tuple[float, str]]:
        """(Jaccard, id) of the candidates, in the order they were added; those surely below `limit` are left out."""
        sketch, marks = _sketch(text)
        numbers = self._candidates(sketch.tobytes(), self._places(marks).tolist())
        if limit > SPREAD and numbers:
            numbers = self._alike(sketch, numbers, limit - SPREAD)
        for number in numbers:
            id, _, other = self._read(number).partition("\0")
            yield jaccard(shingles(text), shingles(other)), id

    def _alike(self, sketch: Any, numbers: list[int], least: float) -> list[int]:
        """Those whose sketches agree in at least this share."""
        chosen = np.array(numbers)
        held = np.frombuffer(self._sketches, dtype=np.uint8).reshape(-1, PERMUTATIONS)
        found: list[int] = chosen[(held[chosen] == sketch).mean(axis=1) >= least].tolist()
        return found

    def _candidates(self, rows: bytes, places: list[int]) -> list[int]:
        """The texts that agree in a whole band."""
        found: set[int] = set()
        heads, following, held = self._heads, self._next, self._sketches
        for band, place in enumerate(places):
            row = rows[band * ROWS : band * ROWS + ROWS]
            entry = heads[place]
            while entry >= 0:
                if entry % BANDS == band and held[entry * ROWS : entry * ROWS + ROWS] == row:
                    found.add(entry // BANDS)
                entry = following[entry]
        return sorted(found)

    def _places(self, marks: Any) -> Any:
        """The places of bands in the table of chains."""
        return marks & np.uint64(len(self._heads) - 1)

    def _chain(self, places: list[int]) -> None:
        """Puts the next entries at the head of the chains of their places."""
        heads, following = self._heads, self._next
        for entry, place in enumerate(places, len(following)):
            following.append(heads[place])
            heads[place] = entry

    def _widen(self) -> None:
        """Twice the places; the chains are laid anew, piece by piece so that little memory is taken meanwhile."""
        self._heads = array("i", [-1]) * (2 * len(self._heads))
        self._next = array("i")
        step = _PIECE * PERMUTATIONS
        for start in range(0, len(self._sketches), step):
            piece = np.frombuffer(bytes(self._sketches[start : start + step]), dtype=np.uint8)
            self._chain(self._places(_marks(piece.reshape(-1, PERMUTATIONS))).ravel().tolist())

    def _read(self, number: int) -> str:
        start, end = self._starts[number], self._starts[number + 1]
        self._file.seek(start)
        return zlib.decompress(self._file.read(end - start)).decode()


@lru_cache(maxsize=8)
def shingles(text: str) -> frozenset[str]:
    """The runs of five characters of a text; the text itself when it is shorter."""
    return frozenset(_runs(text))


def jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    """Size of the intersection over size of the union."""
    return len(a & b) / len(a | b)


@lru_cache(maxsize=2)  # A document is looked at and then, mostly, kept.
def _sketch(text: str) -> tuple[Any, Any]:
    """The lowest byte of each minimum, and the marks of its bands."""
    from rensa import RMinHash

    sketch = RMinHash(num_perm=PERMUTATIONS, seed=SEED)
    sketch.update(_runs(text))  # one that comes twice changes no minimum
    lowest = np.array(sketch.digest(), dtype=np.uint32).astype(np.uint8)
    return lowest, _marks(lowest)


def _runs(text: str) -> list[str]:
    last = max(1, len(text) - SHINGLE + 1)
    return list(map(text.__getitem__, map(slice, range(last), range(SHINGLE, last + SHINGLE))))


def _marks(sketches: Any) -> Any:
    """A number for each band, of one sketch or of several."""
    rows = sketches.reshape(*sketches.shape[:-1], BANDS, ROWS).astype(np.uint64)
    mixed = (rows * _MIX).sum(axis=-1) + _BANDS
    mixed ^= mixed >> np.uint64(15)
    mixed *= np.uint64(0x2545F4914F6CDD1D)
    return mixed >> np.uint64(33)
