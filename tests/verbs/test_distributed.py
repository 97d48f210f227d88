"""Rounds of a distributed run, with a map of the test's own in place of Ray."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bouture.augment.events import Event, ignore
from bouture.augment.folder import RunFolder
from bouture.augment.loop import run
from bouture.augment.stopping import Stopping
from bouture.augment.summary import Summary
from bouture.augment.talk import Work
from bouture.errors import ProviderError
from bouture.llm.budget.amounts import Caps, Price
from bouture.llm.budget.meter import Meter
from bouture.llm.messages import Request, Response, Usage
from bouture.llm.ray.answers import Answered
from bouture.llm.ray.session import RayPlan
from bouture.llm.ray.worker import HOPELESS, Failure, WorkerSpec
from bouture.recipe.build import Study, build
from bouture.recipe.reader import load_recipe
from bouture.verbs.distributed import Rounds
from llm.rewriting import rewriting

JOBS = 12


class Workers:
    """Answers in batches of two, as `failing` says; remembers how often each was asked."""

    def __init__(self, failing: Callable[[Request, int], Failure | None] = lambda r, n: None):
        self.failing = failing
        self.asked: dict[str, int] = {}
        self.retries: set[int] = set()

    def __call__(
        self, requests: Iterable[Request | None], spec: WorkerSpec, plan: RayPlan
    ) -> Iterator[Answered]:
        self.retries.add(spec.retries)
        out: list[Request] = []
        for request in requests:
            if request is not None:
                out.append(request)
            if request is None or len(out) == 2:
                yield from map(self._answer, out)
                out = []
        yield from map(self._answer, out)

    def _answer(self, request: Request) -> Answered:
        times = self.asked[request.key] = self.asked.get(request.key, 0) + 1
        if failure := self.failing(request, times):
            if failure.kind == HOPELESS:
                raise failure.error()
            return Answered(request, failure=failure)
        body: dict[str, Any] = {"messages": [{"content": m.content} for m in request.messages]}
        return Answered(request, Response(rewriting(body), usage=Usage(100, 50), model="m"))


@pytest.fixture(scope="module")
def study(example: Path) -> Study:
    only = {"evaluate": "null", "strategies": f"[{{use: rewrite, limit: {JOBS}}}]"}
    return build(load_recipe(example, only))


def work(study: Study, **more: Any) -> Work:
    sources = {document.id: document for document in study.train}
    return Work(sources, study.jobs, study.strategies, seed=study.recipe.seed, **more)


async def fetched(
    study: Study,
    path: Path,
    workers: Workers,
    caps: Caps = Caps(),
    stopping: Stopping | None = None,
) -> Summary:
    price = {study.recipe.asked[""].name: Price(1, 1)}
    with RunFolder(path) as folder:
        meter = Meter(caps, price, folder.store.totals(), lambda: 0.0)
        rounds = Rounds(study, folder, meter, stopping or Stopping(), ignore)
        rounds.fetch_with(work(study), workers)
        return await run(work(study, client=rounds.client()), folder)


def down(times: int) -> Callable[[Request, int], Failure | None]:
    """Unreachable the first so many times."""
    return lambda request, n: Failure("unreachable", "no answer", "") if n <= times else None


async def test_all_is_answered_in_rounds(study: Study, tmp_path: Path) -> None:
    workers = Workers()
    summary = await fetched(study, tmp_path / "run", workers)
    assert (summary.requested, summary.failed, summary.pending) == (JOBS, 0, 0)
    assert summary.asked == len(workers.asked) == sum(workers.asked.values())


async def test_many_requests_without_an_answer_do_not_end_the_run(
    study: Study, tmp_path: Path
) -> None:
    half: set[str] = set()

    def failing(request: Request, times: int) -> Failure | None:
        if request.key in half or len(half) < 8:
            half.add(request.key)
            return Failure("unreachable", "no answer", "")
        return None

    summary = await fetched(study, tmp_path / "run", Workers(failing))
    assert (summary.failed, summary.pending) == (8, 0)
    assert summary.issues["R01"] == 8


async def test_with_a_budget_each_try_is_counted_and_the_cap_holds(
    study: Study, tmp_path: Path
) -> None:
    lost = Failure("unreachable", "cut", "", perhaps_billed=True)
    workers = Workers(lambda request, n: lost if n == 1 else None)
    summary = await fetched(study, tmp_path / "run", workers, Caps(requests=10))
    assert workers.retries == {0}
    assert sum(workers.asked.values()) == 10
    assert "10 requests" in summary.stopped and "10 requêtes" in summary.stopped_fr
    assert summary.pending > 0 and summary.failed == 0


async def test_a_failure_that_passes_is_asked_in_a_later_round(
    study: Study, tmp_path: Path
) -> None:
    workers = Workers(down(2))
    summary = await fetched(study, tmp_path / "run", workers)
    assert (summary.failed, summary.pending) == (0, 0)
    assert set(workers.asked.values()) == {3}


async def test_what_concerns_every_request_stops_and_what_came_in_is_kept(
    study: Study, tmp_path: Path
) -> None:
    seen: list[str] = []

    def failing(request: Request, times: int) -> Failure | None:
        seen.append(request.key)
        return Failure(HOPELESS, "the key is wrong", "correct it") if len(seen) > 4 else None

    with pytest.raises(ProviderError, match="the key is wrong"):
        await fetched(study, tmp_path / "run", Workers(failing))
    with RunFolder(tmp_path / "run") as folder:
        assert folder.store.count() == 4


async def test_asked_to_stop_nothing_more_is_handed_out(study: Study, tmp_path: Path) -> None:
    stopping, workers = Stopping(), Workers()

    def failing(request: Request, times: int) -> Failure | None:
        if len(workers.asked) == 4:
            stopping.ask("interrupted", "interruption demandée")
        return None

    workers.failing = failing
    summary = await fetched(study, tmp_path / "run", workers, stopping=stopping)
    assert len(workers.asked) == 4
    assert summary.pending == JOBS - 4
    assert summary.stopped.startswith("interrupted")
    assert summary.stopped_fr == "interruption demandée"
    done = await fetched(study, tmp_path / "run", again := Workers())
    assert done.pending == 0
    assert not {*again.asked} & {*workers.asked}


def test_events_tell_of_answers(study: Study, tmp_path: Path) -> None:
    told: list[Event] = []
    with RunFolder(tmp_path / "run") as folder:
        meter = Meter(Caps(), {}, {}, lambda: 0.0)
        Rounds(study, folder, meter, Stopping(), told.append).fetch_with(work(study), Workers())
    assert [event.answers for event in told if hasattr(event, "answers")] == [
        *range(1, len(told) + 1)
    ]
