"""The inline markup: one notation with ids for people, prompts, tests and docs (science B.2). Strict in both directions.

    Le <e id="E1" t="FONCTION">commandant de la <e id="E2" t="UNITE">72e brigade</e></e> a démissionné.

    E1 | COMMANDE | E2

- A mention is `<e id="…" t="LABEL">…</e>`; several mentions of one entity share the id; tags nest.
- A line with exactly two `|` and no tag is a relation, `head | LABEL | tail`. Relations come last; the
  line breaks that set them apart (two are written, one is enough) belong to nobody.
- The text's own `<`, `>` and `&` are written `&lt;`, `&gt;` and `&amp;`; the `|` of a line of text that
  has exactly two, `&#124;`. Odd characters in ids and labels are written `&#…;` too.

`bouture.corpus.markup_reader` reads what a model makes of this notation.
"""

import re
from collections.abc import Iterable
from itertools import combinations
from typing import NamedTuple

from bouture.corpus.document import Document, Entity, Mention, Relation, Span
from bouture.corpus.findings import shown
from bouture.errors import DocumentError, LossError, MarkupError

ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
"""The named character references of the notation (those of XML)."""
REFERENCE = re.compile(r"&(?:(?P<name>[a-z]+)|#(?P<decimal>\d{1,7})|#x(?P<hex>[0-9A-Fa-f]{1,6}));")
_TOKEN = re.compile(
    r'(?P<open><e id="(?P<id>[^"<>]*)" t="(?P<label>[^"<>]*)">)|(?P<close></e>)'
    r"|(?P<reference>&[#\w]{1,8};)|(?P<text>[^<>&]+)|(?P<stray>.)",
)
_ODD = re.compile(r'[&<>"|]|[^\S ]|[\x00-\x1f\x7f-\x9f\u2028\u2029]|^ +| +$')


def to_markup(document: Document) -> str:
    """The text with its mentions tagged, then its relations, one a line; `meta` and `origin` are not written.

    Raises:
        LossError: two mentions cross, which tags cannot say; both are named.
    """
    tagged = _tagged(document)
    if not document.relations:
        return tagged
    lines = (
        f"{escape_name(r.head)} | {escape_name(r.label)} | {escape_name(r.tail)}"
        for r in document.relations
    )
    return f"{tagged}\n\n" + "\n".join(lines)


def from_markup(string: str, id: str = "document") -> Document:
    """The document that `string` writes down; entities in the order of their first mention.

    Raises:
        MarkupError: the first fault, with its line and what to do.
    """
    body, relation_lines = _split(string)
    text, tags = _scan(body)
    entities = _entities(tags, body)
    relations: dict[Relation, None] = {}
    for number, line in relation_lines:
        relation = Relation(*(unescape(cell.strip(), number) for cell in line.split("|")))
        _check_relation(relation, entities, relations, number)
        relations[relation] = None
    try:
        return Document(id, text, tuple(entities.values()), tuple(relations))
    except DocumentError as error:
        raise MarkupError(error.message, hint=error.hint) from None


def open_tag(id: str, label: str) -> str:
    """The tag that opens a mention."""
    return f'<e id="{escape_name(id)}" t="{escape_name(label)}">'


CLOSE_TAG = "</e>"


def escape_text(text: str) -> str:
    """Text that holds no tag and no relation line, whatever it says."""
    lines = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").split("\n")
    return "\n".join(
        line.replace("|", "&#124;") if line.count("|") == 2 else line for line in lines
    )


def escape_name(name: str) -> str:
    """An id or a label, fit for an attribute and for a cell of a relation line."""
    return _ODD.sub(lambda odd: "".join(f"&#{ord(char)};" for char in odd.group()), name)


def unescape(string: str, line: int | None = None) -> str:
    """`string` with its character references resolved.

    Raises:
        MarkupError: a reference that the notation does not know.
    """
    return REFERENCE.sub(lambda match: _character(match.group(), line), string)


def is_relation_line(line: str) -> bool:
    """Whether a line of the markup states a relation: exactly two `|` and no tag."""
    return line.count("|") == 2 and "<" not in line


class _Tag(NamedTuple):
    """A mention as scanned: offsets in the text, and where its tag opens in the body."""

    id: str
    label: str
    start: int
    end: int
    at: int


def _tagged(document: Document) -> str:
    pieces = _Pieces(document.text)
    open_mentions: list[Mention] = []
    for mention in document.mentions():
        while open_mentions and open_mentions[-1].end <= mention.start:
            pieces.put(open_mentions.pop().end, CLOSE_TAG)
        if open_mentions and open_mentions[-1].end < mention.end:
            raise _crossing(document)
        pieces.put(mention.start, open_tag(mention.entity, mention.label))
        open_mentions.append(mention)
    while open_mentions:
        pieces.put(open_mentions.pop().end, CLOSE_TAG)
    return pieces.finish()


class _Pieces:
    """Escaped text with tags put in, from left to right.

    Lines are escaped as a whole (a line with two `|`), so pipes are judged on the bare text.
    """

    def __init__(self, text: str) -> None:
        self._escaped = _escaped_characters(text)
        self._done = 0
        self._pieces: list[str] = []

    def put(self, offset: int, tag: str) -> None:
        self._pieces += self._escaped[self._done : offset]
        self._pieces.append(tag)
        self._done = offset

    def finish(self) -> str:
        return "".join([*self._pieces, *self._escaped[self._done :]])


def _escaped_characters(text: str) -> list[str]:
    """For each character of the text, how it is written."""
    return re.findall(r"&(?:lt|gt|amp|#124);|(?s:.)", escape_text(text))


