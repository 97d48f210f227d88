"""The lane: how many at once, how many a minute, when again, when no more. In simulated time."""

import asyncio
import random
from collections import deque
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bouture.errors import ProviderError, RunStopped, ServerUnreachable, UsageError
from bouture.llm.flow.lane import Flow, Lane
from bouture.llm.flow.limits import PerMinute, Went, Window
from bouture.llm.flow.patience import Patience
from bouture.llm.messages import Message, Request, Response, Usage
from llm.simulated import simulated

Clock = Callable[[], float]


def request(text: Any = "a", **parameters: Any) -> Request:
    return Request((Message("user", str(text)),), "m", parameters)


def trouble(overloaded: bool = False, after: float | None = None) -> ServerUnreachable:
    error = ServerUnreachable("no")
    error.overloaded, error.retry_after = overloaded, after
    return error


class Server:
    """Takes its time, at most `capacity` at once, and remembers when it was asked what."""

    name = "server"
    contacts: tuple[str, ...] = ()

    def __init__(self, clock: Clock, slow_s: float = 0.1, capacity: int = 10**9) -> None:
        self.clock, self.slow_s, self.capacity = clock, slow_s, capacity
        self.script: deque[Exception | None] = deque()
        self.fails: Callable[[], Exception | None] = lambda: None
        self.asked: list[tuple[float, str]] = []
        self.answered: list[float] = []
        self.at_once = 0
        self.most_at_once = 0
        self.usage = Usage(2, 1)

    async def ask(self, request: Request) -> Response:
        self.asked.append((self.clock(), request.messages[0].content))
        if self.at_once >= self.capacity:
            raise trouble(overloaded=True)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            error = self.script.popleft() if self.script else self.fails()
            await asyncio.sleep(self.slow_s)
            if error is not None:
                raise error
        finally:
            self.at_once -= 1
        self.answered.append(self.clock())
        return Response(request.messages[0].content, usage=self.usage, seconds=self.slow_s)

    async def close(self) -> None:
        pass


def patience(clock: Clock, **changes: Any) -> Patience:
    return Patience(rng=random.Random(3), clock=clock, **changes)


async def ask_all(lane: Lane, number: int, **parameters: Any) -> list[Any]:
    asked = (lane.ask(request(n, **parameters)) for n in range(number))
    return await asyncio.gather(*asked, return_exceptions=True)


def test_a_healthy_server_is_used_in_full_within_a_second() -> None:
    async def main(clock: Clock) -> tuple[list[float], int]:
        server = Server(clock)
        lane = Lane(server, Flow(most=64), patience(clock))
        began = clock()
        await ask_all(lane, 6_400)
        assert lane.stats.cuts == 0 and lane.stats.in_flight == 0 and lane.stats.allowed == 64
        return [when - began for when in server.answered], server.most_at_once

    answered, most = simulated(main)
    assert most == 64
    assert answered[-1] < 100 * 0.1 + 1.0
    second = sum(1.0 <= when < 2.0 for when in answered)
    assert second >= 0.95 * 640


def test_it_finds_what_the_server_bears() -> None:
    async def main(clock: Clock) -> tuple[Lane, float]:
        server = Server(clock, capacity=20)
        lane = Lane(server, Flow(most=64), patience(clock, first_s=0.2), retries=50)
        began = clock()
        results = await ask_all(lane, 4_000)
        assert all(isinstance(result, Response) for result in results)
        return lane, clock() - began

    lane, seconds = simulated(main)
    assert seconds < 1.5 * 4_000 / 20 * 0.1  # AIMD keeps between half and all of it
    assert lane.stats.retries < 0.05 * 4_000
    assert lane.stats.cuts > 3


def test_overload_of_one_round_cuts_once() -> None:
    window = Window(first=64, most=64)
    tries = [asyncio.run(window.enter(n)) for n in range(64)]
    for number in tries:
        window.leave(number, Went.OVERLOADED)
    assert (window.allowed, window.cuts, window.in_use) == (32, 1, 0)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(1, 20),
    st.integers(1, 40),
    st.lists(st.tuples(st.sampled_from(Went), st.integers(0, 40)), max_size=120),
)
def test_the_window_stays_within_its_bounds(
    first: int, most: int, steps: list[tuple[Went, int]]
) -> None:
    async def main() -> None:
        window = Window(first, most)
        entering = [asyncio.ensure_future(window.enter(n)) for n in range(40)]
        inside: list[int] = []
        seen: list[asyncio.Future[int]] = []
        for went, which in steps:
            await asyncio.sleep(0)
            for task in entering:
                if task.done() and task not in seen:
                    seen.append(task)
                    inside.append(task.result())
            assert seen == entering[: len(seen)]  # in the order of arrival
            if inside:
                window.leave(inside.pop(which % len(inside)), went)
            assert 1 <= window.allowed <= most
            assert window.in_use <= most
        for task in entering:
            task.cancel()
        await asyncio.gather(*entering, return_exceptions=True)

    asyncio.run(main())


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_places_are_never_lost_when_those_who_wait_are_cancelled(seed: int) -> None:
    async def main(clock: Clock) -> None:
        rng = random.Random(seed)
        server = Server(clock)
        server.fails = lambda: rng.choice([None, None, trouble(), trouble(True)])
        lane = Lane(server, Flow(most=3), patience(clock, give_up_after=10**6), retries=2)
        tasks = [asyncio.create_task(lane.ask(request(n))) for n in range(30)]
        for task in rng.sample(tasks, 15):
            await asyncio.sleep(rng.uniform(0, 0.1))
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert lane._window.in_use == lane.stats.in_flight == 0
        server.fails = lambda: None
        assert isinstance((await ask_all(lane, 1))[0], Response)

    simulated(main)


