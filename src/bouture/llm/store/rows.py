"""How an answer and its request become one small row, and come back exactly.

Prompts of one run share most of their lines: a line seen before is stored once and named by its number
from then on. What is left, and the answer, is compressed together (zlib, level 1, whose checksum also
tells when a row was damaged). Measured by `benchmarks/store.py`.
"""

import sqlite3
import zlib

import msgspec

from bouture.llm.messages import Message, Request, Response, Usage

_SHORTEST = 32
"""Characters; a shorter line stays in its row."""
_LONG = 400
"""Characters; a longer shared line is compressed."""
_LINES, _CHARACTERS, _SEEN = 20_000, 1_000_000, 30_000
"""How much one generation of the memory holds; there are two."""
_MOST = 10**12
"""Greatest number of tokens or seconds that is kept."""

_Skeleton = tuple[int, int | str, list[tuple[str, list[int | str]]]]
_decode_response = msgspec.json.Decoder(Response).decode
_decode_skeleton = msgspec.json.Decoder(_Skeleton).decode
_encode = msgspec.json.Encoder().encode


class Lines:
    """The lines that many prompts share, by number, with a bounded memory of those used of late.

    A line is stored the second time it is seen, so that what is said once takes no place here. A line that
    was forgotten may be stored again under another number: some space is lost, nothing else.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        (last,) = db.execute("SELECT max(id) FROM lines").fetchone()
        self._next = (last or 0) + 1
        self._numbers: tuple[dict[str, int], dict[str, int]] = ({}, {})
        self._texts: tuple[dict[int, str], dict[int, str]] = ({}, {})
        self._seen: tuple[set[int], set[int]] = (set(), set())
        self._blocks: tuple[dict[str, list[int | str]], dict[str, list[int | str]]] = ({}, {})
        self._sizes = [0, 0, 0]  # characters in the young generations of numbers, texts, blocks
        self._fresh: dict[str, int] = {}
        recent = "SELECT id, text FROM lines WHERE id > ? ORDER BY id"
        for number, text in db.execute(recent, (self._next - 5_000,)):
            self._know(_line(text), number)

    def block(self, text: str) -> list[int | str]:
        """The lines of a paragraph, by number where they were seen before."""
        young, old = self._blocks
        known = young.get(text) or old.get(text)
        if known is not None:
            return known
        parts: list[int | str] = []
        plain: list[str] = []
        new = False
        for line in text.split("\n"):
            part = line if len(line) < _SHORTEST else self.number(line)
            if isinstance(part, str):
                plain.append(part)
                new = new or len(part) >= _SHORTEST
                continue
            if plain:
                parts.append("\n".join(plain))
                plain.clear()
            parts.append(part)
        if plain:
            parts.append("\n".join(plain))
        if not new and not self._fresh:
            # Nothing in it can become shorter: the next time one look is enough.
            if self._sizes[2] > _CHARACTERS or len(young) >= _LINES:
                self._blocks, self._sizes[2] = ({}, young), 0
            self._blocks[0][text] = parts
            self._sizes[2] += len(text)
        return parts

    def number(self, line: str) -> int | str:
        """The number of a line that was seen before, else the line itself."""
        young, old = self._numbers
        known = young.get(line)
        if known is not None:
            return known
        known = old.get(line)
        if known is not None:
            self._know(line, known)
            return known
        known = self._fresh.get(line)
        if known is not None:
            return known
        mark = hash(line)
        if mark in self._seen[0] or mark in self._seen[1]:
            self._fresh[line] = known = self._next + len(self._fresh)
            return known
        if len(self._seen[0]) >= _SEEN:
            self._seen = (set(), self._seen[0])
        self._seen[0].add(mark)
        return line

    def text(self, number: int) -> str:
        """The line with this number.

        Raises:
            LookupError: there is none: the file is damaged.
        """
        young, old = self._texts
        found = young.get(number)
        if found is not None:
            return found
        found = old.get(number)
        if found is None:
            row = self._db.execute("SELECT text FROM lines WHERE id = ?", (number,)).fetchone()
            if row is None:
                raise LookupError(f"line {number} of the prompts is not there")
            found = _line(row[0])
        if self._sizes[1] > _CHARACTERS or len(young) >= _LINES:
            self._texts, self._sizes[1] = ({}, young), 0
        self._texts[0][number] = found
        self._sizes[1] += len(found)
        return found

    def fresh(self) -> list[tuple[int, str | bytes]]:
        """Lines that were given a number and must be stored with the row that uses it."""
        return [(number, _stored(line)) for line, number in self._fresh.items()]

    def keep(self) -> None:
        """The fresh lines have been stored."""
        self._next += len(self._fresh)
        for line, number in self._fresh.items():
            self._know(line, number)
        self._fresh.clear()

    def drop(self) -> None:
        """The fresh lines have not been stored: their numbers are free again."""
        self._fresh.clear()

    def _know(self, line: str, number: int) -> None:
        if self._sizes[0] > _CHARACTERS or len(self._numbers[0]) >= _LINES:
            self._numbers, self._sizes[0] = ({}, self._numbers[0]), 0
        self._numbers[0][line] = number
        self._sizes[0] += len(line)


def pack(response: Response, request: Request | None, lines: Lines) -> tuple[int, bytes]:
    """The length in bytes of the answer in a row, and the row: the answer, then the request when known."""
    answer = _encode(response)
    if request is None:
        return len(answer), zlib.compress(answer, 1)
    head = lines.number(_encode((request.model, request.parameters)).decode())
    turns = [(m.role, _shortened(m.content, lines)) for m in request.messages]
    return len(answer), zlib.compress(answer + _encode((request.sample, head, turns)), 1)


def response_of(cut: int, row: bytes) -> Response:
    """The answer in a row.

    Raises:
        ValueError, zlib.error: the row is damaged.
    """
    return _decode_response(zlib.decompress(row)[:cut])


def request_of(cut: int, row: bytes, lines: Lines) -> Request | None:
    """The request in a row, or None when the answer came without it.

    Raises:
        ValueError, LookupError, zlib.error: the row, or a line it names, is damaged.
    """
    skeleton = zlib.decompress(row)[cut:]
    if not skeleton:
        return None
    sample, head, turns = _decode_skeleton(skeleton)
    model, parameters = msgspec.json.decode(
        head if isinstance(head, str) else lines.text(head), type=tuple[str, dict[str, object]]
    )
    messages = tuple(Message(role, _whole(parts, lines)) for role, parts in turns)
    return Request(messages, model, parameters, sample)


def model_of(response: Response, request: Request | None) -> str:
    """The model an answer counts under: the one that was asked, else the one that says it answered."""
    return response.model if request is None else request.model


def _shortened(content: str, lines: Lines) -> list[int | str]:
    """The content as numbers of lines, and as text where they are new or short."""
    parts: list[int | str] = []
    for block in content.split("\n\n"):
        parts += lines.block(block)
        parts.append("")
    parts.pop()
    return parts


def _whole(parts: list[int | str], lines: Lines) -> str:
    return "\n".join(part if isinstance(part, str) else lines.text(part) for part in parts)


def _stored(line: str) -> str | bytes:
    return line if len(line) <= _LONG else zlib.compress(line.encode(), 6)


def _line(stored: str | bytes) -> str:
    return stored if isinstance(stored, str) else zlib.decompress(stored).decode()


def counts(response: Response) -> tuple[int, int, float]:
    """Tokens of the prompt and of the answer, and seconds, as they are added up."""
    return response.usage.prompt_tokens, response.usage.completion_tokens, response.seconds


def storable(response: Response) -> Response:
    """The answer with its numbers inside what JSON and SQLite can hold; what a server says has no bounds."""
    usage, seconds, tokens = response.usage, response.seconds, response.logprobs
    if (
        0 <= usage.prompt_tokens <= _MOST
        and 0 <= usage.completion_tokens <= _MOST
        and 0 <= seconds <= _MOST
        and all(-_MOST <= p <= _MOST for _, p in tokens)
    ):
        return response
    return msgspec.structs.replace(
        response,
        usage=Usage(int(_within(usage.prompt_tokens)), int(_within(usage.completion_tokens))),
        seconds=_within(seconds),
        logprobs=tuple((token, _within(p, -_MOST)) for token, p in tokens),
    )


def _within(number: float, least: int = 0) -> float:
    return min(max(number, least), _MOST) if number == number else least
