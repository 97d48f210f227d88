"""The one door to a model: the store first, then the provider, a few at once, patiently."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from bouture.errors import BudgetReached, RunStopped
from bouture.llm.budget.booking import Booking
from bouture.llm.budget.meter import Meter
from bouture.llm.flow.lane import Flow, Lane
from bouture.llm.flow.limits import again
from bouture.llm.flow.patience import Patience
from bouture.llm.flow.stats import Stats
from bouture.llm.messages import Request, Response
from bouture.llm.provider import Learning, Learnt, Provider
from bouture.llm.store.answers import AnswerStore

__all__ = ["GRACE_S", "Answering", "Client", "Flow", "Patience", "Stats"]

GRACE_S = 5.0
"""Seconds that what is in flight may take to come back after a stop."""


class Answering(Protocol):
    """What the loop asks: a client, or several behind one door."""

    @property
    def stats(self) -> Stats:
        """What was done so far."""
        ...

    @property
    def concurrency(self) -> int:
        """Requests in flight at most."""
        ...

    async def answer(self, request: Request) -> Response:
        """The answer, from the store or the provider."""
        ...

    def stop(self, reason: str, grace_s: float = GRACE_S) -> None:
        """Sends nothing more; `answer` raises RunStopped for what is not stored."""
        ...

    async def close(self) -> None:
        """Lets go of connections."""
        ...


class Client:
    """Answers requests from the store, or else from the provider, and stores before it returns.

    Args:
        provider: who is asked. One that learns what its server takes is told what the store remembers.
        store: where the answers are; it stays open when the client is closed.
        flow: how much may be asked at once and in a minute.
        concurrency: requests in flight at once, at least 1: short for `Flow(most=concurrency)`.
        retries: tries after the first one, for one request.
        patience: how to wait between tries, and when to stop.
        meter: the budget, shared by all clients of a run.
    """

    def __init__(  # noqa: PLR0913 (each has its default, and all are given by name)
        self,
        provider: Provider,
        store: AnswerStore,
        *,
        flow: Flow | None = None,
        concurrency: int | None = None,
        retries: int = 5,
        patience: Patience | None = None,
        meter: Meter | None = None,
    ) -> None:
        if flow is None:
            flow = Flow() if concurrency is None else Flow(most=concurrency)
        self.provider = provider
        self.store = store
        self.meter = meter
        self.on_learnt: Callable[[Learnt], None] = _unheard
        """Called once for each thing the server turns out not to take."""
        books = Booking(meter, store) if meter is not None and meter.counting else None
        self._lane = Lane(provider, flow, patience, retries, books)
        self._patience = self._lane.patience
        self._waiting: dict[str, asyncio.Task[Response]] = {}
        self._timers: set[asyncio.Task[None]] = set()
        self._cut = False
        self._learning = provider if isinstance(provider, Learning) else None
        self._model: str | None = None
        if self._learning is not None:
            self._learning.on_learnt = self._learn

    @property
    def stats(self) -> Stats:
        """What was done so far, and what goes on now."""
        return self._lane.stats

    @property
    def concurrency(self) -> int:
        """Requests in flight at most."""
        return self._lane.flow.most

    async def answer(self, request: Request) -> Response:
        """The answer to the request; asked at most once, however many ask for it at the same time.

        Raises:
            ServerUnreachable: no answer after every retry.
            RequestRefused, AnswerMissing: there will be no answer to this request.
            ProviderError: no request will be answered: the run must stop.
            RunStopped: it was stopped, or a cap of the budget reached (BudgetReached); then nothing
                more is sent, and what is in flight comes back and is stored before `close` is done.
            RunFolderError: the answer could not be stored.
        """
        key = request.key
        task = self._waiting.get(key)
        if task is not None:
            response = await asyncio.shield(task)
            self.stats.from_store += 1
            return response
        stored = self.store.get(key)
        if stored is not None:
            self.stats.from_store += 1
            return stored
        if self._lane.stopped is not None:
            raise again(self._lane.stopped)
        # A task of its own: whoever asked first may be cancelled while others still wait.
        task = asyncio.create_task(self._ask(request))
        self._waiting[key] = task
        task.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(task)

    def _forget(self, key: str, done: "asyncio.Task[Response]") -> None:
        del self._waiting[key]
        if not done.cancelled():
            done.exception()  # Looked at, so that asyncio does not report it when nobody waits any more.

    async def _ask(self, request: Request) -> Response:
        if self._learning is not None and request.model != self._model:
            self._model = request.model
            self._learning.remember(self.store.learnt(request.model))
        try:
            response = await self._lane.ask(request)
        except BudgetReached as reached:
            self.end(reached)
            raise
        except asyncio.CancelledError:
            if self._cut and self._lane.stopped is not None:
                raise again(self._lane.stopped) from None
            raise
        self.store.put(request, response)
        return response

    def _learn(self, fact: Learnt) -> None:
        self.stats.learnt += (fact,)
        self.store.learn(self._model or "", fact)
        self.on_learnt(fact)

    def stop(self, reason: str, grace_s: float = GRACE_S) -> None:
        """Sends nothing more: `answer` raises RunStopped for what is not stored; the first reason stays.

        To be called in the event loop. Whatever waits for its next try wakes up at once. What is in
        flight is stored when it comes back within `grace_s` seconds; then it is cancelled, and counts as
        perhaps billed.
        """
        hint = "run the same command again to continue: what was answered is kept"
        self.end(RunStopped(reason, hint=hint), grace_s)

    def end(self, why: RunStopped, grace_s: float | None = None) -> None:
        """As `stop`, with the error that `answer` raises; without `grace_s`, what is in flight may finish."""
        if grace_s is None:
            grace_s = self._patience.longest_request_s
        self._lane.stop(why)
        if self._waiting:
            timer = asyncio.create_task(self._cut_off(grace_s))
            self._timers.add(timer)
            timer.add_done_callback(self._timers.discard)

    async def _cut_off(self, grace_s: float) -> None:
        await self._patience.sleep(grace_s)
        self._cut = True
        for task in self._waiting.values():
            task.cancel()

    async def close(self) -> None:
        """Gives up what is in flight and closes the provider; after a stop, waits out the time of grace."""
        try:
            if self._lane.stopped is not None and self._waiting:
                await asyncio.wait(list(self._waiting.values()))
        finally:
            tasks = [*self._waiting.values(), *self._timers]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._lane.close()


def _unheard(fact: Learnt) -> None:
    """Nobody wants to know."""
