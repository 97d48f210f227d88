"""The run with a pause in the middle: the requests without an answer go out as files, answers come back in.

For provider batches and for machines without network. Each export is a round (see `bouture.augment.rounds`)
in a folder of its own, which bears its name only once it is whole; `bouture.augment.batch.intake` reads what
comes back.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import msgspec

from bouture.augment.batch.page import page
from bouture.augment.batch.round_files import (
    KEYS,
    MANIFEST,
    PAGE,
    Asked,
    Manifest,
    read_manifest,
    rounds_of,
    write_keys,
)
from bouture.augment.folder import RunFolder
from bouture.augment.rounds import Survey, pending
from bouture.augment.talk import Work
from bouture.errors import RunFolderError
from bouture.llm.batch.files import (
    BatchFile,
    BodyOf,
    DialectName,
    Limits,
    Shards,
    body_in,
    digest,
    line_of,
    plain_body,
)


def _now() -> datetime:
    return datetime.now(UTC)


class Export(msgspec.Struct, frozen=True):
    """How the files are to be written."""

    dialect: DialectName = "openai"
    target: Path | None = None
    """The folder to write, new or a former export; none: the next `batch/round-NNN` of the run."""
    limits: Limits = Limits()
    body_of: BodyOf = plain_body
    """What would be sent over HTTP for a request."""
    language: str = "fr"
    """Of the page: `fr` or `en`."""
    clock: Callable[[], datetime] = _now


class Exported(msgspec.Struct, frozen=True):
    """What an export holds."""

    requests: int
    """Distinct requests written."""
    waiting: int
    """Jobs that wait for them; at least `requests`, as several can ask the same."""
    ready: int
    """Jobs not done yet that need no further answer: the next run does them."""
    done: int
    """Jobs that were done before."""
    again: int = 0
    """Requests that an earlier round held too and that have no answer yet: send one of the two, not both."""
    round: int = 0
    """Number of the round; 0 when there is nothing to ask, and nothing was written."""
    folder: Path | None = None
    files: tuple[BatchFile, ...] = ()


def export_requests(work: Work, folder: RunFolder, export: Export | None = None) -> Exported:
    """Writes the next unanswered request of each job, once each, as batch files; sends nothing.

    Requests made from one source stand in a row: their prompts begin alike. When nothing has
    changed since the last round, that round is left as it is; no round is ever written over.

    Raises:
        RunFolderError: the files cannot be written, or the target holds other things.
        UsageError: one request alone is larger than a file may be.
    """
    export = export or Export()
    try:
        target, before, number = _place(folder, export.target)
    except OSError as error:
        raise _unwritable(error, folder.path) from None
    new = target.with_name(f".{target.name}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(new, ignore_errors=True)  # left over by a kill
        new.mkdir()
        manifest = _write(work, folder, export, new, number)
        if manifest.requests == 0:
            return _exported(manifest, None)
        old = read_manifest(before) if before else None
        if before and old and old.same_as(manifest) and _is_whole(before, old):
            same = msgspec.structs.replace(manifest, round=old.round, again=old.again)
            return _exported(same, before)
        if before == target:
            _refuse(target)
        if target.exists():
            target.rmdir()
        new.rename(target)
        return _exported(manifest, target)
    except OSError as error:
        raise _unwritable(error, target) from None
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _place(folder: RunFolder, wanted: Path | None) -> tuple[Path, Path | None, int]:
    """The folder to write, the export there or last before, and the number of the round."""
    known = rounds_of(folder.path)
    number = known[-1][0] + 1 if known else 1
    if wanted is not None:
        target = wanted.resolve()
        return target, _former(target), number
    before = known[-1][1] if known else None
    return folder.path / "batch" / f"round-{number:03}", before, number


def _unwritable(error: OSError, path: Path) -> RunFolderError:
    return RunFolderError(
        f"the batch files cannot be written: {error.strerror or error}",
        hint="see that the folder can be written and the disk is not full, then export again",
        path=path,
    )


def _write(work: Work, folder: RunFolder, export: Export, new: Path, number: int) -> Manifest:
    survey, digests, again = Survey(), dict[bytes, bytes](), 0
    with Asked(folder.path) as asked, Shards(new, export.dialect, export.limits) as shards:
        for one in pending(work, folder, survey):
            request = one.request
            body = body_in(export.dialect, request, export.body_of)
            shards.write(request.model, line_of(export.dialect, request, body, one.job.id))
            again += asked.digest(request.key) is not None
            digests[bytes.fromhex(request.key)] = bytes.fromhex(digest(body))
        files = shards.close()
    manifest = Manifest(
        number,
        export.dialect,
        export.clock().astimezone(UTC).isoformat(timespec="seconds"),
        len(digests),
        write_keys(new / KEYS, digests),
        files,
        survey.waiting,
        survey.ready,
        survey.done,
        again,
    )
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    (new / MANIFEST).write_bytes(text + b"\n")
    (new / PAGE).write_text(page(manifest, export.language, folder.path), encoding="utf-8")
    _sync(new)
    return manifest


def _sync(folder: Path) -> None:
    for path in (folder / MANIFEST, folder / PAGE):
        with path.open("rb") as file:
            os.fsync(file.fileno())


def _is_whole(folder: Path, manifest: Manifest) -> bool:
    """Whether its files are there as they were written."""
    try:
        for entry in manifest.files:
            with (folder / Path(entry.name).name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != entry.sha256:
                    return False
    except OSError:
        return False
    return True


def _former(target: Path) -> Path | None:
    """The target when it is an export already; None when it is to be made, or is an empty folder."""
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return None
    if read_manifest(target) is None:
        _refuse(target)
    return target


def _refuse(target: Path) -> NoReturn:
    raise RunFolderError(
        "there is something else here already, which is not written over",
        hint="name a new folder for the batch files",
        path=target,
    )


def _exported(manifest: Manifest, folder: Path | None) -> Exported:
    return Exported(
        manifest.requests,
        manifest.waiting,
        manifest.ready,
        manifest.done,
        manifest.again if folder is not None else 0,
        manifest.round if folder is not None else 0,
        folder,
        manifest.files,
    )
