"""The loop: one outcome for each job, the same whatever the concurrency, and nothing asked twice."""

import asyncio
import random
from pathlib import Path

import msgspec
import pytest

from augment.small_work import (
    STRATEGIES,
    Alike,
    adds_up,
    files,
    made,
    question,
    run_http,
    work,
)
from bouture import formats
from bouture.augment.events import Ended, Event, JobDone, Notice, Started
from bouture.augment.folder import RunFolder, read_outcomes, read_summary
from bouture.augment.loop import run
from bouture.augment.outcome import Status as Ending
from bouture.augment.stopping import Stopping
from bouture.augment.summary import Account
from bouture.augment.talk import Work
from bouture.corpus.document import Document
from bouture.errors import DocumentError, ProviderError, RecipeError
from bouture.llm.client import Client, Patience
from bouture.llm.http.openai import OpenAICompatible
from bouture.llm.recorded import Recorded
from bouture.strategies.dialogue import Dialogue
from bouture.strategies.planning import Job
from llm.fake_server import Body, Cut, FakeServer, Status

HASTY = Patience(first_s=0.001, rng=random.Random(0))


@pytest.mark.parametrize("concurrency", [4, 32])
async def test_concurrency_changes_nothing(tmp_path: Path, concurrency: int) -> None:
    async with FakeServer(slow_s=0.001) as server:
        alone = await run_http(tmp_path / "one", server.base_url, 1)
        assert server.most_at_once == 1
        asked = dict(server.asked)
        server.bodies.clear()
        together = await run_http(tmp_path / "many", server.base_url, concurrency)
        assert 1 < server.most_at_once <= concurrency
    assert files(tmp_path / "one") == files(tmp_path / "many")
    assert dict(server.asked) == asked
    assert set(asked.values()) == {1}
    for summary in (alone, together):
        assert adds_up(summary)
        assert all(adds_up(counts) for counts in summary.strategies.values())
        # The work meets every ending but failure, or this test would show little.
        assert min(summary.accepted, summary.repaired, summary.review, summary.rejected) > 0
        assert summary.pending == summary.failed == 0
        assert summary.requested == sum(c.requested for c in summary.strategies.values()) == 168
    assert alone.asked == together.asked == len(asked) == alone.requests


async def test_a_server_that_fails_now_and_then_changes_nothing(tmp_path: Path) -> None:
    rng = random.Random(7)
    faults = [Status(429, retry_after="0"), Status(503), Cut(), Body("{"), *[None] * 8]
    async with FakeServer() as server:
        quiet = await run_http(tmp_path / "quiet", server.base_url, 8)
        server.script.extend(rng.choice(faults) for _ in range(200))
        shaky = await run_http(tmp_path / "shaky", server.base_url, 8, retries=30)
    assert shaky.retries > 30
    assert shaky.failed == 0
    assert shaky.asked == quiet.asked
    assert files(tmp_path / "shaky") == files(tmp_path / "quiet")


async def test_a_second_run_does_nothing(tmp_path: Path) -> None:
    async with FakeServer() as server:
        first = await run_http(tmp_path / "run", server.base_url, 8)
        before, asked = files(tmp_path / "run"), len(server.bodies)
        second = await run_http(tmp_path / "run", server.base_url, 8)
    assert len(server.bodies) == asked
    assert files(tmp_path / "run") == before
    assert (second.asked, second.from_store) == (0, 0)
    assert second.requested == first.requested
    assert second.prompt_tokens == first.prompt_tokens == 7 * asked


async def test_a_new_ledger_is_made_from_stored_answers(tmp_path: Path) -> None:
    async with FakeServer() as server:
        await run_http(tmp_path / "run", server.base_url, 8)
        before, asked = files(tmp_path / "run"), len(server.bodies)
        (tmp_path / "run" / "ledger.jsonl").unlink()
        again = await run_http(tmp_path / "run", server.base_url, 8)
    assert len(server.bodies) == asked
    assert again.from_store == asked
    assert files(tmp_path / "run") == before


