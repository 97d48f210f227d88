"""What an annotated document is: text, entities with one or more mentions, relations, and where it came from.

Offsets are Unicode code points, half-open. Everything is checked at construction: a `Document`
that exists is valid, and `text[start:end]` IS the mention.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, TypeVar

import msgspec

from bouture.corpus.issue import Issue
from bouture.errors import DocumentError


class Span(msgspec.Struct, frozen=True, order=True, array_like=True):
    """A stretch of text, `start <= position < end`, in code points.

    Raises:
        DocumentError: when `start` is negative or the span is empty.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise DocumentError(
                f"span {self.start}-{self.end} is empty, reversed or negative",
                hint="offsets are code points, half-open: 0 <= start < end",
            )

    def __len__(self) -> int:
        return self.end - self.start

    def contains(self, other: "Span") -> bool:
        """Whether `other` lies inside this span (equal spans contain each other)."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: "Span") -> bool:
        """Whether the two spans share at least one code point."""
        return self.start < other.end and other.start < self.end

    def crosses(self, other: "Span") -> bool:
        """Whether the two spans overlap without one containing the other."""
        return self.overlaps(other) and not self.contains(other) and not other.contains(self)


class Entity(msgspec.Struct, frozen=True):
    """One thing the document speaks of, with its label and its mentions, at least one.

    A flat named entity has one span; a coreference cluster has several.

    Raises:
        DocumentError: no span, the same span twice, or an empty id or label.
    """

    id: str
    label: str
    spans: tuple[Span, ...]

    def __post_init__(self) -> None:
        if not self.id or not self.label:
            raise DocumentError(f"entity {self.id!r} needs an id and a label")
        if not self.spans:
            raise DocumentError(
                f"entity {self.id!r} has no mention", hint="give it at least one span, or remove it"
            )
        if len(set(self.spans)) < len(self.spans):
            raise DocumentError(
                f"entity {self.id!r} has the same mention twice", hint="remove the repeated span"
            )


class Relation(msgspec.Struct, frozen=True, order=True):
    """`head` -> `tail`, both entity ids; equal ids (a self-loop) are legal where the schema says so."""

    head: str
    label: str
    tail: str


class Mention(NamedTuple):
    """One mention as it reads in the text; always derived from a document, never stored."""

    entity: str
    label: str
    start: int
    end: int
    text: str

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


class Mask(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where nobody has said yes or no: to be left out of training and scoring, neither positive nor negative."""

    spans: tuple[Span, ...] = ()
    """Stretches in which there may be mentions that are not annotated, or not surely."""
    pairs: tuple[tuple[str, str], ...] = ()
    """(head, tail) entity ids that may or may not be related, beyond the relations that are stated."""

    def __bool__(self) -> bool:
        return bool(self.spans or self.pairs)

    def covers(self, span: Span) -> bool:
        """Whether a masked stretch shares a code point with `span`."""
        return any(masked.overlaps(span) for masked in self.spans)


