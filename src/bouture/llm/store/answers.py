"""Every raw answer, by the key of its request, in one SQLite file: what was answered is never asked again.

Only answers are stored, never failures. They are written before anything reads them, so that a parser
can be mended without paying twice. The file is locked as long as it is open: SQLite's exclusive mode, which
also lets the write-ahead log work on network file systems.
"""

import sqlite3
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from bouture.errors import RunFolderError, UsageError
from bouture.llm.messages import Request, Response
from bouture.llm.provider import Learnt
from bouture.llm.store.accounts import Accounts, Reserved, Totals
from bouture.llm.store.known import KnownKeys, known_keys
from bouture.llm.store.rows import Lines, counts, model_of, pack, request_of, response_of, storable
from bouture.llm.store.schema import (
    INSERT,
    close_store,
    damaged,
    error_of,
    open_store,
    transaction,
)

__all__ = ["AnswerStore", "KnownKeys", "Reserved", "Totals", "known_keys"]

_Row = tuple[int, bytes]


class AnswerStore:
    """A file of answers, created when it does not exist.

    An answer survives the death of the process as soon as `put` returns; a power cut can lose the
    last moments, never the file. A store of an earlier layout is brought up to date when opened.

    Raises:
        RunFolderError: the file is open elsewhere, damaged, not a store of answers, or cannot be written.
            It is left as it is. Any method may raise it too.
        UsageError: (methods that take a key) this is not the key of a request.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = open_store(path)
        try:
            self._lines = Lines(self._db)
            self._accounts = Accounts(self._db)
        except (sqlite3.Error, ValueError, zlib.error) as error:
            self._db.close()
            raise self._error(error) from None

    def _error(self, error: Exception) -> RunFolderError:
        if isinstance(error, sqlite3.Error):
            return error_of(self.path, error)
        return damaged(self.path, str(error))

    def get(self, key: str) -> Response | None:
        """The answer to the request with this key, or None."""
        row = self._row(key)
        return None if row is None else self._response(key, row)

    def request(self, key: str) -> Request | None:
        """The request with this key, or None when it was answered without being sent from here."""
        row = self._row(key)
        return None if row is None else self._request(key, row)

    def _row(self, key: str) -> _Row | None:
        query = "SELECT cut, row FROM answers WHERE key = ?"
        try:
            row: _Row | None = self._db.execute(query, (_blob(key),)).fetchone()
        except sqlite3.Error as error:
            raise self._error(error) from None
        return row

    def _request(self, key: str, row: _Row) -> Request | None:
        try:
            request = request_of(*row, self._lines)
            if request is not None and request.key != key:
                raise ValueError("its request is not the one it was stored with")
        except sqlite3.Error as error:
            raise self._error(error) from None
        except (ValueError, LookupError, zlib.error) as error:
            raise self._unreadable(key, error) from None
        return request

    def _unreadable(self, key: str, error: Exception) -> RunFolderError:
        return damaged(self.path, f"the answer {key[:12]}… cannot be read: {error}")

    def put(self, request: Request, response: Response) -> None:
        """Stores an answer, and takes back what was reserved for it; the first answer for a key stays."""
        self._store(_blob(request.key), response, request)

    def add(self, key: str, response: Response, request: Request | None = None) -> bool:
        """Stores an answer by key, with its request when it is known; whether it was new.

        Raises:
            UsageError: this is not the key of a request, or not of this one.
        """
        if request is not None and request.key != key:
            raise UsageError(
                f"the request does not have the key {key[:80]!r}",
                hint="give the key of the request, or leave the request out",
            )
        return self._store(_blob(key), response, request)

    def _store(self, key: bytes, response: Response, request: Request | None) -> bool:
        books, lines = self._accounts, self._lines
        name = model_of(response, request)
        response = storable(response)
        spent = counts(response)
        try:
            cut, packed = pack(response, request, lines)
            row = (key, books.model(name), *spent, int(time.time()), cut, packed)
            fresh = lines.fresh()
            # One statement is a transaction of its own, and cheaper than one said in words.
            if fresh or books.due or key in books.open_keys:
                with transaction(self._db):
                    done = self._db.execute(INSERT, row)
                    if fresh:
                        self._db.executemany("INSERT INTO lines VALUES (?, ?)", fresh)
                    if books.due:
                        books.write()
                    self._db.execute("DELETE FROM reserved WHERE key = ?", (key,))
                lines.keep()
                books.open_keys.discard(key)
            else:
                done = self._db.execute(INSERT, row)
        except sqlite3.Error as error:
            raise self._error(error) from None
        finally:
            lines.drop()
        new = done.rowcount == 1
        if new:
            books.answered(name, int(done.lastrowid or 0), (1, *spent))
        return new

    def count(self) -> int:
        """How many answers there are."""
        try:
            (number,) = self._db.execute("SELECT count(*) FROM answers").fetchone()
        except sqlite3.Error as error:
            raise self._error(error) from None
        return int(number)

    def keys(self) -> list[str]:
        """Every key, sorted."""
        try:
            return [
                key.hex() for (key,) in self._db.execute("SELECT key FROM answers ORDER BY key")
            ]
        except sqlite3.Error as error:
            raise self._error(error) from None

    def items(self) -> Iterator[tuple[str, Request | None, Response]]:
        """Every key with its request, when known, and its answer, in the order of the keys, one by one."""
        try:
            rows = self._db.execute("SELECT key, cut, row FROM answers ORDER BY key")
            for blob, cut, row in rows:
                key = blob.hex()
                yield key, self._request(key, (cut, row)), self._response(key, (cut, row))
        except sqlite3.Error as error:
            raise self._error(error) from None

    def _response(self, key: str, row: _Row) -> Response:
        try:
            return response_of(*row)
        except (ValueError, zlib.error) as error:
            raise self._unreadable(key, error) from None

    def recent(self, most: int) -> list[tuple[Request | None, Response]]:
        """The answers stored last, with their requests when known, the latest first, at most so many."""
        query = "SELECT key, cut, row FROM answers ORDER BY id DESC LIMIT ?"
        try:
            rows = self._db.execute(query, (max(0, most),)).fetchall()
        except sqlite3.Error as error:
            raise self._error(error) from None
        return [
            (self._request(key.hex(), (cut, row)), self._response(key.hex(), (cut, row)))
            for key, cut, row in rows
        ]

    def reserve(self, key: str, model: str, prompt: int, completion: int) -> None:
        """Notes, before it is sent, that a request may cost so many tokens at most."""
        try:
            self._accounts.reserve(_blob(key), model, prompt, completion)
        except sqlite3.Error as error:
            raise self._error(error) from None

    def unreserve(self, key: str) -> None:
        """Takes a reservation back: the request was surely not billed."""
        try:
            self._accounts.unreserve(_blob(key))
        except sqlite3.Error as error:
            raise self._error(error) from None

    def reserved(self) -> list[Reserved]:
        """Reservations there are: after an opening, those of a killed process, which may have been billed."""
        try:
            return self._accounts.reserved()
        except sqlite3.Error as error:
            raise self._error(error) from None

    def lost(
        self,
        model: str,
        prompt: int,
        completion: int,
        key: str | None = None,
        *,
        requests: int = 1,
    ) -> None:
        """Counts a request that was perhaps billed and never answered; takes back the reservation of `key`.

        Tokens that a stored answer may have taken and does not say come with `requests` = 0.
        """
        blob = None if key is None else _blob(key)
        try:
            self._accounts.lost(model, prompt, completion, blob, requests)
        except sqlite3.Error as error:
            raise self._error(error) from None

    def totals(self) -> dict[str, Totals]:
        """What was asked so far, by model asked. An answer that came without its request counts under
        the model that says it answered, or the empty name. Takes the same time however many there are.
        """
        try:
            return self._accounts.totals()
        except sqlite3.Error as error:
            raise self._error(error) from None

    def learn(self, model: str, fact: Learnt) -> None:
        """Remembers what the server of a model does not take; the latest word on a parameter stays."""
        try:
            self._accounts.learn(model, fact)
        except sqlite3.Error as error:
            raise self._error(error) from None

    def learnt(self, model: str) -> list[Learnt]:
        """What the server of a model does not take, in the order it was learnt."""
        try:
            return self._accounts.learnt(model)
        except sqlite3.Error as error:
            raise self._error(error) from None

    def close(self) -> None:
        """Lets go of the file."""
        # All is stored: totals that cannot be written are counted again at the opening.
        with suppress(sqlite3.Error), transaction(self._db):
            self._accounts.write()
        close_store(self._db)

    def __enter__(self) -> "AnswerStore":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _blob(key: str) -> bytes:
    try:
        blob = bytes.fromhex(key)
    except (TypeError, ValueError):
        blob = b""
    if len(blob) != 32 or blob.hex() != key:
        raise UsageError(
            f"{str(key)[:80]!r} is not the key of a request", hint="a key has 64 hexadecimal digits"
        )
    return blob
