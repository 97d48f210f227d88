"""The shape of every corpus format: recognises its files, reads them record by record, says what it would lose, writes."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from bouture.corpus.document import Document
from bouture.corpus.issue import Place, Wording
from bouture.formats.problem import Problem


class Placed(NamedTuple):
    """A document and where it was read."""

    document: Document
    place: Place


Scanned = Placed | Problem
"""What reading yields: documents, and every problem met on the way."""


class Format(Protocol):
    """One corpus format.

    The law of each: for a document `x` with no losses, reading what was written gives `x` again;
    and `lose(lose(x).document)` loses nothing more.
    """

    name: str
    suffixes: tuple[str, ...]
    """Ends of the file names that speak for it, with the dot; empty for folders."""
    cannot_carry: Wording
    """What the format has no place for, in words."""

    def recognises(self, path: Path, head: str) -> bool:
        """Whether a file with this name, or this folder, and this beginning is of this format."""
        ...

    def scan(self, path: Path) -> Iterator[Scanned]:
        """Everything in the file, in order; never stops at a problem it can read past."""
        ...

    def lose(self, document: Document) -> "Carried":
        """What of the document the format carries, and what it loses of it."""
        ...

    def write(self, documents: Sequence[Document], path: Path) -> None:
        """Writes documents that lose nothing; the file appears complete or not at all."""
        ...


class Carried(NamedTuple):
    """A document reduced to what a format carries, and what was lost on the way, nothing when whole."""

    document: Document
    lost: tuple[Problem, ...] = ()
