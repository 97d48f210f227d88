"""Relations of two annotations compared through the entities that both have."""

from collections.abc import Hashable, Iterator
from typing import NamedTuple

from bouture.corpus.document import Document, Entity, Relation


class Linked(NamedTuple):
    """Two annotations of a document, the entities of the second renamed to those of the first they agree with."""

    a: Document
    b: Document
    names: dict[str, str]
    """Entity of `b` -> entity of `a`."""

    def common(self) -> tuple[list[Relation], list[Relation]]:
        """The relations whose ends both annotations have, in terms of the entities of `a`."""
        agreed = set(self.names.values())
        first = [r for r in self.a.relations if r.head in agreed and r.tail in agreed]
        second = [
            Relation(self.names[r.head], r.label, self.names[r.tail])
            for r in self.b.relations
            if r.head in self.names and r.tail in self.names
        ]
        return first, second

    def directed(self) -> tuple[list[Hashable], list[Hashable]]:
        """Those relations as units."""
        first, second = self.common()
        return list(first), list(second)

    def undirected(self) -> tuple[list[Hashable], list[Hashable]]:
        """Those relations as units, direction aside; one stated both ways counts twice."""
        first, second = self.common()
        return [_undirected(r) for r in first], [_undirected(r) for r in second]

    def reversed(self) -> list[Relation]:
        """Relations of `a` that `b` states the other way round."""
        first, second = self.common()
        only_first, only_second = set(first) - set(second), set(second) - set(first)
        return sorted(
            r
            for r in only_first
            if r.head != r.tail and Relation(r.tail, r.label, r.head) in only_second
        )


def link(a: Document, b: Document) -> Linked:
    """Pairs the entities that have a label and at least one whole mention in common, most mentions first."""
    candidates = [
        (-len(shared), min(shared), x.id, y.id)
        for x in a.entities
        for y in b.entities
        if x.label == y.label and (shared := _shared(x, y))
    ]
    names: dict[str, str] = {}
    taken: set[str] = set()
    for _, _, first, second in sorted(candidates):
        if first not in taken and second not in names:
            names[second] = first
            taken.add(first)
    return Linked(a, b, names)


def relation_disagreements(linked: Linked) -> Iterator[tuple[str, str, str, str]]:
    """(kind, relation, what `a` says, what `b` says) for every relation that is not in both.

    Relations of an entity that only one annotation has are among them. Reversed ones come first.
    """
    turned = set(linked.reversed())
    turned_back = {Relation(r.tail, r.label, r.head) for r in turned}
    for relation in sorted(turned):
        back = Relation(relation.tail, relation.label, relation.head)
        said = _said(linked.a, relation)
        yield "relation reversed", said, said, _said(linked.a, back)
    renamed = {
        relation: Relation(
            linked.names.get(relation.head, f"b:{relation.head}"),
            relation.label,
            linked.names.get(relation.tail, f"b:{relation.tail}"),
        )
        for relation in linked.b.relations
    }
    second = set(renamed.values())
    for relation in linked.a.relations:
        if relation not in second and relation not in turned:
            said = _said(linked.a, relation)
            yield "relation only in a", said, said, ""
    first = set(linked.a.relations)
    for relation, as_in_a in renamed.items():
        if as_in_a not in first and as_in_a not in turned_back:
            said = _said(linked.b, relation)
            yield "relation only in b", said, "", said


def _shared(x: Entity, y: Entity) -> set[tuple[int, int]]:
    return {(s.start, s.end) for s in x.spans} & {(s.start, s.end) for s in y.spans}


def _undirected(relation: Relation) -> tuple[str, str, str]:
    low, high = sorted((relation.head, relation.tail))
    return relation.label, low, high


def _said(document: Document, relation: Relation) -> str:
    head, tail = (
        document.mention_text(document.entity(end).spans[0])
        for end in (relation.head, relation.tail)
    )
    return f"{head} | {relation.label} | {tail}"
