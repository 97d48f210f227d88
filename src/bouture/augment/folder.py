"""The folder of a run: everything a run knows, readable by hand, safe against kills and against two processes.

recipe.yaml      as used              answers.sqlite   every raw answer, by request key
run.json         what must not change ledger.jsonl     one line an outcome, append-only
accepted.jsonl   accepted, repaired   review.jsonl     for people to decide
rejected.jsonl   with the reasons     summary.json     counts that add up
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import msgspec

from bouture import files
from bouture.augment.ledger import Ledger
from bouture.augment.lock import Lock
from bouture.augment.outcome import Outcome, Status
from bouture.augment.summary import Summary, summarise
from bouture.errors import RunFolderError
from bouture.formats.jsonl import encode_line
from bouture.llm.store.answers import AnswerStore
from bouture.strategies.planning import Job

_FIRST = {"lock", "answers.sqlite", "answers.sqlite-wal"}
"""What a folder that no run has begun in may hold: answers copied from another run are welcome."""

FILES = {
    Status.ACCEPTED: "accepted.jsonl",
    Status.REPAIRED: "accepted.jsonl",
    Status.REVIEW: "review.jsonl",
    Status.REJECTED: "rejected.jsonl",
}
"""Where the outcomes of each status go; those that failed have no document and no reason of their own."""


class RunFolder:
    """Opens the folder of a run for writing; creates it when it does not exist.

    Args:
        path: the folder.
        recipe: text of the recipe as used.
        fingerprint: all of the recipe and its data that must be the same when the run is continued
            (not: delivery settings, evaluation, report). JSON objects are compared key by key in the message.
        anew: the outcomes there are set aside (`ledger.before-N.jsonl`) and the folder is this recipe's
            from now on; the answers stay.

    Raises:
        RunFolderError: another process has it open, it belongs to another recipe, it is damaged, or
            it is a folder with other things in it.
    """

    def __init__(
        self, path: Path, recipe: str = "", fingerprint: str = "", *, anew: bool = False
    ) -> None:
        self.path = path
        self._open = ExitStack()
        try:
            if path.exists() and not path.is_dir():
                raise RunFolderError("this is a file", hint="name a folder for the run", path=path)
            self._refuse_foreign()
            path.mkdir(parents=True, exist_ok=True)
            self._open.callback(Lock(path / "lock").close)
            if anew:
                self._set_aside()
            self._claim(fingerprint, anew)
            if recipe:
                _replace(path / "recipe.yaml", recipe.encode())
            self.ledger = Ledger(path / "ledger.jsonl")
            self._open.callback(self.ledger.close)
        except OSError as error:
            self.close()
            raise _unusable(error, path) from None
        except RunFolderError:
            self.close()
            raise

    def _refuse_foreign(self) -> None:
        if not self.path.exists() or (self.path / "run.json").exists():
            return
        others = sorted(p.name for p in self.path.iterdir() if p.name not in _FIRST)
        if others:
            raise RunFolderError(
                f"this folder is no run folder: it holds {', '.join(others[:3])}",
                hint="name an empty or new folder for the run",
                path=self.path,
            )

    def _claim(self, fingerprint: str, anew: bool) -> None:
        file = self.path / "run.json"
        if anew or not file.exists():
            _replace(file, json.dumps({"fingerprint": fingerprint}, ensure_ascii=False).encode())
            return
        try:
            before = json.loads(file.read_bytes())["fingerprint"]
        except (ValueError, LookupError, TypeError):
            raise RunFolderError(
                "it does not say which recipe this run belongs to: damaged",
                hint="name a new run folder and copy answers.sqlite into it: no answer is asked again",
                path=file,
            ) from None
        if before != fingerprint:
            differing, both = _compared(before, fingerprint)
            if both is None and not self._begun():
                both = (
                    fingerprint  # nothing has been done for the other recipe: it was a false start
                )
            if both is None:
                named = f"; what differs: {', '.join(differing)}" if differing else ""
                raise RunFolderError(
                    f"this run folder belongs to another recipe{named}",
                    hint="`bouture run RECIPE --replay` reads the answers there again under the "
                    "recipe as it is now, asks nothing and sets the old outcomes aside; or name a "
                    "new run folder (`--set run=…`)",
                    path=self.path,
                )
            _replace(file, json.dumps({"fingerprint": both}, ensure_ascii=False).encode())

    def _set_aside(self) -> None:
        ledger = self.path / "ledger.jsonl"
        if self._begun():
            number = 1
            while (aside := self.path / f"ledger.before-{number}.jsonl").exists():
                number += 1
            ledger.replace(aside)

    def _begun(self) -> bool:
        ledger = self.path / "ledger.jsonl"
        return ledger.exists() and ledger.stat().st_size > 0

    @cached_property
    def store(self) -> AnswerStore:
        """The answers, opened when first used.

        Raises:
            RunFolderError: damaged, or in use.
        """
        store = AnswerStore(self.path / "answers.sqlite")
        self._open.callback(store.close)
        return store

    def outcomes(self, jobs: Sequence[Job]) -> Iterator[Outcome]:
        """The outcomes of these jobs, in the order of the jobs."""
        return self.ledger.outcomes(job.id for job in jobs)

    def settle(self, jobs: Sequence[Job]) -> Summary:
        """Writes accepted.jsonl, review.jsonl and rejected.jsonl from the ledger, each at once.

        Returns:
            The counts, for the caller to complete and hand to `write_summary`.
        """
        with ExitStack() as stack:
            written = {
                name: stack.enter_context(replacing(self.path / name))
                for name in sorted(set(FILES.values()))
            }

            def routed() -> Iterator[tuple[str, list[Outcome]]]:
                for job in jobs:
                    outcomes = list(self.ledger.outcomes([job.id]))
                    for outcome in outcomes:
                        if outcome.status in FILES:
                            written[FILES[outcome.status]].write(_line(outcome))
                    yield job.strategy, outcomes

            return summarise(routed())

    def write(self, name: str, content: Any) -> None:
        """Writes one value as a JSON file of the folder."""
        text = msgspec.json.format(msgspec.json.encode(content), indent=2)
        _replace(self.path / name, text + b"\n")

    def write_summary(self, summary: Summary) -> None:
        """Writes summary.json."""
        self.write("summary.json", summary)

    def close(self) -> None:
        """Lets go of ledger, store and lock."""
        self._open.close()

    def __enter__(self) -> "RunFolder":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def read_outcomes(path: Path) -> Iterator[Outcome]:
    """The outcomes of the run in the folder `path`, in the order in which their jobs were first recorded.

    Takes no lock and changes nothing: also while the run goes on.

    Raises:
        RunFolderError: no run there, or its ledger is damaged.
    """
    refuse_without_run(path)
    ledger = Ledger(path / "ledger.jsonl", writing=False)
    try:
        yield from ledger.outcomes(ledger.jobs())
    finally:
        ledger.close()


def refuse_without_run(path: Path) -> None:
    """Raises RunFolderError unless a run has begun in the folder."""
    if not (path / "ledger.jsonl").exists():
        raise RunFolderError(
            "there is no run here", hint="`bouture run RECIPE` makes one", path=path
        )


def read_summary(path: Path) -> Summary:
    """The summary of the run in the folder `path`.

    Raises:
        RunFolderError: there is none, or it is damaged.
    """
    file = path / "summary.json"
    try:
        return msgspec.json.decode(file.read_bytes(), type=Summary)
    except FileNotFoundError:
        hint = "`bouture run RECIPE` writes it at the end of the run"
        raise RunFolderError("there is no summary of a run here", hint=hint, path=path) from None
    except (msgspec.DecodeError, OSError) as error:
        hint = "run the same recipe again: it is written anew"
        raise RunFolderError(f"the summary cannot be read: {error}", hint=hint, path=file) from None


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of `path` when all has been written, and not before.

    Raises:
        RunFolderError: it cannot be written.
    """
    try:
        with files.replacing(path, alone=True) as file:
            yield file
    except OSError as error:
        raise _unusable(error, path) from None


