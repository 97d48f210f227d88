"""Replaces stretches of a document's text and moves every mention along, exactly; what all local strategies share."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

import msgspec
from pydantic import BaseModel

from bouture.corpus.document import Document, Entity, Origin, Span
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.tokens import tokenize
from bouture.errors import DocumentError
from bouture.strategies.dialogue import Declined

UNCHANGED = Wording(
    "the draw left document {document!r} as it was",
    "le tirage a laissé le document « {document} » tel quel",
)


class Edit(NamedTuple):
    """`text[start:end]` becomes `text`. No mention may begin or end strictly inside, save those in `inner`."""

    start: int
    end: int
    text: str
    inner: tuple[tuple[Span, Span], ...] = ()
    """Mentions inside: their span in the document, and their new span within the new text of the edit."""
    group: str = ""
    """Edits of one group (not empty) are made together or not at all."""


def apply(document: Document, edits: Iterable[Edit]) -> Document:
    """The document with the edits made: same id, labels and relations, mentions moved along.

    A mention reads differently only when an edit lies inside it. No edit: the same document.

    Raises:
        DocumentError: edits that overlap or are empty, or one that cuts a mention in two.
    """
    ordered = sorted(edits)
    if not ordered:
        return document
    pieces: list[str] = []
    done = 0
    for edit in ordered:
        if edit.start < done or edit.start >= edit.end:
            raise DocumentError(
                f"edit {edit.start}-{edit.end} is empty or overlaps the one before it",
                hint="edits replace separate stretches of text",
                document=document.id,
            )
        pieces += (document.text[done : edit.start], edit.text)
        done = edit.end
    pieces.append(document.text[done:])
    moves = Moves(ordered, document.id)
    entities = tuple(
        Entity(e.id, e.label, tuple(moves.span(s) for s in e.spans)) for e in document.entities
    )
    spans = tuple(moves.around(span) for span in document.mask.spans)
    mask = msgspec.structs.replace(document.mask, spans=spans)
    return msgspec.structs.replace(document, text="".join(pieces), entities=entities, mask=mask)


def apply_to_tokens(document: Document, edits: Sequence[Edit]) -> Document:
    """Like `apply`, without the edits that would change how the text around them is cut into tokens.

    A word put beside a hyphen, a dot or a number may fuse with it ("12" before " 000"); such an edit
    is left out. Edits must begin and end at token bounds.
    """
    kept = sorted(edits)
    tokens = tokenize(document.text)
    while kept:
        made = apply(document, kept)
        fused = _first_fusion(made.text, Moves(kept, document.id), tokens)
        if fused is None:
            return made
        kept = [edit for edit in kept if edit != fused and (edit.group or None) != fused.group]
    return document


def cuts(document: Document, edit: Edit) -> bool:
    """Whether a mention begins or ends strictly inside the edit without being one of its `inner`."""
    known = {span for span, _ in edit.inner}
    return any(
        edit.start < offset < edit.end
        for entity in document.entities
        for span in entity.spans
        if span not in known
        for offset in (span.start, span.end)
    )


def made_by(
    name: str, source: Document, made: Document, options: BaseModel, keeps: str
) -> Document:
    """`made` with its origin; `keeps` says what the strategy promises: `mentions` or `labels`.

    Raises:
        Declined: P01, the text is that of the source.
    """
    if made.text == source.text:
        raise Declined(declining("P01", UNCHANGED, source))
    return made.with_origin(origin_of(name, source, options, keeps))


def origin_of(name: str, source: Document, options: BaseModel, keeps: str) -> Origin:
    """Where a document made from `source` comes from; of a path among the options, the file's name."""
    parameters = {key: getattr(value, "name", value) for key, value in options.model_dump().items()}
    return Origin(name, (source.id,), parameters={**parameters, "keeps": keeps})


def origin_beside(
    name: str, shown: Document, options: BaseModel, keeps: str, told: Mapping[str, Any]
) -> Origin:
    """Where a new text comes from that takes nothing from `shown`, which was an example for it; `told` joins the parameters."""
    origin = origin_of(name, shown, options, keeps)
    return msgspec.structs.replace(
        origin,
        sources=(),
        demonstrations=(shown.id,),
        parameters={**origin.parameters, **told},
    )


def declining(code: str, wording: Wording, source: Document) -> Issue:
    """Why nothing was made from `source`."""
    place = Place(document=source.id)
    return Issue.of(code, Severity.REJECT, wording, place, document=source.id)


class Moves:
    """Where offsets of a text lie after edits (sorted, separate)."""

    def __init__(self, edits: Sequence[Edit], document: str = "") -> None:
        self.edits = edits
        self._document = document
        self._ends = [edit.end for edit in edits]
        self._moved = [0]
        for edit in edits:
            self._moved.append(self._moved[-1] + len(edit.text) - (edit.end - edit.start))
        self._inner = {
            old: Span(start + new.start, start + new.end)
            for edit, start in zip(edits, self.starts(), strict=True)
            for old, new in edit.inner
        }

    def starts(self) -> list[int]:
        """Where each edit begins in the new text."""
        return [e.start + moved for e, moved in zip(self.edits, self._moved, strict=False)]

    def span(self, span: Span) -> Span:
        """Where a mention lies in the new text; `DocumentError` when an edit cuts it in two."""
        return self._inner.get(span) or Span(self.offset(span.start), self.offset(span.end))

    def around(self, span: Span) -> Span:
        """Where a stretch lies in the new text, the edits that it cuts taken in as a whole."""
        start, end = span.start, span.end
        for edit in self.edits:
            if edit.start < start < edit.end:
                start = edit.start
            if edit.start < end < edit.end:
                end = edit.end
        return Span(self.offset(start), self.offset(end))

    def offset(self, offset: int) -> int:
        """Where an offset lies in the new text; `DocumentError` when it is inside an edit."""
        before = bisect_right(self._ends, offset)
        if before < len(self.edits) and self.edits[before].start < offset:
            edit = self.edits[before]
            raise DocumentError(
                f"edit {edit.start}-{edit.end} cuts a mention at {offset}",
                hint="replace the mention as a whole, or stay inside it",
                document=self._document,
            )
        return offset + self._moved[before]


def _first_fusion(text: str, moves: Moves, tokens: Sequence[Span]) -> Edit | None:
    """The edit nearest to the first token of `text` that is not as the edits meant it, if any."""
    starts = moves.starts()
    pairs = zip_longest(_meant(moves.edits, starts, tokens), tokenize(text))
    at = next((min(filter(None, pair)).start for pair in pairs if pair[0] != pair[1]), None)
    if at is None:
        return None
    gaps = [
        max(start - at, at - start - len(edit.text), 0)
        for edit, start in zip(moves.edits, starts, strict=True)
    ]
    return moves.edits[gaps.index(min(gaps))]


def _meant(edits: Sequence[Edit], starts: Sequence[int], tokens: Sequence[Span]) -> Iterator[Span]:
    """The tokens after the edits, in order, if none of them fuses with its neighbours."""
    number, moved = 0, 0
    for edit, start in zip(edits, starts, strict=True):
        while number < len(tokens) and tokens[number].end <= edit.start:
            token = tokens[number]
            yield Span(token.start + moved, token.end + moved) if moved else token
            number += 1
        for token in tokenize(edit.text):
            yield Span(start + token.start, start + token.end)
        while number < len(tokens) and tokens[number].start < edit.end:
            number += 1
        moved = start + len(edit.text) - edit.end
    for token in tokens[number:]:
        yield Span(token.start + moved, token.end + moved) if moved else token
