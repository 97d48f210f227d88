"""The run with a pause in the middle: requests out as a file, answers back in; and answers recorded from a store.

For provider batches and for machines without network. A dialogue of several turns takes several rounds: each
export holds the first request of each job that has no answer yet.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from bouture.augment.folder import RunFolder, replacing
from bouture.augment.talk import Made, Talk, Work
from bouture.llm.messages import Message, Request
from bouture.llm.recorded import RecordedAnswer, read_answers
from bouture.llm.store import AnswerStore
from bouture.strategies.planning import Job


class ExportedRequest(msgspec.Struct, frozen=True):
    """One line of an export."""

    key: str
    model: str
    messages: tuple[Message, ...]
    parameters: dict[str, Any]
    sample: int
    job: str
    """The first job that asks it."""


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


class Imported(msgspec.Struct, frozen=True):
    """What an import found."""

    new: int
    known: int
    """Answers to requests that were answered already; the first answer stays."""


def export_requests(work: Work, folder: RunFolder, path: Path) -> Exported:
    """Writes the next unanswered request of each job, once each, as JSONL; sends nothing.

    Raises:
        RunFolderError: the file cannot be written.
    """
    written: set[str] = set()
    waiting = ready = done = 0
    with replacing(path) as file:
        for job in work.jobs:
            if folder.ledger.done(job.id):
                done += 1
                continue
            request = next_request(work, job, folder.store)
            if request is None:
                ready += 1
                continue
            waiting += 1
            key = request.key
            if key not in written:
                written.add(key)
                line = ExportedRequest(
                    key, request.model, request.messages, request.parameters, request.sample, job.id
                )
                file.write(msgspec.json.encode(line) + b"\n")
    return Exported(len(written), waiting, ready, done)


def next_request(work: Work, job: Job, store: AnswerStore) -> Request | None:
    """The first request of the job's dialogue that the store has no answer to; None when it has all."""
    talk = Talk(work, job)
    step = talk.start()
    while not isinstance(step, Made):
        response = store.get(step.key)
        if response is None:
            return step
        step = talk.hear(step, response)
    return None


def import_answers(path: Path, store: AnswerStore) -> Imported:
    """Stores the answers of a file (see `bouture.llm.recorded` for its lines), all or none.

    Raises:
        FormatError: a bad line, with its number; nothing has been stored then.
    """
    for _ in read_answers(path):
        pass
    new = known = 0
    for answer in read_answers(path):
        if store.add(answer.key, answer.response, answer.request):
            new += 1
        else:
            known += 1
    return Imported(new, known)


def record(store: AnswerStore, path: Path) -> int:
    """Writes every answer of a store as a file for the `recorded` provider; returns how many."""
    number = 0
    with replacing(path) as file:
        for answer in _recorded(store):
            file.write(msgspec.json.encode(answer) + b"\n")
            number += 1
    return number


def _recorded(store: AnswerStore) -> Iterator[RecordedAnswer]:
    for key, request, response in store.items():
        yield RecordedAnswer.of(key, response, request)
