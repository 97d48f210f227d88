"""Items drawn by weight."""

import random
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, pairwise
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Choice(Generic[Item]):
    """Items drawn by weight, in logarithmic time; empty when no weight is above 0."""

    __slots__ = ("_sums", "items")

    def __init__(self, items: Sequence[Item], weights: Iterable[float]) -> None:
        pairs = [(i, w) for i, w in zip(items, weights, strict=True) if w > 0]
        self.items = tuple(item for item, _ in pairs)
        self._sums = list(accumulate(weight for _, weight in pairs))

    def __bool__(self) -> bool:
        return bool(self.items)

    def among(self, chosen: Callable[[Item], bool]) -> "Choice[Item]":
        """The items that are chosen, with the weights they have here."""
        weights = [b - a for a, b in pairwise((0.0, *self._sums))]
        kept = [(i, w) for i, w in zip(self.items, weights, strict=True) if chosen(i)]
        return Choice([item for item, _ in kept], [weight for _, weight in kept])

    def draw(self, rng: random.Random) -> Item:
        """One item; `IndexError` when there is none."""
        at = bisect_right(self._sums, rng.random() * self._sums[-1])
        return self.items[min(at, len(self.items) - 1)]
