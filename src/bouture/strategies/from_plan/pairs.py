"""Pairs of entities that no plan speaks of: unknown rather than negative, and a closed question about each (science A.4.4)."""

import random
import re
from collections.abc import Sequence

from bouture.corpus.document import Document
from bouture.corpus.schema import Schema
from bouture.strategies.from_plan.evidence import named_in

Pair = tuple[str, str]
"""Head and tail, entity ids."""

YES = frozenset(["oui", "yes", "vrai", "true", "o", "y"])
NO = frozenset(["non", "no", "faux", "false", "n"])
_VERDICT = re.compile(
    r"^\W{0,8}(?:Q(?:uestion)?\W{0,3})?(?P<number>\d{1,3})\W{1,8}(?P<said>[A-Za-zé]{1,12})\b",
    re.IGNORECASE | re.MULTILINE,
)


def candidates(document: Document, pair: Pair, schema: Schema) -> list[str]:
    """The relations of the schema that may go from the head of a pair to its tail."""
    labels = document.labels()
    head, tail = labels[pair[0]], labels[pair[1]]
    loop = pair[0] == pair[1]
    return [
        label
        for label, type in schema.relations.items()
        if schema.allows(head, label, tail) and not (type.irreflexive if loop else type.reflexive)
    ]


def to_ask(document: Document, pairs: Sequence[Pair], most: int, rng: random.Random) -> list[Pair]:
    """At most so many of the pairs: those that share a sentence before the others, else in a drawn order."""
    where = named_in(document)
    order = rng.sample(pairs, len(pairs))
    return sorted(order, key=lambda pair: not where[pair[0]] & where[pair[1]])[:most]


def verdicts(answer: str, count: int) -> list[bool | None]:
    """Yes, no or undecided (None) for each of so many questions, from lines like `Q3 : oui`; fails on no string.

    A question answered twice in different ways, or by another word, is undecided.
    """
    said: dict[int, set[bool | None]] = {}
    for found in _VERDICT.finditer(answer):
        word = found["said"].casefold()
        verdict = True if word in YES else False if word in NO else None
        said.setdefault(int(found["number"]), set()).add(verdict)
    return [_one(said.get(number, set())) for number in range(1, count + 1)]


def _one(said: set[bool | None]) -> bool | None:
    return next(iter(said)) if len(said) == 1 else None


def without(pairs: Sequence[Pair], settled: set[Pair]) -> tuple[Pair, ...]:
    """The pairs that stay unknown."""
    return tuple(pair for pair in pairs if pair not in settled)