def _crossing(document: Document) -> LossError:
    pairs = [
        f"{first.text!r} ({first.entity}, {first.start}-{first.end}) × "
        f"{second.text!r} ({second.entity}, {second.start}-{second.end})"
        for first, second in combinations(document.mentions(), 2)
        if first.span.crosses(second.span)
    ]
    return LossError(
        f"tags nest; they cannot write crossing mentions: {'; '.join(pairs)}",
        hint="correct the bounds of one of the two, or keep the document in JSONL",
        document=document.id,
    )


def _split(string: str) -> tuple[str, list[tuple[int, str]]]:
    """The tagged text, and the numbered relation lines after it."""
    lines = string.split("\n")
    first = next((i for i, line in enumerate(lines) if is_relation_line(line)), None)
    if first is None:
        return string, []
    found: list[tuple[int, str]] = []
    for number, line in enumerate(lines[first:], first + 1):
        if is_relation_line(line):
            found.append((number, line))
        elif line.strip():
            raise MarkupError(
                f"text after a relation line: {shown(line, 60)!r}",
                line=number,
                hint="relations come last; write the | of the text as &#124;",
            )
    body = "".join(line + "\n" for line in lines[:first])
    return body.removesuffix("\n").removesuffix("\n"), found


def _scan(body: str) -> tuple[str, list[_Tag]]:
    """The bare text and its tags in the order they open."""
    pieces: list[str] = []
    length = 0
    tags: list[_Tag] = []
    unclosed: list[tuple[int, re.Match[str]]] = []
    for token in _TOKEN.finditer(body):
        if token["open"]:
            unclosed.append((len(tags), token))
            tags.append(_open(token, length, body))
            continue
        if token["close"]:
            if not unclosed:
                raise _error("</e> closes nothing", body, token, "remove it, or open its mention")
            number, opening = unclosed.pop()
            if tags[number].start == length:
                hint = "put the mention inside the tag, or remove the tag"
                raise _error("a mention without text", body, opening, hint)
            tags[number] = tags[number]._replace(end=length)
            continue
        pieces.append(_plain(token, body))
        length += len(pieces[-1])
    if unclosed:
        opening = unclosed[-1][1]
        raise _error(f"{opening.group()} is never closed", body, opening, "write </e> after it")
    return "".join(pieces), tags


def _open(token: re.Match[str], length: int, body: str) -> _Tag:
    # Counting lines reads the body again: only where an error may need it.
    line = _line(body, token.start()) if "&" in token.group() else None
    id, label = unescape(token["id"], line), unescape(token["label"], line)
    if not id or not label:
        raise _error(
            "a mention needs an id and a label", body, token, 'write <e id="E1" t="LABEL">'
        )
    return _Tag(id, label, length, length, token.start())


def _plain(token: re.Match[str], body: str) -> str:
    if token["stray"]:
        raise _stray(token, body)
    if token["reference"]:
        found = character(token.group())
        return found or _character(token.group(), _line(body, token.start()))
    return token.group()


def _stray(token: re.Match[str], body: str) -> MarkupError:
    around = shown(body[token.start() : token.start() + 40].split("\n")[0])
    hint = 'mentions are written <e id="E1" t="LABEL">…</e>, id first, double quotes'
    if token.group() == "&" or not re.match(r"</?\w", around):
        hint = "write the text's own <, > and & as &lt;, &gt; and &amp;"
    return _error(f"cannot read {around!r}", body, token, hint)


def _entities(tags: Iterable[_Tag], body: str) -> dict[str, Entity]:
    spans: dict[str, dict[Span, None]] = {}
    labels: dict[str, str] = {}
    for tag in tags:
        if labels.setdefault(tag.id, tag.label) != tag.label:
            raise MarkupError(
                f"entity {tag.id!r} is {labels[tag.id]!r} first and {tag.label!r} here",
                line=_line(body, tag.at),
                hint="all mentions of an entity have its label; another entity has another id",
            )
        span = Span(tag.start, tag.end)
        if span in spans.setdefault(tag.id, {}):
            hint = "remove one of the two tags"
            line = _line(body, tag.at)
            raise MarkupError(f"entity {tag.id!r} is tagged twice here", line=line, hint=hint)
        spans[tag.id][span] = None
    return {id: Entity(id, labels[id], tuple(found)) for id, found in spans.items()}


def _check_relation(
    relation: Relation,
    entities: dict[str, Entity],
    earlier: dict[Relation, None],
    line: int,
) -> None:
    said = f"{relation.head} | {relation.label} | {relation.tail}"
    if not relation.label:
        raise MarkupError(f"{said!r}: a relation without a label", line=line, hint="name it")
    for end in (relation.head, relation.tail):
        if end not in entities:
            raise MarkupError(
                f"{said}: no mention has the id {end!r}",
                line=line,
                hint=f"ids in the text: {', '.join(entities) or 'none'}; the | of the text is &#124;",
            )
    if relation in earlier:
        raise MarkupError(f"{said} is stated twice", line=line, hint="keep one")


def character(reference: str) -> str | None:
    """The character that a reference such as `&lt;` or `&#124;` stands for, None when the notation has no such one."""
    match = REFERENCE.fullmatch(reference)
    if match is None:
        return None
    if match["name"]:
        return ENTITIES.get(match["name"])
    code = int(match["decimal"] or match["hex"], 10 if match["decimal"] else 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else None


def _character(reference: str, line: int | None) -> str:
    found = character(reference)
    if found is None:
        raise MarkupError(
            f"{reference!r} is not a character",
            line=line,
            hint="known: &lt; &gt; &amp; &quot; &apos; and numbers such as &#124;; write & as &amp;",
        )
    return found


def _line(body: str, offset: int) -> int:
    return body.count("\n", 0, offset) + 1


def _error(message: str, body: str, token: re.Match[str], hint: str) -> MarkupError:
    return MarkupError(message, line=_line(body, token.start()), hint=hint)