def test_a_request_that_waits_for_its_next_try_leaves_its_place_and_comes_back_first() -> None:
    async def main(clock: Clock) -> list[str]:
        server = Server(clock, slow_s=1.0)
        server.script.append(trouble())
        lane = Lane(server, Flow(most=1), patience(clock, first_s=2.0))
        await ask_all(lane, 6)
        return [text for _, text in server.asked]

    asked = simulated(main)
    again = asked.index("0", 1)
    assert asked[:again] == [str(n) for n in range(again)]
    assert 1 < again <= 4
    assert asked[again + 1 :] == [str(n) for n in range(again, 6)]


def test_when_the_server_says_how_long_nobody_asks_before() -> None:
    async def main(clock: Clock) -> list[float]:
        server = Server(clock)
        server.script.extend([None] * 20 + [trouble(True, after=30.0)])
        lane = Lane(server, Flow(most=8), patience(clock))
        began = clock()
        await ask_all(lane, 100)
        return [when - began for when, _ in server.asked]

    asked = simulated(main)
    told = asked[20] + 0.1
    assert not [when for when in asked if told < when < told + 30]
    assert sum(when >= told + 30 for when in asked) > 60
    herd = sum(told + 30 <= when < told + 30.05 for when in asked)
    assert herd <= 4  # half of those before


def test_a_server_that_is_down_is_knocked_at_one_at_a_time_and_found_again() -> None:
    async def main(clock: Clock) -> tuple[int, int, float]:
        server = Server(clock)
        lane = Lane(server, Flow(most=64), patience(clock, give_up_after=10**6), retries=20)
        back = clock() + 20.0
        server.fails = lambda: trouble() if back - 10 < clock() < back else None
        await ask_all(lane, 10_000)
        down = [when for when, _ in server.asked if back - 9 < when < back]
        full = [when for when, _ in server.asked if back + 1.5 < when < back + 2.5]
        return len(down), len(full), lane.stats.failures

    down, full, failures = simulated(main)
    assert down <= 9.0 / 0.1 + 1
    assert full >= 500
    assert failures == 0


def test_no_try_begins_after_the_longest_time() -> None:
    async def main(clock: Clock) -> list[float]:
        server = Server(clock, slow_s=120.0)
        server.fails = lambda: trouble(True)
        began = clock()
        lane = Lane(server, Flow(most=1), patience(clock, longest_request_s=300.0), retries=99)
        results = await ask_all(lane, 1)
        assert isinstance(results[0], ServerUnreachable)
        return [when - began for when, _ in server.asked]

    asked = simulated(main)
    assert 2 <= len(asked) <= 3 and max(asked) <= 300


def test_a_server_that_never_answers_stops_the_run() -> None:
    async def main(clock: Clock) -> tuple[float, list[Any]]:
        server = Server(clock, slow_s=0.0)
        server.fails = trouble
        lane = Lane(server, Flow(most=8), patience(clock))
        began = clock()
        results = await ask_all(lane, 100)
        return clock() - began, results

    seconds, results = simulated(main)
    assert seconds < 62
    assert all(isinstance(result, ProviderError) for result in results)
    assert any("seems to be down" in str(result) for result in results)


@settings(max_examples=150, deadline=None)
@given(
    limit=st.integers(1, 300),
    steps=st.lists(
        st.tuples(st.floats(0, 20), st.integers(1, 400), st.integers(0, 100)), max_size=80
    ),
)
def test_no_minute_exceeds_a_limit(limit: int, steps: list[tuple[float, int, int]]) -> None:
    now = 0.0
    meter = PerMinute(limit, lambda: now)
    sent: list[tuple[float, int]] = []
    for pause, bound, percent in steps:
        now += pause
        bound = min(bound, limit)
        while (wait := meter.wait(bound)) > 0:
            now += wait
        entry = meter.take(bound)
        real = bound * percent // 100
        sent.append((now, real))
        meter.correct(entry, real)
    for when, _ in sent:
        assert sum(cost for other, cost in sent if when <= other < when + 60) <= limit


