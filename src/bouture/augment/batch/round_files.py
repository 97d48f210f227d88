"""The folder of one round of batch files: its manifest, its keys, and the rounds that a run has had.

RUN/batch/round-001/   requests-001.jsonl …   manifest.json   keys.txt   README.md
"""

import hashlib
import mmap
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType

import msgspec

from bouture.llm.batch.files import BatchFile, DialectName

MANIFEST, KEYS, PAGE = "manifest.json", "keys.txt", "README.md"
_ROUND = re.compile(r"round-(\d{3,6})")
_WIDTH = 64 + 1 + 16 + 1
"""Bytes of a line of `keys.txt`: key, space, digest of the body, line break."""


class Manifest(msgspec.Struct, frozen=True):
    """What a round holds."""

    round: int
    """From 1."""
    dialect: DialectName
    made: str
    """When, UTC, ISO 8601."""
    requests: int
    """Distinct requests in all files."""
    keys_sha256: str
    """Of `keys.txt`: every key with the digest of its body, sorted."""
    files: tuple[BatchFile, ...]
    waiting: int
    """Jobs that wait for the answers."""
    ready: int
    """Jobs that need no further answer."""
    done: int
    """Jobs that were done before."""
    again: int
    """Requests that an earlier round held too: they had no answer when this one was made."""

    def same_as(self, other: "Manifest") -> bool:
        """Whether the files are the same, byte for byte."""
        return self.dialect == other.dialect and self.files == other.files


def rounds_of(run: Path) -> list[tuple[int, Path]]:
    """The rounds in a run folder, oldest first."""
    folder = run / "batch"
    if not folder.is_dir():
        return []
    named = ((_ROUND.fullmatch(path.name), path) for path in folder.iterdir() if path.is_dir())
    return sorted((int(match[1]), path) for match, path in named if match)


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a round; None when there is none that can be read."""
    try:
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        return None


def write_keys(path: Path, digests: Mapping[bytes, bytes]) -> str:
    """Writes keys and digests of bodies (raw bytes), sorted; the SHA-256 of the file.

    Raises:
        OSError: it cannot be written.
    """
    sha = hashlib.sha256()
    with path.open("xb") as file:
        for key in sorted(digests):
            line = f"{key.hex()} {digests[key].hex()}\n".encode()
            sha.update(line)
            file.write(line)
        file.flush()
        os.fsync(file.fileno())
    return sha.hexdigest()


class KeyFile:
    """The keys of a round, looked up in the file itself: a million take no memory."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def digest(self, key: str) -> str | None:
        """The digest of the body of the request with this key; None when the round did not hold it."""
        wanted, low, high = key.encode(), 0, len(self._map) // _WIDTH
        while low < high:
            middle = (low + high) // 2
            at = middle * _WIDTH
            found = self._map[at : at + 64]
            if found == wanted:
                return self._map[at + 65 : at + 81].decode("ascii", "replace")
            low, high = (middle + 1, high) if found < wanted else (low, middle)
        return None

    def close(self) -> None:
        """Lets go of the file."""
        self._map.close()


class Asked:
    """Every request that earlier rounds of a run have asked.

    A round whose keys cannot be read, or are not those of its manifest, is passed over.
    """

    def __init__(self, run: Path) -> None:
        self._files = list(_key_files(path for _, path in rounds_of(run)))

    def digest(self, key: str) -> str | None:
        """The digest of the body as last exported; None when no round held the key."""
        for file in reversed(self._files):
            if (found := file.digest(key)) is not None:
                return found
        return None

    def close(self) -> None:
        """Lets go of the files."""
        for file in self._files:
            file.close()

    def __enter__(self) -> "Asked":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _key_files(folders: Iterable[Path]) -> Iterator[KeyFile]:
    for folder in folders:
        manifest = read_manifest(folder)
        try:
            with (folder / KEYS).open("rb") as file:
                sha = hashlib.file_digest(file, "sha256").hexdigest()
            if manifest is not None and sha == manifest.keys_sha256:
                yield KeyFile(folder / KEYS)
        except (OSError, ValueError):
            continue
