"""One sentence of a gold document as a document of its own, with the mentions and relations it holds."""

import msgspec

from bouture.corpus.document import Document, Entity, Span, remembered
from bouture.corpus.overlap import kept_in_order
from bouture.corpus.tokens import folded_tokens, sentences


@remembered
def sentences_of(document: Document) -> tuple[Document, ...]:
    """The sentences as documents with the id of the whole, as far as tags can write them.

    Left out are those that cut a mention in two and those whose mentions cross.

    An entity keeps its id and the mentions that stand in the sentence; a relation is kept when both
    its ends are there. No origin, meta or mask.
    """
    found = []
    for sentence in sentences(document.text):
        spans = [s for e in document.entities for s in e.spans if sentence.overlaps(s)]
        if all(sentence.contains(span) for span in spans) and not _cross(spans):
            found.append(_cut(document, sentence))
    return tuple(found)


def _cross(spans: list[Span]) -> bool:
    open_ends: list[int] = []
    for span in sorted(spans, key=lambda one: (one.start, -one.end)):
        while open_ends and open_ends[-1] <= span.start:
            open_ends.pop()
        if open_ends and open_ends[-1] < span.end:
            return True
        open_ends.append(span.end)
    return False


def _cut(document: Document, sentence: Span) -> Document:
    start = sentence.start
    entities = tuple(
        Entity(entity.id, entity.label, tuple(Span(s.start - start, s.end - start) for s in inside))
        for entity in document.entities
        if (inside := [span for span in entity.spans if sentence.contains(span)])
    )
    ids = {entity.id for entity in entities}
    relations = tuple(r for r in document.relations if {r.head, r.tail} <= ids)
    return Document(document.id, document.mention_text(sentence), entities, relations)


def relabelled(document: Document, entity: str, label: str) -> Document:
    """The document with another label for one entity, and without the relations of that entity."""
    entities = tuple(
        msgspec.structs.replace(one, label=label) if one.id == entity else one
        for one in document.entities
    )
    relations = tuple(r for r in document.relations if entity not in (r.head, r.tail))
    return msgspec.structs.replace(document, entities=entities, relations=relations)


def changed(before: Document, after: Document) -> float:
    """Share of the words of both texts that are not kept in order: 0 the same, 1 nothing in common.

    A mention counts as one word, so that two long names that change places are a small edit.
    """
    old, new = _words(before), _words(after)
    both = len(old) + len(new)
    return 1.0 - 2 * kept_in_order(old, new) / both if both else 0.0


def _words(document: Document) -> list[str]:
    """The tokens outside mentions, folded, and the id of each outermost mention."""
    found: list[str] = []
    done = 0
    for mention in document.mentions():
        if mention.start >= done:
            found += folded_tokens(document.text[done : mention.start])
            found.append(f"<{mention.entity}>")
        done = max(done, mention.end)
    return [*found, *folded_tokens(document.text[done:])]
