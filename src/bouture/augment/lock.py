"""One process at a time in a run folder. The lock is the system's: it goes when the process goes, however it dies."""

import os
import sys
from pathlib import Path
from typing import BinaryIO

from bouture.errors import RunFolderError


class Lock:
    """Holds `path` locked until `close`.

    Raises:
        RunFolderError: another process holds it, or the file system has no locks.
    """

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("a+b", buffering=0)
        try:
            _lock(self._file)
        except (BlockingIOError, PermissionError):
            self._file.seek(0)
            holder = self._file.read(100).decode("ascii", "replace").strip()
            self._file.close()
            raise RunFolderError(
                f"this run folder is in use by another process{f' ({holder})' if holder else ''}",
                hint="wait until the other run has ended, or stop it",
                path=path.parent,
            ) from None
        except OSError as error:
            self._file.close()
            raise RunFolderError(
                f"this run folder cannot be locked: {error.strerror}",
                hint="put it on a file system with locks (a local disk)",
                path=path.parent,
            ) from None
        if sys.platform != "win32":  # There, a locked file cannot be read by those it keeps out.
            self._file.truncate(0)
            self._file.write(f"process {os.getpid()}\n".encode())

    def close(self) -> None:
        """Lets the next one in; the file stays, for removing it would let two in."""
        self._file.close()


def _lock(file: BinaryIO) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
