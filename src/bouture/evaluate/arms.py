"""Which documents each arm of an experiment is trained on: the same gold sample for all arms of one size and seed.

- `none`: the gold sample alone.
- `duplicate`: the control; gold documents of the sample counted again, as many as an arm may add. A
  synthetic document that helps no more than a copy has shown nothing.
- one arm a strategy (`origin.strategy`), and `mixture` of all of them in equal shares.
- `oracle`: other gold documents instead of synthetic ones: what could be gained at best.
"""

import hashlib
import random
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, zip_longest
from typing import NamedTuple

import msgspec

from bouture.corpus.document import Document

NONE, DUPLICATE, MIXTURE, ORACLE = "none", "duplicate", "mixture", "oracle"
RESERVED = (NONE, DUPLICATE, MIXTURE, ORACLE)
UNKNOWN_STRATEGY = "synthetic"
"""The arm of documents that do not say how they were made."""


class Pool(NamedTuple):
    """Every document a training set may be made of, known by its number: gold first."""

    documents: tuple[Document, ...]
    gold: int
    strategies: dict[str, tuple[int, ...]]
    """Strategy -> numbers of its documents."""
    copies: int
    """Documents of a strategy called `duplicate`, left out: the control makes its own."""
    remade: dict[tuple[int, int], dict[str, tuple[int, ...]]] = {}
    """(size, seed) -> strategy -> numbers of the documents made again from that gold sample alone."""

    @classmethod
    def of(cls, train: Sequence[Document], synthetic: Sequence[Document]) -> "Pool":
        """The pool of these gold and synthetic documents."""
        strategies: dict[str, list[int]] = {}
        for number, document in enumerate(synthetic, start=len(train)):
            name = document.origin.strategy if document.origin else UNKNOWN_STRATEGY
            strategies.setdefault(name, []).append(number)
        copies = len(strategies.pop(DUPLICATE, ()))
        ordered = {name: tuple(strategies[name]) for name in sorted(strategies)}
        return cls((*train, *synthetic), len(train), ordered, copies)

    def made_again(self, sizes: Sequence[int], seeds: int, remake: "Remake") -> "Pool":
        """The pool with the documents that `remake` makes from each gold sample below the whole corpus.

        Documents of strategies that are not in the pool are left out. A strategy made again once is
        made again everywhere, even where it makes nothing.
        """
        documents, remade = list(self.documents), {}
        names = [name for name in self.strategies if name in remake.strategies]
        for size in sizes:
            for seed in range(seeds) if size < self.gold else ():
                sample = [self.documents[n] for n in Draw(self, size, seed, 1.0).gold]
                found: dict[str, list[int]] = {name: [] for name in names}
                for document in remake.make(sample, seed):
                    if document.origin and document.origin.strategy in found:
                        found[document.origin.strategy].append(len(documents))
                        id = f"{document.id}@{size}.{seed}"
                        documents.append(msgspec.structs.replace(document, id=id))
                remade[size, seed] = {name: tuple(numbers) for name, numbers in found.items()}
        return self._replace(documents=tuple(documents), remade=remade)

    def bounded(self) -> frozenset[str]:
        """Arms whose gain below the whole corpus is an upper bound at best.

        Their documents were made without a model from the whole corpus: words and mentions may come
        from gold outside the sample.
        """
        again = {name for names in self.remade.values() for name in names}
        found = {
            name
            for name, numbers in self.strategies.items()
            if name not in again and any(_is_local(self.documents[n]) for n in numbers)
        }
        return frozenset(found | {MIXTURE} if found else found)

    def arms(self) -> tuple[str, ...]:
        """The arms that can be compared with these documents, the controls first."""
        mixture = (MIXTURE,) if len(self.strategies) > 1 else ()
        return (NONE, DUPLICATE, *self.strategies, *mixture)


class TrainingSet(NamedTuple):
    """What one model is trained on, by numbers in the pool. Equal sets make equal models."""

    gold: tuple[int, ...]
    weights: tuple[int, ...]
    """How many times each gold document counts."""
    extra: tuple[int, ...]

    @property
    def added(self) -> int:
        """Documents beyond the gold sample, copies included."""
        return sum(self.weights) - len(self.gold) + len(self.extra)


class Draw:
    """One gold sample, and the training set of each arm on it."""

    def __init__(self, pool: Pool, size: int, seed: int, factor: float) -> None:
        self._pool = pool
        self._name = f"{size}\n{seed}"
        self.wanted = round(size * factor)
        # Samples of one seed are nested in one another: sizes then differ by size alone.
        order = list(range(pool.gold))
        _rng(f"gold\n{seed}").shuffle(order)
        self.gold = tuple(sorted(order[:size]))
        self._own = pool.remade.get((size, seed), {})
        self._other_gold = order[size:]

    def training_set(self, arm: str) -> TrainingSet:
        """What the arm is trained on; it adds fewer than `wanted` documents when there are not enough."""
        weights = [1] * len(self.gold)
        extra: Sequence[int] = ()
        if arm == DUPLICATE:
            every, rest = divmod(self.wanted, len(self.gold))
            again = set(self._rng(arm).sample(range(len(self.gold)), rest))
            weights = [1 + every + (i in again) for i in range(len(self.gold))]
        elif arm == ORACLE:
            extra = self._other_gold[: self.wanted]
        elif arm == MIXTURE:
            drawn = [self._drawn(name) for name in self._pool.strategies]
            turns = chain.from_iterable(zip_longest(*drawn))
            extra = [number for number in turns if number is not None][: self.wanted]
        elif arm != NONE:
            extra = self._drawn(arm)[: self.wanted]
        return TrainingSet(self.gold, tuple(weights), tuple(sorted(extra)))

    def _drawn(self, strategy: str) -> list[int]:
        """The documents of a strategy that may be used with this gold sample, in random order."""
        if strategy in self._own:
            own = list(self._own[strategy])
            self._rng(strategy).shuffle(own)
            return own
        known = {self._pool.documents[number].id for number in self.gold}
        allowed = [
            number
            for number in self._pool.strategies[strategy]
            if gold_behind(self._pool.documents[number]) <= known
        ]
        self._rng(strategy).shuffle(allowed)
        return allowed

    def _rng(self, arm: str) -> random.Random:
        return _rng(f"{self._name}\n{arm}")


class Remake(NamedTuple):
    """How local strategies are run again on a gold sample."""

    strategies: frozenset[str]
    """Their names."""
    make: Callable[[Sequence[Document], int], Iterable[Document]]
    """From a gold sample and a seed; each document says its strategy in its origin."""


def _is_local(document: Document) -> bool:
    """Made from gold by a strategy that asked no model: it may have drawn on all of the gold."""
    origin = document.origin
    return origin is not None and bool(origin.sources) and not (origin.requests or origin.model)


def gold_behind(document: Document) -> frozenset[str]:
    """Ids of the gold documents a synthetic one was made from or shown; empty when it does not say.

    A document made with gold that is not in the sample would smuggle that gold in.
    """
    origin = document.origin
    return frozenset((*origin.sources, *origin.demonstrations)) if origin else frozenset()


def _rng(name: str) -> random.Random:
    return random.Random(int.from_bytes(hashlib.sha256(name.encode()).digest()[:16], "big"))
