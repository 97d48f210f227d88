"""The command `bouture run` against a slow server: Ctrl-C and budgets end it in good order, and it goes on."""

import asyncio
import json
import signal
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from augment.small_work import adds_up
from bouture.augment.folder import read_summary
from bouture.llm.store.answers import AnswerStore
from faults.faulty import FaultyServer
from llm.fake_server import Cut, FakeServer, Hang
from llm.rewriting import rewriting

COMMAND = "import sys; from bouture.cli import main; sys.exit(main(sys.argv[1:]))"
JOBS = 16
GRACE_S = 5.0


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    said: str


class Command:
    """`bouture run` on the example with a few rewritings, as a process."""

    def __init__(self, example: Path, folder: Path, server: FakeServer, *more: str) -> None:
        settings = [
            "evaluate=null",
            f"strategies=[{{use: rewrite, limit: {JOBS}}}]",
            "model.provider=openai",
            "model.name=m",
            "model.concurrency=4",
            f"model.options={{base_url: '{server.base_url}'}}",
            f"run={folder}",
            *more,
        ]
        self.arguments = ["run", str(example)]
        for setting in settings:
            self.arguments += ["--set", setting]

    async def start(self) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(
            sys.executable, "-c", COMMAND, *self.arguments, stdout=pipe, stderr=pipe
        )

    async def end(self, process: asyncio.subprocess.Process | None = None) -> Ended:
        """Waits for the end."""
        process = process or await self.start()
        said = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode is not None
        return Ended(process.returncode, b"".join(said).decode())


def asked(server: FakeServer) -> list[str]:
    """Whole conversations, one for each request that came in."""
    return [json.dumps(body["messages"]) for body in server.bodies]


def known(folder: Path) -> set[str]:
    """Whole conversations whose answers are stored."""
    with AnswerStore(folder / "answers.sqlite") as store:
        requests = [request for _, request, _ in store.items()]
    return {
        json.dumps([{"role": m.role, "content": m.content} for m in request.messages])
        for request in requests
        if request is not None
    }


async def at_work(server: FakeServer, answered: int) -> None:
    """Until so many are answered and more are on their way."""
    while len(server.answered) < answered or server.at_once < 2:
        await asyncio.sleep(0.002)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
async def test_ctrl_c_keeps_what_was_in_flight_and_the_same_command_continues(
    example: Path, tmp_path: Path, sent: signal.Signals
) -> None:
    async with FakeServer(rewriting, slow_s=0.4) as server:
        command = Command(example, tmp_path / "run", server)
        process = await command.start()
        await at_work(server, 3)
        before = len(server.bodies)
        at = time.monotonic()
        process.send_signal(sent)
        ended = await command.end(process)
        assert time.monotonic() - at < 8
        assert ended.code == 130
        assert "run the same command again" in ended.said
        assert "Traceback" not in ended.said
        # What was in flight came back, and all that came back is stored.
        assert len(server.answered) == len(server.bodies) >= before
        assert len(server.bodies) < JOBS
        answered = known(tmp_path / "run")
        assert answered == set(asked(server))
        stopped = read_summary(tmp_path / "run")
        assert stopped.stopped.startswith("interrupted")
        assert 0 < stopped.pending < JOBS
        assert adds_up(stopped)
        server.slow_s = 0.0
        server.bodies.clear()
        ended = await command.end()
        assert ended.code == 0, ended.said
    assert not answered & set(asked(server))
    assert len(server.bodies) == len(set(asked(server)))
    done = read_summary(tmp_path / "run")
    assert (done.requested, done.pending, done.failed, done.stopped) == (JOBS, 0, 0, "")
    assert adds_up(done)


class Stuck(FaultyServer):
    """Answers so many requests and then no more."""

    def __init__(self, answers: int) -> None:
        super().__init__(lambda body: Hang(30) if len(self.bodies) >= answers else None)
        self.answering = rewriting


@pytest.mark.slow
async def test_ctrl_c_waits_no_longer_than_it_says_for_a_server_that_is_stuck(
    example: Path, tmp_path: Path
) -> None:
    async with Stuck(5) as server:
        command = Command(example, tmp_path / "run", server)
        process = await command.start()
        while server.failed < 4:
            await asyncio.sleep(0.002)
        at = time.monotonic()
        process.send_signal(signal.SIGINT)
        ended = await command.end(process)
        assert GRACE_S - 0.5 < time.monotonic() - at < GRACE_S + 3
        assert ended.code == 130
        assert f"answers on their way have {GRACE_S:.0f} s" in ended.said
    assert len(known(tmp_path / "run")) == 5
    summary = read_summary(tmp_path / "run")
    assert (summary.accepted + summary.repaired + summary.review, summary.pending) == (5, JOBS - 5)


async def test_a_second_ctrl_c_stops_at_once(example: Path, tmp_path: Path) -> None:
    async with Stuck(5) as server:
        command = Command(example, tmp_path / "run", server)
        process = await command.start()
        while server.failed < 4:
            await asyncio.sleep(0.002)
        at = time.monotonic()
        process.send_signal(signal.SIGINT)
        await asyncio.sleep(0.3)
        process.send_signal(signal.SIGINT)
        ended = await command.end(process)
        assert time.monotonic() - at < 3
        assert ended.code == 130
        assert "Traceback" not in ended.said
    assert len(known(tmp_path / "run")) == 5
    assert adds_up(read_summary(tmp_path / "run"))


# ------------------------------------------------------------------ a cap of the budget

CAP = 5


async def test_a_cap_ends_the_run_in_good_order_and_a_higher_one_goes_on(
    example: Path, tmp_path: Path
) -> None:
    async with FakeServer(rewriting) as server:
        ended = await Command(example, tmp_path / "run", server, f"budget.requests={CAP}").end()
        assert ended.code == 1
        assert f"the budget of {CAP} requests is reached" in ended.said
        assert "Traceback" not in ended.said
        assert len(server.bodies) == CAP
        answered = known(tmp_path / "run")
        assert answered == set(asked(server))
        stopped = read_summary(tmp_path / "run")
        assert str(CAP) in stopped.stopped
        assert (stopped.failed, stopped.asked) == (0, CAP)
        assert stopped.pending >= JOBS - CAP
        assert adds_up(stopped)
        assert (tmp_path / "run" / "report.html").exists()
        same = await Command(example, tmp_path / "run", server, f"budget.requests={CAP}").end()
        assert same.code == 1
        assert len(server.bodies) == CAP  # the cap holds over all runs in the folder
        server.bodies.clear()
        ended = await Command(example, tmp_path / "run", server, "budget.requests=500").end()
        assert ended.code == 0, ended.said
    assert not answered & set(asked(server))
    done = read_summary(tmp_path / "run")
    assert (done.requested, done.pending, done.stopped) == (JOBS, 0, "")
    assert adds_up(done)


async def test_answers_that_were_lost_count_towards_the_cap(example: Path, tmp_path: Path) -> None:
    def every_other(body: dict[str, Any]) -> Cut | None:
        return Cut() if len(server.bodies) % 2 else None

    server = FaultyServer(every_other)
    server.answering = rewriting
    async with server:
        ended = await Command(example, tmp_path / "run", server, f"budget.requests={CAP}").end()
        assert ended.code == 1
        assert len(server.bodies) == CAP
    stopped = read_summary(tmp_path / "run")
    assert stopped.lost == server.failed == CAP - len(known(tmp_path / "run"))
    assert adds_up(stopped)
