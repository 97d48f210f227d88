"""The one door to a model: the store first, then the provider, a few at once, patiently."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

import msgspec

from bouture.errors import ProviderError, ServerUnreachable
from bouture.llm.messages import Request, Response
from bouture.llm.provider import Provider
from bouture.llm.store import AnswerStore


class Stats(msgspec.Struct):
    """What one client has done so far."""

    asked: int = 0
    """Requests sent to the provider, each counted once however often it was tried."""
    from_store: int = 0
    """Requests answered from the store, or by the answer another request with the same key waited for."""
    retries: int = 0
    """Tries after the first."""
    failures: int = 0
    """Requests without an answer after every try."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    """Sum of the seconds the answers took; more than the wall time when several are asked at once."""


class Patience(msgspec.Struct, frozen=True):
    """How long to wait between tries: exponential back-off with full jitter.

    Source: M. Brooker, « Exponential Backoff and Jitter », AWS Architecture Blog, 2015. What the server
    asks for (`Retry-After`) is the least that is waited.
    """

    first_s: float = 1.0
    """Upper bound of the first wait, in seconds; it doubles with each try."""
    longest_s: float = 60.0
    """Upper bound of any wait that the server did not ask for."""
    longest_asked_s: float = 600.0
    """A server that asks for a longer wait is given up."""
    give_up_after: int = 5
    """So many requests in a row without an answer: the server is down, the run stops."""
    rng: random.Random = msgspec.field(default_factory=random.Random)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic

    def wait(self, attempt: int, asked: float | None) -> float:
        """Seconds to wait after failed try number `attempt` (from 0)."""
        jitter = self.rng.uniform(0, min(self.longest_s, self.first_s * 2.0**attempt))
        return jitter if asked is None else asked + min(jitter, self.first_s)


class Client:
    """Answers requests from the store, or else from the provider, and stores before it returns.

    Args:
        provider: who is asked.
        store: where the answers are; it stays open when the client is closed.
        concurrency: requests in flight at once, at least 1.
        retries: tries after the first one, for one request.
        patience: how to wait between tries, and when to stop.
    """

    def __init__(
        self,
        provider: Provider,
        store: AnswerStore,
        *,
        concurrency: int = 8,
        retries: int = 5,
        patience: Patience | None = None,
    ) -> None:
        self.provider = provider
        self.store = store
        self.stats = Stats()
        self.concurrency = concurrency
        self._retries = retries
        self._patience = patience or Patience()
        self._slots = asyncio.Semaphore(concurrency)
        self._waiting: dict[str, asyncio.Task[Response]] = {}
        self._not_before = 0.0
        self._failures_in_a_row = 0

    async def answer(self, request: Request) -> Response:
        """The answer to the request; asked at most once, however many ask for it at the same time.

        Raises:
            ServerUnreachable: no answer after every retry.
            RequestRefused, AnswerMissing: there will be no answer to this request.
            ProviderError: no request will be answered: the run must stop.
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
        # A task of its own: whoever asked first may be cancelled while others still wait.
        task = asyncio.create_task(self._ask(request))
        self._waiting[key] = task
        task.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Gives up what is in flight and closes the provider."""
        tasks = list(self._waiting.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.provider.close()

    def _forget(self, key: str, done: "asyncio.Task[Response]") -> None:
        del self._waiting[key]
        if not done.cancelled():
            done.exception()  # Looked at, so that asyncio does not report it when nobody waits any more.

    async def _ask(self, request: Request) -> Response:
        async with self._slots:
            self._stop_if_down()
            self.stats.asked += 1
            response = await self._try(request)
        self.store.put(request, response)
        self.stats.prompt_tokens += response.usage.prompt_tokens
        self.stats.completion_tokens += response.usage.completion_tokens
        self.stats.seconds += response.seconds
        return response

    async def _try(self, request: Request) -> Response:
        """Tries until there is an answer; a waiting request keeps its slot, which spares the server."""
        attempt = 0
        while True:
            await self._rest()
            try:
                response = await self.provider.ask(request)
            except ServerUnreachable as error:
                asked = error.retry_after
                if attempt == self._retries or (asked or 0) > self._patience.longest_asked_s:
                    self.stats.failures += 1
                    self._failures_in_a_row += 1
                    raise
                wait = self._patience.wait(attempt, asked)
                if asked is not None:
                    # The server spoke to all of us: nobody asks before.
                    self._not_before = max(self._not_before, self._patience.clock() + asked)
                await self._patience.sleep(wait)
                self._stop_if_down()
                attempt += 1
                self.stats.retries += 1
            except ProviderError:
                self.stats.failures += 1
                raise
            else:
                self._failures_in_a_row = 0
                return response

    async def _rest(self) -> None:
        while (wait := self._not_before - self._patience.clock()) > 0:
            await self._patience.sleep(wait)

    def _stop_if_down(self) -> None:
        if self._failures_in_a_row >= self._patience.give_up_after:
            raise ProviderError(
                f"{self._failures_in_a_row} requests in a row got no answer after "
                f"{self._retries + 1} tries each: the server seems to be down",
                hint="run the same command again later: what was answered is kept",
            )
