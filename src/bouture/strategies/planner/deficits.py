"""What the corpus lacks: for each cell how much there is, how much there should be, and the difference (science A.8.1)."""

from collections.abc import Sequence
from math import sqrt

import msgspec

from bouture.corpus.profile import RARE
from bouture.strategies.planner.cells import (
    KINDS,
    NEGATIVES,
    Cell,
    Counting,
    Kind,
    Numbers,
    possible,
)
from bouture.strategies.wanted import Wanted

RULE_EXAMPLES = 5
"""Documents wanted for each rule and polarity: two for a person to look at (A.4.5), three to train on."""
MOST_NEGATIVE = 0.3
"""Largest share of new documents that hold nothing to find (A.8.3: 15 to 30 %, matched to gold)."""
WEIGHTS = (0.1, 10.0)
"""Bounds of the weights: a text that holds rare things alone reads like none."""


class Deficit(msgspec.Struct, frozen=True):
    """One cell, in numbers: mentions, relations or documents, as its kind counts them."""

    cell: Cell
    gold: int
    made: int
    """Accepted so far."""
    target: float
    each: float = 1.0
    """What a document that holds any of it brings, as in gold."""

    @property
    def has(self) -> int:
        """What there is, gold and accepted."""
        return self.gold + self.made

    @property
    def lacks(self) -> float:
        """How much is missing, 0 or more."""
        return max(0.0, self.target - self.has)

    @property
    def documents(self) -> float:
        """How many documents would fill it, 0 or more."""
        return self.lacks / self.each


class Growth(msgspec.Struct, frozen=True):
    """How far a corpus is to grow."""

    documents: float
    """New documents expected in all: calls × expected acceptance."""
    least: int = RARE
    """Mentions of a label, relations of a kind and documents of an edge case that there should be at
    least: below 20 an F1 can be measured no better than within ±20 points."""


def deficits(
    counting: Counting, gold: Numbers, made: Numbers, growth: Growth
) -> tuple[Deficit, ...]:
    """Every possible cell with its target: max(least, its tempered share), in the order of kinds.

    Within a kind, cell c with n_c in gold gets the share √n_c / Σ√n of what the corpus will hold once
    grown (tempering with exponent 1/2 as for languages in multilingual training: rare ones rise,
    frequent ones fall). The least of a label or relation is spread over its cells. Each rule and polarity
    wants 5 documents. Negatives are matched to gold: their share of the new documents is that in gold.
    The targets depend on gold and growth alone, so that they stand still while the rounds go on.
    """
    cells = possible(counting, gold)
    by_kind: dict[Kind, list[Cell]] = {kind: [] for kind in KINDS}
    for cell in cells:
        by_kind[cell.kind].append(cell)
    factor = 1 + growth.documents / max(1, gold.documents)
    found = []
    for kind, members in by_kind.items():
        targets = _targets(kind, members, gold, factor, growth)
        found += [
            Deficit(
                cell,
                gold.cells.get(cell, 0),
                made.cells.get(cell, 0),
                targets[cell],
                gold.each(cell),
            )
            for cell in members
        ]
    return tuple(found)


def _targets(
    kind: Kind, cells: Sequence[Cell], gold: Numbers, factor: float, growth: Growth
) -> dict[Cell, float]:
    if kind == "rule":
        return dict.fromkeys(cells, float(RULE_EXAMPLES))
    if kind in NEGATIVES:
        return {
            cell: gold.cells.get(cell, 0) + negative_share(gold, kind) * growth.documents
            for cell in cells
        }
    counts = {cell: gold.cells.get(cell, 0) for cell in cells}
    siblings: dict[str, int] = {}
    for cell in cells:
        siblings[cell.parts[0]] = siblings.get(cell.parts[0], 0) + 1
    whole = factor * sum(counts.values())
    roots = sum(map(sqrt, counts.values())) or 1.0
    return {
        cell: max(growth.least / siblings[cell.parts[0]], whole * sqrt(n) / roots)
        for cell, n in counts.items()
    }


def negative_share(gold: Numbers, kind: Kind) -> float:
    """The share of new documents that are to be negatives of this kind, 0 to 0.3 for both together."""
    shares = {
        one: gold.cells.get(Cell(one, ("",)), 0) / max(1, gold.documents) for one in NEGATIVES
    }
    over = sum(shares.values()) / MOST_NEGATIVE
    return shares[kind] / max(1.0, over)


def wanted_of(lacking: Sequence[Deficit]) -> Wanted:
    """Weights for strategies that choose what to write about, 0.1 to 10.

    For a label or relation its share of what is lacking over its share of gold, so that what a strategy
    would draw in gold's proportions, times its weight, is in proportion to what is lacking; for a rule its
    share of what is lacking over an equal share. Nothing is named where nothing of the kind is lacking.
    """
    return Wanted(*(_weights(lacking, kind) for kind in ("label", "relation", "rule")))


def _weights(lacking: Sequence[Deficit], kind: Kind) -> dict[str, float]:
    lacks: dict[str, float] = {}
    gold: dict[str, float] = {}
    for one in lacking:
        if one.cell.kind == kind:
            name = one.cell.parts[0]
            lacks[name] = lacks.get(name, 0.0) + one.lacks
            gold[name] = gold.get(name, 0.0) + (1.0 if kind == "rule" else one.gold)
    total, known = sum(lacks.values()), sum(gold.values())
    if not total or not known:
        return {}
    exact = {name: (lacks[name] / total) / max(gold[name] / known, 1e-9) for name in lacks}
    low, high = WEIGHTS
    return {name: round(min(high, max(low, weight)), 4) for name, weight in exact.items()}
