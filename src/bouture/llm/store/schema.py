"""The file of a store: its tables, how it is created, brought up to date, and looked over when opened."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from bouture.errors import RunFolderError
from bouture.llm.messages import Request, Response
from bouture.llm.store.rows import Lines, counts, model_of, pack

APPLICATION = 0x626F7574
"""SQLite application id of a store of answers (`bout`)."""
VERSION = 1
"""Of the layout; 0 had the request and the answer as JSON text, and the key as text."""
SMALL = 64 * 2**20
"""Bytes; a file up to this size is checked whole at every opening (0.2 s at most on two cores)."""

_TABLES = """
CREATE TABLE answers (
  id INTEGER PRIMARY KEY,     -- in the order they came
  key BLOB NOT NULL UNIQUE,   -- SHA-256 of the request
  model INTEGER NOT NULL,     -- the model asked
  prompt INTEGER NOT NULL,    -- tokens
  completion INTEGER NOT NULL,
  seconds REAL NOT NULL,
  created INTEGER NOT NULL,   -- seconds since 1970, UTC; for people, nothing depends on it
  cut INTEGER NOT NULL,       -- bytes of the answer in the row, before compression
  row BLOB NOT NULL           -- zlib: the answer (JSON), then the request (JSON) when it is known
);
CREATE TABLE lines (id INTEGER PRIMARY KEY, text NOT NULL);  -- shared by prompts; zlib when long
CREATE TABLE models (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE totals (
  model INTEGER PRIMARY KEY, upto INTEGER NOT NULL,  -- the last answer counted
  requests INTEGER NOT NULL, prompt INTEGER NOT NULL, completion INTEGER NOT NULL, seconds REAL NOT NULL
);
CREATE TABLE lost (
  model INTEGER PRIMARY KEY,
  requests INTEGER NOT NULL, prompt INTEGER NOT NULL, completion INTEGER NOT NULL
);
CREATE TABLE reserved (
  key BLOB NOT NULL UNIQUE, model INTEGER NOT NULL, prompt INTEGER NOT NULL, completion INTEGER NOT NULL
);
CREATE TABLE learnt (
  model INTEGER NOT NULL, parameter TEXT NOT NULL, instead TEXT NOT NULL, said TEXT NOT NULL,
  UNIQUE (model, parameter)
);
CREATE TABLE opened (by TEXT NOT NULL);  -- one row while a process writes; left over after a sudden end
"""
INSERT = """INSERT OR IGNORE INTO answers (key, model, prompt, completion, seconds, created, cut, row)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
_KEYS = "sqlite_autoindex_answers_1"


def error_of(path: Path, error: sqlite3.Error) -> RunFolderError:
    """What SQLite says, in words, with what to do."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return RunFolderError(
            "the store of answers is in use by another process",
            hint="wait until the other run has ended, or stop it",
            path=path,
        )
    if type(error) is sqlite3.DatabaseError or name in ("SQLITE_IOERR_SHORT_READ", "SQLITE_ERROR"):
        return damaged(path, str(error))
    return RunFolderError(
        f"the store of answers cannot be used: {error}",
        hint="see that the folder can be written and the disk is not full, then run again",
        path=path,
    )


def damaged(path: Path, what: str) -> RunFolderError:
    """The file is not what was written; it is left as it is."""
    return RunFolderError(
        f"the store of answers is damaged: {what}",
        hint="put a copy back (move the file away first, with its -wal), or try "
        "`sqlite3 FILE .recover`; if you only move it away, its answers will be asked again",
        path=path,
    )


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing, on the disk too."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise


def open_store(path: Path) -> sqlite3.Connection:
    """An open connection to the store at this path, created, recovered, migrated and checked as needed.

    Raises:
        RunFolderError: it is open elsewhere, damaged, not a store, or cannot be written. It is left as it
            is; what its log had to add to it may have been added.
    """
    if not path.exists():
        _refuse_orphan(path)
        _create(path)
    elif path.stat().st_size == 0:
        raise damaged(path, "it is empty")
    try:
        db = _connect(path)
        try:
            if _version(db, path) == 0:
                _migrate(path, db)
                db.close()
                db = _connect(path)
            _sweep(path)
            _check(path, db)
        except BaseException:
            db.close()
            raise
    except sqlite3.Error as error:
        raise error_of(path, error) from None
    return db


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        # A separate file needs no shared memory in exclusive mode; the lock is taken by the first write.
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        _version(db, path)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA cache_size = -8000")  # KiB
        db.execute("PRAGMA wal_autocheckpoint = 4000")  # pages: 32 MB, fewer random writes
        db.execute("BEGIN IMMEDIATE")
        db.execute("COMMIT")
    except BaseException:
        db.close()
        raise
    return db


def _version(db: sqlite3.Connection, path: Path) -> int:
    (application,) = db.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION:
        raise RunFolderError(
            "this is a database, but not a store of answers",
            hint="name another run folder, or move the file away",
            path=path,
        )
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise RunFolderError(
            f"this store of answers was written by a later version of bouture (layout {version})",
            hint="use that version, or a newer one",
            path=path,
        )
    return int(version)


def _check(path: Path, db: sqlite3.Connection) -> None:
    """Looks the file over: whole when it is small or the machine went down, else its keys only.

    The death of a process damages nothing (SQLite writes ahead); only the loss of the machine can. The
    keys are all read at each opening; a damaged answer is found by its checksum when it is read.
    """
    here = _here(path)
    sudden = any(by != here for (by,) in db.execute("SELECT by FROM opened").fetchall())
    (keys,) = db.execute("SELECT count(*) FROM answers INDEXED BY " + _KEYS).fetchone()
    (last,) = db.execute("SELECT coalesce(max(id), 0) FROM answers").fetchone()
    kind = "integrity" if sudden or keys != last else "quick"
    if kind == "integrity" or path.stat().st_size <= SMALL:
        (verdict,) = db.execute(f"PRAGMA {kind}_check(1)").fetchone()
        if verdict != "ok":
            raise damaged(path, str(verdict).splitlines()[-1])
    with transaction(db):
        db.execute("DELETE FROM opened")
        db.execute("INSERT INTO opened VALUES (?)", (here,))


def _here(path: Path) -> str:
    """This file on this machine since it was started; a copy, or the next start, has another name."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        boot = f"unknown, process {os.getpid()}"
    status = path.stat()
    return f"{boot} {status.st_dev} {status.st_ino}"


def close_store(db: sqlite3.Connection) -> None:
    """Marks the end as orderly and lets go of the file; a full disk hinders nothing: all is stored."""
    with suppress(sqlite3.Error):
        db.execute("DELETE FROM opened")
    db.close()


def _sweep(path: Path) -> None:
    """Removes the unfinished files of killed processes; the store itself is locked by now."""
    with suppress(OSError):
        for left in path.parent.iterdir():
            if left.name.startswith(f"{path.name}.") and left.name.endswith(".new"):
                left.unlink(missing_ok=True)


def _refuse_orphan(path: Path) -> None:
    """A log without its file would be played into a new one, or forgotten: neither is right."""
    for suffix in ("-wal", "-journal"):
        log = path.with_name(path.name + suffix)
        if log.exists() and log.stat().st_size:
            raise damaged(path, f"the file itself is missing, but its log {log.name} is there")


def _create(path: Path) -> None:
    """Makes an empty store under another name first: half a store never bears the final name."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        new.unlink(missing_ok=True)
        _fill(new).close()
        try:
            os.link(new, path)  # never over a store another process has just made
        except FileExistsError:
            pass
        except OSError:  # no hard links on this file system
            new.replace(path)
        new.unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        if path.exists():  # another process was faster, and has swept
            return
        raise RunFolderError(
            f"cannot create the store of answers: {error}",
            hint="see that the folder exists and can be written, and the disk is not full",
            path=path,
        ) from None


def _fill(path: Path) -> sqlite3.Connection:
    """A new file with empty tables."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute(
        "PRAGMA page_size = 8192"
    )  # with 4096, rows of 1.4 KB leave a third of the file empty
    db.execute(f"PRAGMA application_id = {APPLICATION}")
    db.execute(f"PRAGMA user_version = {VERSION}")
    db.executescript(f"BEGIN; {_TABLES} COMMIT;")
    return db