def _replace(path: Path, content: bytes) -> None:
    with replacing(path) as file:
        file.write(content)


def _unusable(error: OSError, path: Path) -> RunFolderError:
    return RunFolderError(
        f"the run folder cannot be used: {error.strerror or error}",
        hint="see that it can be written and the disk is not full, then run again",
        path=path,
    )


def _line(outcome: Outcome) -> bytes:
    """A document as bouture JSONL; a rejected one inside a record with its reasons and the raw answer."""
    document = outcome.document
    if outcome.status is not Status.REJECTED:
        assert document is not None  # settle() only sends outcomes with a document here
        return encode_line(document)
    record = {
        "job": outcome.job,
        "index": outcome.index,
        "codes": outcome.codes,
        "issues": outcome.issues,
        "answer": outcome.answer,
        "requests": outcome.keys,
        "document": None if document is None else msgspec.Raw(encode_line(document).strip()),
    }
    return msgspec.json.encode(record) + b"\n"


def _compared(before: str, now: str) -> tuple[list[str], str | None]:
    """The parts that differ; when none does, the two fingerprints in one.

    Parts whose name has a space (`strategy rewrite`) need only agree where both have them: a run may
    be continued with more or fewer of them.
    """
    try:
        old, new = json.loads(before), json.loads(now)
        keys = sorted({*old, *new})
    except (ValueError, TypeError):
        return [], None
    differing = [
        key
        for key in keys
        if old.get(key) != new.get(key) and not (" " in key and (key not in old or key not in new))
    ]
    if differing:
        return differing, None
    return [], json.dumps({**old, **new}, sort_keys=True, ensure_ascii=False)
