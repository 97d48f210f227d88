"""How many calls each strategy is given: what it can fill × how often its documents are accepted, within caps (science A.8.2-3)."""

import random
from collections.abc import Hashable, Mapping, Sequence
from math import ceil
from typing import TypeVar

import msgspec

from bouture.strategies.planner.cells import NEGATIVES, Cell, Kind
from bouture.strategies.planner.deficits import Deficit
from bouture.strategies.planner.serving import Serving

Key = TypeVar("Key", bound=Hashable)

PRIOR = (7.0, 3.0)
"""Beta prior of the acceptance of a strategy nobody has tried: seven in ten, with the weight of ten calls."""
MOST = 0.5
"""Largest share of the calls for one strategy (A.8.3)."""


class Candidate(msgspec.Struct, frozen=True):
    """A strategy that wants calls, and what became of those it had."""

    name: str
    serving: Serving
    share: float = 1.0
    """Its weight at the start; only proportions count."""
    accepted: int = 0
    asked: int = 0
    """Jobs with an outcome; those that failed for want of an answer say nothing of the strategy."""


def acceptance(candidate: Candidate, rng: random.Random | None = None) -> float:
    """How often a document of the strategy is accepted, 0 to 1.

    With `rng`, drawn from the Beta posterior (Thompson 1933; Chapelle & Li 2011): what has been tried
    little is given the benefit of the doubt now and then. Without it, the mean of the posterior.
    """
    good = PRIOR[0] + candidate.accepted
    bad = PRIOR[1] + candidate.asked - candidate.accepted
    return rng.betavariate(good, bad) if rng else good / (good + bad)


def fillable(serving: Serving, lacking: Sequence[Deficit]) -> list[Deficit]:
    """The cells with a deficit that the strategy can fill: what no gold document holds, only one that plans."""
    return [
        one
        for one in lacking
        if one.lacks > 0 and serving.fills(one.cell) and (serving.plans or one.gold > 0)
    ]


def need(serving: Serving, lacking: Sequence[Deficit]) -> float:
    """How far what the strategy can fill is from its target, 0 (all there) to 1 (nothing there).

    The mean over the kinds it serves of what it can fill over the target of the kind, so that a
    strategy for the rules of the guide is not the loser for serving one kind alone.
    """
    if set(serving.kinds) <= set(
        NEGATIVES
    ):  # Counter-examples are wanted as what they contrast with.
        serving = Serving(("relation",), plans=True)
    targets: dict[Kind, float] = {}
    served: dict[Kind, float] = {}
    for one in lacking:
        if serving.fills(one.cell) and one.cell.kind not in NEGATIVES:
            targets[one.cell.kind] = targets.get(one.cell.kind, 0.0) + one.target
    for one in fillable(serving, lacking):
        if one.cell.kind in targets:
            served[one.cell.kind] = served.get(one.cell.kind, 0.0) + one.lacks
    parts = [served.get(kind, 0.0) / target for kind, target in targets.items() if target]
    return sum(parts) / len(parts) if parts else 0.0


class Bounds(msgspec.Struct, frozen=True):
    """How the calls may be shared out, whatever is lacking."""

    negatives: Mapping[Kind, float] = {}
    """The share of the calls for each kind of negatives, 0 to 1."""
    room: Mapping[str, int] = {}
    """The most calls of strategies that have such a bound, by name."""


