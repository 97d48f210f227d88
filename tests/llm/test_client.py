"""The client: store first, once for many, patient, and it knows when to stop."""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from bouture.errors import (
    AnswerMissing,
    ProviderError,
    RequestRefused,
    RunStopped,
    ServerUnreachable,
)
from bouture.llm.budget.amounts import Caps
from bouture.llm.budget.meter import Meter
from bouture.llm.client import Client, Patience
from bouture.llm.messages import Message, Request, Response, Usage
from bouture.llm.provider import Learnt
from bouture.llm.store.answers import AnswerStore
from llm.simulated import simulated


def request(text: str) -> Request:
    return Request((Message("user", text),))


class Scripted:
    """Raises what the script says, then repeats the question."""

    name = "scripted"

    def __init__(self, *script: Exception) -> None:
        self.script = deque(script)
        self.asked: list[str] = []
        self.closed = False
        self.gate: asyncio.Event | None = None

    async def ask(self, request: Request) -> Response:
        self.asked.append(request.messages[0].content)
        if self.gate is not None:
            await self.gate.wait()
        await asyncio.sleep(0)
        if self.script:
            raise self.script.popleft()
        return Response(request.messages[0].content, usage=Usage(2, 1), seconds=0.5)

    async def close(self) -> None:
        self.closed = True


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    def clock(self) -> float:
        return self.now


def patience(time: Time, **settings: float) -> Patience:
    return Patience(rng=random.Random(3), sleep=time.sleep, clock=time.clock, **settings)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AnswerStore]:
    with AnswerStore(tmp_path / "answers.sqlite") as opened:
        yield opened


def down(after: float | None = None) -> ServerUnreachable:
    error = ServerUnreachable("no")
    error.retry_after = after
    return error


async def test_the_store_answers_first(store: AnswerStore) -> None:
    provider = Scripted()
    client = Client(provider, store)
    first = await client.answer(request("a"))
    assert await client.answer(request("a")) == first
    assert provider.asked == ["a"]
    assert (client.stats.asked, client.stats.from_store) == (1, 1)
    assert (client.stats.prompt_tokens, client.stats.completion_tokens) == (2, 1)
    assert client.stats.seconds == 0.5


async def test_the_same_question_at_the_same_time_is_asked_once(store: AnswerStore) -> None:
    provider = Scripted()
    client = Client(provider, store)
    answers = await asyncio.gather(*(client.answer(request("a")) for _ in range(20)))
    assert len({id(answer) for answer in answers}) == 1
    assert provider.asked == ["a"]
    assert (client.stats.asked, client.stats.from_store) == (1, 19)


async def test_whoever_waits_for_the_same_answer_survives_the_first_asker(
    store: AnswerStore,
) -> None:
    provider = Scripted()
    provider.gate = asyncio.Event()
    client = Client(provider, store)
    first = asyncio.create_task(client.answer(request("a")))
    second = asyncio.create_task(client.answer(request("a")))
    await asyncio.sleep(0.01)
    first.cancel()
    provider.gate.set()
    assert (await second).text == "a"
    assert provider.asked == ["a"]


async def test_failures_are_shared_and_never_stored(store: AnswerStore) -> None:
    provider = Scripted(RequestRefused("no"))
    client = Client(provider, store)
    results = await asyncio.gather(
        *(client.answer(request("a")) for _ in range(3)), return_exceptions=True
    )
    assert [type(result) for result in results] == [RequestRefused] * 3
    assert store.count() == 0
    assert (await client.answer(request("a"))).text == "a"
    assert provider.asked == ["a", "a"]


async def test_only_so_many_at_once(store: AnswerStore) -> None:
    provider = Scripted()
    provider.gate = asyncio.Event()
    client = Client(provider, store, concurrency=3)
    tasks = [asyncio.create_task(client.answer(request(str(n)))) for n in range(10)]
    await asyncio.sleep(0.01)
    assert len(provider.asked) == 3
    provider.gate.set()
    await asyncio.gather(*tasks)
    assert len(provider.asked) == 10


