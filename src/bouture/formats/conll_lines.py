"""The lines of a CoNLL file: which column is what, and which lines make a document."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bouture.corpus.issue import Place
from bouture.formats.problem import Problem
from bouture.formats.record import Record

_TAG = re.compile(r"O|[BIESLU]-\S+")
_COMMENT = re.compile(r"#\s*(?P<key>[^=\t]+?)\s*=[ ]?(?P<value>.*)", re.S)
_DOCUMENT_KEYS = ("id", "newdoc id", "newdoc", "doc_id", "document_id")
DOCSTART = "-DOCSTART-"
MOSTLY = 0.5
"""A column is the tags when more of its cells than this are tags; the others are then errors."""


class Row(NamedTuple):
    """One token."""

    line: int
    token: str
    tag: str
    glued: bool
    """Whether the file says that no space follows."""


class Part(NamedTuple):
    """A stretch of a document under one `# text`, or a whole document without one."""

    text: list[str]
    """What the text may be, likeliest first; empty when it is not given."""
    ids: list[str] | None
    rows: list[Row]
    breaks: set[int]
    """Positions of the rows that begin a sentence."""


class Columns(NamedTuple):
    """Which column holds the token and which the tag."""

    token: int
    tag: int

    @staticmethod
    def is_tag(cell: str) -> bool:
        return _TAG.fullmatch(cell) is not None

    @classmethod
    def find(cls, rows: list[list[str]], header: bool) -> "Columns | None":
        """The last column of tags (the first where a header line names several), and the token's."""
        if not rows:
            return cls(0, 1)
        width = Counter(map(len, rows)).most_common(1)[0][0]
        scores = {
            column: sum(cls.is_tag(row[column]) for row in rows if len(row) > column) / len(rows)
            for column in range(width)
        }
        best = max(scores.values())
        if width < 2 or best < MOSTLY:
            return None
        tagged = [column for column, score in scores.items() if score == best]
        tag = tagged[0] if header else tagged[-1]
        numbered = width > 2 and all(row[0].isdecimal() for row in rows)
        return cls(1 if tag == 0 or numbered else 0, tag)


def parts(text: str, path: Path) -> Iterator[tuple[Record, list[Part]]]:
    """For each document its parts, and the record that collects what is wrong in it."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    cells = {number: _cells(line) for number, line in enumerate(lines, start=1)}
    kinds = {n: _is_token(line, cells[n]) for n, line in enumerate(lines, start=1)}
    tokens = [number for number, is_token in kinds.items() if is_token]
    header = bool(tokens) and cells[tokens[0]][0].upper() in ("TOKEN", "FORM", "WORD", "TOKENS")
    if header:
        kinds[tokens[0]] = False
        tokens = tokens[1:]
    columns = Columns.find([cells[number] for number in tokens], header)
    if columns is None:
        record = Record(Place(str(path), tokens[0]))
        record.add(
            "V41",
            owner="the file",
            why="no column holds BIO tags",
            why_fr="aucune colonne ne contient d’étiquettes BIO",
            advice="each line should be a token and a tag: O, B-LABEL, I-LABEL",
            advice_fr="chaque ligne devrait être un mot et son étiquette : O, B-TYPE, I-TYPE",
        )
        yield record, []
        return
    marked = any(_document_id(line) is not None for line in lines if line.startswith("#")) or any(
        cells[number][0] == DOCSTART for number in tokens
    )
    yield from _Documents(path, columns, marked).read(lines, cells, kinds)


def _cells(line: str) -> list[str]:
    return line.split("\t") if "\t" in line else line.split()


def _is_token(line: str, row: list[str]) -> bool:
    """Whether a line is a token: not blank, and not a comment (a token may be `#`, but then has a tag)."""
    if not row:
        return False
    if not row[0].startswith("#"):
        return True
    if "\t" not in line and _COMMENT.fullmatch(line):
        return False
    return len(row) > 1 and " " not in row[0] and any(map(Columns.is_tag, row[1:]))


def _document_id(line: str) -> str | None:
    """The id that a comment gives to the document it begins, if it does."""
    if line.strip() == "# newdoc":
        return ""
    match = _COMMENT.fullmatch(line)
    if match is None or match["key"].rsplit(":", 1)[-1].strip() not in _DOCUMENT_KEYS:
        return None
    return _values(match["value"])[0]


def _values(value: str) -> list[str]:
    """What a comment's value may stand for: a JSON string as its content first, then as it is."""
    if value.startswith('"'):
        try:
            decoded = json.loads(value)
        except ValueError:
            return [value]
        return [decoded, value]
    return [value]


