"""Answers back in: from any number of files, in any order, partial, repeated, with the provider's errors among them.

What is good is stored as it is read; what is not is counted, and named with its file and line. An answer is taken
only if its key is one that this run asks or has asked.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from bouture.augment.batch.round_files import MANIFEST, Asked, read_manifest
from bouture.augment.folder import RunFolder
from bouture.augment.rounds import pending
from bouture.augment.talk import Work
from bouture.errors import FormatError
from bouture.llm.batch.lines import Bounds, Refusal, lines_of
from bouture.llm.batch.reading import Answered, Failed, read_line

MOST_NAMED = 100
"""Refused lines that are named; all are counted."""
_ENDINGS = (".jsonl", ".jsonl.gz", ".json", ".json.gz", ".ndjson")
"""What is read in a folder."""


class Refused(msgspec.Struct, frozen=True):
    """A line that was not taken."""

    path: str
    line: int
    """From 1; 0 when it is the whole file."""
    key: str
    """Of the request it says it answers; empty when it says none."""
    code: str
    """`foreign`, `altered`, `conflicting`, or why it cannot be read."""
    message: str


class Imported(msgspec.Struct, frozen=True):
    """What an import found."""

    new: int = 0
    """Answers stored."""
    known: int = 0
    """Answers that were stored before, the same again."""
    conflicting: int = 0
    """Other answers to requests that have one; the first stays."""
    foreign: int = 0
    """Answers or errors for requests that this run does not ask and has not asked."""
    altered: int = 0
    """Answers to requests that were changed after the export."""
    unreadable: int = 0
    """Lines, or rests of files, that are no answer."""
    errors: dict[str, int] = {}
    """Requests the provider did not answer, by reason (`bouture.llm.batch.reading.CODES`); they stay pending."""
    refused: tuple[Refused, ...] = ()
    """The first hundred lines that were not taken."""


def import_answers(
    work: Work, folder: RunFolder, paths: Sequence[Path], bounds: Bounds | None = None
) -> Imported:
    """Stores the answers in files, and in the files of folders, that this run asks or has asked.

    One pass, line by line; only when answers to further turns of dialogues lie in the same files are these
    read once more for each turn. Exported requests among the files are passed over.

    Raises:
        FormatError: a file or folder is not there or cannot be read; nothing has been stored then.
        RunFolderError: the answers cannot be stored.
    """
    files = list(_files(paths))
    with Asked(folder.path) as asked:
        intake = _Intake(work, folder, asked)
        intake.read(files, bounds)
        while intake.more():
            intake.read(files, bounds)
    return intake.result()


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        try:
            if path.is_dir():
                yield from _inside(path)
            elif path.exists() and not path.is_file():
                raise OSError(0, "it is neither a file nor a folder")
            else:
                path.open("rb").close()
                yield path
        except OSError as error:
            raise FormatError(
                f"cannot read the answers: {error.strerror}",
                hint="name the files that came back, or the folder they are in",
                path=path,
            ) from None


def _inside(folder: Path) -> Iterator[Path]:
    manifest = read_manifest(folder)
    ours = {MANIFEST, *(file.name for file in manifest.files)} if manifest else set()
    for path in sorted(folder.iterdir()):
        if path.name.endswith(_ENDINGS) and path.name not in ours and path.is_file():
            path.open("rb").close()
            yield path


class _Intake:
    """Takes lines in. In the first pass all; in a further pass those that only then are known to be asked."""

    def __init__(self, work: Work, folder: RunFolder, asked: Asked) -> None:
        self._work, self._folder, self._store, self._asked = work, folder, folder.store, asked
        self._pending: set[bytes] | None = None
        self._only: set[bytes] | None = None
        self._counts: Counter[str] = Counter()
        self._errors: Counter[str] = Counter()
        self._refused: list[Refused] = []
        self._stored = 0

    def read(self, files: Sequence[Path], bounds: Bounds | None) -> None:
        """One pass over all files."""
        self._stored = 0
        for path in files:
            try:
                self._read_file(path, bounds)
            except OSError as error:
                raise FormatError(
                    f"cannot read the answers to their end: {error.strerror}",
                    hint="what was read is stored; import the file again once it can be read",
                    path=path,
                ) from None

    def _read_file(self, path: Path, bounds: Bounds | None) -> None:
        for number, line in lines_of(path, bounds):
            read = line if isinstance(line, Refusal) else read_line(line)
            if self._only is None or self._is_due(read, self._only):
                self._take(read, path, number)

    def _is_due(self, read: Answered | Failed | Refusal, only: set[bytes]) -> bool:
        """Whether the line was foreign in the passes before and is not now."""
        if isinstance(read, Refusal) or bytes.fromhex(read.key) not in only:
            return False
        return self._asked.digest(read.key) is None

    def more(self) -> bool:
        """Whether answers that were foreign are asked now that others have come in; then they are read next."""
        if not self._counts["foreign"] or not self._stored:
            return False
        before = self._pending or set()
        now = self._keys()
        self._only, self._pending = now - before, now
        known = {key.hex() for key in self._only}
        self._refused = [r for r in self._refused if r.code != "foreign" or r.key not in known]
        return bool(self._only)

    def result(self) -> Imported:
        counts = {name: self._counts[name] for name in _COUNTED}
        return Imported(**counts, errors=dict(sorted(self._errors.items())), refused=self._named())

    def _named(self) -> tuple[Refused, ...]:
        return tuple(self._refused[:MOST_NAMED])

    def _keys(self) -> set[bytes]:
        return {bytes.fromhex(p.request.key) for p in pending(self._work, self._folder)}

    def _take(self, read: Answered | Failed | Refusal, path: Path, number: int) -> None:
        if isinstance(read, Refusal):
            kind = "altered" if read.code == "altered" else "unreadable"
            self._refuse(kind, Refused(str(path), number, read.key, read.code, read.message))
            return
        before = self._store.get(read.key)
        exported = self._asked.digest(read.key)
        if before is None and exported is None and not self._is_asked(read.key):
            message = "this run does not ask this request and has not asked it"
            self._refuse("foreign", Refused(str(path), number, read.key, "foreign", message))
            return
        if self._only is not None:
            self._counts["foreign"] -= 1
        if isinstance(read, Failed):
            self._errors[read.code] += 1
        elif read.echo and exported and read.echo != exported:
            message = "the request on this line is not the one that was exported: it was changed"
            self._refuse("altered", Refused(str(path), number, read.key, "altered", message))
        elif before is None:
            self._stored += self._store.add(read.key, read.response, read.request)
            self._counts["new"] += 1
        elif before.text == read.response.text:
            self._counts["known"] += 1
        else:
            message = "there is another answer to this request already, which stays"
            self._refuse(
                "conflicting", Refused(str(path), number, read.key, "conflicting", message)
            )

    def _is_asked(self, key: str) -> bool:
        if self._pending is None:
            self._pending = self._keys()
        return bytes.fromhex(key) in self._pending

    def _refuse(self, kind: str, refused: Refused) -> None:
        self._counts[kind] += 1
        if len(self._refused) < MOST_NAMED:
            self._refused.append(
                msgspec.structs.replace(
                    refused, path=_shown(refused.path), message=_shown(refused.message)
                )
            )


_COUNTED = ("new", "known", "conflicting", "foreign", "altered", "unreadable")


def _shown(text: str, longest: int = 300) -> str:
    """On one line, without control characters: it may hold anything."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)[:longest]
