"""Entities that gold hardly ever leaves alone, such as a quantity without what it counts: they come into a plan in pairs."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from bouture.corpus.document import Document
from bouture.strategies.from_plan.units import Key

ALWAYS = 0.8
"""Share of the entities of a label that are an end of one relation from which they lean on its other end."""
LEAST = 5
"""Gold entities of a label from which that share is trusted."""


class Partner(NamedTuple):
    """What an entity leans on."""

    relation: str
    is_head: bool
    """Whether the entity that leans is the head."""
    key: Key
    """The gold entity at the other end."""


def partners(documents: Sequence[Document]) -> dict[Key, Partner]:
    """For each gold entity that leans on another, the first it is related to in that way.

    A text about an entity of such a label needs the other one too: left alone, a model invents it, and
    a relation that nobody planned.
    """
    ends: dict[tuple[str, str, bool], dict[Key, Key]] = {}
    total: Counter[str] = Counter()
    for document in documents:
        labels = document.labels()
        total.update(labels.values())
        for relation in document.relations:
            if relation.head == relation.tail:
                continue
            head, tail = (document.id, relation.head), (document.id, relation.tail)
            ends.setdefault((labels[relation.head], relation.label, True), {}).setdefault(
                head, tail
            )
            ends.setdefault((labels[relation.tail], relation.label, False), {}).setdefault(
                tail, head
            )
    found: dict[Key, Partner] = {}
    for (label, relation_label, is_head), pairs in sorted(ends.items()):
        if total[label] >= LEAST and len(pairs) >= ALWAYS * total[label]:
            for key, other in pairs.items():
                found.setdefault(key, Partner(relation_label, is_head, other))
    return found