async def test_the_files_hold_what_became_of_each_job(tmp_path: Path) -> None:
    async with FakeServer() as server:
        summary = await run_http(tmp_path / "run", server.base_url, 8)
    folder = tmp_path / "run"
    accepted = formats.read(folder / "accepted.jsonl", "jsonl")
    assert len(accepted) == summary.accepted + summary.repaired
    assert len(formats.read(folder / "review.jsonl", "jsonl")) == summary.review
    rejected = [msgspec.json.decode(line) for line in (folder / "rejected.jsonl").open("rb")]
    assert len(rejected) == summary.rejected
    assert all(record["codes"] for record in rejected)
    rubbish = [record for record in rejected if record["codes"] == ["M01"]]
    assert rubbish
    assert all(r["answer"].startswith("moody d") and r["document"] is None for r in rubbish)
    alike = [record for record in rejected if "D01" in record["codes"]]
    assert all(record["document"]["text"] for record in alike)
    assert summary.rejections["M01"] == len(rubbish)
    assert {"M02", "C01", "P01"} <= summary.issues.keys()
    assert read_summary(folder) == summary
    outcomes = list(read_outcomes(folder))
    assert len(outcomes) == summary.requested
    for document in accepted:
        origin = document.origin
        assert origin is not None
        source, strategy, sample = document.id.partition("#")[0].split("~")
        assert (origin.strategy, origin.sample) == (strategy, int(sample))
        assert len(origin.requests) == {"local": 0, "twice": 2}.get(strategy, 1)
        assert origin.model == ("" if strategy == "local" else "fake-1")
        if strategy != "local":
            assert source in document.text
    several = [d.id for d in accepted if d.origin and d.origin.strategy == "several"]
    assert any(id.endswith("#2") for id in several)


async def test_failed_jobs_are_asked_again(tmp_path: Path) -> None:
    async with FakeServer() as server:
        server.script.extend(Status(400, '{"error": {"message": "too long"}}') for _ in range(3))
        first = await run_http(tmp_path / "run", server.base_url, 1)
        assert first.failed == 3
        assert adds_up(first)
        assert [error for error in first.errors if "too long" in error]
        before = len(server.bodies)
        second = await run_http(tmp_path / "run", server.base_url, 1)
        assert second.failed == 0
        assert adds_up(second)
        assert len(server.bodies) - before == 3 == second.asked
    # Each job counts once, though the ledger holds both its outcomes.
    assert (tmp_path / "run" / "ledger.jsonl").read_bytes().count(b"\n") == second.requested + 3


async def test_a_wrong_key_stops_the_run_and_it_continues(tmp_path: Path) -> None:
    async with FakeServer() as server:
        server.script.extend(Status(401, "wrong key") for _ in range(200))
        with pytest.raises(ProviderError, match="401"):
            await run_http(tmp_path / "run", server.base_url, 2)
        stopped = read_summary(tmp_path / "run")
        assert stopped.pending > 0
        assert adds_up(stopped)
        server.script.clear()
        summary = await run_http(tmp_path / "run", server.base_url, 2)
        await run_http(tmp_path / "whole", server.base_url, 2)
    assert summary.pending == 0
    assert files(tmp_path / "run") == files(tmp_path / "whole")


async def test_a_server_that_is_down_stops_the_run(tmp_path: Path) -> None:
    with RunFolder(tmp_path / "run") as folder:
        async with FakeServer() as server:
            server.answering = lambda body: 1 / 0  # type: ignore[assignment, return-value]
            provider = OpenAICompatible(OpenAICompatible.Options(base_url=server.base_url))
            client = Client(provider, folder.store, retries=1, concurrency=2, patience=HASTY)
            events: list[Event] = []
            with pytest.raises(ProviderError, match="down"):
                await run(work(client), folder, events.append)
            await client.close()
            assert len(server.bodies) < 20
    end = events[-1]
    assert isinstance(end, Ended)
    assert not end.complete
    assert adds_up(end.summary)
    assert end.summary.pending > 0
    assert any(isinstance(e, Notice) and "again" in e.wording.en for e in events)


async def test_events_tell_the_progress(tmp_path: Path) -> None:
    events: list[Event] = []
    with RunFolder(tmp_path / "run") as folder:
        planned = work(names=["local"])
        await run(planned, folder, events.append)
    assert events[0] == Started(24, 0)
    done = [event for event in events if isinstance(event, JobDone)]
    assert [event.job for event in done] == [job.id for job in planned.jobs]
    assert [event.done for event in done] == list(range(1, 25))
    assert isinstance(events[-1], Ended)
    assert events[-1].complete


async def test_jobs_that_are_not_planned_any_more_are_said_and_not_counted(tmp_path: Path) -> None:
    events: list[Event] = []
    with RunFolder(tmp_path / "run") as folder:
        await run(work(names=["local"]), folder)
        fewer = work(names=["local"], sources=5)
        summary = await run(fewer, folder, events.append)
    assert summary.requested == summary.jobs == 10
    assert any(isinstance(e, Notice) and "not planned" in e.wording.en for e in events)


