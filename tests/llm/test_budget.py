"""The budget: a cap is never passed, and what is left of it is used."""

import asyncio
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bouture.errors import (
    BudgetReached,
    ProviderError,
    RequestRefused,
    RunStopped,
    ServerUnreachable,
    UsageError,
)
from bouture.llm.budget.amounts import Caps, Price
from bouture.llm.budget.booking import meter_of
from bouture.llm.budget.bounds import longest_answer, longest_prompt
from bouture.llm.budget.meter import Meter
from bouture.llm.client import Client
from bouture.llm.flow.lane import Flow
from bouture.llm.flow.patience import Patience
from bouture.llm.messages import Message, Request, Response, Usage
from bouture.llm.several import Several
from bouture.llm.store.answers import AnswerStore, Totals
from llm.simulated import simulated

Clock = Callable[[], float]
PRICES = {"small": Price(0.15, 0.6), "big": Price(2.5, 10.0)}


def request(text: Any, model: str = "small", longest: int | None = 100) -> Request:
    parameters = {} if longest is None else {"max_tokens": longest}
    return Request((Message("user", str(text)),), model, parameters)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AnswerStore]:
    with AnswerStore(tmp_path / "answers.sqlite") as opened:
        yield opened


class Biller:
    """A server that keeps its own account of what it charges: never more than the bound."""

    name = "biller"
    contacts: tuple[str, ...] = ()

    def __init__(self, seed: int = 0, faults: bool = False, slow_s: float = 1.0) -> None:
        self.rng = random.Random(seed)
        self.faults, self.slow_s = faults, slow_s
        self.money = 0.0
        self.tokens = 0
        self.requests = 0
        self.asked = 0

    async def ask(self, request: Request) -> Response:
        self.asked += 1
        usage = Usage(
            self.rng.randint(1, longest_prompt(request)),
            self.rng.randint(0, longest_answer(request) or 50),
        )
        fault = self.rng.choice(("", "", "", "lost", "busy", "no")) if self.faults else ""
        if fault not in ("busy", "no"):
            price = PRICES[request.model]
            self.money += (
                usage.prompt_tokens * price.input + usage.completion_tokens * price.output
            ) / 1e6
            self.tokens += usage.prompt_tokens + usage.completion_tokens
            self.requests += 1
        await asyncio.sleep(self.rng.uniform(0, self.slow_s))
        if fault == "no":
            raise RequestRefused("no")
        if fault:
            error = ServerUnreachable(fault)
            error.perhaps_billed, error.overloaded = fault == "lost", fault == "busy"
            raise error
        return Response("", usage=usage)

    async def close(self) -> None:
        pass


def patience(clock: Clock) -> Patience:
    return Patience(rng=random.Random(1), clock=clock, give_up_after=10**6)


