"""Everything a server can do wrong, over whole runs: each document is answered, or ends once with a code."""

import random
import time
from pathlib import Path
from typing import Any

import pytest

from augment.small_work import adds_up, files
from bouture.augment.folder import read_summary
from bouture.augment.outcome import Status as Ending
from bouture.errors import ProviderError
from faults.faulty import Faults, FaultyServer, by_source, number_of, repeat
from faults.kinds import LASTING, PASSING, patience_for
from llm.fake_server import Drip, Hang, Status, Step

SOURCES = 12
STRUCK = (2, 5, 9)
"""Documents whose requests fail, every time."""


def first_try(step: Step) -> Faults:
    """Every document fails once."""
    seen: set[int] = set()

    def faults(body: dict[str, Any]) -> Step:
        number = number_of(body)
        if number in seen:
            return None
        seen.add(number)
        return step

    return faults


@pytest.mark.parametrize("name", PASSING)
async def test_a_fault_that_passes_leaves_no_trace(tmp_path: Path, name: str) -> None:
    async with FaultyServer() as server:
        await repeat(tmp_path / "quiet", server, SOURCES)
        server.faults = first_try(PASSING[name])
        summary = await repeat(tmp_path / "shaky", server, SOURCES, **patience_for(name))
    assert server.failed == SOURCES
    assert summary.retries >= SOURCES
    assert (summary.accepted, summary.failed, summary.pending) == (SOURCES, 0, 0)
    assert adds_up(summary)
    assert files(tmp_path / "shaky") == files(tmp_path / "quiet")


@pytest.mark.parametrize("name", LASTING)
async def test_a_fault_that_stays_ends_its_documents_with_a_code_and_no_other(
    tmp_path: Path, name: str
) -> None:
    step, code, status = LASTING[name]
    async with FaultyServer(lambda body: step if number_of(body) in STRUCK else None) as server:
        summary = await repeat(tmp_path, server, SOURCES, **patience_for(name), retries=2)
        outcomes = by_source(tmp_path)
        struck = [outcome for outcome in outcomes.values() if outcome.status is not Ending.ACCEPTED]
        assert len(outcomes) == SOURCES
        assert [int(outcome.source[1:]) for outcome in struck] == list(STRUCK)
        assert {outcome.status for outcome in struck} == {status}
        assert all(code in outcome.codes for outcome in struck)
        assert adds_up(summary)
        assert summary.issues[code] == len(STRUCK)
        # Tried again where that may help, and only there.
        tries = 3 if code == "R01" and name != "429-an-hour" else 1
        assert server.failed == tries * len(STRUCK)
        await _once_it_is_well(tmp_path, server, status)


async def _once_it_is_well(folder: Path, server: FaultyServer, status: Ending) -> None:
    """The same run again, at a server that is well: what failed is asked, and nothing else."""
    server.faults = lambda body: None
    server.bodies.clear()
    again = await repeat(folder, server, SOURCES)
    wanted = STRUCK if status is Ending.FAILED else ()
    assert sorted(number_of(body) for body in server.bodies) == list(wanted)
    assert again.accepted == SOURCES - len(STRUCK) + len(wanted)
    assert (again.failed, again.pending) == (0, 0)
    assert adds_up(again)


async def test_a_server_that_asks_for_an_hour_is_not_waited_for(tmp_path: Path) -> None:
    step = Status(429, retry_after="3600")
    async with FaultyServer(lambda body: step if number_of(body) == 3 else None) as server:
        before = time.monotonic()
        summary = await repeat(tmp_path, server, SOURCES)
    assert time.monotonic() - before < 5
    assert (summary.accepted, summary.failed) == (SOURCES - 1, 1)


KEY_WANTED = '{"error": {"message": "Incorrect API key provided"}}'
NO_MODEL = '{"error": {"message": "The model `fake` does not exist", "code": "model_not_found"}}'
NO_CREDIT = '{"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}'


@pytest.mark.parametrize(
    ("step", "what_to_do"),
    [
        (Status(401, KEY_WANTED), "MY_KEY is right"),
        (Status(402), "credit"),
        (Status(403, '{"error": {"message": "not for you"}}'), "MY_KEY may use this model"),
        (Status(404, "<html>Not Found</html>"), "correct `base_url`"),
        (Status(405), "correct `base_url`"),
        (Status(404, NO_MODEL), "the server has fake-1"),
        (Status(307, "", Location="http://127.0.0.1:9/"), "final `base_url`"),
        (Status(429, NO_CREDIT), "credit"),
    ],
    ids=["401", "402", "403", "404", "405", "unknown-model", "redirect", "no-credit"],
)
async def test_what_concerns_every_request_stops_at_once_and_says_what_to_do(
    step: Step, what_to_do: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "sk-very-secret-0123456789")
    async with FaultyServer(lambda body: step if number_of(body) >= 4 else None) as server:
        server.pages["/v1/models"] = {"data": [{"id": "fake-1"}]}
        with pytest.raises(ProviderError) as caught:
            await repeat(tmp_path, server, 40, key_variable="MY_KEY", concurrency=2)
        assert type(caught.value) is ProviderError
        assert what_to_do in caught.value.hint
        assert server.failed <= 8  # two were in flight, and a few on their way
        stopped = read_summary(tmp_path)
        assert (stopped.accepted, stopped.failed, stopped.pending) == (4, 0, 36)
        assert adds_up(stopped)
        server.faults = lambda body: None
        server.bodies.clear()
        done = await repeat(tmp_path, server, 40)
    assert sorted(number_of(body) for body in server.bodies) == list(range(4, 40))
    assert (done.accepted, done.pending) == (40, 0)


