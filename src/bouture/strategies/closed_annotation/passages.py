"""Long texts in pieces of a few sentences, numbered, one a line; the way back to the offsets of the text (science B.2)."""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

import msgspec

from bouture.corpus.document import Document, Entity, Span
from bouture.corpus.tokens import sentences

_LINES = str.maketrans("\n\r\t\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", " " * 11)
"""What would break a line, one space each: offsets stay."""


NUMBER = re.compile(r"^\s*\[\d+\]", re.MULTILINE)
"""The number before a sentence."""


class Passage(msgspec.Struct, frozen=True):
    """Some sentences of a text as they are shown: `[3] Third sentence.`, one a line."""

    text: str
    """As shown."""
    starts: tuple[int, ...]
    """Where each sentence begins as shown."""
    sentences: tuple[Span, ...]
    """Where each lies in the whole text."""

    @property
    def span(self) -> Span:
        """From the first sentence to the last, in the whole text."""
        return Span(self.sentences[0].start, self.sentences[-1].end)

    def numbered_as(self, answer: str) -> "Passage":
        """The passage without its numbers when `answer` left them out, else as it is."""
        if NUMBER.search(answer):
            return self
        lines = [
            self.text[start : start + len(s)]
            for start, s in zip(self.starts, self.sentences, strict=True)
        ]
        lengths = [0, *accumulate(len(line) + 1 for line in lines)]
        return Passage("\n".join(lines), tuple(lengths[:-1]), self.sentences)

    def back(self, span: Span) -> Span | None:
        """A stretch of the passage in the whole text; None when it is not inside one sentence."""
        for start, sentence in zip(self.starts, self.sentences, strict=True):
            moved = span.start - start + sentence.start, span.end - start + sentence.start
            if sentence.start <= moved[0] and moved[1] <= sentence.end:
                return Span(*moved)
        return None

    def parts(self, span: Span) -> list[Span]:
        """What of a stretch of the passage lies in its sentences, in the whole text."""
        found = []
        for start, sentence in zip(self.starts, self.sentences, strict=True):
            first = max(span.start - start, 0) + sentence.start
            last = min(span.end - start + sentence.start, sentence.end)
            if first < last:
                found.append(Span(first, last))
        return found


def passages(text: str, number: int) -> list[Passage]:
    """A text in passages of `number` sentences (1 or more); the numbers go on from one to the next."""
    found = sentences(text)
    groups = [found[i : i + number] for i in range(0, len(found), number)]
    return [_shown(text, group, i * number + 1) for i, group in enumerate(groups)]


def annotated_passages(document: Document, number: int) -> Iterator[Document]:
    """The passages of a gold document as documents that are shown as examples, ids `document#1`, `document#2`…

    Sentences between which a mention lies are one. A passage holds the mentions that lie in it,
    with entities numbered E1, E2… in reading order, and the relations whose two ends it holds.
    """
    found = _unbroken(sentences(document.text), document)
    for i in range(0, len(found), number):
        passage = _shown(document.text, found[i : i + number], i + 1)
        yield _excerpt(document, passage, f"{document.id}#{i // number + 1}")


def _shown(text: str, group: Sequence[Span], first: int) -> Passage:
    pieces: list[str] = []
    starts: list[int] = []
    length = 0
    for number, sentence in enumerate(group, first):
        head = f"[{number}] " if number == first else f"\n[{number}] "
        starts.append(length + len(head))
        pieces += (head, text[sentence.start : sentence.end].translate(_LINES))
        length = starts[-1] + len(sentence)
    return Passage("".join(pieces), tuple(starts), tuple(group))


def _unbroken(found: Sequence[Span], document: Document) -> list[Span]:
    """Sentences, joined where a mention reaches from one into the next."""
    joined: list[Span] = []
    spans = [mention.span for mention in document.mentions()]
    for sentence in found:
        if joined and any(s.start < joined[-1].end and s.end > sentence.start for s in spans):
            joined[-1] = Span(joined[-1].start, sentence.end)
        else:
            joined.append(sentence)
    return joined


def _excerpt(document: Document, passage: Passage, id: str) -> Document:
    entities: list[Entity] = []
    names: dict[str, str] = {}
    for entity in sorted(document.entities, key=lambda e: min(e.spans)):
        spans = [moved for span in entity.spans if (moved := _forth(passage, span))]
        if spans:
            names[entity.id] = f"E{len(names) + 1}"
            entities.append(Entity(names[entity.id], entity.label, tuple(spans)))
    relations = tuple(
        msgspec.structs.replace(r, head=names[r.head], tail=names[r.tail])
        for r in document.relations
        if r.head in names and r.tail in names
    )
    return Document(id, passage.text, tuple(entities), relations)


def _forth(passage: Passage, span: Span) -> Span | None:
    """A stretch of the whole text in the passage; None when it is not inside one of its sentences."""
    for start, sentence in zip(passage.starts, passage.sentences, strict=True):
        if sentence.contains(span):
            return Span(span.start - sentence.start + start, span.end - sentence.start + start)
    return None
