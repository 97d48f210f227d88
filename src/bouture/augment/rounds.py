"""Dialogues in rounds: the next request of each job that has no answer yet, by driving the dialogues again.

A dialogue of several turns takes several rounds: its second request is only known once the first has its answer.
"""

from collections.abc import Iterator, Sequence

import msgspec

from bouture.augment.folder import RunFolder
from bouture.augment.talk import Made, Talk, Work
from bouture.llm.messages import Request
from bouture.llm.store.answers import AnswerStore
from bouture.strategies.planning import Job


class Pending(msgspec.Struct, frozen=True):
    """A request without an answer."""

    request: Request
    job: Job
    """The first job that asks it."""


class Survey(msgspec.Struct):
    """Where the jobs stand; filled in by `pending`."""

    waiting: int = 0
    """Jobs that wait for an answer; several can wait for the same."""
    ready: int = 0
    """Jobs not done yet that need no further answer: the next run does them."""
    done: int = 0
    """Jobs that were done before."""


def pending(work: Work, folder: RunFolder, survey: Survey | None = None) -> Iterator[Pending]:
    """The next request of each job that is not done, distinct by key, those made from one source in a row.

    Their prompts begin alike, and engines keep what they have worked out on a beginning. Nothing is sent. Each dialogue that is not done is driven again on the stored answers; only the keys are
    held in memory (about 100 bytes each).

    Args:
        work: the jobs and what they need; checks and client are not used.
        folder: its ledger says what is done, its store what is answered.
        survey: counts are added to it; complete when the iterator is used up.
    """
    seen: set[bytes] = set()
    survey = survey or Survey()
    for job in _together(work.jobs):
        if folder.ledger.done(job.id):
            survey.done += 1
            continue
        request = next_request(work, job, folder.store)
        if request is None:
            survey.ready += 1
            continue
        survey.waiting += 1
        key = bytes.fromhex(request.key)
        if key not in seen:
            seen.add(key)
            yield Pending(request, job)


def _together(jobs: Sequence[Job]) -> list[Job]:
    """The jobs of one strategy and one source in a row, in the order in which each pair comes first."""
    places: dict[tuple[str, str], int] = {}
    for job in jobs:
        places.setdefault((job.strategy, job.source), len(places))
    return sorted(jobs, key=lambda job: places[job.strategy, job.source])


def next_request(work: Work, job: Job, store: AnswerStore) -> Request | None:
    """The first request of the job's dialogue that the store has no answer to; None when it has all."""
    talk = Talk(work, job)
    step = talk.start()
    while not isinstance(step, Made):
        response = store.get(step.key)
        if response is None:
            talk.wait()
            return step
        step = talk.hear(step, response)
    return None
