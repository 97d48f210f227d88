"""Whether a store already has an answer, asked from outside: holds no lock and changes nothing."""

import re
import sqlite3
import sys
from array import array
from bisect import bisect_left
from collections.abc import Container
from contextlib import closing
from pathlib import Path

_KEY = re.compile(r"[0-9a-f]{64}")
_BYTES = 8
"""Of each key that are kept. Among a million keys, another one seems known once in 10¹³ times."""


class KnownKeys(Container[str]):
    """The keys a store held when this was made: 8 bytes each, 8 MB for a million.

    Empty when there is no store, another process has it open, or it is damaged: it serves an estimate.
    """

    def __init__(self, path: Path) -> None:
        self._starts = array("Q", _read(path))
        if sys.byteorder == "little":
            self._starts.byteswap()

    def __contains__(self, key: object) -> bool:
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            return False
        start = int(key[: 2 * _BYTES], 16)
        place = bisect_left(self._starts, start)
        return place < len(self._starts) and self._starts[place] == start

    def __len__(self) -> int:
        return len(self._starts)


def known_keys(path: Path) -> KnownKeys:
    """The keys a store holds, for an estimate."""
    return KnownKeys(path)


def _read(path: Path) -> bytes:
    """The first bytes of every key, in order."""
    if not path.is_file():
        return b""
    log = path.with_name(path.name + "-wal")
    # A folder that cannot be written has no place for the log that SQLite makes in the first mode.
    for mode in ["mode=ro"] if log.exists() else ["mode=ro", "mode=ro&immutable=1"]:
        try:
            with closing(
                sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=0)
            ) as db:
                (version,) = db.execute("PRAGMA user_version").fetchone()
                rows = db.execute("SELECT key FROM answers ORDER BY key")
                if version == 0:  # the key is text
                    return b"".join(bytes.fromhex(key[: 2 * _BYTES]) for (key,) in rows)
                return b"".join(key[:_BYTES] for (key,) in rows)
        except (sqlite3.Error, TypeError, ValueError):
            continue
    return b""
