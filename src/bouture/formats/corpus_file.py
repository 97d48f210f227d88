"""Reading and writing a corpus in any format: guess the format, stop at the first error or list them all."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from bouture.corpus.document import Document
from bouture.corpus.issue import Issue, Place, Severity
from bouture.errors import FormatError, LossError
from bouture.formats.catalog import FORMATS
from bouture.formats.format import Format, Placed, Scanned
from bouture.formats.problem import KINDS, Problem

HEAD = 4096
"""Bytes of a file looked at to guess its format."""


def read(path: str | Path, format: str | None = None) -> list[Document]:
    """The documents of a corpus file or folder; the format is guessed when not named.

    Raises:
        FormatError: the first thing that is wrong, with path, line, document id and what to do.
            `bouture.formats.validate` lists everything; `examine` also gives the warnings.
        UnknownNameError: no such format.
    """
    return examine(path, format)[0]


def examine(path: str | Path, format: str | None = None) -> tuple[list[Document], list[Issue]]:
    """Like `read`, with everything worth knowing that did not prevent reading (notes, repairs, warnings)."""
    documents, issues = [], []
    for item in scan(path, format):
        if isinstance(item, Placed):
            documents.append(item.document)
        elif item.severity is Severity.REJECT:
            raise item.error()
        else:
            issues.append(item.issue())
    return documents, issues


def scan(path: str | Path, format: str | None = None) -> Iterator[Scanned]:
    """Every document and every problem of a corpus, in the order of the file.

    Raises:
        FormatError: the path does not exist, cannot be opened, or is in no known format.
    """
    path = Path(path)
    reader = _member(format) if format else guess(path)
    if not path.exists():
        raise _missing(path)
    first: dict[str, Place] = {}
    try:
        for item in reader.scan(path):
            if isinstance(item, Placed):
                known = first.setdefault(item.document.id, item.place)
                if known is not item.place:
                    yield _duplicate(item, known)
                    continue
            yield item
    except OSError as error:
        raise FormatError(f"cannot be read: {error.strerror}", path=path) from error


def write(
    documents: Iterable[Document],
    path: str | Path,
    format: str | None = None,
    lossy: bool = False,
) -> list[Issue]:
    """Writes a corpus; the format is guessed from the name. The file appears complete or not at all.

    Returns what was left out, one issue for each document and kind; empty unless `lossy`.

    Raises:
        LossError: the format cannot carry everything and `lossy` is not given; nothing is written.
        FormatError: no format has such a name, two documents share an id, or the file cannot be written.
    """
    path = Path(path)
    writer = _member(format) if format else guess_from_name(path)
    carried: list[Document] = []
    lost: list[Problem] = []
    seen: set[str] = set()
    for document in documents:
        if document.id in seen:
            raise FormatError(
                "two documents have this id",
                hint="give each document its own id",
                path=path,
                document=document.id,
            )
        seen.add(document.id)
        whole, losses = writer.lose(document)
        carried.append(whole)
        lost += losses
    if lost and not lossy:
        raise _loss_error(lost, writer, path)
    writer.write(carried, path)
    return [_at(problem, path).issue() for problem in lost]


def guess(path: Path) -> Format:
    """The format of an existing file or folder, from its name and its beginning.

    Raises:
        FormatError: none recognises it; the known formats are listed.
    """
    if not path.exists():
        raise _missing(path)
    head = ""
    if path.is_file():
        try:
            with path.open("rb") as stream:
                head = stream.read(HEAD).decode("utf-8", "replace")
        except OSError as error:
            raise FormatError(f"cannot be read: {error.strerror}", path=path) from error
    members = [_member(name) for name in FORMATS.names()]
    named = [member for member in members if path.name.lower().endswith(member.suffixes)]
    for member in [*named, *members]:
        if member.recognises(path, head):
            return member
    # A damaged or empty file is still the format its name says, which then tells what is wrong.
    if named:
        return named[0]
    raise _unknown(path, "is in no known format")


def guess_from_name(path: Path) -> Format:
    """The format a new file with this name should have.

    Raises:
        FormatError: the name does not tell; the known formats are listed.
    """
    for name in FORMATS.names():
        if path.name.lower().endswith(_member(name).suffixes):
            return _member(name)
    if path.is_dir() or not path.suffix:
        return _member("brat")
    raise _unknown(path, "the name does not tell the format to write")


def _member(name: str) -> Format:
    return FORMATS.load(name)()


def _unknown(path: Path, message: str) -> FormatError:
    known = ", ".join(
        f"{name} ({' '.join(_member(name).suffixes) or 'folder'})" for name in FORMATS.names()
    )
    return FormatError(message, hint=f"name the format; known: {known}", path=path)


def _missing(path: Path) -> FormatError:
    return FormatError("no such file or folder", hint="check the path", path=path)


def _duplicate(item: Placed, known: Place) -> Problem:
    first = f"{known.path}:{known.line}" if known.line else known.path
    return Problem("V10", item.place, {"id": item.document.id, "first": first})


def _at(problem: Problem, path: Path) -> Problem:
    return msgspec.structs.replace(
        problem, place=msgspec.structs.replace(problem.place, path=str(path))
    )


def _loss_error(lost: Sequence[Problem], writer: Format, path: Path) -> LossError:
    """Which documents would lose what, by kind, the first few documents by name."""
    kinds: dict[str, list[Problem]] = {}
    for problem in lost:
        kinds.setdefault(problem.code, []).append(problem)
    lines = []
    for code, problems in kinds.items():
        said = KINDS[code].message.en.format(**problems[0].evidence)
        names = [problem.place.document for problem in problems]
        few = ", ".join(map(repr, names[:3])) + (", …" if len(names) > 3 else "")
        lines.append(f"in {len(names)} document{'s' * (len(names) > 1)} ({few}): {said}")
    return LossError(
        f"{writer.name} cannot carry everything: " + "; ".join(lines),
        hint="write another format (jsonl carries everything), or accept the loss with --lossy",
        path=path,
    )
