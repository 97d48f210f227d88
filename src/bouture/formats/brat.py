"""brat standoff: a folder of .txt and .ann pairs; entities, relations, several mentions as an equivalence."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bouture.corpus.document import Document
from bouture.corpus.issue import Place, Wording
from bouture.errors import FormatError
from bouture.formats.brat_lines import annotation_lines, read_annotations
from bouture.formats.file_names import from_file_name, to_file_name
from bouture.formats.format import Carried, Placed, Scanned
from bouture.formats.losing import numbered, relabelled, without_mask, without_meta, without_origin
from bouture.formats.problem import Problem
from bouture.formats.record import Record
from bouture.formats.source import decode

KEPT = {
    "fate": "kept as the first character of the text, since brat counts it",
    "fate_fr": "elle est gardée comme premier caractère du texte, puisque brat la compte",
}


class Brat:
    """A folder, each document `NAME.txt` and `NAME.ann` (T, R, `*` and `#` lines).

    The name of the files is the document id (characters that a file name cannot hold are
    percent-encoded). A mention is a T line. An entity with several mentions is an equivalence of
    type Identity (`*<TAB>Identity T1 T2`); any equivalence of mentions with one label is read so. Entity
    ids other than the number of their first mention are kept in notes of type EntityId. Documents
    are read in alphabetical order: brat has no other.
    """

    name = "brat"
    suffixes: tuple[str, ...] = (".ann",)
    cannot_carry = Wording(
        "origin, metadata, labels with characters other than letters, digits, - and _, the order of documents",
        "origine, métadonnées, types contenant d’autres caractères que lettres, chiffres, - et _, ordre des documents",
    )

    def recognises(self, path: Path, head: str) -> bool:
        if path.is_dir():
            return next(path.rglob("*.ann"), None) is not None
        return path.suffix == ".ann" or (
            path.suffix == ".txt" and path.with_suffix(".ann").exists()
        )

    def scan(self, path: Path) -> Iterator[Scanned]:
        folder = path if path.is_dir() else path.parent
        stems = [path.with_suffix("")]
        if path.is_dir():
            found = [*folder.rglob("*.txt"), *folder.rglob("*.ann")]
            stems = sorted({one.with_suffix("") for one in found if not one.name.startswith(".")})
        for stem in stems:
            id = from_file_name(stem.relative_to(folder).as_posix())
            record = Record(Place(str(stem) + ".ann", document=id))
            document = _read_pair(stem, record)
            yield from record.problems
            if document is not None:
                yield Placed(document, record.place)

    def lose(self, document: Document) -> Carried:
        whole, problems = document, []
        for step in (without_origin, without_mask, without_meta, _plain_labels, _one_line_ids):
            whole, problem = step(whole)
            problems += [problem] if problem else []
        return Carried(whole, tuple(problems))

    def write(self, documents: Sequence[Document], path: Path) -> None:
        if path.suffix in (".ann", ".txt"):
            raise FormatError(
                "brat is written as a folder", hint="name a folder, without suffix", path=path
            )
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise FormatError(
                "exists already and is not empty", hint="name a new or empty folder", path=path
            )
        _write_folder(documents, path)


def _write_folder(documents: Sequence[Document], path: Path) -> None:
    """All files beside the folder first, which then takes its place at once."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name[:40]}."))
    except OSError as error:
        raise FormatError(f"cannot write: {error.strerror}", path=path) from error
    try:
        folder = part / "folder"
        folder.mkdir()
        for document in documents:
            stem = folder / to_file_name(document.id)
            lines = "".join(f"{line}\n" for line in annotation_lines(document))
            Path(f"{stem}.txt").write_bytes(document.text.encode("utf-8"))
            Path(f"{stem}.ann").write_bytes(lines.encode("utf-8"))
        if path.exists():
            path.rmdir()
        os.rename(folder, path)
    except OSError as error:
        raise FormatError(f"cannot write: {error.strerror}", path=path) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _plain_labels(document: Document) -> tuple[Document, Problem | None]:
    return relabelled(
        document,
        lambda c: c.isalnum() or c in "-_",
        Wording(
            "with characters brat does not allow",
            "avec des caractères que brat n’admet pas",
        ),
    )


def _one_line_ids(document: Document) -> tuple[Document, Problem | None]:
    return numbered(
        document,
        lambda id: not any(c in id for c in "\n\r"),
        Wording("with a line break", "avec un saut de ligne"),
    )


def _read_pair(stem: Path, record: Record) -> Document | None:
    text_path, ann_path = Path(f"{stem}.txt"), Path(f"{stem}.ann")
    if not text_path.exists():
        record.add("V37", missing=text_path.name)
        return None
    text = _decoded(text_path, record)
    if text is not None and text.startswith("\ufeff"):
        place = Place(str(text_path), 1, record.place.document)
        record.problems.append(Problem("V02", place, KEPT))
    if not ann_path.exists():
        record.add("V32")
        return None if text is None else record.document(text, [], [])
    lines = _decoded(ann_path, record)
    if text is None or lines is None:
        return None
    return read_annotations(lines.removeprefix("\ufeff"), text, record)


def _decoded(path: Path, record: Record) -> str | None:
    text = decode(path.read_bytes(), Place(str(path), 1, record.place.document))
    if isinstance(text, Problem):
        record.problems.append(text)
        return None
    return text
