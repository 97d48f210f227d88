"""The Markdown of a guide as a list of blocks with line numbers: headings, fields, bullets and prose."""

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_HEADING = re.compile(r"(?P<level>#{1,6})\s+(?P<title>.*?)\s*#*\s*$")
_BULLET = re.compile(r"(?P<indent>\s*)[-*+]\s+(?P<text>\S.*)$")
_FIELD = re.compile(
    r"\*\*(?P<name>[^*]{1,40}?)\s*(?:[.:]\s*\*\*|\*\*\s*:)\s*(?P<text>.*)$", re.DOTALL
)
_FENCE = re.compile(r"\s*(```|~~~)")


class Kind(Enum):
    """What a block is."""

    HEADING = "heading"
    FIELD = "field"
    BULLET = "bullet"
    PROSE = "prose"


class Block(NamedTuple):
    """One block. `depth` is the level of a heading or the indentation of a bullet; `name` that of a field."""

    kind: Kind
    line: int
    text: str
    depth: int = 0
    name: str = ""


class FrontMatter(NamedTuple):
    """The `key: value` lines between the two `---` on top, and how many lines they take."""

    values: dict[str, str]
    lines: int
    fault: str = ""
    fault_line: int = 1


def front_matter(text: str) -> FrontMatter:
    """The front matter of a guide, empty when there is none; `fault` says why it cannot be read.

    Plain lines rather than YAML: a French title holds « : », which YAML refuses without quotes.
    """
    lines = text.split("\n")
    if lines[0].strip() != "---":
        return FrontMatter({}, 0)
    end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() == "---"), None)
    if end is None:
        return FrontMatter({}, 0, "the front matter is not closed by a line `---`")
    values: dict[str, str] = {}
    for number, line in enumerate(lines[1:end], 2):
        key, colon, value = line.partition(":")
        if line.strip() and not colon:
            return FrontMatter(values, end + 1, f"the front matter holds {line.strip()!r}", number)
        if colon:
            values[key.strip()] = value.strip().strip("\"'")
    return FrontMatter(values, end + 1)


def blocks(text: str, skip: int = 0) -> Iterator[Block]:
    """The blocks of a guide, without its first `skip` lines, HTML comments and fenced code.

    The lines of a block are kept as lines, without their indentation.
    """
    bare = _COMMENT.sub(lambda comment: "\n" * comment.group().count("\n"), text)
    current: Block | None = None
    blank = fenced = False
    for number, line in enumerate(bare.split("\n")[skip:], skip + 1):
        if _FENCE.match(line):
            fenced = not fenced
            continue
        if fenced:
            continue
        if not line.strip():
            blank = True
            continue
        if current is not None and _continues(current, line, blank):
            current = current._replace(text=f"{current.text}\n{line.strip()}")
        else:
            if current is not None:
                yield _typed(current)
            current = _start(line, number)
        blank = False
    if current is not None:
        yield _typed(current)


def _start(line: str, number: int) -> Block:
    heading = _HEADING.match(line)
    if heading:
        return Block(Kind.HEADING, number, heading["title"], len(heading["level"]))
    bullet = _BULLET.match(line)
    if bullet:
        return Block(Kind.BULLET, number, bullet["text"].rstrip(), len(bullet["indent"]))
    return Block(Kind.PROSE, number, line.strip())


def _continues(block: Block, line: str, blank: bool) -> bool:
    """Whether `line` goes on with `block`; after a blank line only what a bullet holds indented does."""
    if block.kind is Kind.HEADING or _HEADING.match(line) or _BULLET.match(line):
        return False
    indent = len(line) - len(line.lstrip())
    if block.kind is Kind.BULLET:
        return indent > block.depth or not (blank or _FIELD.match(line))
    return not blank and not _FIELD.match(line)


def _typed(block: Block) -> Block:
    """A prose block that starts with `**Name.**` is a field."""
    field = _FIELD.match(block.text) if block.kind is Kind.PROSE else None
    if field is None:
        return block
    return block._replace(kind=Kind.FIELD, name=field["name"].strip(), text=field["text"].strip())
