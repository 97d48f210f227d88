"""Which labels exist and which relations may hold between them; learnt from gold (soft) or stated by a guide (hard)."""

from collections.abc import Iterable
from itertools import combinations

import msgspec

from bouture.corpus.document import Document


class RelationType(msgspec.Struct, frozen=True):
    """One relation label: allowed (head label, tail label) pairs and axioms."""

    label: str
    ends: frozenset[tuple[str, str]]
    symmetric: bool = False
    asymmetric: bool = False
    irreflexive: bool = False
    reflexive: bool = False
    """Only self-loops: the head is the tail (TextMine's gender relations)."""
    transitive: bool = False
    functional: bool = False
    """At most one tail for a head."""
    inverse: str = ""
    excludes: frozenset[str] = frozenset()


class Schema(msgspec.Struct, frozen=True):
    """Entity labels, relation types and nesting.

    `hard` tells whether a violation is an error (stated by the guide) or merely unseen so far
    (learnt: type patterns of 50 gold documents miss 8 % of the valid ones).
    """

    entities: tuple[str, ...]
    relations: dict[str, RelationType]
    nesting: frozenset[tuple[str, str]] = frozenset()
    """(outer label, inner label) pairs that may nest."""
    hard: bool = False

    @classmethod
    def learn(cls, documents: Iterable[Document]) -> "Schema":
        """The soft schema of what occurs in `documents`; labels in alphabetical order."""
        entities: set[str] = set()
        ends: dict[str, set[tuple[str, str]]] = {}
        loops: dict[str, set[bool]] = {}
        nesting: set[tuple[str, str]] = set()
        for document in documents:
            labels = document.labels()
            entities.update(labels.values())
            for relation in document.relations:
                pair = (labels[relation.head], labels[relation.tail])
                ends.setdefault(relation.label, set()).add(pair)
                loops.setdefault(relation.label, set()).add(relation.head == relation.tail)
            nesting.update(nested_labels(document))
        relations = {
            label: RelationType(
                label,
                frozenset(ends[label]),
                irreflexive=loops[label] == {False},
                reflexive=loops[label] == {True},
            )
            for label in sorted(ends)
        }
        return cls(tuple(sorted(entities)), relations, frozenset(nesting))

    def allows(self, head: str, relation: str, tail: str) -> bool:
        """Whether a relation with this label may go from a `head` label to a `tail` label."""
        known = self.relations.get(relation)
        if known is None:
            return False
        return (head, tail) in known.ends or (known.symmetric and (tail, head) in known.ends)


def nested_labels(document: Document) -> set[tuple[str, str]]:
    """(outer, inner) label pairs of mentions of different entities that nest or share a span."""
    mentions = document.mentions()
    found: set[tuple[str, str]] = set()
    for first, second in combinations(mentions, 2):
        if second.start >= first.end and second.start > first.start:
            continue
        if first.entity != second.entity and first.span.contains(second.span):
            found.add((first.label, second.label))
    return found
