"""Reads texts that nobody has annotated, for strategies that start from them."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bouture.corpus.document import Document
from bouture.corpus.normalise import fold
from bouture.errors import DocumentError, RecipeError

KINDS = "a .txt file with a text a line, a folder of .txt files, or JSONL"
"""What is read, for hints."""


def read_raw(path: Path, others: Sequence[Document] = ()) -> list[Document]:
    """The texts of a file or folder, as documents without entities; blank ones are left out.

    Of a `.txt` file each line is a text, called by the file and the number of its line; of a folder
    each `.txt` file is one, called by its name (files in folders within, by their path); of JSONL each
    line has a `text`, and an `id` and `meta` if it likes. Annotations of JSONL are not looked at.

    Args:
        others: gold documents: no text of theirs, and no id, may come again here. Texts are the same
            whatever their case, spaces, apostrophes and quotation marks; those that share long
            passages are left to the check `contamination`.

    Raises:
        RecipeError: nothing to read, another kind of file, not UTF-8, a line that is no JSON, or a text or id of gold.
    """
    if not path.exists():
        raise RecipeError(f"corpus.raw: there is no file {path}", hint="correct the path")
    try:
        found = list(_documents(path))
    except OSError as error:
        raise RecipeError(f"corpus.raw: {path} cannot be read: {error.strerror}") from None
    if not found:
        raise RecipeError(
            f"corpus.raw: there is no text in {path}",
            hint=KINDS,
        )
    _refuse_known(found, others)
    return found


def _documents(path: Path) -> Iterator[Document]:
    if path.is_dir():
        for file in sorted(path.rglob("*.txt")):
            name = file.relative_to(path).with_suffix("").as_posix()
            yield from _document(name, _read(file), {}, str(file))
        return
    kind = path.suffix.lower()
    if kind not in {".txt", ".jsonl"}:
        raise RecipeError(f"corpus.raw: {path} is neither .txt nor .jsonl", hint=KINDS)
    # Not `splitlines`, for which a vertical tab or a U+2028 within a text would end it.
    for number, line in enumerate(_read(path).split("\n"), 1):
        name = f"{path.stem}-{number:06}"
        if not line.strip():
            continue
        where = f"{path}:{number}"
        if kind == ".jsonl":
            record = _record(line, where)
            yield from _document(
                str(record.get("id") or name), record["text"], record.get("meta"), where
            )
        else:
            yield from _document(name, line.strip(), {}, where)


def _document(id: str, text: str, meta: Any, where: str) -> Iterator[Document]:
    if not text.strip():
        return
    try:
        yield Document(id, text, meta=meta if isinstance(meta, dict) else {})
    except DocumentError as error:
        raise RecipeError(f"corpus.raw: {where}: {error.message}", hint=error.hint) from None


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecipeError(
            f"corpus.raw: {file} is not UTF-8 (byte {error.start})", hint="save as UTF-8"
        ) from None


def _record(line: str, where: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        raise RecipeError(
            f"corpus.raw: {where}: no JSON object with a `text`",
            hint='each line reads like {"id": "a1", "text": "…"}',
        )
    return record


def compared(text: str) -> str:
    """The form in which two texts are the same: case, spaces, apostrophes and quotation marks make no difference."""
    return " ".join(fold(text).split())


def _refuse_known(found: Sequence[Document], others: Sequence[Document]) -> None:
    """Ids name sources, and a text to measure on must not be among those to grow from."""
    ids = {document.id for document in others}
    texts = {compared(document.text): document.id for document in others}
    for document in found:
        known = texts.get(compared(document.text))
        if known is not None:
            raise RecipeError(
                f"corpus.raw: the text {document.id!r} is that of the gold document {known!r}",
                hint="remove it from the raw texts",
            )
        if document.id in ids:
            raise RecipeError(
                f"corpus.raw: the id {document.id!r} is used twice",
                hint="give each text its own id, none of them one of a gold document",
            )
        ids.add(document.id)
