"""An annotated document as HTML: nested mentions as layered underlines, marked words, relations as a list.

Works without JavaScript; `page.js` adds the arcs of the relations where there is room.
Everything that comes from a corpus or a model is escaped here.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from markupsafe import Markup, escape

from bouture.corpus.document import Document, Mention, Span

COLOURS = 14
"""Colours of labels in `style.css` (`.l0` to `.l13`); more labels share them, told apart by their text."""
_WORD = re.compile(r"\w+|[^\w\s]")


class Annotated(NamedTuple):
    """A document, ready for a template."""

    id: str
    html: Markup
    """The text with its mentions."""
    relations: tuple["RelationLine", ...]
    arcs: str
    """JSON for `page.js`: `[[head, label, tail], …]`."""


class RelationLine(NamedTuple):
    """A relation with its ends as they read; each end is (mention, label, class of its colour)."""

    head: tuple[str, str, str]
    label: str
    tail: tuple[str, str, str]


def colours(labels: Iterable[str]) -> dict[str, str]:
    """Label -> class of its colour: the same for the same set of labels, whatever their order."""
    return {label: f"l{n % COLOURS}" for n, label in enumerate(sorted(set(labels)))}


def annotated(
    document: Document, classes: Mapping[str, str], marked: Sequence[Span] = ()
) -> Annotated:
    """The document as HTML.

    Args:
        document: what to show.
        classes: label -> class of its colour, from `colours`.
        marked: stretches to mark as different from the source, from `changed`.
    """
    lines = tuple(
        RelationLine(
            _end(document, relation.head, classes),
            relation.label,
            _end(document, relation.tail, classes),
        )
        for relation in document.relations
    )
    arcs = [[relation.head, relation.label, relation.tail] for relation in document.relations]
    html = highlighted(document.text, document.mentions(), classes, marked)
    return Annotated(document.id, html, lines, msgspec.json.encode(arcs).decode())


def highlighted(
    text: str,
    mentions: Sequence[Mention],
    classes: Mapping[str, str],
    marked: Sequence[Span] = (),
    place: Span | None = None,
) -> Markup:
    """The text with its mentions as nested elements, marked words, and one place pointed at.

    A mention that crosses another one without nesting is cut in two elements; only the last one
    carries the label. `mentions` in reading order, the longer first where two start together.
    """
    writer = _Writer(text, mentions, classes)
    writer.emphasise("mark", marked)
    writer.emphasise("strong", (place,) if place else ())
    for edge in writer.cut():
        writer.close_at(edge)
        writer.open_at(edge)
        writer.text_from(edge)
    return Markup("").join(writer.parts)


def changed(source: str, made: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Words of `source` that `made` lost, words of `made` that are new: stretches of each text."""
    words = [[m.span() for m in _WORD.finditer(text)] for text in (source, made)]
    readings = [
        [text[start:end].casefold() for start, end in spans]
        for text, spans in zip((source, made), words, strict=True)
    ]
    lost: list[Span] = []
    new: list[Span] = []
    matcher = difflib.SequenceMatcher(None, readings[0], readings[1], autojunk=False)
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind != "equal" and i1 < i2:
            lost.append(Span(words[0][i1][0], words[0][i2 - 1][1]))
        if kind != "equal" and j1 < j2:
            new.append(Span(words[1][j1][0], words[1][j2 - 1][1]))
    return tuple(lost), tuple(new)


class _Writer:
    """Writes a text from left to right with a stack of open mentions."""

    def __init__(self, text: str, mentions: Sequence[Mention], classes: Mapping[str, str]) -> None:
        self.text, self.mentions, self.classes = text, mentions, classes
        self.heights = _heights(mentions)
        self.starting: dict[int, list[int]] = {}
        for number, mention in enumerate(mentions):
            self.starting.setdefault(mention.start, []).append(number)
        self.edges = {0, *(m.start for m in mentions), *(m.end for m in mentions)}
        self.emphasised: dict[int, str] = {}
        self.open: list[int] = []
        self.parts: list[Markup] = []

    def emphasise(self, element: str, spans: Sequence[Span]) -> None:
        """Puts the text of these spans in an element, inside the mentions."""
        for span in spans:
            self.edges |= {span.start, span.end}
            self.emphasised |= dict.fromkeys(range(span.start, span.end), element)

    def cut(self) -> list[int]:
        """Every offset where something starts or ends."""
        ordered = sorted(self.edges)
        self.ends = dict(zip(ordered, [*ordered[1:], len(self.text)], strict=True))
        return ordered

    def close_at(self, place: int) -> None:
        ending = [n for n in self.open if self.mentions[n].end == place]
        if not ending:
            return
        outermost = self.open.index(ending[0])
        interrupted: list[int] = []
        for number in reversed(self.open[outermost:]):
            mention = self.mentions[number]
            if mention.end == place:
                self.parts.append(Markup('<b class="t">{}</b></span>').format(mention.label))
            else:
                self.parts.append(Markup("</span>"))
                interrupted.insert(0, number)
        del self.open[outermost:]
        for number in interrupted:
            self._open(number, " again")

    def open_at(self, place: int) -> None:
        for number in self.starting.get(place, ()):
            self._open(number, "")

    def _open(self, number: int, again: str) -> None:
        mention = self.mentions[number]
        self.parts.append(
            Markup('<span class="m {} h{}{}" data-e="{}">').format(
                self.classes.get(mention.label, "l0"),
                min(self.heights[number], 4),
                again,
                mention.entity,
            )
        )
        self.open.append(number)

    def text_from(self, place: int) -> None:
        said = escape(self.text[place : self.ends[place]])
        element = self.emphasised.get(place)
        if said and element:
            self.parts.append(Markup(f"<{element}>{said}</{element}>"))
        elif said:
            self.parts.append(said)


def _heights(mentions: Sequence[Mention]) -> list[int]:
    """For each mention how many layers lie inside it: 0 for an innermost one."""
    heights = [0] * len(mentions)
    for outer in reversed(range(len(mentions))):
        for inner in range(outer + 1, len(mentions)):
            if mentions[inner].start >= mentions[outer].end:
                break
            heights[outer] = max(heights[outer], heights[inner] + 1)
    return heights


def _end(document: Document, id: str, classes: Mapping[str, str]) -> tuple[str, str, str]:
    entity = document.entity(id)
    said = document.mention_text(min(entity.spans))
    return said, entity.label, classes.get(entity.label, "l0")
