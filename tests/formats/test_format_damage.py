"""Damaged files: whatever happens to their bytes or their JSON, the answer is documents or a FormatError, never another error."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bouture.corpus.document import Document, Entity, Relation, Span
from bouture.corpus.issue import Severity
from bouture.errors import FormatError
from bouture.formats import FORMATS, read, validate, write
from documents import documents

DOCUMENT = Document(
    "d",
    "Kiev 😀 « tient »\r\nencore.",
    (Entity("0", "LIEU", (Span(0, 4), Span(5, 6))), Entity("1", "X", (Span(9, 14),))),
    (Relation("0", "R", "1"),),
)
SUFFIX = {"jsonl": ".jsonl", "textmine": ".csv", "labelstudio": ".json", "conll": ".conll"}
DAMAGE = settings(max_examples=60, deadline=None)


def consistent(path: Path, name: str) -> None:
    """`read` and `validate` agree on whether the file can be read, and neither fails otherwise."""
    errors = [i for i in validate(path, name) if i.severity is Severity.REJECT]
    try:
        read(path, name)
    except FormatError as error:
        assert errors
        assert error.message and error.hint and error.path
    else:
        assert not errors


@pytest.mark.parametrize("name", FORMATS.names())
@given(data=st.data())
@DAMAGE
def test_damaged_bytes(name: str, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{SUFFIX.get(name, '')}"
        write([DOCUMENT, Document("e", "x")], path, name, lossy=True)
        target = path / "d.ann" if path.is_dir() else path
        raw = target.read_bytes()
        at = data.draw(st.integers(0, len(raw) - 1))
        put = data.draw(st.sampled_from([b"", b"\xff", b"\n", b'"', b"\t", b"[", b"9", b"\x00"]))
        rest = data.draw(st.sampled_from([b"", raw[at + 1 :], raw[at:]]))
        target.write_bytes(raw[:at] + put + rest)
        consistent(path, name)


def replaced(value: Any, data: st.DataObject) -> Any:
    """The value with one of its parts, at any depth, replaced by something else."""
    if isinstance(value, dict | list) and value and data.draw(st.integers(0, 4)):
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = data.draw(st.sampled_from(keys))
        copy: Any = dict(value) if isinstance(value, dict) else list(value)
        copy[key] = replaced(value[key], data)
        return copy
    odd = [None, True, 3, -1, 2**80, 1.5, "", "x", "7", "\ud83d", [], {}, [[]], {"id": 1}, [None]]
    return data.draw(st.sampled_from(odd))


@pytest.mark.parametrize("name", ["jsonl", "labelstudio", "textmine"])
@given(data=st.data())
@DAMAGE
def test_json_of_another_shape(name: str, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{SUFFIX[name]}"
        write([DOCUMENT], path)
        if name == "textmine":
            cell = replaced(
                [{"id": 0, "type": "X", "mentions": [{"value": "Kiev", "start": 0, "end": 4}]}],
                data,
            )
            other = replaced([[0, "R", 0]], data)
            quoted = (json.dumps(part).replace('"', '""') for part in (cell, other))
            path.write_text(
                "id,text,entities,relations\n1,Kiev,{}\n".format(",".join(f'"{q}"' for q in quoted))
            )
        else:
            path.write_text(json.dumps(replaced(json.loads(path.read_text("utf-8")), data)))
        consistent(path, name)


@given(document=documents())
@DAMAGE
def test_validate_finds_no_error_in_what_was_written(document: Document) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.jsonl"
        write([document], path)
        consistent(path, "jsonl")
        assert all(i.severity is Severity.REVIEW for i in validate(path))