class NoStore:
    """Takes what it is given."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None


@settings(max_examples=120, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    most=st.integers(1, 20),
    kind=st.sampled_from(["money", "tokens", "requests", "seconds"]),
    share=st.floats(0.001, 1.2),
    faults=st.booleans(),
)
def test_a_cap_is_never_passed_and_what_is_left_is_used(
    seed: int, most: int, kind: str, share: float, faults: bool
) -> None:
    rng = random.Random(seed)
    requests = [
        request(f"{n} " + "é" * rng.randint(0, 200), rng.choice(list(PRICES)), rng.randint(1, 300))
        for n in range(60)
    ]
    worst = {
        "money": max(
            (
                longest_prompt(r) * PRICES[r.model].input
                + r.parameters["max_tokens"] * PRICES[r.model].output
            )
            / 1e6
            for r in requests
        ),
        "tokens": max(longest_prompt(r) + r.parameters["max_tokens"] for r in requests),
        "requests": 1,
        "seconds": 0.0,
    }[kind]
    all_of_it = {"money": 0.05, "tokens": 15_000, "requests": 60, "seconds": 10.0}[kind]
    cap = all_of_it * share if kind in ("money", "seconds") else max(1, int(all_of_it * share))

    async def main(clock: Clock) -> tuple[Biller, Meter, list[Any], float]:
        biller = Biller(seed, faults)
        meter = Meter(Caps(**{kind: cap}), PRICES, {}, clock)
        store: Any = NoStore()
        last = 0.0
        plain = biller.ask

        async def ask(request: Request) -> Response:
            nonlocal last
            last = clock()
            return await plain(request)

        biller.ask = ask  # type: ignore[method-assign]
        began = clock()
        clients = {
            model: Client(
                biller, store, flow=Flow(most=most), patience=patience(clock), meter=meter
            )
            for model in PRICES
        }
        door = Several(clients)
        results = await asyncio.gather(*map(door.answer, requests), return_exceptions=True)
        await door.close()
        return biller, meter, results, last - began

    biller, meter, results, last = simulated(main)
    spent = meter.spent
    assert (spent.reserved_money, spent.reserved_tokens, spent.reserved_requests) == (0, 0, 0)
    if kind == "seconds":
        assert last < cap
    else:
        assert getattr(spent, kind) <= cap
        assert getattr(biller, kind) <= getattr(spent, kind) * (1 + 1e-9)
    assert spent.requests == biller.requests
    reached = [r for r in results if isinstance(r, RunStopped)]
    if reached and kind != "seconds":
        assert cap - getattr(spent, kind) < worst
        assert any(isinstance(r, BudgetReached) for r in results)
    if not faults and not reached:
        assert spent.money == pytest.approx(biller.money)
        assert spent.tokens == biller.tokens


def test_the_bound_holds_for_the_worst_tokenizer() -> None:
    text = "Le général Syrskyï 🇺🇦 commande"
    assert longest_prompt(request(text)) == len(text.encode()) + 16 + 64
    form = {"type": "json_schema", "json_schema": {"name": "é"}}
    asked = Request((Message("user", "a"),) * 2, "m", {"response_format": form})
    assert longest_prompt(asked) >= 2 * 17 + 64 + len(str(form)) - 8


def test_the_longest_answer_counts_every_choice() -> None:
    def longest(**parameters: Any) -> int | None:
        return longest_answer(Request((), "m", parameters))

    assert longest() is None
    assert longest(max_tokens=5) == 5
    assert longest(max_tokens=5, max_completion_tokens=9) == 9
    assert longest(max_tokens=5, n=3) == 15
    assert longest(max_tokens="5") is None


async def test_whoever_waits_for_room_goes_in_order_and_the_small_do_not_overtake() -> None:
    meter = Meter(Caps(tokens=1_000), {}, {}, lambda: 0.0)
    first = await meter.reserve(request("a", longest=700))
    order: list[str] = []

    async def wait(name: str, longest: int) -> None:
        held = await meter.reserve(request("a", longest=longest))
        order.append(name)
        meter.release(held)

    tasks = [asyncio.create_task(wait(*one)) for one in (("big", 600), ("small", 1))]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert order == []
    meter.settle(first, Usage(10, 10))
    await asyncio.gather(*tasks)
    assert order == ["big", "small"]


async def test_who_waits_and_is_cancelled_keeps_nothing() -> None:
    meter = Meter(Caps(requests=1), {}, {}, lambda: 0.0)
    first = await meter.reserve(request("a"))
    second = asyncio.create_task(meter.reserve(request("b")))
    third = asyncio.create_task(meter.reserve(request("c")))
    await asyncio.sleep(0)
    meter.release(first)
    second.cancel()  # in the moment in which it has its turn
    await asyncio.gather(second, return_exceptions=True)
    assert second.cancelled()
    meter.settle(await third, Usage(1, 1))
    assert meter.spent.requests == 1


async def test_the_message_says_which_cap_what_was_spent_and_what_to_do() -> None:
    caps = Caps(money=1.5, currency="EUR")
    before = {"big": Totals(requests=3, prompt_tokens=100_000, completion_tokens=124_000)}
    meter = Meter(caps, PRICES, before, lambda: 0.0)
    assert meter.spent.money == pytest.approx(1.49)
    with pytest.raises(BudgetReached) as caught:
        await meter.reserve(request("a", "big", 5_000))
    assert "1.5000 EUR" in caught.value.message and "1.4900 EUR spent" in caught.value.message
    assert "`budget.money`" in caught.value.hint
    held = await meter.reserve(request("a", "big", 900))  # a smaller one still fits
    meter.release(held)


async def test_a_model_without_price_counts_at_the_dearest_and_is_not_asked() -> None:
    meter = Meter(Caps(money=1.0), PRICES, {"old": Totals(1, 10_000, 10_000)}, lambda: 0.0)
    assert meter.spent.money == pytest.approx(0.125)
    with pytest.raises(ProviderError, match="no price"):
        await meter.reserve(request("a", "old"))


async def test_without_a_longest_answer_no_cap_can_be_kept() -> None:
    for caps in (Caps(money=1.0), Caps(tokens=10)):
        with pytest.raises(ProviderError, match="longest answer") as caught:
            await Meter(caps, PRICES, {}, lambda: 0.0).reserve(request("a", longest=None))
        assert "max_tokens" in caught.value.hint
    await Meter(Caps(requests=1), PRICES, {}, lambda: 0.0).reserve(request("a", longest=None))


async def test_a_server_that_does_not_say_what_it_took_counts_at_the_most() -> None:
    meter = Meter(Caps(tokens=1_000), {}, {}, lambda: 0.0)
    held = await meter.reserve(request("abc", longest=100))
    meter.settle(held, Usage())
    meter.settle(held, Usage(900, 900))  # counted once
    assert meter.spent.tokens == 3 + 16 + 64 + 100


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
def test_a_cap_that_is_none_is_refused(value: float) -> None:
    with pytest.raises(UsageError):
        Caps(money=value)


def test_the_next_run_goes_on_where_this_one_stopped(store: AnswerStore) -> None:
    requests = [request(n) for n in range(200)]

    async def main(clock: Clock, cap: int) -> tuple[int, Meter]:
        biller = Biller(faults=True)
        meter = meter_of(store, Caps(tokens=cap), PRICES, clock)
        client = Client(biller, store, patience=patience(clock), meter=meter, flow=Flow(most=5))
        answers = (client.answer(one) for one in requests)
        await asyncio.gather(*answers, return_exceptions=True)
        await client.close()
        return biller.asked, meter

    _, first = simulated(lambda clock: main(clock, 5_000))
    assert 4_500 < first.spent.tokens <= 5_000
    assert first.spent.perhaps_billed_requests > 0
    asked, second = simulated(lambda clock: main(clock, 5_000))
    assert asked == 0
    assert second.spent.tokens == first.spent.tokens
    assert second.spent.requests == first.spent.requests
    assert second.spent.perhaps_billed_money == first.spent.perhaps_billed_money
    asked, third = simulated(lambda clock: main(clock, 9_000))
    assert asked > 0
    assert 8_500 < third.spent.tokens <= 9_000


def test_what_a_killed_process_had_in_flight_counts_as_perhaps_billed(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    with AnswerStore(path) as store:
        store.reserve(request("a").key, "big", 1_000, 2_000)
    with AnswerStore(path) as store:
        meter = meter_of(store, Caps(money=1.0), PRICES, lambda: 0.0)
        assert meter.spent.perhaps_billed_requests == meter.spent.requests == 1
        assert meter.spent.money == pytest.approx(0.0225)
        again = meter_of(store, Caps(money=1.0), PRICES, lambda: 0.0)
        assert again.spent == meter.spent


def test_nothing_is_reserved_in_the_store_when_all_is_answered(store: AnswerStore) -> None:
    async def main(clock: Clock) -> None:
        meter = meter_of(store, Caps(), PRICES, clock)
        biller = Biller(faults=True)
        client = Client(biller, store, patience=patience(clock), meter=meter)
        seen = []
        plain = biller.ask

        async def ask(request: Request) -> Response:
            seen.append(request.key in {one.key for one in store.reserved()})
            return await plain(request)

        biller.ask = ask  # type: ignore[method-assign]
        tasks = (client.answer(request(n)) for n in range(30))
        await asyncio.gather(*tasks, return_exceptions=True)
        await client.close()
        assert all(seen) and len(seen) > 30
        totals = store.totals()["small"]
        assert totals.requests + totals.lost_requests == meter.spent.requests == biller.requests

    simulated(main)
    assert store.reserved() == []


def test_what_is_in_flight_when_the_budget_is_reached_comes_back(store: AnswerStore) -> None:
    async def main(clock: Clock) -> int:
        biller = Biller(slow_s=600.0)
        meter = Meter(Caps(requests=5), PRICES, {}, clock)
        client = Client(biller, store, patience=patience(clock), meter=meter)
        tasks = [asyncio.create_task(client.answer(request(n))) for n in range(9)]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in tasks:  # as the loop does when it ends
            task.cancel()
        await client.close()
        return meter.spent.perhaps_billed_requests

    assert simulated(main) == 0
    assert store.count() == 5


async def test_when_the_time_is_up_nothing_is_reserved() -> None:
    now = 0.0
    meter = Meter(Caps(seconds=10.0), {}, {}, lambda: now)
    held = await meter.reserve(request("a"))
    now = 10.0
    with pytest.raises(BudgetReached, match="10 s") as caught:
        await meter.reserve(request("b"))
    assert "`budget.hours`" in caught.value.hint
    meter.settle(held, Usage(5, 5))  # what was in flight still counts
    assert meter.spent.tokens == 10


@pytest.mark.parametrize("most", [1, 4])
@pytest.mark.parametrize("wait", ["limit", "server"])
def test_the_time_may_be_up_while_a_request_waits(store: AnswerStore, wait: str, most: int) -> None:
    class Busy(Biller):
        async def ask(self, request: Request) -> Response:
            if wait == "server" and self.asked:
                error = ServerUnreachable("busy")
                error.retry_after = 500.0
                raise error
            return await super().ask(request)

    naps = 0

    async def sleep(seconds: float) -> None:
        nonlocal naps
        naps += 1
        await asyncio.sleep(seconds)

    async def main(clock: Clock) -> tuple[float, int, list[Any]]:
        biller = Busy()
        meter = Meter(Caps(seconds=10.0), PRICES, {}, clock)
        flow = Flow(most=most, requests_per_minute=1 if wait == "limit" else None)
        waiting = msgspec.structs.replace(patience(clock), sleep=sleep)
        client = Client(biller, store, flow=flow, patience=waiting, meter=meter)
        began = clock()
        tasks = [client.answer(request(n)) for n in range(3)]
        results = await asyncio.gather(*tasks, return_exceptions=True)
        await client.close()
        return clock() - began, biller.asked, results

    seconds, asked, results = simulated(main)
    assert asked == 1
    assert [type(one) for one in results].count(Response) == 1
    assert all(isinstance(one, BudgetReached) for one in results if not isinstance(one, Response))
    assert seconds == pytest.approx(10.0)
    assert naps < 20  # it does not turn in circles


def test_an_answer_that_does_not_say_its_tokens_is_one_request_in_the_next_run_too(
    store: AnswerStore,
) -> None:
    class Silent(Biller):
        async def ask(self, request: Request) -> Response:
            await super().ask(request)
            return Response("said")

    async def main(clock: Clock) -> tuple[int, int]:
        meter = meter_of(store, Caps(tokens=10**6), PRICES, clock)
        client = Client(Silent(), store, patience=patience(clock), meter=meter)
        for n in range(3):
            await client.answer(request(n))
        await client.close()
        return meter.spent.requests, meter.spent.tokens

    now = simulated(main)
    later = meter_of(store, Caps(tokens=10**6), PRICES, lambda: 0.0).spent
    assert now == (later.requests, later.tokens)
    assert later.requests == 3
    assert sum(one.lost_requests for one in store.totals().values()) == 0