async def test_a_wrong_key_stops_at_once_however_slow_another_answer_is(tmp_path: Path) -> None:
    def faults(body: dict[str, Any]) -> Step:
        return Hang(1) if number_of(body) == 0 else Status(401, KEY_WANTED)

    async with FaultyServer(faults) as server:
        with pytest.raises(ProviderError, match="401"):
            await repeat(tmp_path, server, 100, retries=0, concurrency=4)
        assert len(server.bodies) <= 1 + 2 * 4


async def test_a_server_that_answers_nothing_stops_the_run_and_not_each_document(
    tmp_path: Path,
) -> None:
    async with FaultyServer(lambda body: Status(500)) as server:
        with pytest.raises(ProviderError, match="seems to be down") as caught:
            await repeat(tmp_path, server, 100, retries=1, concurrency=2)
        assert "run the same command again" in caught.value.hint
        assert server.failed < 20
        stopped = read_summary(tmp_path)
        assert adds_up(stopped)
        assert stopped.failed <= 6 and stopped.pending >= 94
        server.faults = lambda body: None
        done = await repeat(tmp_path, server, 100)
    assert (done.accepted, done.failed, done.pending) == (100, 0, 0)


# ------------------------------------------------------------------ a fifth of all requests

MANY = 2000
SHARE = 0.2
QUICK: list[Step] = [
    step for name, step in PASSING.items() if name not in ("drip", "silence", "429-seconds")
]
WAITING: list[Step] = [Drip("trop lent", 0.1), Hang(2), Status(429, retry_after="0.01")]


def passing(rng: random.Random) -> Step:
    """A fault for one request in five, few of them slow."""
    if rng.random() >= SHARE:
        return None
    return rng.choice(WAITING if rng.random() < 0.02 else QUICK)


@pytest.mark.slow
async def test_a_fifth_of_the_requests_fail_and_the_files_are_the_same(tmp_path: Path) -> None:
    rng = random.Random(1)
    async with FaultyServer() as server:
        quiet = await repeat(tmp_path / "quiet", server, MANY, concurrency=16)
        server.faults = lambda body: passing(rng)
        options = {"concurrency": 16, "retries": 12, "timeout_s": 1.0}
        shaky = await repeat(tmp_path / "shaky", server, MANY, **options)
    assert server.failed > 0.9 * SHARE * MANY
    assert shaky.retries >= server.failed
    assert (quiet.accepted, quiet.asked) == (shaky.accepted, shaky.asked) == (MANY, MANY)
    assert (shaky.failed, shaky.pending) == (0, 0)
    assert adds_up(shaky)
    assert files(tmp_path / "shaky") == files(tmp_path / "quiet")


@pytest.mark.slow
async def test_faults_of_every_kind_together_each_document_is_answered_or_coded(
    tmp_path: Path,
) -> None:
    """Four faults in five pass, the others belong to one document and stay."""
    kinds = [name for name in LASTING if name not in PASSING]
    rng = random.Random(3)
    cursed = {n: LASTING[rng.choice(kinds)] for n in range(MANY) if rng.random() < SHARE / 5}

    def faults(body: dict[str, Any]) -> Step:
        lasting = cursed.get(number_of(body))
        return lasting.step if lasting else passing(rng)

    async with FaultyServer(faults) as server:
        options = {"concurrency": 16, "retries": 12, "timeout_s": 1.0}
        summary = await repeat(tmp_path, server, MANY, **options)
    outcomes = by_source(tmp_path)
    assert len(outcomes) == summary.requested == MANY
    assert adds_up(summary)
    assert summary.pending == 0
    for id, outcome in outcomes.items():
        expected = cursed.get(int(id[1:]))
        if expected is None:
            assert outcome.status is Ending.ACCEPTED
        else:
            assert outcome.status is expected.status
            assert expected.code in outcome.codes
    assert {one.code for one in cursed.values()} == {"R01", "R02", "R03", "M01", "M03", "M04"}
