"""How much may be asked of a server at once, and in a minute."""

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable
from enum import Enum
from heapq import heappop, heappush

import msgspec

from bouture.errors import RunStopped
from bouture.llm.flow.patience import Naps

WINDOW_S = 61.0
"""A minute, and a second for messages that take longer on their way than others."""
BURST_S = 5.0
"""After a pause, so many seconds' worth of a limit may be used at once."""


class Went(Enum):
    """How a try went, for the number of requests in flight."""

    ANSWERED = "answered"
    """The server said something of use, be it no."""
    OVERLOADED = "overloaded"
    """It asked for less."""
    FAILED = "failed"
    """Nothing came back, or nothing of use."""
    UNSENT = "unsent"


class Window:
    """How many requests may be in flight: grows while answers come back, and is cut on overload.

    The number doubles with each round of answers until the first sign of overload; from then on it grows
    by one a round, and each overload halves it, at most once a round. Source: V. Jacobson, « Congestion
    Avoidance and Control », SIGCOMM 1988, and RFC 5681. When a whole round fails without a sign of overload
    (a server that is down), it begins again at one. Places are given in the order of arrival.

    Args:
        first: at the start, at least 1.
        most: never more than this, at least 1.
    """

    def __init__(self, first: int, most: int) -> None:
        self._limit = float(max(1, min(first, most)))
        self._most = max(1, most)
        self._slow_until = math.inf
        self.in_use = 0
        self.cuts = 0
        self._begun = 0
        self._cut_at = 0
        self._failed_in_a_row = 0
        self._waiting: list[tuple[int, asyncio.Future[int]]] = []
        self._closed: RunStopped | None = None

    @property
    def allowed(self) -> int:
        """Requests in flight at most, now."""
        return int(self._limit)

    @property
    def waiting(self) -> int:
        """Requests that wait for a place."""
        return len(self._waiting)

    async def enter(self, arrival: int) -> int:
        """Waits for a place; returns the number of this try, to be given to `leave`.

        Args:
            arrival: the place in the queue: the lowest goes first; no two requests have the same.

        Raises:
            RunStopped: the window was closed.
        """
        if self._closed is not None:
            raise again(self._closed)
        if not self._waiting and self.in_use < self.allowed:
            return self._take()
        place: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (arrival, place))
        self._admit()
        try:
            return await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self.leave(place.result(), Went.UNSENT)
            raise

    def _take(self) -> int:
        self.in_use += 1
        self._begun += 1
        return self._begun

    def _admit(self) -> None:
        while self._waiting and self.in_use < self.allowed:
            _, place = heappop(self._waiting)
            if not place.done():  # else whoever waited was cancelled
                place.set_result(self._take())

    def leave(self, number: int, went: Went) -> None:
        """Gives the place of a try back."""
        if went is Went.ANSWERED:
            self._failed_in_a_row = 0
            if number > self._cut_at and self.in_use >= self.allowed:
                self._grow()
        elif went is Went.OVERLOADED:
            if number > self._cut_at:
                self._slow_until = max(1.0, min(self._limit, self.in_use) / 2)
                self._cut(self._slow_until)
        elif went is Went.FAILED:
            self._failed_in_a_row += 1
            if number > self._cut_at and self._failed_in_a_row >= self.allowed > 1:
                self._cut(1.0)
        self.in_use -= 1
        if self._waiting:
            self._admit()

    def _grow(self) -> None:
        step = 1.0 if self._limit < self._slow_until else 1.0 / self._limit
        self._limit = min(self._most, self._limit + step)

    def _cut(self, limit: float) -> None:
        """Tries that began before a cut say nothing of the number after it."""
        self._limit = limit
        self._cut_at = self._begun
        self._failed_in_a_row = 0
        self.cuts += 1

    def close(self, why: RunStopped) -> None:
        """Nobody enters any more; whoever waits is told why."""
        self._closed = why
        for _, place in self._waiting:
            if not place.done():
                place.set_exception(again(why))
        self._waiting.clear()


