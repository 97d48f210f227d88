"""A growing set of facts that never breaks the schema: what follows from a fact comes with it, or the fact stays out."""

from collections.abc import Collection, Mapping

from bouture.corpus.document import Relation
from bouture.corpus.schema import RelationType, Schema


class Facts:
    """Relations between the entities of one plan, closed under the axioms of the schema.

    What follows: the inverse of a relation that has one; what transitivity implies; for a symmetric
    relation that gold states both ways, the other way. A fact is refused, with all that follows from
    it, when any of that has ends or a shape (from an entity to itself or not) that the schema does
    not allow, contradicts an asymmetric, functional or exclusive relation, repeats a symmetric one the
    other way, or is unwanted.

    Args:
        labels: entity id -> label; may grow between additions.
        both_ways: symmetric relations that are stated in both directions.
        unwanted: relation labels that must not appear.
    """

    def __init__(
        self,
        schema: Schema,
        labels: Mapping[str, str],
        both_ways: Collection[str] = (),
        unwanted: Collection[str] = (),
    ) -> None:
        self._schema = schema
        self._labels = labels
        self._both_ways = both_ways
        self._unwanted = unwanted
        self.stated: dict[Relation, None] = {}
        """In the order in which they were added."""
        self._of_pair: dict[tuple[str, str], set[str]] = {}
        self._tails: dict[tuple[str, str], set[str]] = {}
        self._heads: dict[tuple[str, str], set[str]] = {}

    def add(self, relation: Relation) -> bool:
        """Whether the fact is in the set now, with what follows from it; else nothing has changed."""
        if relation in self.stated:
            return True
        coming: dict[Relation, None] = {relation: None}
        queue = [relation]
        while queue:
            one = queue.pop()
            if not self.allows(one) or self._contradicts(one, coming):
                return False
            for other in self._following(one, coming):
                if other not in self.stated and other not in coming:
                    coming[other] = None
                    queue.append(other)
        for one in coming:
            self._keep(one)
        return True

    def allows(self, relation: Relation) -> bool:
        """Whether the schema allows such a fact by its label, its ends and its shape."""
        type = self._schema.relations.get(relation.label)
        if type is None or relation.label in self._unwanted:
            return False
        if (type.irreflexive if relation.head == relation.tail else type.reflexive) or (
            relation.head == relation.tail and type.asymmetric
        ):
            return False
        ends = self._labels[relation.head], self._labels[relation.tail]
        return ends in type.ends or (type.symmetric and ends[::-1] in type.ends)

    def could(self, relation: Relation) -> bool:
        """Whether the fact is possible by the schema, not stated, and not the other side of one that is stated."""
        type = self._schema.relations.get(relation.label)
        return (
            type is not None
            and not type.symmetric
            and type.inverse != relation.label
            and self.allows(relation)
            and relation not in self.stated
        )

    def pair(self, head: str, tail: str) -> set[str]:
        """The labels of what is stated from `head` to `tail`."""
        return self._of_pair.get((head, tail), set())

    def tails(self, head: str, label: str) -> int:
        """How many tails an entity has of a relation."""
        return len(self._tails.get((head, label), ()))

    def _keep(self, relation: Relation) -> None:
        head, label, tail = relation.head, relation.label, relation.tail
        self.stated[relation] = None
        self._of_pair.setdefault((head, tail), set()).add(label)
        self._tails.setdefault((head, label), set()).add(tail)
        self._heads.setdefault((tail, label), set()).add(head)

    def _contradicts(self, relation: Relation, coming: Collection[Relation]) -> bool:
        type = self._schema.relations[relation.label]
        if self._returns(relation, type, coming):
            return True
        labels = self.pair(relation.head, relation.tail) | {
            r.label for r in coming if (r.head, r.tail) == (relation.head, relation.tail)
        }
        if any(self._exclude(relation.label, other) for other in labels):
            return True
        return type.functional and any(
            tail != relation.tail for tail in self._tails_of(relation, coming)
        )

    def _returns(
        self, relation: Relation, type: RelationType, coming: Collection[Relation]
    ) -> bool:
        """Whether the fact is there the other way round and must not be stated both ways."""
        once = type.symmetric and relation.label not in self._both_ways
        if not (type.asymmetric or once) or relation.head == relation.tail:
            return False
        back = Relation(relation.tail, relation.label, relation.head)
        return back in self.stated or back in coming

    def _exclude(self, first: str, second: str) -> bool:
        types = self._schema.relations
        known = (types[first].excludes, types[second].excludes if second in types else frozenset())
        return second in known[0] or first in known[1]

    def _following(self, relation: Relation, coming: Collection[Relation]) -> list[Relation]:
        """What a fact implies, given those stated and those coming."""
        head, label, tail = relation.head, relation.label, relation.tail
        type = self._schema.relations[label]
        found = []
        if type.symmetric and label in self._both_ways and head != tail:
            found.append(Relation(tail, label, head))
        if type.inverse in self._schema.relations:
            found.append(Relation(tail, type.inverse, head))
        found += [
            Relation(tail, name, head)
            for name, other in self._schema.relations.items()
            if other.inverse == label and name != type.inverse
        ]
        if type.transitive and head != tail:
            onward = self._tails.get((tail, label), set()) | {
                r.tail for r in coming if (r.head, r.label) == (tail, label)
            }
            before = self._heads.get((head, label), set()) | {
                r.head for r in coming if (r.tail, r.label) == (head, label)
            }
            found += [Relation(head, label, end) for end in sorted(onward) if end != head]
            found += [Relation(start, label, tail) for start in sorted(before) if start != tail]
        return found

    def _tails_of(self, relation: Relation, coming: Collection[Relation]) -> set[str]:
        key = (relation.head, relation.label)
        return self._tails.get(key, set()) | {r.tail for r in coming if (r.head, r.label) == key}