class _Documents:
    """Gathers lines into documents."""

    def __init__(self, path: Path, columns: Columns, marked: bool) -> None:
        self.path = path
        self.columns = columns
        self.marked = marked
        self.made = 0
        self.record: Record | None = None
        self.parts: list[Part] = []
        self.sentence_ended = False

    def read(
        self, lines: list[str], cells: dict[int, list[str]], kinds: dict[int, bool]
    ) -> Iterator[tuple[Record, list[Part]]]:
        for number, line in enumerate(lines, start=1):
            if kinds[number]:
                if cells[number][0] == DOCSTART and not (self.parts and self.parts[-1].text):
                    yield from self._finish()
                    self._begin(number, "")
                else:
                    self._token(number, cells[number])
            elif line.startswith("#"):
                id = _document_id(line)
                if id is not None or (self.parts and not self.marked and self.parts[-1].rows):
                    yield from self._finish()
                if id is not None:
                    self._begin(number, id)
                else:
                    self._comment(number, line)
            elif not line.strip():
                self.sentence_ended = True
                if not self.marked:
                    yield from self._finish()
        yield from self._finish()

    def _begin(self, line: int, id: str) -> None:
        self.made += 1
        name = id or f"{self.path.stem}-{self.made}"
        self.record = Record(Place(str(self.path), line, name))
        self.parts = []
        self.sentence_ended = False

    def _finish(self) -> Iterator[tuple[Record, list[Part]]]:
        if self.record is not None and (self.marked or self.parts or self.record.problems):
            yield self.record, self.parts
        self.record, self.parts = None, []

    def _open(self, line: int) -> Record:
        if self.record is None:
            self._begin(line, "")
        assert self.record is not None
        return self.record

    def _comment(self, number: int, line: str) -> None:
        match = _COMMENT.fullmatch(line)
        if match is None or match["key"] not in ("text", "entities"):
            return
        record = self._open(number)
        if match["key"] == "text":
            self.parts.append(Part(_values(match["value"]), None, [], set()))
            return
        try:
            ids = json.loads(match["value"])
        except ValueError as error:
            record.add("V03", syntax="JSON (# entities)", why=str(error))
            return
        if not self.parts:
            self.parts.append(Part([], None, [], set()))
        if isinstance(ids, list) and all(isinstance(id, str) for id in ids):
            self.parts[-1] = self.parts[-1]._replace(ids=ids)

    def _token(self, number: int, row: list[str]) -> None:
        record = self._open(number)
        token, tag = self.columns
        place = Place(str(self.path), number, record.place.document)
        if len(row) <= max(token, tag) or not row[token]:
            evidence = {"owner": "line", "field": "token + tag", "found": " ".join(row)[:60]}
            record.problems.append(Problem("V05", place, evidence))
            return
        if not Columns.is_tag(row[tag]):
            evidence = {
                "owner": "line",
                "field": "tag",
                "expected": "O, B-LABEL, I-LABEL, E-LABEL or S-LABEL",
                "expected_fr": "O, B-TYPE, I-TYPE, E-TYPE ou S-TYPE",
                "found": repr(row[tag]),
            }
            record.problems.append(Problem("V06", place, evidence))
            return
        if not self.parts:
            self.parts.append(Part([], None, [], set()))
        part = self.parts[-1]
        if self.sentence_ended or not part.rows:
            part.breaks.add(len(part.rows))
        self.sentence_ended = False
        others = [cell for column, cell in enumerate(row) if column not in (token, tag)]
        glued = any("SpaceAfter=No" in cell or "NoSpaceAfter" in cell for cell in others)
        part.rows.append(Row(number, row[token], row[tag], glued))