class Sent(msgspec.Struct):
    """One request in the books of a limit a minute."""

    when: float
    cost: int


class PerMinute:
    """A limit that no minute exceeds, spread evenly: a sliding window, and a pace with a small burst.

    The pace is the generic cell rate algorithm (ITU-T I.371). What costs more than the limit goes alone.

    Args:
        limit: requests or tokens a minute, at least 1.
        clock: seconds.
    """

    def __init__(self, limit: int, clock: Callable[[], float]) -> None:
        self._limit = max(1, limit)
        self._clock = clock
        self._each_s = WINDOW_S / self._limit
        self._sent: deque[Sent] = deque()
        self._sum = 0
        self._even = -math.inf
        """When the pace would be kept exactly."""

    def wait(self, cost: int) -> float:
        """Seconds until so much may be sent; 0: now."""
        now = self._clock()
        while self._sent and self._sent[0].when + WINDOW_S <= now:
            self._sum -= self._sent.popleft().cost
        until = self._even - BURST_S
        over = self._sum + min(cost, self._limit) - self._limit
        for sent in self._sent:
            if over <= 0:
                break
            over -= sent.cost
            until = max(until, sent.when + WINDOW_S)
        return max(0.0, until - now)

    def take(self, cost: int) -> Sent:
        """Counts what is sent now."""
        now = self._clock()
        sent = Sent(now, min(cost, self._limit))
        self._sent.append(sent)
        self._sum += sent.cost
        self._even = max(self._even, now) + sent.cost * self._each_s
        return sent

    def correct(self, sent: Sent, cost: int) -> None:
        """It turned out to cost this."""
        more = min(cost, self._limit) - sent.cost
        self._even += more * self._each_s
        if self._sent and self._sent[0].when <= sent.when:
            self._sum += more
        sent.cost += more


def _endless() -> float:
    return math.inf


class Pace:
    """Limits in requests and tokens a minute; whoever waits goes in the order of coming.

    Args:
        requests, tokens: a minute; None: no limit.
        clock, sleep: of time.
    """

    def __init__(
        self,
        requests: int | None,
        tokens: int | None,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._requests = None if requests is None else PerMinute(requests, clock)
        self._tokens = None if tokens is None else PerMinute(tokens, clock)
        self._naps = Naps(sleep)
        self._turn = asyncio.Lock()
        self._coming = 0
        self._closed: RunStopped | None = None

    async def take(self, tokens: int, left: Callable[[], float] = _endless) -> Sent | None:
        """Waits until a request of so many tokens may be sent, and counts it.

        Args:
            tokens: of the request.
            left: seconds that it may wait still; when they are over it is not counted, and not to be sent.

        Raises:
            RunStopped: it was closed.
        """
        if self._coming or self._wait(tokens) > 0:
            self._coming += 1
            try:
                async with self._turn:
                    while (wait := self._wait(tokens)) > 0:
                        if left() <= 0:
                            return None
                        await self._naps.nap(min(wait, left()))
            finally:
                self._coming -= 1
        if self._requests is not None:
            self._requests.take(1)
        return None if self._tokens is None else self._tokens.take(tokens)

    def _wait(self, tokens: int) -> float:
        if self._closed is not None:
            raise again(self._closed)
        return max(
            0.0 if self._requests is None else self._requests.wait(1),
            0.0 if self._tokens is None else self._tokens.wait(tokens),
        )

    def correct(self, sent: Sent, tokens: int) -> None:
        """A request turned out to cost this many tokens; there may be room for the next."""
        if self._tokens is not None and tokens != sent.cost:
            self._tokens.correct(sent, tokens)
            self._naps.wake()

    def close(self, why: RunStopped) -> None:
        """Nobody goes any more; whoever waits is told why."""
        self._closed = why
        self._naps.wake()


def again(error: RunStopped) -> RunStopped:
    """The same error, to be raised once more."""
    same = type(error)(error.message, hint=error.hint)
    same.french = error.french
    return same
