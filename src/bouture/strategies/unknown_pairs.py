"""Pairs of a new document that may be related though no line says so: neither positive nor negative."""

from collections.abc import Container, Iterable
from itertools import product

import msgspec

from bouture.corpus.document import Document, Mask, Relation
from bouture.corpus.schema import Schema


def with_unknown_pairs(
    document: Document, schema: Schema, known: Container[frozenset[str]] = ()
) -> Document:
    """The document with a mask over its unknown pairs, save those in `known` (ids in any order).

    A model that was asked to write a text states some relations and forgets others (false negatives
    of this kind are known to plague DocRED, science A.4.4); what it did not state of a pair is not a
    no, unless the strategy knows that there is no further relation.
    """
    pairs = tuple(p for p in unknown_pairs(document, schema) if frozenset(p) not in known)
    return msgspec.structs.replace(document, mask=Mask(document.mask.spans, pairs))


def unknown_pairs(
    document: Document, schema: Schema, ruled_out: Iterable[Relation] = ()
) -> tuple[tuple[str, str], ...]:
    """Ordered pairs (head, tail) that some relation of the schema may join and that nothing settles.

    Settled are pairs with a relation, or with one that is `ruled_out`; for a symmetric relation,
    either way round. A pair of an entity with itself counts where a relation is always one.
    """
    labels = document.labels()
    settled: set[tuple[str, str]] = set()
    for relation in (*document.relations, *ruled_out):
        type = schema.relations.get(relation.label)
        settled.add((relation.head, relation.tail))
        if type is not None and type.symmetric:
            settled.add((relation.tail, relation.head))
    possible = _possible(schema)
    return tuple(
        (head, tail)
        for head, tail in product(labels, repeat=2)
        if (labels[head], labels[tail], head == tail) in possible and (head, tail) not in settled
    )


def _possible(schema: Schema) -> set[tuple[str, str, bool]]:
    """(head label, tail label, whether they are one entity) that some relation may join."""
    return {
        (*ends, type.reflexive)
        for type in schema.relations.values()
        for pair in type.ends
        for ends in (pair, pair[::-1])[: 2 if type.symmetric else 1]
    }
