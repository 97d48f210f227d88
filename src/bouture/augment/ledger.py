"""The append-only record of outcomes, one JSON object a line; what a run that is started again reads first.

All outcomes of a job are written together and appended in one go. A line torn by a kill or a power cut
is cut off and kept aside in `ledger.torn`, and its job is done again. When a job has been done twice (it
failed the first time), the last time counts.
"""

import hashlib
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import msgspec

from bouture.augment.outcome import Outcome, Status
from bouture.errors import RunFolderError

SYNC_EVERY_S = 1.0
"""At most this many seconds of outcomes are lost in a power cut (none when the process dies alone)."""


class _Head(msgspec.Struct, frozen=True):
    """The part of a line that the index needs; the rest is skipped when decoding."""

    job: str
    status: Status
    index: int = 0
    of: int = 1


class _Entry(NamedTuple):
    """Where the outcomes of a job are: one after the other, for they are appended in one go."""

    offset: int
    """Of the first."""
    of: int
    written: int
    """Those that are there; fewer than `of` when a kill has torn the file."""
    failed: bool
    """Whether any has failed."""
    first: Status

    @property
    def complete(self) -> bool:
        return self.written == self.of

    def packed(self) -> int:
        """As one number: of a million jobs, each is held."""
        place = (self.offset << 20 | self.of) << 20 | self.written
        return (place << 1 | self.failed) << 3 | _STATUSES.index(self.first)

    @classmethod
    def unpacked(cls, number: int) -> "_Entry":
        place, status, few = number >> 4, _STATUSES[number & 7], (1 << 20) - 1
        return cls(place >> 40, place >> 20 & few, place & few, bool(number >> 3 & 1), status)


_STATUSES = tuple(Status)


def _key(job: str) -> int:
    """What stands for the id of a job in memory: 96 bits, so that no two of a million are alike."""
    return int.from_bytes(hashlib.blake2b(job.encode(), digest_size=12).digest())


def _plain(value: Any) -> Any:
    """Numbers of numpy, which checks may leave in their evidence, as numbers of Python."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{type(value).__name__} cannot be written to the ledger")


class Ledger:
    """The ledger of one run, open for reading and appending (the run folder holds the lock).

    Of each job only a number is held in memory, some hundred bytes in all.

    Raises:
        RunFolderError: a line before the last is damaged, or the file cannot be read or written.
    """

    def __init__(self, path: Path, *, writing: bool = True) -> None:
        self.path = path
        self._entries: dict[int, int] = {}
        self._complete = 0
        self._encoder = msgspec.json.Encoder(enc_hook=_plain)
        self._decoder = msgspec.json.Decoder(Outcome)
        self._synced = time.monotonic()
        try:
            self._file: BinaryIO = path.open(
                "a+b" if writing else "rb", buffering=0 if writing else -1
            )
            self._reader: BinaryIO = path.open("rb") if writing else self._file
            end = self._index()
            if writing and end < path.stat().st_size:
                self._cut(end)
        except OSError as error:
            raise self._error(error) from None
        except RunFolderError:
            self._reader.close()
            self._file.close()
            raise
        self._end = end

    def _index(self) -> int:
        """Reads the head of every line; returns where the last whole line ends."""
        head = msgspec.json.Decoder(_Head)
        end = 0
        damaged = 0
        for number, line in enumerate(self._reader, start=1):
            if damaged:
                raise RunFolderError(
                    "this line of the ledger is damaged",
                    hint="move the ledger away and run again: stored answers are not asked again",
                    path=self.path,
                    line=damaged,
                )
            try:
                if not line.endswith(b"\n"):
                    raise msgspec.DecodeError
                outcome = head.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError):
                damaged = number
                continue
            self._note(outcome, end)
            end += len(line)
        return end

    def _note(self, outcome: Outcome | _Head, offset: int) -> None:
        key, failed = _key(outcome.job), outcome.status is Status.FAILED
        known = self._entry(key)
        if known is not None and known.complete:
            self._complete -= 1
        if known is None or outcome.index == 0:
            entry = _Entry(offset, outcome.of, 1, failed, outcome.status)
        else:
            entry = known._replace(written=known.written + 1, failed=known.failed or failed)
        self._complete += entry.complete
        self._entries[key] = entry.packed()

    def _entry(self, key: int) -> _Entry | None:
        number = self._entries.get(key)
        return None if number is None else _Entry.unpacked(number)

    def _cut(self, end: int) -> None:
        with self.path.open("r+b") as file:
            file.seek(end)
            with self.path.with_suffix(".torn").open("ab") as aside:
                aside.write(file.read() + b"\n")
            file.truncate(end)

    def _error(self, error: OSError) -> RunFolderError:
        return RunFolderError(
            f"the ledger cannot be used: {error.strerror}",
            hint="see that the folder can be written and the disk is not full, then run again",
            path=self.path,
        )

    @property
    def complete(self) -> int:
        """Jobs that have all their outcomes."""
        return self._complete

    def statuses(self, job: str) -> list[Status]:
        """How the job ended, one status for each of its outcomes; empty while it is pending."""
        entry = self._entry(_key(job))
        if entry is None or not entry.complete:
            return []
        return [entry.first] if entry.of == 1 else [o.status for o in self._read(entry)]

    def done(self, job: str) -> bool:
        """Whether nothing is left to do for this job: it has all its outcomes and has not failed."""
        entry = self._entry(_key(job))
        return entry is not None and entry.complete and not entry.failed

    def jobs(self) -> Iterator[str]:
        """Every job with outcomes, in the order in which they were first recorded; read from the file."""
        head, seen = msgspec.json.Decoder(_Head), set[int]()
        with self.path.open("rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    return
                job = head.decode(line).job
                key = _key(job)
                entry = self._entry(key)
                if key not in seen and entry is not None and entry.complete:
                    seen.add(key)
                    yield job

    def outcomes(self, jobs: Iterable[str]) -> Iterator[Outcome]:
        """The outcomes that count of these jobs, in their order; pending jobs have none."""
        for job in jobs:
            entry = self._entry(_key(job))
            if entry is not None and entry.complete:
                yield from self._read(entry)

    def _read(self, entry: _Entry) -> list[Outcome]:
        self._reader.seek(entry.offset)
        try:
            return [self._decoder.decode(self._reader.readline()) for _ in range(entry.of)]
        except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
            raise RunFolderError(
                f"an outcome in the ledger cannot be read: {error}",
                hint="move the ledger away and run again: stored answers are not asked again",
                path=self.path,
            ) from None

    def append(self, outcomes: Sequence[Outcome]) -> None:
        """Records all the outcomes of one job; they survive the death of the process at once.

        Raises:
            RunFolderError: they cannot be written.
        """
        lines = [self._encoder.encode(outcome) + b"\n" for outcome in outcomes]
        data = b"".join(lines)
        try:
            if self._file.write(data) != len(data):
                raise OSError(0, "only part of a line was written")
            if time.monotonic() - self._synced > SYNC_EVERY_S:
                os.fsync(self._file.fileno())
                self._synced = time.monotonic()
        except OSError as error:
            raise self._error(error) from None
        for outcome, line in zip(outcomes, lines, strict=True):
            self._note(outcome, self._end)
            self._end += len(line)

    def close(self) -> None:
        """Writes through to the disk and lets go of the file."""
        try:
            if self._file is not self._reader:
                os.fsync(self._file.fileno())
        except OSError as error:
            raise self._error(error) from None
        finally:
            self._reader.close()
            self._file.close()