@pytest.mark.parametrize("limit", [1, 7, 60, 600])
def test_requests_a_minute_are_kept_and_used(limit: int) -> None:
    async def main(clock: Clock) -> list[float]:
        server = Server(clock, slow_s=0.5)
        lane = Lane(server, Flow(most=32, requests_per_minute=limit), patience(clock))
        began = clock()
        await ask_all(lane, limit * 10)
        return [when - began for when, _ in server.asked]

    asked = simulated(main)
    assert max(sum(when <= other < when + 60 for other in asked) for when in asked) <= limit
    assert max(asked) <= 61 * 10
    burst = sum(when < 1 for when in asked)
    assert burst <= 1 + limit * 6.1 / 61


def test_tokens_a_minute_are_counted_before_and_corrected_after() -> None:
    limit = 30_000

    async def main(clock: Clock) -> tuple[list[float], float]:
        server = Server(clock, slow_s=2.0)
        server.usage = Usage(900, 100)
        lane = Lane(server, Flow(most=16, tokens_per_minute=limit), patience(clock))
        began = clock()
        await ask_all(lane, 200, max_tokens=4_000)
        return [when - began for when, _ in server.asked], clock() - began

    asked, seconds = simulated(main)
    most = max(sum(when <= other < when + 60 for other in asked) for when in asked)
    assert most * 1_000 <= limit
    assert seconds < 200 * 1_000 / limit * 61 * 1.5  # though 4,000 were reserved for each


def test_a_request_greater_than_the_limit_goes_alone() -> None:
    async def main(clock: Clock) -> list[float]:
        server = Server(clock)
        lane = Lane(server, Flow(tokens_per_minute=100), patience(clock))
        server.usage = Usage(400, 100)
        await ask_all(lane, 3, max_tokens=1_000)
        return [when for when, _ in server.asked]

    first, second, third = simulated(main)
    assert second - first >= 60 and third - second >= 60


@pytest.mark.parametrize("flow", [Flow(most=1), Flow(requests_per_minute=2)])
def test_a_stop_wakes_whoever_waits(flow: Flow) -> None:
    async def main(clock: Clock) -> tuple[float, list[Any], int]:
        server = Server(clock)
        server.script.extend([trouble(True, after=500.0)])
        lane = Lane(server, flow, patience(clock))
        tasks = asyncio.gather(*(lane.ask(request(n)) for n in range(9)), return_exceptions=True)
        await asyncio.sleep(3.0)
        began = clock()
        lane.stop(RunStopped("enough"))
        lane.stop(RunStopped("another reason"))
        results = await tasks
        with pytest.raises(RunStopped, match="enough"):
            await lane.ask(request("late"))
        return clock() - began, results, len(server.answered)

    seconds, results, answered = simulated(main)
    assert seconds == 0
    stopped = [r for r in results if isinstance(r, RunStopped) and r.message == "enough"]
    assert len(stopped) == 9 - answered >= 7


def test_the_seconds_waited_are_told() -> None:
    async def main(clock: Clock) -> float:
        server = Server(clock)
        server.script.append(trouble(after=10.0))
        lane = Lane(server, Flow(), patience(clock, first_s=0.0))
        await lane.ask(request())
        return lane.stats.waiting_s

    assert simulated(main) == pytest.approx(10.0)


@pytest.mark.parametrize("name", ["most", "first", "requests_per_minute", "tokens_per_minute"])
def test_a_limit_below_one_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=name):
        Flow(**{name: 0})


async def test_a_place_given_to_somebody_cancelled_goes_to_the_next() -> None:
    window = Window(first=1, most=1)
    number = await window.enter(0)
    second = asyncio.create_task(window.enter(1))
    third = asyncio.create_task(window.enter(2))
    await asyncio.sleep(0)
    window.leave(number, Went.ANSWERED)
    second.cancel()  # in the moment in which it has its place
    assert await asyncio.wait_for(third, 1.0)
    assert second.cancelled() and window.in_use == 1


def test_what_the_server_asks_for_holds_for_those_who_wait_for_a_limit_too() -> None:
    async def main(clock: Clock) -> list[float]:
        server = Server(clock, slow_s=25.0)
        server.script.append(trouble(True, after=100.0))
        lane = Lane(server, Flow(requests_per_minute=2), patience(clock))
        began = clock()
        await ask_all(lane, 4)
        return [when - began for when, _ in server.asked]

    first, *others = simulated(main)
    assert first == 0
    assert not [when for when in others if 25 < when < 125]
    assert max(sum(when <= other < when + 60 for other in others) for when in others) <= 2
