"""How requests reach the workers one batch after the other: a small actor holds what is on its way.

Ray Data reads from sources that are known before they are read: a table, files, a list. A run decides as it
goes (a budget, a second turn), and a million requests do not belong in memory. So the source is one read
task that asks this actor for batch 0, 1, 2…, and waits where there is none yet; the driver puts batches in
as answers come out. A read task that is lost starts again at 0: what was answered meanwhile is an empty batch.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

EMPTY = b"[]"
"""A batch without requests, in place of one that is answered already."""


class Feed:
    """The batches that are on their way, by number; an actor in a run, a plain object in a test."""

    def __init__(self) -> None:
        self._batches: dict[int, bytes] = {}
        self._done: set[int] = set()
        self._done_below = 0
        self._end: int | None = None
        self._changed = asyncio.Condition()

    async def put(self, number: int, batch: bytes) -> None:
        """Adds a batch; numbers go up from 0 without gaps, in whatever order they arrive."""
        async with self._changed:
            self._batches[number] = batch
            self._changed.notify_all()

    async def end(self, count: int) -> None:
        """No batch will have the number `count` or a higher one."""
        async with self._changed:
            self._end = count
            self._changed.notify_all()

    async def done(self, number: int) -> None:
        """Lets go of a batch whose answers are stored."""
        async with self._changed:
            self._batches.pop(number, None)
            self._done.add(number)
            while self._done_below in self._done:
                self._done.remove(self._done_below)
                self._done_below += 1
            self._changed.notify_all()

    async def take(self, number: int) -> bytes | None:
        """The batch with this number, waited for; empty when it is answered; None after the last."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._known(number))
            if number in self._batches:
                return self._batches[number]
            return EMPTY if self._is_done(number) else None

    def _known(self, number: int) -> bool:
        past = self._end is not None and number >= self._end
        return number in self._batches or self._is_done(number) or past

    def _is_done(self, number: int) -> bool:
        return number < self._done_below or number in self._done


def read_from(feed: Any) -> Any:
    """The Ray Data source that reads what this actor (a handle of a remote `Feed`) is given.

    Each block it makes has one row: `number` and `batch` (bytes).
    """
    import pyarrow
    import ray
    from ray.data import Datasource, ReadTask
    from ray.data.block import BlockMetadata

    def read() -> Iterator[Any]:
        number = 0
        while (batch := ray.get(feed.take.remote(number))) is not None:
            yield pyarrow.table({"number": [number], "batch": [batch]})
            number += 1

    class Fed(Datasource):  # type: ignore[misc, unused-ignore]
        """One read task of unknown length."""

        def estimate_inmemory_data_size(self) -> int | None:
            return None

        def get_read_tasks(self, *_: object, **__: object) -> list[Any]:
            unknown = BlockMetadata(
                num_rows=None, size_bytes=None, input_files=None, exec_stats=None
            )
            return [ReadTask(read, unknown)]

    return Fed()