class Origin(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a synthetic document came from: enough to trace it, to replay it and to guard against leaks."""

    strategy: str
    sources: tuple[str, ...] = ()
    """Ids of the gold documents it was made from."""
    demonstrations: tuple[str, ...] = ()
    """Ids of the gold documents shown to the model as examples."""
    sample: int = 0
    requests: tuple[str, ...] = ()
    """Keys of the requests whose answers it was read from."""
    model: str = ""
    parameters: dict[str, Any] = {}
    """Settings of the strategy that made it."""
    issues: tuple[Issue, ...] = ()
    """What reading the answer found and mended (parse codes)."""


class Document(msgspec.Struct, frozen=True, dict=True):
    """The one noun that travels: read, made, checked, reviewed, measured, written.

    Raises:
        DocumentError: empty id, text that is not valid Unicode, an offset outside the text, an id
            used twice, a relation given twice, or an end of a relation or of the mask that does not exist.
    """

    id: str
    text: str
    entities: tuple[Entity, ...] = ()
    relations: tuple[Relation, ...] = ()
    origin: Origin | None = None
    meta: dict[str, Any] = {}
    """Carried from reader to writer, never read by bouture."""
    mask: Mask = Mask()

    def __post_init__(self) -> None:
        if not self.id:
            raise DocumentError("a document needs an id")
        self._check_text()
        known = self._check_entities()
        if self.mask:
            self._check_mask(known)
        seen: set[Relation] = set()
        for relation in self.relations:
            for end in (relation.head, relation.tail):
                if end not in known:
                    raise self._error(
                        f"relation {relation.head} | {relation.label} | {relation.tail} points to "
                        f"entity {end!r}, which does not exist",
                        "remove the relation or add the entity",
                    )
            if relation in seen:
                raise self._error(
                    f"relation {relation.head} | {relation.label} | {relation.tail} is given twice",
                    "keep one",
                )
            seen.add(relation)

    def _check_text(self) -> None:
        try:
            self.text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise self._error(
                f"the text holds half a character (surrogate) at offset {error.start}",
                "decode the file again, as UTF-8 or with the encoding it was written in",
            ) from None

    def _check_entities(self) -> set[str]:
        known: set[str] = set()
        for entity in self.entities:
            if entity.id in known:
                raise self._error(f"entity id {entity.id!r} is used twice", "give each its own id")
            known.add(entity.id)
            for span in entity.spans:
                if span.end > len(self.text):
                    raise self._error(
                        f"entity {entity.id!r} ends at {span.end}, after the text "
                        f"({len(self.text)} characters)",
                        "offsets are code points: not bytes, not UTF-16 units",
                    )
        return known

    def _check_mask(self, known: set[str]) -> None:
        for span in self.mask.spans:
            if span.end > len(self.text):
                raise self._error(
                    f"the mask {span.start}-{span.end} reaches beyond the text ({len(self.text)} characters)",
                    "offsets are code points: not bytes, not UTF-16 units",
                )
        for end in (end for pair in self.mask.pairs for end in pair):
            if end not in known:
                raise self._error(
                    f"the mask names entity {end!r}, which does not exist",
                    "remove the pair or add the entity",
                )

    def _error(self, message: str, hint: str) -> DocumentError:
        return DocumentError(message, hint=hint, document=self.id)

    def mention_text(self, span: Span) -> str:
        """The mention as it reads."""
        return self.text[span.start : span.end]

    def entity(self, id: str) -> Entity:
        """The entity with this id; `KeyError` when there is none."""
        for entity in self.entities:
            if entity.id == id:
                return entity
        raise KeyError(id)

    def labels(self) -> dict[str, str]:
        """Entity id -> label."""
        return {entity.id: entity.label for entity in self.entities}

    def mentions(self) -> tuple[Mention, ...]:
        """Every mention of every entity in reading order, the longer first where two start together."""
        return _mentions(self)

    def with_origin(self, origin: Origin | None) -> "Document":
        """The same document with another origin."""
        return msgspec.structs.replace(self, origin=origin)


Found = TypeVar("Found")


def remembered(function: Callable[[Document], Found]) -> Callable[[Document], Found]:
    """`function`, asked once of each document: what it found stays with the document as long as this lives.

    For what several questions about one document begin with. It is no part of the document: not
    compared, not written, not copied.
    """
    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def once(document: Document) -> Found:
        known = document.__dict__
        if name not in known:
            known[name] = function(document)
        found: Found = known[name]
        return found

    return once


@remembered
def _mentions(document: Document) -> tuple[Mention, ...]:
    text = document.text
    found = [
        (span.start, -span.end, entity.label, entity.id)
        for entity in document.entities
        for span in entity.spans
    ]
    found.sort()
    return tuple(
        Mention(entity, label, start, -end, text[start:-end]) for start, end, label, entity in found
    )
