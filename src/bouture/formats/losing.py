"""Leaving out of a document what a format cannot carry: one step for each kind, which says what it lost."""

from collections.abc import Callable

from msgspec.structs import replace

from bouture.corpus.document import Document, Entity, Relation
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


def without_relations(document: Document) -> Step:
    if not document.relations:
        return document, None
    return replace(document, relations=()), lost(document, "V60", count=len(document.relations))


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


def shown(names: list[str]) -> str:
    """The first few of a list of names, for a message."""
    few = ", ".join(dict.fromkeys(names[:5]))
    return few if len(names) <= 5 else f"{few}, … ({len(names)})"