async def test_it_tries_again_and_waits_longer_each_time(store: AnswerStore) -> None:
    time = Time()
    provider = Scripted(*(down() for _ in range(4)))
    client = Client(provider, store, retries=4, patience=patience(time, longest_s=4.0))
    assert (await client.answer(request("a"))).text == "a"
    assert client.stats.retries == 4
    assert client.stats.asked == 1
    assert len(time.slept) == 4
    assert all(0 <= slept <= most for slept, most in zip(time.slept, (1, 2, 4, 4), strict=True))


async def test_it_gives_up_after_the_last_try(store: AnswerStore) -> None:
    time = Time()
    provider = Scripted(*(down() for _ in range(3)))
    client = Client(provider, store, retries=2, patience=patience(time))
    with pytest.raises(ServerUnreachable):
        await client.answer(request("a"))
    assert len(provider.asked) == 3
    assert client.stats.failures == 1
    assert store.count() == 0


async def test_what_the_server_asks_for_is_the_least_that_is_waited_by_everyone(
    store: AnswerStore,
) -> None:
    time = Time()
    provider = Scripted(down(30.0))
    client = Client(provider, store, patience=patience(time))
    await client.answer(request("a"))
    assert 30 <= time.now <= 31
    provider.script.append(down(30.0))
    before = time.now
    first = asyncio.create_task(client.answer(request("b")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await asyncio.gather(first, client.answer(request("c")))
    assert time.now - before >= 30


async def test_a_server_that_asks_for_an_hour_is_given_up(store: AnswerStore) -> None:
    time = Time()
    client = Client(Scripted(down(3600.0)), store, patience=patience(time))
    with pytest.raises(ServerUnreachable):
        await client.answer(request("a"))
    assert time.slept == []


@pytest.mark.parametrize("error", [RequestRefused("no"), AnswerMissing("no"), ProviderError("key")])
async def test_what_is_useless_is_not_tried_again(store: AnswerStore, error: ProviderError) -> None:
    provider = Scripted(error)
    client = Client(provider, store)
    with pytest.raises(type(error)):
        await client.answer(request("a"))
    assert provider.asked == ["a"]


async def test_after_so_many_failures_in_a_row_it_asks_no_more(store: AnswerStore) -> None:
    time = Time()
    provider = Scripted(*(down() for _ in range(99)))
    client = Client(provider, store, retries=0, patience=patience(time, give_up_after=3))
    for n in range(3):
        with pytest.raises(ServerUnreachable):
            await client.answer(request(str(n)))
    with pytest.raises(ProviderError, match="3 requests in a row") as caught:
        await client.answer(request("3"))
    assert type(caught.value) is ProviderError
    assert len(provider.asked) == 3


async def test_a_success_clears_the_count_of_failures(store: AnswerStore) -> None:
    provider = Scripted(down(), down())
    client = Client(provider, store, retries=0, patience=Patience(give_up_after=3))
    for n in range(2):
        with pytest.raises(ServerUnreachable):
            await client.answer(request(str(n)))
    await client.answer(request("good"))
    provider.script.extend([down(), down()])
    for n in range(2):
        with pytest.raises(ServerUnreachable):
            await client.answer(request(str(n)))
    assert (await client.answer(request("still there"))).text


async def test_closing_gives_up_what_is_in_flight(store: AnswerStore) -> None:
    provider = Scripted()
    provider.gate = asyncio.Event()
    client = Client(provider, store)
    task = asyncio.create_task(client.answer(request("a")))
    await asyncio.sleep(0.01)
    await client.close()
    assert provider.closed
    with pytest.raises(asyncio.CancelledError):
        await task
    assert store.count() == 0


def slow(seconds: float) -> Scripted:
    provider = Scripted()
    plain = provider.ask

    async def ask(request: Request) -> Response:
        await asyncio.sleep(seconds)
        return await plain(request)

    provider.ask = ask  # type: ignore[method-assign]
    return provider


@pytest.mark.parametrize(("takes", "stored", "billed"), [(4.0, 3, 0), (6.0, 0, 3)])
def test_a_stop_leaves_what_is_in_flight_its_time_and_no_more(
    store: AnswerStore, takes: float, stored: int, billed: int
) -> None:
    async def main(clock: Callable[[], float]) -> tuple[float, list[object], Meter]:
        meter = Meter(Caps(requests=99), {}, {}, clock)
        kept = Patience(clock=clock)
        client = Client(slow(takes), store, concurrency=3, patience=kept, meter=meter)
        tasks = [asyncio.create_task(client.answer(request(str(n)))) for n in range(9)]
        await asyncio.sleep(0.5)
        began = clock()
        client.stop("interrupted", grace_s=5.0)
        with pytest.raises(RunStopped, match="interrupted") as caught:
            await client.answer(request("more"))
        assert "again" in caught.value.hint
        results = await asyncio.gather(*tasks, return_exceptions=True)
        await client.close()
        return clock() - began, results, meter

    seconds, results, meter = simulated(main)
    assert seconds == pytest.approx(min(5.0, takes - 0.5))
    assert store.count() == stored == sum(isinstance(one, Response) for one in results)
    assert sum(isinstance(one, RunStopped) for one in results) == 9 - stored
    assert meter.spent.perhaps_billed_requests == billed
    assert meter.spent.requests == stored + billed
    assert store.reserved() == []
    totals = store.totals().get("")
    assert (totals.requests + totals.lost_requests if totals else 0) == 3


def test_closing_after_a_stop_waits_for_what_is_in_flight(store: AnswerStore) -> None:
    async def main(clock: Callable[[], float]) -> None:
        client = Client(slow(4.0), store, patience=Patience(clock=clock))
        task = asyncio.create_task(client.answer(request("a")))
        await asyncio.sleep(0.5)
        client.stop("interrupted")
        task.cancel()  # as a loop does that ends
        await client.close()

    simulated(main)
    assert store.count() == 1


def test_a_second_stop_may_leave_less_time(store: AnswerStore) -> None:
    async def main(clock: Callable[[], float]) -> float:
        client = Client(slow(100.0), store, patience=Patience(clock=clock))
        task = asyncio.create_task(client.answer(request("a")))
        await asyncio.sleep(0.5)
        client.stop("first", grace_s=60.0)
        client.stop("second", grace_s=1.0)
        with pytest.raises(RunStopped, match="first"):
            await task
        await client.close()
        return clock()

    assert simulated(main) == pytest.approx(1001.5)


async def test_what_is_stored_is_answered_after_a_stop(store: AnswerStore) -> None:
    client = Client(Scripted(), store)
    first = await client.answer(request("a"))
    client.stop("enough")
    assert await client.answer(request("a")) == first


class Pupil(Scripted):
    """Learns with its first answer that there is no seed."""

    def __init__(self) -> None:
        super().__init__()
        self.on_learnt: Callable[[Learnt], None] = lambda fact: None
        self.remembered: list[Learnt] = []

    def remember(self, facts: Sequence[Learnt]) -> None:
        self.remembered += facts

    async def ask(self, request: Request) -> Response:
        if not self.remembered:
            self.remember([SEED])
            self.on_learnt(SEED)
        return await super().ask(request)


SEED = Learnt("seed", "", "unknown parameter: seed")


async def test_what_a_server_taught_is_said_once_and_remembered_by_the_next_run(
    store: AnswerStore,
) -> None:
    said: list[Learnt] = []
    for run, text in enumerate("ab"):
        pupil = Pupil()
        client = Client(pupil, store)
        client.on_learnt = said.append
        await client.answer(request(text))
        await client.answer(request(text * 2))
        assert said == [SEED]
        assert client.stats.learnt == ((SEED,) if run == 0 else ())
        assert pupil.remembered == [SEED]
    assert store.learnt("") == [SEED]
