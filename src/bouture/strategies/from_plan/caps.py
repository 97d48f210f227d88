"""Keeps each surface below its cap: how often an entity is taken when it is drawn (science A.8.3)."""

import random
from collections import Counter
from collections.abc import Callable, Mapping

from bouture.corpus.normalise import fold
from bouture.strategies.from_plan.plan import MentionKind, Plan

CAP = 0.01
"""Share of the mentions of a run that one surface may have."""
ALIVE = 3
"""A surface may come so often whatever its share."""
AIM = 0.6
"""Part of the cap that is aimed at, so that chance does not lift a surface over it."""
TRIAL, ROUNDS = 400, 3
"""Plans drawn to see how often each surface comes, and how often this is done."""


def chances(draw: Callable[[random.Random, Mapping[str, float]], Plan | None]) -> dict[str, float]:
    """Folded surface -> chance that an entity with it is taken when it is drawn; 1 for those not named.

    Found by trial, with random numbers of its own: plans are drawn, and what came more often than
    60 % of the cap is taken that much less often. The cap is 1 % of the mentions, or twice an equal
    share where there are fewer than 200 different surfaces. Pronouns have none.
    """
    keep: dict[str, float] = {}
    for turn in range(ROUNDS):
        counts: Counter[str] = Counter()
        for number in range(TRIAL):
            plan = draw(random.Random(f"trial {turn} {number}"), keep)
            if plan is not None:
                counts.update(surfaces(plan))
        aim = AIM * cap(len(counts)) * counts.total()
        over = {name: aim / times for name, times in counts.items() if times > max(aim, ALIVE)}
        if not over:
            break
        for name, factor in over.items():
            keep[name] = keep.get(name, 1.0) * factor
    return keep


def cap(different: int) -> float:
    """The share of all mentions that one of so many different surfaces may have."""
    return max(CAP, 2 / different) if different else 1.0


def surfaces(plan: Plan) -> list[str]:
    """Every mention of a plan as it counts against the caps: folded, without pronouns."""
    pronouns = {
        (entity.id, fold(m.surface))
        for entity in plan.entities
        for m in entity.mentions
        if m.kind is MentionKind.PRONOUN
    }
    found = []
    for one in plan.appearances():
        name = fold(one.surface)
        if (one.entity, name) not in pronouns:
            found.append(name)
    return found
