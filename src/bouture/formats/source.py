"""Bytes to text and back: UTF-8 with line and byte of what is wrong, byte order marks, atomic writing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from bouture import files
from bouture.corpus.issue import Place
from bouture.errors import FormatError
from bouture.formats.problem import Problem

BOM = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
DROPPED = {"fate": "left out of the text", "fate_fr": "elle ne fait pas partie du texte"}


def decode(raw: bytes, place: Place) -> str | Problem:
    """The text of one or more lines, the first of them at `place`."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return undecodable(raw, error.start, place)


def undecodable(raw: bytes, at: int, place: Place) -> Problem:
    """The byte at `at` is not UTF-8; with the encoding that the bytes are probably in."""
    before = raw[:at]
    return Problem(
        "V01",
        Place(place.path, place.line + before.count(b"\n"), place.document),
        {
            "byte": at - before.rfind(b"\n"),
            "value": f"{raw[at]:02X}",
            "guess": "UTF-16" if raw.startswith(UTF16_MARKS) else "Windows-1252 (Latin-1)",
        },
    )


def load(path: Path) -> tuple[str, list[Problem]]:
    """A whole file as text, without its byte order mark, and what is wrong with it.

    The text is empty when the file is not UTF-8.
    """
    raw = path.read_bytes()
    problems = []
    if raw.startswith(BOM):
        raw = raw[len(BOM) :]
        problems.append(Problem("V02", Place(str(path), 1), DROPPED))
    text = decode(raw, Place(str(path), 1))
    if isinstance(text, Problem):
        return "", [*problems, text]
    return text, problems


def raw_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Line numbers from 1 and the bytes of each line, its line feed included if it has one."""
    with path.open("rb") as stream:
        yield from enumerate(stream, start=1)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the place of `path` only when everything was written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with files.replacing(path) as stream:
            yield stream
    except OSError as error:
        raise FormatError(f"cannot write: {error.strerror}", path=path) from error
