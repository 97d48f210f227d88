"""How long to wait between tries, when to give a request up, and sleeps that a stop can end."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

import msgspec


class Patience(msgspec.Struct, frozen=True):
    """How long to wait between tries: exponential back-off with full jitter.

    Source: M. Brooker, « Exponential Backoff and Jitter », AWS Architecture Blog, 2015. What the server
    asks for (`Retry-After`) is the least that is waited.

    A server that refuses connections from the start is given as many tries as any other: it may be
    starting. With the defaults the run stops after half a minute or so, and can be continued.
    """

    first_s: float = 1.0
    """Upper bound of the first wait, in seconds; it doubles with each try."""
    longest_s: float = 60.0
    """Upper bound of any wait that the server did not ask for."""
    longest_asked_s: float = 600.0
    """A server that asks for a longer wait is given up."""
    longest_request_s: float = 1800.0
    """No try of a request begins later than this many seconds after its first."""
    give_up_after: int = 5
    """So many requests in a row without an answer: the server is down, the run stops."""
    rng: random.Random = msgspec.field(default_factory=random.Random)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic

    def wait(self, attempt: int, asked: float | None) -> float:
        """Seconds to wait after failed try number `attempt` (from 0)."""
        jitter = self.rng.uniform(0, min(self.longest_s, self.first_s * 2.0**attempt))
        return jitter if asked is None else asked + min(jitter, self.first_s)


class Naps:
    """Sleeps that can all be ended early."""

    def __init__(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._sleep = sleep
        self._asleep: set[asyncio.Future[None]] = set()

    async def nap(self, seconds: float) -> None:
        """Sleeps this long, or until `wake`."""
        asleep = asyncio.ensure_future(self._sleep(seconds))
        self._asleep.add(asleep)
        try:
            await asyncio.wait((asleep,))
        finally:
            self._asleep.discard(asleep)
            asleep.cancel()

    def wake(self) -> None:
        """Ends every sleep now."""
        for asleep in self._asleep:
            asleep.cancel()
