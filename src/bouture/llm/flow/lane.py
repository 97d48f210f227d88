"""One lane to one model: limits, retries and a circuit breaker around a provider. It stores nothing."""

import math
from typing import Any, Protocol

import msgspec

from bouture.errors import (
    ProviderError,
    RequestRefused,
    RunStopped,
    ServerUnreachable,
    UsageError,
)
from bouture.llm.budget.bounds import longest_answer
from bouture.llm.flow.estimate import Estimator
from bouture.llm.flow.limits import Pace, Sent, Went, Window, again
from bouture.llm.flow.patience import Naps, Patience
from bouture.llm.flow.stats import Stats
from bouture.llm.messages import Request, Response, Usage
from bouture.llm.provider import Provider


class Flow(msgspec.Struct, frozen=True):
    """How much may be asked at once and in a minute.

    Raises:
        UsageError: a number below 1.
    """

    most: int = 8
    """Requests in flight at most."""
    first: int = 4
    """Requests in flight at the start; the number doubles with each round of answers."""
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    """Prompt and completion together. Before sending, the prompt is estimated and the answer taken to be
    as long as `max_tokens` allows; afterwards what the server counted holds."""

    def __post_init__(self) -> None:
        for name, value in msgspec.structs.asdict(self).items():
            if value is not None and value < 1:
                raise UsageError(f"{name} is {value}", hint="give a whole number from 1")


class Books(Protocol):
    """Who is to be asked before anything is sent, and told how it went: a budget."""

    @property
    def seconds_left(self) -> float:
        """Until nothing more may be sent."""
        ...

    async def reserve(self, request: Request) -> Any:
        """Waits for room; what it returns is handed to the others."""
        ...

    def sending(self, held: Any) -> None:
        """It is sent at this moment."""
        ...

    def answered(self, held: Any, usage: Usage) -> None:
        """The answer is there."""
        ...

    def failed(self, held: Any, perhaps_billed: bool) -> None:
        """There is no answer to this try, or it was not sent."""
        ...