def _migrate(path: Path, old: sqlite3.Connection) -> None:
    """Writes the answers of a store of layout 0 into a new file beside it, which then takes its place.

    The old file is locked and whole until the new one is on the disk, whatever happens in between.
    """
    (verdict,) = old.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise damaged(path, str(verdict).splitlines()[-1])
    # From here on no log belongs to the old file: it could be taken for one of the new.
    old.execute("PRAGMA journal_mode = DELETE")
    old.execute("BEGIN EXCLUSIVE")
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        db = _fill(new)
        try:
            with transaction(db):
                _copy(old, db, path)
        finally:
            db.close()
        new.replace(path)
    except OSError as error:
        raise error_of(path, sqlite3.OperationalError(str(error))) from None
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)


def _copy(old: sqlite3.Connection, new: sqlite3.Connection, path: Path) -> None:
    lines = Lines(new)
    models: dict[str, int] = {}
    query = """SELECT key, request, response, cast(coalesce(strftime('%s', created), 0) AS INTEGER)
               FROM answers ORDER BY rowid"""
    for key, asked, answered, created in old.execute(query):
        try:
            blob = bytes.fromhex(key)
            response = msgspec.json.decode(answered, type=Response)
            request = None if asked is None else msgspec.json.decode(asked, type=Request)
        except (TypeError, ValueError) as error:
            raise damaged(path, f"the answer {str(key)[:12]}… cannot be read: {error}") from None
        name = model_of(response, request)
        number = models.get(name)
        if number is None:
            number = models[name] = len(models) + 1
            new.execute("INSERT INTO models VALUES (?, ?)", (number, name))
        cut, row = pack(response, request, lines)
        new.executemany("INSERT INTO lines VALUES (?, ?)", lines.fresh())
        lines.keep()
        new.execute(INSERT, (blob, number, *counts(response), created, cut, row))
