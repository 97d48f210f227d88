"""Several models behind one door."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from bouture.errors import BudgetReached, ProviderError, RunStopped, ServerUnreachable
from bouture.llm.budget.amounts import Caps
from bouture.llm.budget.meter import Meter
from bouture.llm.client import Answering, Client
from bouture.llm.messages import Message, Request, Response, Usage
from bouture.llm.several import Several
from bouture.llm.store.answers import AnswerStore


class Named:
    """Answers with its name; waits at its gate when it has one."""

    contacts: tuple[str, ...] = ()

    def __init__(self, name: str) -> None:
        self.name = name
        self.gate: asyncio.Event | None = None
        self.closed = False

    async def ask(self, request: Request) -> Response:
        if self.gate is not None:
            await self.gate.wait()
        return Response(self.name, usage=Usage(2, 1))

    async def close(self) -> None:
        self.closed = True


def request(model: str, text: str = "a") -> Request:
    return Request((Message("user", text),), model)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AnswerStore]:
    with AnswerStore(tmp_path / "answers.sqlite") as opened:
        yield opened


async def test_each_request_goes_to_its_model_and_the_figures_are_summed(
    store: AnswerStore,
) -> None:
    small = Client(Named("small"), store, concurrency=3)
    big = Client(Named("big"), store, concurrency=5)
    door: Answering = Several({"s": small, "b": big, "b2": big})
    assert [(await door.answer(request(model))).text for model in ("s", "b", "b2", "b")] == [
        "small",
        "big",
        "big",
        "big",
    ]
    assert door.concurrency == 8
    assert (door.stats.asked, door.stats.from_store, door.stats.prompt_tokens) == (3, 1, 6)
    await door.close()
    assert all(isinstance(c.provider, Named) and c.provider.closed for c in (small, big))


async def test_an_unknown_model_says_which_are_known(store: AnswerStore) -> None:
    with pytest.raises(ProviderError, match="'x'") as caught:
        await Several({"s": Client(Named("s"), store)}).answer(request("x"))
    assert "'s'" in caught.value.hint


async def test_one_budget_for_all_and_its_end_stops_all(store: AnswerStore) -> None:
    meter = Meter(Caps(requests=2), {}, {}, lambda: 0.0)
    clients = {name: Client(Named(name), store, meter=meter) for name in ("s", "b")}
    door = Several(clients)
    await door.answer(request("s"))
    await door.answer(request("b"))
    with pytest.raises(BudgetReached):
        await door.answer(request("s", "more"))
    with pytest.raises(BudgetReached):
        await door.answer(request("b", "more"))
    assert (await door.answer(request("b"))).text == "b"  # what is stored is still there
    assert door.stats.asked == 2


async def test_a_stop_reaches_every_model(store: AnswerStore) -> None:
    door = Several({name: Client(Named(name), store) for name in ("s", "b")})
    door.stop("enough")
    for model in ("s", "b"):
        with pytest.raises(RunStopped, match="enough"):
            await door.answer(request(model))


class Down(Named):
    """Asks to come back much later."""

    async def ask(self, request: Request) -> Response:
        error = ServerUnreachable("busy")
        error.retry_after = 500.0
        raise error


async def test_the_end_of_the_budget_wakes_those_who_wait_for_another_model(
    store: AnswerStore,
) -> None:
    meter = Meter(Caps(requests=1), {}, {}, lambda: 0.0)
    clients = {name: Client(kind(name), store, meter=meter) for name, kind in KINDS.items()}
    door = Several(clients)
    waits = asyncio.create_task(door.answer(request("down")))
    await asyncio.sleep(0)
    await door.answer(request("up"))
    with pytest.raises(BudgetReached):
        await door.answer(request("up", "more"))
    with pytest.raises(BudgetReached):
        await asyncio.wait_for(waits, 1.0)
    await door.close()


KINDS = {"up": Named, "down": Down}
