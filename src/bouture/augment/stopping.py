"""Asking a run to stop, from anywhere: a signal handler, another thread, a cap of the budget."""

import asyncio
from collections.abc import Callable

from bouture.errors import RunStopped

CONTINUE = "run the same command again to continue: what was answered is kept"


class Stopping:
    """A request to stop in good order, shared by the one who may ask and the run that listens.

    `ask` may be called from a signal handler or another thread; the run is told in its own event loop.
    """

    def __init__(self) -> None:
        self.reason = ""
        """Why the run is to stop; empty while it is not."""
        self.french = ""
        """The same in French."""
        self.watched = False
        """Somebody looks at `reason` from time to time, without an event loop."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: Callable[[str], None] = _nothing

    @property
    def listening(self) -> bool:
        """Whether a run is under way that will hear."""
        return self._loop is not None or self.watched

    def error(self) -> RunStopped:
        """What ends the run."""
        stopped = RunStopped(self.reason, hint=CONTINUE)
        stopped.french = self.french
        return stopped

    def ask(self, reason: str, french: str = "") -> None:
        """Asks the run to stop; the first reason stays."""
        if not self.reason:
            self.reason, self.french = reason, french
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._stop, reason)

    def listen(self, stop: Callable[[str], None]) -> None:
        """Calls `stop` with the reason, in the running event loop; at once when it was asked already."""
        self._loop, self._stop = asyncio.get_running_loop(), stop
        if self.reason:
            stop(self.reason)

    def leave(self) -> None:
        """The run is over: nobody listens any more."""
        self._loop, self._stop, self.watched = None, _nothing, False


def _nothing(reason: str) -> None:
    """Nobody listens."""
