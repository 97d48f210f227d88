"""Fifty times `kill -9` at random moments: nothing answered is lost, nothing is done or counted twice."""

import asyncio
import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from augment import small_work
from augment.small_work import adds_up, files, run_http
from bouture.augment.folder import read_outcomes, read_summary
from bouture.llm.messages import Request
from bouture.llm.store.answers import AnswerStore
from llm.fake_server import FakeServer

CONCURRENCY = 4
KILLS = 50
STARTING_S = 0.8
"""Within so many seconds a killed process may still import, open its folder or read its ledger."""


async def start(folder: Path, server: FakeServer) -> asyncio.subprocess.Process:
    script = Path(small_work.__file__)
    return await asyncio.create_subprocess_exec(
        sys.executable, script, folder, server.base_url, str(CONCURRENCY)
    )


async def kill_at_random(
    process: asyncio.subprocess.Process, server: FakeServer, rng: random.Random
) -> bool:
    """Kills after some answers or after some time, drawn; False when the process came to its end before."""
    if rng.random() < 0.6:
        goal = len(server.bodies) + rng.randrange(1, 12)
        while len(server.bodies) < goal and process.returncode is None:
            await asyncio.sleep(0.001)
        await asyncio.sleep(rng.random() * 0.02)
    else:
        await asyncio.sleep(rng.random() * STARTING_S)
    killed = process.returncode is None
    if killed:
        process.kill()
    await process.wait()
    return killed


def stored(folder: Path) -> set[str]:
    """The questions whose answers a dead process has left."""
    if not (folder / "answers.sqlite").exists():
        return set()
    with AnswerStore(folder / "answers.sqlite") as store:
        requests: list[Request | None] = [request for _, request, _ in store.items()]
    return {request.messages[-1].content for request in requests if request is not None}


def done_twice(folder: Path) -> list[str]:
    """Jobs that have a last outcome more than once in the ledger as it is on disk."""
    file = folder / "ledger.jsonl"
    lines = file.read_bytes().splitlines(keepends=True) if file.exists() else []
    ended: Counter[str] = Counter()
    for line in lines:
        if line.endswith(b"\n"):  # else torn by the kill
            outcome = json.loads(line)
            ended[outcome["job"]] += outcome.get("index", 0) + 1 == outcome.get("of", 1)
    return [job for job, times in ended.items() if times > 1]


class Whole(NamedTuple):
    """What a run that nobody disturbs leaves."""

    files: dict[str, bytes]
    questions: set[str]
    requested: int
    prompt_tokens: int


async def killed_until_done(folder: Path, whole: Whole, rng: random.Random, left: int) -> int:
    """One run, started and killed until it is done or `left` kills are used up; returns the kills."""
    kills = lost = 0
    known: set[str] = set()
    async with FakeServer(slow_s=0.01) as server:
        done = False
        while not done:
            process = await start(folder, server)
            if kills == left:
                assert await process.wait() == 0
                break
            done = not await kill_at_random(process, server, rng)
            kills += not done
            assert not done or process.returncode == 0
            now = stored(folder)
            flying = server.asked.total() - len(now) - lost
            assert flying <= CONCURRENCY  # each kill loses what was in flight, and no more
            lost += flying
            assert known <= now  # nothing answered is lost
            assert done_twice(folder) == []
            known = now
        again = server.asked.total() - len(server.asked)
        assert again <= kills * CONCURRENCY
        assert set(server.asked) == whole.questions
    _as_if_nothing_had_happened(folder, whole)
    return kills


def _as_if_nothing_had_happened(folder: Path, whole: Whole) -> None:
    assert files(folder) == whole.files
    summary = read_summary(folder)
    assert adds_up(summary)
    assert (summary.requested, summary.pending) == (whole.requested, 0)
    assert (summary.failed, summary.prompt_tokens) == (0, whole.prompt_tokens)
    outcomes = [(outcome.job, outcome.index) for outcome in read_outcomes(folder)]
    assert len(outcomes) == len(set(outcomes)) == whole.requested


@pytest.mark.slow
async def test_fifty_kills_at_random_moments(tmp_path: Path) -> None:
    rng = random.Random(50)
    async with FakeServer() as server:
        summary = await run_http(tmp_path / "whole", server.base_url, CONCURRENCY)
        whole = Whole(
            files(tmp_path / "whole"),
            set(server.asked),
            summary.requested,
            summary.prompt_tokens,
        )
    kills: list[int] = []
    while sum(kills) < KILLS:
        folder = tmp_path / f"run-{len(kills)}"
        kills.append(await killed_until_done(folder, whole, rng, KILLS - sum(kills)))
    assert sum(kills) == KILLS
    assert max(kills) > 5  # killed again and again in the same folder
