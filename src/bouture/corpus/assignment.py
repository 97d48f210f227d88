"""Which of its possible places each quote takes, given the others: one place each, in the order of the text when there is one.

A quote that its context settles stays where it is. Among the settled ones the longest monotone chain
(a dynamic programme) tells whether the list follows the text. If it does, each open quote lies between
its neighbours, and identical quotes take successive places; a place is decided when the earliest and
the latest monotone assignment agree on it. If it does not, only identical quotes help each other.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Hashable, Iterator
from operator import itemgetter
from typing import NamedTuple

ORDERED = 0.95
"""Share of the settled quotes that must be in the order of the text for the list to count as ordered."""

Place = tuple[int, int]
"""Start and end in the text."""


class Choice(NamedTuple):
    """What one quote may take."""

    key: Hashable
    """Quotes with the same key (same string, same label) do not share a place."""
    places: tuple[Place, ...]
    """Equally good places, in reading order; at least one."""
    weights: tuple[float, ...]
    """For each place, evidence too weak to settle the matter but good enough for a guess."""
    settled: bool
    """Whether context or uniqueness leaves no doubt that it is one of `places`."""
    spare: tuple[Place, ...] = ()
    """Every place of the same string, for when `places` are taken."""
    displaced: bool = False
    """Whether the places its context asked for were taken, so that any decision is a guess."""


class Decision(NamedTuple):
    """The place taken first; then, when it is not decided, the others that remain possible."""

    places: tuple[Place, ...]
    decided: bool


def assign(choices: list[Choice]) -> list[Decision]:
    """One decision for each choice, in their order."""
    settled, opened = _settle(choices)
    decisions = {i: Decision((place,), decided=True) for i, place in settled.items()}
    chain = _chain(settled)
    if len(chain) >= ORDERED * len(settled):
        opened = _between_neighbours(opened, chain, settled)
        decisions.update(_in_order(opened) or _by_identical(opened))
    else:
        decisions.update(_by_identical(opened))
    for i, choice in opened.items():
        if choice.displaced:
            guess = decisions[i].places[0]
            others = (p for p in choice.spare if p != guess)
            decisions[i] = Decision((guess, *others), decided=False)
    return [decisions[i] for i in range(len(choices))]


def _settle(choices: list[Choice]) -> tuple[dict[int, Place], dict[int, Choice]]:
    """The quotes whose place is certain, and the others without the places that are taken."""
    settled: dict[int, Place] = {}
    taken: dict[Hashable, set[Place]] = {}
    opened: dict[int, Choice] = {}
    for i, choice in enumerate(choices):
        mine = taken.setdefault(choice.key, set())
        if choice.settled and len(choice.places) == 1 and choice.places[0] not in mine:
            settled[i] = choice.places[0]
            mine.add(choice.places[0])
        else:
            opened[i] = choice
    for i, choice in opened.items():
        opened[i] = _without(choice, taken[choice.key])
    return settled, opened


def _without(choice: Choice, taken: set[Place]) -> Choice:
    """The choice among free places; among all of them when there is nowhere else."""
    free = [p for p in choice.places if p not in taken]
    if not free:
        spare = tuple(p for p in choice.spare if p not in taken)
        places = spare or choice.places
        return choice._replace(places=places, weights=(0.0,) * len(places), displaced=bool(spare))
    weights = tuple(w for p, w in zip(choice.places, choice.weights, strict=True) if p not in taken)
    return choice._replace(places=tuple(free), weights=weights)


def _chain(settled: dict[int, Place]) -> list[int]:
    """The longest run of settled quotes whose starts do not go back, as list positions (patience sorting)."""
    tops: list[int] = []
    piles: list[int] = []
    before: dict[int, int] = {}
    for i, (start, _) in sorted(settled.items()):
        pile = bisect_right(tops, start)
        if pile:
            before[i] = piles[pile - 1]
        tops[pile : pile + 1] = [start]
        piles[pile : pile + 1] = [i]
    chain = piles[-1:]
    while chain and chain[-1] in before:
        chain.append(before[chain[-1]])
    return chain[::-1]


def _between_neighbours(
    opened: dict[int, Choice], chain: list[int], settled: dict[int, Place]
) -> dict[int, Choice]:
    """Each open choice without the places that the settled quotes around it exclude.

    A place may start before its left neighbour when it contains it: nested mentions come in either order.
    """
    bounded = {}
    for i, choice in opened.items():
        if not chain:
            bounded[i] = choice
            continue
        right = bisect_right(chain, i)
        low = settled[chain[right - 1]][0] if right else -1
        high = settled[chain[right]][1] if right < len(chain) else None
        kept = [
            (p, w)
            for p, w in zip(choice.places, choice.weights, strict=True)
            if p[1] > low and (high is None or p[0] < high)
        ]
        if kept:
            places, weights = zip(*kept, strict=True)
            choice = choice._replace(places=places, weights=weights)
        bounded[i] = choice
    return bounded


def _in_order(opened: dict[int, Choice]) -> dict[int, Decision]:
    """Decisions when the open quotes follow the text; none when no assignment does."""
    earliest = _sweep(opened, follow=True)
    latest = _sweep(opened, follow=True, forward=False)
    if not len(earliest) == len(latest) == len(opened):
        return {}
    twins = Counter(choice.key for choice in opened.values())
    return {
        i: _between(choice, earliest[i], latest[i], keep_first=twins[choice.key] > 1)
        for i, choice in opened.items()
    }


def _between(choice: Choice, first: Place, last: Place, keep_first: bool) -> Decision:
    """The places from the earliest to the latest; guessed by weight, or the earliest."""
    possible = [p for p in choice.places if first <= p <= last]
    weight = dict(zip(choice.places, choice.weights, strict=True))
    guess = first if keep_first else max(possible, key=lambda p: (weight[p], -p[0]))
    rest = tuple(p for p in possible if p != guess)
    return Decision((guess, *rest), decided=not rest)


def _by_identical(opened: dict[int, Choice]) -> dict[int, Decision]:
    """Decisions without regard to order: identical quotes share out their places, the most constrained first."""
    groups: dict[tuple[Hashable, tuple[Place, ...]], dict[int, Choice]] = {}
    for i, choice in opened.items():
        groups.setdefault((choice.key, choice.places), {})[i] = choice
    taken: dict[Hashable, set[Place]] = {}
    decisions: dict[int, Decision] = {}
    for (key, _), group in sorted(groups.items(), key=lambda item: len(item[0][1])):
        mine = taken.setdefault(key, set())
        free = {i: _without(choice, mine) for i, choice in group.items()}
        earliest = _sweep(free, follow=False)
        latest = _sweep(free, follow=False, forward=False)
        for i, choice in free.items():
            if len(earliest) < len(free):  # more quotes than places: the first ones take them all
                first = earliest.get(i)
                guess = choice.places[0] if first is None else first
                rest = tuple(p for p in choice.places if p != guess)
                decided = first is not None or not rest
                decisions[i] = Decision((guess,) if decided else (guess, *rest), decided)
            else:
                decisions[i] = _between(choice, earliest[i], latest[i], keep_first=len(free) > 1)
            if choice.displaced:
                decisions[i] = decisions[i]._replace(decided=False)
            mine.add(decisions[i].places[0])
    return decisions


def _sweep(opened: dict[int, Choice], follow: bool, forward: bool = True) -> dict[int, Place]:
    """The earliest (or, backwards, the latest) places that keep identical quotes apart and in order.

    With `follow` different quotes keep the order too. Quotes for which no place is left are missing.
    """
    sign = 1 if forward else -1
    border: Place | None = None
    last: dict[Hashable, Place] = {}
    found: dict[int, Place] = {}
    for i, choice in opened.items() if forward else reversed(opened.items()):
        twin = last.get(choice.key)
        for place in _beyond(choice.places, twin, forward):
            if follow and border is not None and _goes_back(place, border, forward):
                continue
            found[i] = last[choice.key] = place
            border = place if border is None else max(border, place, key=lambda p: sign * p[0])
            break
    return found


def _beyond(places: tuple[Place, ...], twin: Place | None, forward: bool) -> Iterator[Place]:
    """The places that start after the twin's, or backwards those before it, nearest first."""
    if forward:
        first = 0 if twin is None else bisect_right(places, twin[0], key=itemgetter(0))
        return (places[i] for i in range(first, len(places)))
    last = len(places) if twin is None else bisect_left(places, twin[0], key=itemgetter(0))
    return (places[i] for i in range(last - 1, -1, -1))


def _goes_back(place: Place, border: Place, forward: bool) -> bool:
    return place[1] <= border[0] if forward else place[0] >= border[1]
