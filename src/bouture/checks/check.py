"""The shape of every check: one question asked of a new document; the answer is a list of issues."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from bouture.corpus.document import Document
from bouture.corpus.guide import Guide
from bouture.corpus.issue import Issue
from bouture.corpus.schema import Schema


class Check(Protocol):
    """Asks one question of a document.

    `thresholds` maps the name of each number the check compares with to its value, as calibrated
    on gold; they are stored with the run and shown in the report.
    """

    name: str
    thresholds: dict[str, float]

    def __call__(self, document: Document) -> list[Issue]:
        """What it finds; empty when all is well."""
        ...

    def kept(self, document: Document) -> None:
        """Told of each document that was kept, in order; a check that remembers nothing ignores it."""
        ...


class Reference(msgspec.Struct, frozen=True):
    """What a check may compare with. `held_out` (dev and test) is for contamination checks alone."""

    gold: Sequence[Document]
    schema: Schema
    guide: Guide | None = None
    held_out: Sequence[Document] = ()
    language: str = "fr"
