"""Dialogues in rounds: the next unanswered request of each job, once each, whatever came back in which order."""

import asyncio
import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from augment.batch_answers import answer, expired, key_of, overloaded, requests_in, write
from augment.small_work import files, run_http, work
from bouture.augment.batch.export import Export, export_requests
from bouture.augment.batch.intake import import_answers
from bouture.augment.folder import RunFolder
from bouture.augment.loop import run
from bouture.augment.rounds import Survey, next_request, pending
from bouture.llm.batch.files import DIALECTS, DialectName
from bouture.llm.client import Client
from bouture.llm.messages import Response
from bouture.llm.recorded import Recorded
from llm.fake_server import FakeServer


def test_each_pending_request_is_named_once(tmp_path: Path) -> None:
    with RunFolder(tmp_path / "run") as folder:
        survey = Survey()
        found = list(pending(work(), folder, survey))
        assert len({one.request.key for one in found}) == len(found) > 50
        assert survey.waiting + survey.ready + survey.done == len(work().jobs)


def test_requests_made_from_one_source_stand_in_a_row(tmp_path: Path) -> None:
    with RunFolder(tmp_path / "run") as folder:
        asked = [(one.job.strategy, one.job.source) for one in pending(work(), folder)]
    blocks = [pair for pair, before in zip(asked, [None, *asked], strict=False) if pair != before]
    assert len(blocks) == len(set(blocks)) < len(asked)
    order = list(dict.fromkeys((job.strategy, job.source) for job in work().jobs))
    assert blocks == [pair for pair in order if pair in set(blocks)]


def test_the_second_turn_is_pending_once_the_first_is_answered(tmp_path: Path) -> None:
    todo = work(sources=1, names=["twice"])
    with RunFolder(tmp_path / "run") as folder:
        job = todo.jobs[0]
        first = next_request(todo, job, folder.store)
        assert first is not None
        folder.store.add(first.key, Response("un"))
        second = next_request(todo, job, folder.store)
        assert second is not None
        assert second.messages[-1].content == "twice two un"
        folder.store.add(second.key, Response("deux"))
        assert next_request(todo, job, folder.store) is None


async def online(tmp_path: Path) -> dict[str, bytes]:
    async with FakeServer() as server:
        await run_http(tmp_path / "online", server.base_url, 4)
    return files(tmp_path / "online")


async def offline(folder: RunFolder) -> int:
    """The run after the last round; how many requests it had to ask."""
    client = Client(Recorded(Recorded.Options()), folder.store)
    try:
        return (await run(work(client), folder)).asked
    finally:
        await client.close()


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_in_rounds_it_comes_to_the_same_as_online(
    tmp_path: Path, dialect: DialectName
) -> None:
    expected = await online(tmp_path)
    rng = random.Random(dialect)
    with RunFolder(tmp_path / "run", "seed: 5\n", "five") as folder:
        rounds = 0
        while (exported := export_requests(work(), folder, Export(dialect))).requests:
            rounds += 1
            assert exported.folder is not None
            asked = requests_in(exported.folder)
            rng.shuffle(asked)
            late = {key_of(line) for line in asked[:9]} if rounds == 1 else set()
            lines = [expired(line) if key_of(line) in late else answer(line) for line in asked]
            lines += lines[::5] + [overloaded(line) for line in asked[:4]]
            rng.shuffle(lines)
            half = len(lines) // 2
            back = tmp_path / f"back-{rounds}"
            write(back / "a.jsonl", lines[half:])
            write(back / "b.jsonl", lines[:half])
            found = import_answers(work(), folder, [back])
            assert found.new == len(asked) - len(late)
            assert found.refused == ()
            assert found.errors["rate_limit"] == min(4, len(asked))
            again = import_answers(work(), folder, [back])
            assert (again.new, again.known) == (0, found.new + found.known)
        assert rounds == 3
        assert await offline(folder) == 0
    assert files(tmp_path / "run") == expected


@pytest.fixture(scope="module")
def expected_files() -> dict[str, bytes]:
    with TemporaryDirectory() as name:
        return asyncio.run(online(Path(name)))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False), st.floats(0.3, 1.0), st.integers(1, 4))
def test_whatever_comes_back_when_the_documents_are_the_same(
    expected_files: dict[str, bytes], rng: random.Random, share: float, parts: int
) -> None:
    """Each round loses a part of its answers, repeats some, in any order, in several files and dialects."""
    with TemporaryDirectory() as name:
        path = Path(name)
        with RunFolder(path / "run", "seed: 5\n", "five") as folder:
            for number in range(40):
                dialect = rng.choice(DIALECTS)
                exported = export_requests(work(), folder, Export(dialect))
                if exported.folder is None:
                    break
                asked = requests_in(exported.folder)
                lines = [answer(line) for line in asked if rng.random() < share or number > 9]
                lines += [expired(line) for line in asked if rng.random() < 0.1]
                lines += rng.sample(lines, len(lines) // 4)
                rng.shuffle(lines)
                pieces = [
                    write(path / f"{number}-{part}.jsonl", lines[part::parts])
                    for part in range(parts)
                ]
                rng.shuffle(pieces)
                found = import_answers(work(), folder, pieces)
                assert found.conflicting == found.foreign == found.unreadable == 0
            assert asyncio.run(offline(folder)) == 0
        assert files(path / "run") == expected_files
