"""The lines of a file of answers from anywhere, plain or gzip: one pass, bounded memory, no trust in what it says.

A line that is too long is skipped and named; a file that swells too much, is cut or is no text ends there,
and what was read before stays.
"""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

LONGEST_LINE = 64_000_000
"""Bytes of one line, line break included: an answer of 50 MB passes."""
MOST_SWOLLEN = 200
"""Times its size that a compressed file may swell to, beyond `FREE`; text that repeats itself reaches about 20."""
FREE = 64_000_000
"""Bytes that any compressed file may swell to."""
_CHUNK = 1 << 20
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Refusal(msgspec.Struct, frozen=True):
    """Why a line, or the rest of a file, is not taken."""

    code: str
    message: str
    key: str = ""
    """Of the request it says it answers, when that is written as a key."""


class Bounds(msgspec.Struct, frozen=True):
    """How much a file may hold; the defaults are this module's."""

    line: int = LONGEST_LINE
    swollen: float = MOST_SWOLLEN
    free: int = FREE


def lines_of(path: Path, bounds: Bounds | None = None) -> Iterator[tuple[int, bytes | Refusal]]:
    """Each line that is not blank, with its number from 1; a Refusal in the place of one that cannot be read.

    Raises:
        OSError: the file is not there or may not be read.
    """
    bounds = bounds or Bounds()
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(0)
        if head == _ZIP:
            yield 0, Refusal("zip", "this is a ZIP archive: unpack it, then import the files in it")
        elif head.startswith(_UTF16):
            yield (
                0,
                Refusal(
                    "utf16", "this is text in UTF-16, not UTF-8: save it as UTF-8, then import it"
                ),
            )
        elif head.startswith(_GZIP):
            yield from _compressed(path, file, bounds)
        else:
            for number, line, _ in _lines(file, bounds.line):
                if line:
                    yield number, line


def _compressed(
    path: Path, file: BinaryIO, bounds: Bounds
) -> Iterator[tuple[int, bytes | Refusal]]:
    most = bounds.free + bounds.swollen * path.stat().st_size
    number = 0
    try:
        with gzip.open(file) as unpacked:
            for number, line, read in _lines(unpacked, bounds.line):
                if read > most:
                    yield number, Refusal("bomb", "the file unpacks to far more than text does")
                    return
                if line:
                    yield number, line
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        yield number + 1, Refusal("cut", f"the compressed file is damaged or cut here: {error}")


def _lines(
    file: BinaryIO | gzip.GzipFile, longest: int
) -> Iterator[tuple[int, bytes | Refusal, int]]:
    """Number, line and bytes read so far; no bytes in the place of blank lines and of pieces passed over."""
    number = read = 0
    while line := file.readline(longest + 1):
        number += 1
        read += len(line)
        if len(line) > longest:
            while not line.endswith(b"\n") and (line := file.readline(_CHUNK)):
                read += len(line)
                yield number, b"", read
            yield number, Refusal("too_long", f"the line has more than {longest:,} bytes"), read
            continue
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        yield number, line if line.strip() else b"", read