def allot(
    calls: int,
    candidates: Sequence[Candidate],
    lacking: Sequence[Deficit],
    bounds: Bounds = Bounds(),
    rng: random.Random | None = None,
) -> dict[str, int]:
    """The number of calls of each strategy: `calls` in all, or fewer where there is no room for them.

    Strategies that make nothing but negatives share out the proportion of gold. The others are
    given calls in proportion to share × need × acceptance; where nothing is lacking, to share ×
    acceptance. None has more than half of all calls, unless there are too few without a bound of
    their own for that: then these share alike. Deterministic given `rng`.

    Args:
        rng: draws acceptances (between rounds); without it, expectations.
    """
    accepted = {one.name: acceptance(one, rng) for one in candidates}
    shares: dict[str, float] = {}
    plain = []
    for one in candidates:
        if not _matched(one.serving, bounds.negatives):
            plain.append(one)
            continue
        shares[one.name] = 0.0
        for kind in one.serving.kinds:  # A kind that several make is shared out among them.
            rivals = [c for c in candidates if _matched(c.serving, bounds.negatives)]
            whole = sum(c.share * accepted[c.name] for c in rivals if kind in c.serving.kinds)
            wanted = bounds.negatives.get(kind, 0.0)
            shares[one.name] += wanted * one.share * accepted[one.name] / whole if whole else 0.0
    if not plain:  # Nothing but negatives was asked for: then that is what is wanted.
        return _whole(calls, shares if any(shares.values()) else {c.name: 1.0 for c in candidates})
    weights = {c.name: c.share * need(c.serving, lacking) * accepted[c.name] for c in plain}
    if not any(weights.values()):
        weights = {c.name: c.share * accepted[c.name] for c in plain}
    room = {name: bounds.room[name] / max(1, calls) for name in weights if name in bounds.room}
    shares |= _capped(weights, max(0.0, 1.0 - sum(shares.values())), room)
    there = min(calls, round(calls * sum(shares.values())))
    return _whole(there, {one.name: shares[one.name] for one in candidates})


def _matched(serving: Serving, negatives: Mapping[Kind, float]) -> bool:
    """Whether a strategy makes negatives of a kind whose proportion gold gives.

    Where each document of gold has an entity, none without is to be made; where each has a relation,
    unrelated pairs are made all the same, as counter-examples (A.4.6).
    """
    kinds = serving.kinds
    if not kinds or not set(kinds) <= set(NEGATIVES):
        return False
    return "no_entity" in kinds or any(negatives.get(kind, 0.0) > 0 for kind in kinds)


def _capped(
    weights: Mapping[str, float], whole: float, room: Mapping[str, float]
) -> dict[str, float]:
    """Shares in proportion to the weights, none above its cap: what is over goes to the others.

    `whole` in all, or less where every strategy has a bound.
    """
    caps = {name: min(MOST, most) for name, most in room.items()}
    free = [name for name in weights if name not in caps]
    if free:
        caps |= dict.fromkeys(free, max(MOST, (whole - sum(caps.values())) / len(free)))
    shares = dict.fromkeys(weights, 0.0)
    while True:
        below = {n: weight for n, weight in weights.items() if shares[n] < caps[n]}
        left = whole - sum(shares[name] for name in weights if name not in below)
        total = sum(below.values())
        if below and not total:  # Only such as can fill nothing are left.
            below, total = dict.fromkeys(below, 1.0), float(len(below))
        over = [name for name, weight in below.items() if left * weight / total >= caps[name]]
        if not over:
            return shares | {name: left * weight / total for name, weight in below.items()}
        shares |= {name: caps[name] for name in over}


def _whole(calls: int, shares: Mapping[Key, float]) -> dict[Key, int]:
    """Whole numbers in proportion to the shares, `calls` in all: the largest remainders are rounded up."""
    total = sum(shares.values())
    if not total:
        return dict.fromkeys(shares, 0)
    exact = {name: calls * share / total for name, share in shares.items()}
    given = {name: int(number) for name, number in exact.items()}
    order = sorted(exact, key=lambda name: given[name] - exact[name])
    for name in order[: calls - sum(given.values())]:
        given[name] += 1
    return given


def spread(
    calls: int, lacking: Sequence[Deficit], planned: Mapping[Cell, Mapping[str, int]] = {}
) -> dict[Cell, int]:
    """So many calls over cells, in proportion to the documents that each still lacks.

    What is planned for a cell already counts as made. Fewer than `calls` when all are filled.
    """
    left = {
        one.cell: max(0.0, one.documents - sum(planned.get(one.cell, {}).values()))
        for one in lacking
    }
    return _whole(min(calls, ceil(sum(left.values()))), left)
