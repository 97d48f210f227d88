"""Pairs of a new document that may be related though no line says so: neither positive nor negative."""

from collections.abc import Container
from itertools import product

import msgspec

from bouture.corpus.document import Document, Mask
from bouture.corpus.schema import Schema


def with_unknown_pairs(
    document: Document, schema: Schema, known: Container[frozenset[str]] = ()
) -> Document:
    """The document with a mask over the pairs that the schema could relate and that nothing settles.

    A model that was asked to write a text states some relations and forgets others (false negatives
    of this kind are known to plague DocRED, science A.4.4); what it did not state of a pair is not a
    no. A pair of an entity with itself counts where a relation is always one.

    Args:
        document: entities and the relations that its author stated.
        schema: which labels may be related.
        known: pairs of ids, in any order, of which the strategy knows that there is no further
            relation.
    """
    labels = document.labels()
    stated = {(r.head, r.tail) for r in document.relations}
    symmetric = {label for label, type in schema.relations.items() if type.symmetric}
    stated |= {(r.tail, r.head) for r in document.relations if r.label in symmetric}
    possible = {
        (*ends, type.reflexive)
        for type in schema.relations.values()
        for pair in type.ends
        for ends in (pair, pair[::-1])[: 2 if type.symmetric else 1]
    }
    pairs = tuple(
        (head, tail)
        for head, tail in product(labels, repeat=2)
        if (labels[head], labels[tail], head == tail) in possible
        and (head, tail) not in stated
        and frozenset((head, tail)) not in known
    )
    return msgspec.structs.replace(document, mask=Mask(document.mask.spans, pairs))
