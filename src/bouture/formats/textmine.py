"""TextMine CSV: `id,text,entities,relations`, the last two JSON cells; entities with several mentions."""

import csv
import io
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bouture.corpus.document import Document, Relation
from bouture.corpus.issue import Place, Wording
from bouture.formats.format import Carried, Placed, Scanned
from bouture.formats.json_text import parse, why_broken
from bouture.formats.losing import numbered, without_mask, without_meta, without_origin
from bouture.formats.problem import Problem
from bouture.formats.record import RawEntity, Record
from bouture.formats.source import load, replacing

COLUMNS = ("id", "text", "entities", "relations")
NEEDED = COLUMNS[:3]
"""The files of the challenge without relations have no such column."""


class TextMine:
    """The layout of the TextMine 2025 challenge (EGC).

    entities: `[{"id": 0, "mentions": [{"value", "start", "end"}], "type"}]`; relations:
    `[[head, "LABEL", tail]]`. Entity ids are whole numbers: `"3"` in a Document is `3` in the file.
    """

    name = "textmine"
    suffixes: tuple[str, ...] = (".csv",)
    cannot_carry = Wording(
        "origin, metadata, entity ids that are not whole numbers",
        "origine, métadonnées, identifiants d’entité qui ne sont pas des nombres entiers",
    )

    def recognises(self, path: Path, head: str) -> bool:
        header = head.lstrip("\ufeff").split("\n", 1)[0]
        return set(NEEDED) <= {cell.strip().strip('"') for cell in header.split(",")}

    def scan(self, path: Path) -> Iterator[Scanned]:
        text, problems = load(path)
        yield from problems
        if any(problem.code == "V01" for problem in problems):
            return
        _allow_long_cells()
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        header: list[str] | None = None
        line = 1
        while True:
            record = Record(Place(str(path), line))
            try:
                row = next(rows)
            except StopIteration:
                if header is None:
                    yield Problem(
                        "V05", record.place, {"owner": "file", "field": "id", "found": "∅"}
                    )
                return
            except csv.Error as error:
                yield _csv_problem(error, record.place)
                return
            line = rows.line_num + 1
            if header is None:
                header = row
                yield from _check_header(header, record)
                if record.failed:
                    return
            elif row:
                document = _read_row(header, row, record)
                yield from record.problems
                if document is not None:
                    yield Placed(document, record.place)

    def lose(self, document: Document) -> Carried:
        whole, lost = document, []
        for step in (without_origin, without_mask, without_meta, _whole_number_ids):
            whole, problem = step(whole)
            lost += [problem] if problem else []
        return Carried(whole, tuple(lost))

    def write(self, documents: Sequence[Document], path: Path) -> None:
        with replacing(path) as stream:
            text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
            rows = csv.writer(text)
            rows.writerow(COLUMNS)
            rows.writerows(_row(document) for document in documents)
            text.detach()


def _row(document: Document) -> list[str]:
    entities = [
        {
            "id": int(entity.id),
            "mentions": [
                {"value": document.mention_text(span), "start": span.start, "end": span.end}
                for span in entity.spans
            ],
            "type": entity.label,
        }
        for entity in document.entities
    ]
    relations = [[int(r.head), r.label, int(r.tail)] for r in document.relations]
    cells = [json.dumps(cell, ensure_ascii=False) for cell in (entities, relations)]
    return [document.id, document.text, *cells]


def _whole_number_ids(document: Document) -> tuple[Document, Problem | None]:
    return numbered(
        document,
        _is_whole_number,
        Wording("that are not whole numbers", "qui ne sont pas des nombres entiers"),
    )


def _is_whole_number(id: str) -> bool:
    """Whether the id comes back the same from a JSON number."""
    return id.isascii() and id.isdecimal() and (id == "0" or id[0] != "0") and len(id) < 16


def _allow_long_cells() -> None:
    """Cells longer than the csv module's 128 KiB; its limit is a setting of the whole process, only raised."""
    if csv.field_size_limit() < sys.maxsize // 2**32:
        csv.field_size_limit(sys.maxsize // 2**32)


def _csv_problem(error: csv.Error, place: Place) -> Problem:
    if "unexpected end of data" in str(error):
        return Problem("V04", place, {"what": "a row", "what_fr": "une ligne du tableau"})
    return Problem("V03", place, {"syntax": "CSV", "why": str(error)})


def _check_header(header: list[str], record: Record) -> Iterator[Problem]:
    for column in NEEDED:
        if column not in header:
            record.add("V05", owner="header", field=column, found=", ".join(header))
    for column in header:
        if column not in COLUMNS:
            record.add("V08", field=column, count=1)
    yield from record.problems


def _read_row(header: list[str], row: list[str], record: Record) -> Document | None:
    cells = dict(zip(header, row, strict=False))
    if len(row) != len(header):
        record.add("V03", syntax="CSV", why=f"{len(row)} cells for {len(header)} columns")
        return None
    id = record.id("row", cells)
    if id is not None:
        record.name(id)
    entities = _read_entities(_parse_cell(cells, "entities", record), record)
    relations = _read_relations(_parse_cell(cells, "relations", record), record)
    return None if id is None else record.document(cells["text"], entities, relations)


def _parse_cell(cells: dict[str, str], column: str, record: Record) -> list[Any]:
    """The list in a JSON cell; an empty cell is an empty list."""
    cell = cells.get(column, "")
    if not cell.strip():
        return []
    try:
        value = parse(cell)
    except (ValueError, RecursionError) as error:
        record.add("V03", syntax=f"JSON ({column})", why=why_broken(cell, error)[1])
        return []
    return record.cast("row", column, value, list) or []


def _read_entities(listed: list[Any], record: Record) -> list[RawEntity]:
    entities = []
    for position, item in enumerate(listed):
        owner = f"entity number {position + 1}"
        if record.cast(owner, "entity", item, dict) is None:
            continue
        id = record.id(owner, item)
        owner = f"entity {id!r}"
        label = record.get(owner, item, "type", str)
        given = record.get(owner, item, "mentions", list)
        mentions = [m for each in given or [] if (m := record.mention(owner, each, "value"))]
        if (
            id is not None
            and label is not None
            and given is not None
            and len(mentions) == len(given)
        ):
            entities.append(RawEntity(id, label, mentions))
        elif id is not None:
            record.broken.add(id)
    return entities


def _read_relations(listed: list[Any], record: Record) -> list[Relation]:
    relations = []
    for position, item in enumerate(listed):
        owner = f"relation number {position + 1}"
        if not isinstance(item, list) or len(item) != 3:
            record.add(
                "V06",
                owner=owner,
                field="relation",
                expected='[head, "LABEL", tail]',
                expected_fr='[tête, "TYPE", queue]',
                found=repr(item)[:40],
            )
            continue
        parts = dict(zip(("head", "label", "tail"), item, strict=True))
        head, tail = record.id(owner, parts, "head"), record.id(owner, parts, "tail")
        label = record.get(owner, parts, "label", str)
        if head is not None and label is not None and tail is not None:
            relations.append(Relation(head, label, tail))
    return relations
