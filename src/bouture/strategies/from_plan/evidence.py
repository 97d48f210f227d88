"""Relation lines with the sentence that proves them, `E1 | R | E2 | phrase 2`: written for examples, read from answers."""

import re
from collections.abc import Mapping

from bouture.corpus.document import Document, Relation, remembered
from bouture.corpus.label_aliases import resolve
from bouture.corpus.markup import to_markup
from bouture.corpus.relation_lines import ID, triple
from bouture.corpus.schema import Schema
from bouture.corpus.tokens import sentences
from bouture.errors import LossError

Evidence = Mapping[Relation, tuple[int, ...]]
"""The sentences (from 1) that an answer names as proof of each relation it states."""

_WORD = r"(?:phrases?|sentences?|ph?\.|s\.|n[°os]{1,2})"
_NUMBERS = rf"\d{{1,3}}(?:\s*(?:,|;|&|et|and|-|–|à|to)\s*(?:{_WORD}\s*)?\d{{1,3}})*"
_LINE = re.compile(
    r"^(?P<fact>[^|<>\n]{1,150}\|[^|<>\n]{1,150}\|[^|<>\n]{1,150})"
    rf"\|[ \t]*(?:{_WORD})?[ \t]*:?[ \t]*{_NUMBERS}[ \t]*\.?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_NUMBER = re.compile(r"\d{1,3}")
_RANGE = re.compile(r"(\d{1,3})\s*(?:-|–|à|to)\s*(\d{1,3})")
_LONGEST_RANGE = 10


def in_three_cells(answer: str) -> str:
    """The answer with relation lines as the notation has them, without the cell of evidence."""
    return _LINE.sub(lambda line: line["fact"].rstrip(), answer)


def read_evidence(answer: str, schema: Schema) -> dict[Relation, tuple[int, ...]]:
    """The relations that the lines of an answer state, each with the sentences it names, if any.

    Ids are read in any case; relation labels as the schema writes them, where it knows them. Never
    fails on any string.
    """
    found: dict[Relation, tuple[int, ...]] = {}
    for line in answer.split("\n"):
        stated = triple(line)
        if stated is None:
            continue
        ends = [ID.match(cell.strip("([ ")) for cell in (stated.head, stated.tail)]
        if ends[0] is None or ends[1] is None:
            continue
        label = resolve(stated.label, schema.relations) or stated.label
        relation = Relation(ends[0].group().upper(), label, ends[1].group().upper())
        found[relation] = tuple(sorted({*found.get(relation, ()), *numbers(stated.rest)}))
    return found


def numbers(cell: str) -> tuple[int, ...]:
    """The sentence numbers in a cell: « phrase 2 », « phrases 2, 3 », « 2-4 »."""
    found = {int(number) for number in _NUMBER.findall(cell)}
    for first, last in _RANGE.findall(cell):
        if 0 < int(last) - int(first) <= _LONGEST_RANGE:
            found.update(range(int(first), int(last) + 1))
    return tuple(sorted(found))


def shown(document: Document, word: str) -> str:
    """A gold document as an example: tagged text, then relation lines with the sentence that proves each.

    Args:
        word: how a sentence is called (`phrase`, `sentence`).

    Raises:
        LossError: its mentions cross.
    """
    tagged, lines = _numbered(document)
    said = (f"{line} | {word} {proof}" for line, proof in lines)
    return "\n\n".join((tagged, "\n".join(said))) if lines else tagged


@remembered
def can_be_shown(document: Document) -> bool:
    """Whether a document has a text and no mentions that cross."""
    try:
        return bool(document.text.strip()) and bool(to_markup(document))
    except LossError:
        return False


@remembered
def _numbered(document: Document) -> tuple[str, list[tuple[str, int]]]:
    """The tagged text, and each relation line with the number of the sentence that proves it."""
    if not document.relations:
        return to_markup(document), []
    tagged, _, lines = to_markup(document).rpartition("\n\n")
    where = named_in(document)
    proofs = (_proof(where[r.head], where[r.tail]) for r in document.relations)
    return tagged, list(zip(lines.split("\n"), proofs, strict=True))


@remembered
def named_in(document: Document) -> dict[str, set[int]]:
    """For each entity the numbers (from 1) of the sentences that hold one of its mentions."""
    bounds = sentences(document.text)
    return {
        entity.id: {
            number
            for number, sentence in enumerate(bounds, 1)
            if any(sentence.overlaps(span) for span in entity.spans)
        }
        for entity in document.entities
    }


def _proof(head: set[int], tail: set[int]) -> int:
    """The first sentence that names both; else the first by which both have been named."""
    both = head & tail
    return min(both) if both else max(min(head, default=1), min(tail, default=1))
