"""Every raw answer, by the key of its request, in one SQLite file: what was answered is never asked again.

Only answers are stored, never failures. They are written before anything reads them, so that a parser
can be mended without paying twice. The file is locked as long as it is open: SQLite's exclusive mode, which
also lets the write-ahead log work on network file systems.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import msgspec

from bouture.errors import RunFolderError
from bouture.llm.messages import Request, Response

APPLICATION = 0x626F7574
"""SQLite application id of a store of answers (`bout`)."""

_TABLE = """
CREATE TABLE answers (
  key TEXT PRIMARY KEY,
  request TEXT,              -- JSON; null when an imported answer came without it
  response TEXT NOT NULL,    -- JSON
  created TEXT NOT NULL      -- UTC, ISO 8601
)
"""


class AnswerStore:
    """A file of answers, created when it does not exist.

    An answer survives the death of the process as soon as `put` returns; a power cut can lose the
    last moments, never the file.

    Raises:
        RunFolderError: the file is open elsewhere, damaged, or not a store of answers. It is left as it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.exists():
            _create(path)
        elif path.stat().st_size == 0:
            raise self._damaged("it is empty")
        self._db = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            self._open()
        except sqlite3.Error as error:
            self._db.close()
            raise self._error(error) from None
        except RunFolderError:
            self._db.close()
            raise

    def _open(self) -> None:
        # A separate file needs no shared memory in exclusive mode; the lock is taken by the first write.
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        (application,) = self._db.execute("PRAGMA application_id").fetchone()
        if application != APPLICATION:
            raise RunFolderError(
                "this is a database, but not a store of answers",
                hint="name another run folder, or move the file away",
                path=self.path,
            )
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute("COMMIT")
        (verdict,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise self._damaged(str(verdict).splitlines()[-1])

    def _error(self, error: sqlite3.Error) -> RunFolderError:
        if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return RunFolderError(
                "the store of answers is in use by another process",
                hint="wait until the other run has ended, or stop it",
                path=self.path,
            )
        if type(error) is sqlite3.DatabaseError:
            return self._damaged(str(error))
        return RunFolderError(
            f"the store of answers cannot be used: {error}",
            hint="see that the folder can be written and the disk is not full, then run again",
            path=self.path,
        )

    def _damaged(self, what: str) -> RunFolderError:
        return RunFolderError(
            f"the store of answers is damaged: {what}",
            hint="put a copy back, or try `sqlite3 FILE .recover`; if you move the file away, "
            "its answers will be asked again",
            path=self.path,
        )

    def get(self, key: str) -> Response | None:
        """The answer to the request with this key, or None."""
        try:
            row = self._db.execute("SELECT response FROM answers WHERE key = ?", (key,)).fetchone()
            return None if row is None else msgspec.json.decode(row[0], type=Response)
        except sqlite3.Error as error:
            raise self._error(error) from None
        except msgspec.DecodeError as error:
            raise self._damaged(f"the answer {key[:12]}… cannot be read: {error}") from None

    def request(self, key: str) -> Request | None:
        """The request with this key, or None when it was answered without being sent from here."""
        row = self._db.execute("SELECT request FROM answers WHERE key = ?", (key,)).fetchone()
        return None if row is None or row[0] is None else msgspec.json.decode(row[0], type=Request)

    def put(self, request: Request, response: Response) -> None:
        """Stores an answer; the first one for a key stays."""
        self.add(request.key, response, request)

    def add(self, key: str, response: Response, request: Request | None = None) -> bool:
        """Stores an answer by key, with its request when it is known; whether it was new."""
        asked = None if request is None else msgspec.json.encode(request).decode()
        row = (
            key,
            asked,
            msgspec.json.encode(response).decode(),
            datetime.now(UTC).isoformat(timespec="seconds"),
        )
        try:
            done = self._db.execute("INSERT OR IGNORE INTO answers VALUES (?, ?, ?, ?)", row)
        except sqlite3.Error as error:
            raise self._error(error) from None
        return done.rowcount == 1

    def count(self) -> int:
        """How many answers there are."""
        (number,) = self._db.execute("SELECT count(*) FROM answers").fetchone()
        return int(number)

    def keys(self) -> list[str]:
        """Every key, sorted."""
        return [key for (key,) in self._db.execute("SELECT key FROM answers ORDER BY key")]

    def items(self) -> Iterator[tuple[str, Request | None, Response]]:
        """Every key with its request, when known, and its answer, in the order of the keys."""
        rows = self._db.execute("SELECT key, request, response FROM answers ORDER BY key")
        for key, asked, response in rows:
            request = None if asked is None else msgspec.json.decode(asked, type=Request)
            yield key, request, msgspec.json.decode(response, type=Response)

    def close(self) -> None:
        """Lets go of the file."""
        self._db.close()

    def __enter__(self) -> "AnswerStore":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def known_keys(path: Path) -> frozenset[str]:
    """The keys a store holds, for an estimate: takes no lock and changes nothing.

    Empty when there is no store, or another process has it open.
    """
    if not path.is_file():
        return frozenset()
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0)
        ) as db:
            return frozenset(key for (key,) in db.execute("SELECT key FROM answers"))
    except sqlite3.Error:
        return frozenset()


def _create(path: Path) -> None:
    """Makes an empty store under another name first: half a store never bears the final name."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        new.unlink(missing_ok=True)
        db = sqlite3.connect(new)
        with db:
            db.execute(f"PRAGMA application_id = {APPLICATION}")
            db.execute(_TABLE)
        db.close()
        new.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise RunFolderError(
            f"cannot create the store of answers: {error}",
            hint="see that the folder exists and can be written",
            path=path,
        ) from None
