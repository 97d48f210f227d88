"""Bytes to text and back: UTF-8 with line and byte of what is wrong, byte order marks, atomic writing."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from bouture.corpus.issue import Place
from bouture.errors import FormatError
from bouture.formats.problem import Problem

BOM = b"\xef\xbb\xbf"
DROPPED = {"fate": "left out of the text", "fate_fr": "elle ne fait pas partie du texte"}


def decode(raw: bytes, place: Place) -> str | Problem:
    """The text of one or more lines, the first of them at `place`."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line_start = before.rfind(b"\n") + 1
        return Problem(
            "V01",
            Place(place.path, place.line + before.count(b"\n"), place.document),
            {
                "byte": error.start - line_start + 1,
                "value": f"{raw[error.start]:02X}",
                "guess": _encoding(raw),
            },
        )


def _encoding(raw: bytes) -> str:
    """The encoding a text that is not UTF-8 is probably in."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "UTF-16"
    return "Windows-1252 (Latin-1)"


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
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part"
        )
    except OSError as error:
        raise FormatError(f"cannot write: {error.strerror}", path=path) from error
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        # mkstemp makes private files; a corpus gets the permissions any new file would have.
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except OSError as error:
        raise FormatError(f"cannot write: {error.strerror}", path=path) from error
    finally:
        Path(name).unlink(missing_ok=True)


def _umask() -> int:
    """The permissions this process keeps from new files."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