async def test_interrupted_it_leaves_a_folder_that_continues(tmp_path: Path) -> None:
    async with FakeServer(slow_s=0.01) as server:
        task = asyncio.create_task(run_http(tmp_path / "run", server.base_url, 2))
        while len(server.answered) < 20:
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        stopped = read_summary(tmp_path / "run")
        assert adds_up(stopped)
        assert 0 < stopped.pending < stopped.jobs
        await run_http(tmp_path / "run", server.base_url, 8)
        await run_http(tmp_path / "whole", server.base_url, 8)
    assert files(tmp_path / "run") == files(tmp_path / "whole")


async def test_what_comes_back_after_a_stop_is_in_the_summary(tmp_path: Path) -> None:
    async with FakeServer(slow_s=0.1) as server:
        with RunFolder(tmp_path / "run", "seed: 5\n", "five") as folder:
            provider = OpenAICompatible(OpenAICompatible.Options(base_url=server.base_url))
            client = Client(provider, folder.store, concurrency=8)
            stopping = Stopping()
            planned = msgspec.structs.replace(
                work(client, names=["twice"]),
                stopping=stopping,
                account=lambda: Account(requests=folder.store.count()),
            )
            task = asyncio.create_task(run(planned, folder))
            while not server.answered:
                await asyncio.sleep(0.005)
            stopping.ask("interrupted", "interruption demandée")
            summary = await task
            assert folder.store.count() == len(server.answered)
            assert summary.requests + summary.unread == folder.store.count() > 1
    assert summary.stopped.startswith("interrupted")
    assert summary.stopped_fr == "interruption demandée"
    assert adds_up(summary) and summary.pending


class Broken:
    """A strategy with a bug on one document."""

    name = "broken"

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        if document.id == "d05" and self.error is not None:
            raise self.error
        return [made(document.text, self.name)]
        yield question("")


def broken_work(error: Exception | None) -> Work:
    planned = work(names=["local"])
    jobs = [Job(id, "broken") for id in planned.sources]
    return msgspec.structs.replace(
        planned, jobs=jobs, strategies={"broken": Broken(error)}, checks=[Alike()]
    )


async def test_a_bug_is_shown_and_the_run_continues_once_it_is_mended(tmp_path: Path) -> None:
    with RunFolder(tmp_path / "run") as folder:
        with pytest.raises(ZeroDivisionError) as caught:
            await run(broken_work(ZeroDivisionError()), folder)
        assert caught.value.__notes__ == ["while making d05~broken~0"]
        assert read_summary(folder.path).pending == 7
        summary = await run(broken_work(None), folder)
    assert summary.pending == 0
    assert summary.accepted == 3


async def test_an_invalid_document_fails_its_job_alone(tmp_path: Path) -> None:
    with RunFolder(tmp_path / "run") as folder:
        summary = await run(broken_work(DocumentError("span 3-2 is reversed")), folder)
    assert (summary.failed, summary.pending) == (1, 0)
    assert summary.errors == {"span 3-2 is reversed": 1}


async def test_wrong_plans_are_refused(tmp_path: Path) -> None:
    planned = work(names=["local"])
    with RunFolder(tmp_path / "run") as folder:
        twice = msgspec.structs.replace(planned, jobs=[*planned.jobs, planned.jobs[0]])
        with pytest.raises(RecipeError, match="planned twice"):
            await run(twice, folder)
        unknown = msgspec.structs.replace(planned, jobs=[Job("d00", "nobody")])
        with pytest.raises(RecipeError, match="nobody"):
            await run(unknown, folder)
        with pytest.raises(ProviderError, match="asks a model"):
            await run(work(names=["ask"]), folder)


async def test_without_a_recorded_answer_the_job_fails_and_says_what_to_do(tmp_path: Path) -> None:
    with RunFolder(tmp_path / "run") as folder:
        client = Client(Recorded(Recorded.Options()), folder.store, patience=HASTY)
        summary = await run(work(client, names=["ask"]), folder)
    assert summary.failed == summary.requested == 24
    assert "no recorded answer" in next(iter(summary.errors))
    outcome = next(read_outcomes(tmp_path / "run"))
    assert outcome.status is Ending.FAILED
    assert "bouture batch export" in outcome.error


def test_every_strategy_is_met() -> None:
    assert set(STRATEGIES) == {"local", "ask", "twice", "moody", "several"}
