"""A covering design: few combinations in which every two values of different dimensions meet (pairwise testing, after AETG: Cohen et al. 1997)."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np

Row = tuple[int, ...]
"""The number of a value for each dimension."""


def pairwise(sizes: Sequence[int]) -> tuple[Row, ...]:
    """Rows in which every pair of values of every two dimensions occurs at least once; always the same ones.

    Greedy: each row begins with the two values, of the dimensions with most pairs left, that open
    most pairs, then takes in each other dimension, most pairs left first, the value that covers most
    pairs with those chosen. At least the product of the two largest sizes; ten dimensions of ten
    values take some 170 rows instead of 10 billion.

    Args:
        sizes: how many values each dimension has, at least 1 each.

    Returns:
        One row for each value of a single dimension; a single empty row without any.
    """
    return _designed(tuple(sizes))


@lru_cache(maxsize=64)
def _designed(sizes: tuple[int, ...]) -> tuple[Row, ...]:
    if len(sizes) < 2:
        return tuple((value,) for value in range(sizes[0])) if sizes else ((),)
    left = {
        (a, b): np.ones((sizes[a], sizes[b]), dtype=np.int64)
        for a, b in combinations(range(len(sizes)), 2)
    }
    rows: list[Row] = []
    while any(table.any() for table in left.values()):
        row = _row(sizes, left)
        for (a, b), table in left.items():
            table[row[a], row[b]] = 0
        rows.append(row)
    return tuple(rows)


def _row(sizes: tuple[int, ...], left: dict[tuple[int, int], Any]) -> Row:
    """One more row: what it covers is never nothing, since it begins with a pair that is left."""
    a, b = max(left, key=lambda pair: (int(left[pair].sum()), -pair[0], -pair[1]))
    gains = left[a, b] * (1 + _open(left, a, sizes)[:, None] + _open(left, b, sizes)[None, :])
    first, second = divmod(int(gains.argmax()), sizes[b])
    chosen = {a: first, b: second}
    rest = [d for d in range(len(sizes)) if d not in chosen]
    for dimension in sorted(rest, key=lambda d: (-int(_open(left, d, sizes).sum()), d)):
        gain = np.zeros(sizes[dimension], dtype=np.int64)
        for other, value in chosen.items():
            gain += _with(left, dimension, other)[:, value]
        # Of equal ones that which has most left with the dimensions still to come.
        best = gain * (1 + sum(sizes) ** 2) + _open(left, dimension, sizes)
        chosen[dimension] = int(best.argmax())
    return tuple(chosen[d] for d in range(len(sizes)))


def _with(left: dict[tuple[int, int], Any], dimension: int, other: int) -> Any:
    """The table of pairs left of two dimensions, rows for the first."""
    return left[dimension, other] if dimension < other else left[other, dimension].T


def _open(left: dict[tuple[int, int], Any], dimension: int, sizes: tuple[int, ...]) -> Any:
    """For each value of a dimension how many of its pairs are left."""
    found = np.zeros(sizes[dimension], dtype=np.int64)
    for other in range(len(sizes)):
        if other != dimension:
            found += _with(left, dimension, other).sum(axis=1)
    return found
