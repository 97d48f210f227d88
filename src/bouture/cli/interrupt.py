"""Ctrl-C during a run: the first asks it to stop in good order, the second stops at once."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from bouture.augment.stopping import Stopping
from bouture.cli.console import say
from bouture.corpus.issue import Wording
from bouture.llm.client import GRACE_S

WHY = Wording("interrupted", "interruption demandée")


@contextmanager
def interrupting(stopping: Stopping, quiet: bool = False) -> Iterator[None]:
    """While a run listens, Ctrl-C and SIGTERM ask it to stop; else, and the second time, they interrupt."""

    def handle(number: int, frame: FrameType | None) -> None:
        if not stopping.listening or stopping.reason:
            raise KeyboardInterrupt
        stopping.ask(*WHY)
        say(f"stopping: answers on their way have {GRACE_S:.0f} s; again to stop at once", quiet)

    if threading.current_thread() is not threading.main_thread():
        yield  # Only the main thread may say what signals do.
        return
    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
