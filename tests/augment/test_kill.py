"""Killed at any moment and started again: the same files, and nothing that was answered is asked twice."""

import asyncio
import random
import sys
from pathlib import Path

import pytest

from augment import small_work
from augment.small_work import files, run_http
from bouture.augment.folder import read_summary
from bouture.llm.messages import Request
from bouture.llm.store.answers import AnswerStore
from llm.fake_server import FakeServer

CONCURRENCY = 4


async def start(folder: Path, server: FakeServer) -> asyncio.subprocess.Process:
    script = Path(small_work.__file__)
    return await asyncio.create_subprocess_exec(
        sys.executable, script, folder, server.base_url, str(CONCURRENCY)
    )


def stored(folder: Path) -> set[str]:
    """The questions whose answers are in the store of a dead process."""
    if not (folder / "answers.sqlite").exists():
        return set()
    with AnswerStore(folder / "answers.sqlite") as store:
        requests: list[Request | None] = [request for _, request, _ in store.items()]
    return {request.messages[-1].content for request in requests if request is not None}


@pytest.mark.parametrize("seed", [1, 2])
async def test_killed_again_and_again(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    async with FakeServer() as server:
        whole = await run_http(tmp_path / "whole", server.base_url, CONCURRENCY)
        server.bodies.clear()
        server.slow_s = 0.03
        folder = tmp_path / "run"
        kills = 0
        for attempt in range(4):
            process = await start(folder, server)
            if attempt % 2:  # while it works
                goal = len(server.bodies) + rng.randrange(1, 40)
                while len(server.bodies) < goal and process.returncode is None:
                    await asyncio.sleep(0.001)
                await asyncio.sleep(rng.random() * 0.02)
            else:  # perhaps while it starts
                await asyncio.sleep(rng.random() * 0.5)
            if process.returncode is None:
                process.kill()
                kills += 1
            await process.wait()
            known = stored(folder)
            assert set(server.asked) >= known
            assert len(set(server.asked) - known) <= kills * CONCURRENCY
        assert kills > 1
        server.slow_s = 0.0
        process = await start(folder, server)
        assert await process.wait() == 0
    assert files(folder) == files(tmp_path / "whole")
    summary = read_summary(folder)
    assert (summary.requested, summary.pending) == (whole.requested, 0)
    assert summary.prompt_tokens == whole.prompt_tokens
    # Only what was in flight at a kill may come twice.
    again = server.asked.total() - len(server.asked)
    assert again <= kills * CONCURRENCY


async def test_no_stored_answer_is_asked_again(tmp_path: Path) -> None:
    async with FakeServer(slow_s=0.01) as server:
        process = await start(tmp_path, server)
        while len(server.answered) < 25:
            await asyncio.sleep(0.001)
        process.kill()
        await process.wait()
        known = stored(tmp_path)
        assert len(known) > 10
        server.bodies.clear()
        process = await start(tmp_path, server)
        assert await process.wait() == 0
        assert not known & set(server.asked)
        assert set(server.asked.values()) == {1}


async def test_interrupted_by_ctrl_c(tmp_path: Path) -> None:
    import signal

    async with FakeServer(slow_s=0.01) as server:
        script = Path(small_work.__file__)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            script,
            tmp_path,
            server.base_url,
            str(CONCURRENCY),
            stderr=asyncio.subprocess.PIPE,
        )
        while len(server.answered) < 25:
            await asyncio.sleep(0.001)
        process.send_signal(signal.SIGINT)
        _, said = await process.communicate()
        assert b"KeyboardInterrupt" in said
        stopped = read_summary(tmp_path)
        assert 0 < stopped.pending < stopped.jobs
        process = await start(tmp_path, server)
        assert await process.wait() == 0
        assert read_summary(tmp_path).pending == 0