class Lane:
    """Asks one model, as much at once as it bears, and patiently.

    A request that waits for its next try leaves its place to others, and is first in the queue when it
    comes back. When the server says how long to wait, nobody asks before. Memory does not grow with the
    number of requests.

    Args:
        provider: who is asked.
        flow: limits.
        patience: how to wait between tries, and when to stop; its clock and sleep are used throughout.
        retries: tries after the first one, for one request.
        books: asked before each try, told after it.
    """

    def __init__(
        self,
        provider: Provider,
        flow: Flow | None = None,
        patience: Patience | None = None,
        retries: int = 5,
        books: Books | None = None,
    ) -> None:
        self.provider = provider
        self.flow = flow = flow or Flow()
        self.patience = patience = patience or Patience()
        self.stats = Stats(allowed=min(flow.first, flow.most))
        self.stopped: RunStopped | None = None
        """Why nothing more is sent; None while it goes on."""
        self._hopeless: ProviderError | None = None
        """An error that concerns every request: nothing more is sent."""
        self._retries = retries
        self._books = books
        self._window = Window(flow.first, flow.most)
        self._naps = Naps(patience.sleep)
        limits = (flow.requests_per_minute, flow.tokens_per_minute)
        self._pace = Pace(*limits, patience.clock, patience.sleep) if any(limits) else None
        self._estimator = Estimator() if flow.tokens_per_minute else None
        self._arrivals = 0
        self._not_before = 0.0
        self._failures_in_a_row = 0

    async def ask(self, request: Request) -> Response:
        """The answer of the provider, after as many tries as it takes.

        Raises:
            ServerUnreachable: no answer after every retry.
            RequestRefused, AnswerMissing: there will be no answer to this request.
            ProviderError: no request will be answered: the run must stop.
            RunStopped: it was stopped, or a cap of the budget reached.
        """
        self._arrivals += 1
        asking = _Asking(request, self._arrivals)
        while True:
            number = await self._window.enter(asking.arrival)
            went = Went.UNSENT
            try:
                response = await self._try(asking)
                went = Went.ANSWERED
                self._answered(response)
                return response
            except ServerUnreachable as error:
                went = Went.OVERLOADED if error.overloaded else Went.FAILED
                wait = self._wait(asking, error)
            except RequestRefused:
                went = Went.ANSWERED
                self._failures_in_a_row = 0
                raise
            finally:
                self._window.leave(number, went)
                self.stats.allowed, self.stats.cuts = self._window.allowed, self._window.cuts
            await self._nap(wait)
            asking.attempt += 1

    async def _try(self, asking: "_Asking") -> Response:
        request, books, stats = asking.request, self._books, self.stats
        held = None if books is None else await books.reserve(request)
        sent = False
        try:
            paced = await self._ready(request)
            if books is not None:
                books.sending(held)
            sent = True
            self._count(asking)
            stats.in_flight += 1
            try:
                response = await self.provider.ask(request)
            finally:
                stats.in_flight -= 1
        except BaseException as error:
            if books is not None:
                books.failed(held, sent and perhaps_billed(error))
            if isinstance(error, ProviderError) and not isinstance(error, ServerUnreachable):
                stats.failures += sent
                if sent and type(error) is ProviderError:
                    self._hopeless = error
            raise
        if books is not None:
            books.answered(held, response.usage)
        if paced is not None:
            self._correct(request, paced, response.usage)
        return response

    def _count(self, asking: "_Asking") -> None:
        if asking.attempt:
            self.stats.retries += 1
        else:
            asking.since = self.patience.clock()
            self.stats.asked += 1

    def _answered(self, response: Response) -> None:
        stats, usage = self.stats, response.usage
        stats.prompt_tokens += usage.prompt_tokens
        stats.completion_tokens += usage.completion_tokens
        stats.seconds += response.seconds
        self._failures_in_a_row = 0

    def _wait(self, asking: "_Asking", error: ServerUnreachable) -> float:
        """Seconds to the next try; raises the error when there is none."""
        patience, asked, now = self.patience, error.retry_after, self.patience.clock()
        wait = patience.wait(asking.attempt, asked)
        if (
            asking.attempt == self._retries
            or (asked or 0) > patience.longest_asked_s
            or now + wait > asking.since + patience.longest_request_s
        ):
            self.stats.failures += 1
            self._failures_in_a_row += 1
            raise error
        if asked is not None:
            # The server spoke to all of us: nobody asks before.
            self._not_before = max(self._not_before, now + asked)
        return wait

    async def _ready(self, request: Request) -> Sent | None:
        """Waits until the server and the limits a minute allow to send."""
        while True:
            while (wait := self._not_before - self.patience.clock()) > 0 and not self._late:
                await self._nap(wait)
            self._stop_if_down()
            if self._pace is None:
                return None
            paced = await self._pace.take(self._tokens(request), self._left)
            if self._not_before <= self.patience.clock() or self._late:
                return paced

    def _left(self) -> float:
        """Seconds of the budget that are left."""
        return math.inf if self._books is None else self._books.seconds_left

    @property
    def _late(self) -> bool:
        """The time of the budget is up: what waits is sent away by its reservation."""
        return self._left() <= 0

    async def _nap(self, seconds: float) -> None:
        self._stop_if_down()
        before = self.patience.clock()
        await self._naps.nap(min(seconds, self._left()))
        self.stats.waiting_s += self.patience.clock() - before
        self._stop_if_down()

    def _tokens(self, request: Request) -> int:
        """What a request may cost: the likely length of the prompt, the greatest of the answer."""
        if self._estimator is None:
            return 0
        prompt = self._estimator.prompt_tokens(request).expected
        longest = longest_answer(request)
        if longest is None:
            longest = self._estimator.completion_tokens(request.model).expected
        return prompt + longest

    def _correct(self, request: Request, paced: Sent, usage: Usage) -> None:
        if self._pace is not None and self._estimator is not None and usage.prompt_tokens > 0:
            self._estimator.learn(request, usage, request.model)
            self._pace.correct(paced, usage.prompt_tokens + usage.completion_tokens)

    def _stop_if_down(self) -> None:
        if self.stopped is not None:
            raise again(self.stopped)
        if self._hopeless is not None:
            raise ProviderError(self._hopeless.message, hint=self._hopeless.hint)
        if self._failures_in_a_row >= self.patience.give_up_after:
            raise ProviderError(
                f"{self._failures_in_a_row} requests in a row got no answer after "
                f"{self._retries + 1} tries each: the server seems to be down",
                hint="run the same command again later: what was answered is kept",
            )

    def stop(self, why: RunStopped) -> None:
        """Sends nothing more: what waits for its turn or its next try raises `why`; the first `why` stays."""
        if self.stopped is None:
            self.stopped = why
            self._window.close(why)
            self._naps.wake()
            if self._pace is not None:
                self._pace.close(why)

    async def close(self) -> None:
        """Closes the provider."""
        await self.provider.close()


class _Asking(msgspec.Struct):
    """A request on its way."""

    request: Request
    arrival: int
    attempt: int = 0
    since: float = 0.0
    """When it was first sent."""


def perhaps_billed(error: BaseException) -> bool:
    """Whether a request that was sent and ended so may have to be paid: in doubt, yes."""
    if isinstance(error, ServerUnreachable):
        return error.perhaps_billed
    if isinstance(error, RequestRefused):
        return error.filtered
    return not isinstance(error, ProviderError)
