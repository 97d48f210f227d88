"""Leaving out of a document what a format cannot carry: one step for each kind, which says what it lost."""

from collections.abc import Callable

from msgspec.structs import replace

from bouture.corpus.document import Document, Entity, Mask, Relation, Span
from bouture.corpus.issue import Place, Wording
from bouture.formats.problem import Problem

Step = tuple[Document, Problem | None]
"""The document after a step, and what the step lost, if anything."""


def lost(document: Document, code: str, **evidence: object) -> Problem:
    """A loss, said of the document."""
    return Problem(code, Place(document=document.id), evidence)


def without_origin(document: Document) -> Step:
    if document.origin is None:
        return document, None
    return document.with_origin(None), lost(document, "V63")


def without_meta(document: Document) -> Step:
    if not document.meta:
        return document, None
    keys = ", ".join(map(str, document.meta))
    return replace(document, meta={}), lost(document, "V64", keys=keys)


def without_mask(document: Document) -> Step:
    if not document.mask:
        return document, None
    counts = {"spans": len(document.mask.spans), "pairs": len(document.mask.pairs)}
    return replace(document, mask=Mask()), lost(document, "V68", **counts)


def without_relations(document: Document) -> Step:
    if not document.relations:
        return document, None
    return replace(document, relations=()), lost(document, "V60", count=len(document.relations))


def one_mention_each(document: Document) -> Step:
    """One entity for each mention; the first keeps the id. For documents without relations."""
    several = [entity for entity in document.entities if len(entity.spans) > 1]
    if not several:
        return document, None
    taken = {entity.id for entity in document.entities}
    entities = []
    for entity in document.entities:
        for number, span in enumerate(entity.spans):
            id = entity.id
            if number:
                id = f"{entity.id}.{number}"
                while id in taken:
                    id += "_"
                taken.add(id)
            entities.append(Entity(id, entity.label, (span,)))
    return replace(document, entities=tuple(entities)), lost(document, "V61", count=len(several))


def trimmed(document: Document) -> Step:
    """No white space at the edges of mentions; a mention of nothing else goes. One mention an entity."""
    entities, count = [], 0
    for entity in document.entities:
        span = entity.spans[0]
        text = document.mention_text(span)
        start = span.start + len(text) - len(text.lstrip())
        end = span.end - len(text) + len(text.rstrip())
        count += (start, end) != (span.start, span.end)
        if start < end:
            entities.append(Entity(entity.id, entity.label, (Span(start, end),)))
    if not count:
        return document, None
    return replace(document, entities=tuple(entities)), lost(document, "V67", count=count)


def flat(document: Document) -> Step:
    """No two mentions that overlap: the longest stay, the earliest of equals. One mention an entity."""
    kept: list[Entity] = []
    by_length = sorted(
        document.entities, key=lambda e: (-len(e.spans[0]), e.spans[0].start, e.label)
    )
    for entity in by_length:
        if not any(entity.spans[0].overlaps(other.spans[0]) for other in kept):
            kept.append(entity)
    stay = {entity.id for entity in kept}
    dropped = [entity.id for entity in document.entities if entity.id not in stay]
    if not dropped:
        return document, None
    entities = tuple(entity for entity in document.entities if entity.id in stay)
    return replace(document, entities=entities), lost(
        document, "V62", count=len(dropped), ids=shown(dropped)
    )


def numbered(document: Document, carried: Callable[[str], bool], why: Wording) -> Step:
    """Entities numbered from 0 when the format does not carry all of their ids."""
    refused = [entity.id for entity in document.entities if not carried(entity.id)]
    if not refused:
        return document, None
    new = {entity.id: str(number) for number, entity in enumerate(document.entities)}
    return renamed(document, new), lost(
        document, "V65", why=why.en, why_fr=why.fr, ids=shown(refused)
    )


def renamed(document: Document, new: dict[str, str]) -> Document:
    """The document with other entity ids."""
    return replace(
        document,
        entities=tuple(Entity(new[e.id], e.label, e.spans) for e in document.entities),
        relations=tuple(Relation(new[r.head], r.label, new[r.tail]) for r in document.relations),
    )


def relabelled(document: Document, carried: Callable[[str], bool], why: Wording) -> Step:
    """Entity and relation labels with `_` for each character that is not carried."""
    labels = [entity.label for entity in document.entities]
    labels += [relation.label for relation in document.relations]
    refused = sorted({label for label in labels if not all(map(carried, label))})
    if not refused:
        return document, None
    new = {old: "".join(c if carried(c) else "_" for c in old) for old in labels}
    relations = (Relation(r.head, new[r.label], r.tail) for r in document.relations)
    changed = replace(
        document,
        entities=tuple(Entity(e.id, new[e.label], e.spans) for e in document.entities),
        # Two labels may have become one.
        relations=tuple(dict.fromkeys(relations)),
    )
    return changed, lost(document, "V66", why=why.en, why_fr=why.fr, labels=shown(refused))


def shown(names: list[str]) -> str:
    """The first few of a list of names, for a message."""
    few = ", ".join(dict.fromkeys(names[:5]))
    return few if len(names) <= 5 else f"{few}, … ({len(names)})"
