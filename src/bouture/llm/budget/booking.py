"""The budget and the store in step: what may have to be paid is written down before it is sent."""

from collections.abc import Callable, Mapping

import msgspec

from bouture.llm.budget.amounts import Caps, Price, Reservation
from bouture.llm.budget.meter import Meter
from bouture.llm.messages import Request, Usage
from bouture.llm.store.answers import AnswerStore


class Held(msgspec.Struct, frozen=True):
    """A reservation and the key it is for."""

    key: str
    reservation: Reservation


class Booking:
    """The books of a lane: a meter, and its reservations in the store.

    A process that is killed leaves the reservations of what was in flight: the next one counts them as
    perhaps billed (`count_left_over`). An answer that is stored takes its reservation back.
    """

    def __init__(self, meter: Meter, store: AnswerStore) -> None:
        self._meter = meter
        self._store = store

    @property
    def seconds_left(self) -> float:
        """Until the cap in time is reached."""
        return self._meter.seconds_left

    async def reserve(self, request: Request) -> Held:
        """Waits for room in the budget; see `Meter.reserve`."""
        return Held(request.key, await self._meter.reserve(request))

    def sending(self, held: Held) -> None:
        """Writes the reservation down.

        Raises:
            BudgetReached: the time is up.
        """
        if self._meter.seconds_left <= 0:
            raise self._meter.time_is_up()
        one = held.reservation
        self._store.reserve(held.key, one.model, one.prompt, one.completion)

    def answered(self, held: Held, usage: Usage) -> None:
        """Counts the answer; the store takes the reservation back when the answer is put there.

        When the server does not say how many tokens it took and a cap depends on them, the store notes
        the most it can have been, so that the next run counts it too.
        """
        one = held.reservation
        self._meter.settle(one, usage)
        if usage.prompt_tokens <= 0 and self._meter.counts_tokens:
            self._store.lost(one.model, one.prompt, one.completion, requests=0)

    def failed(self, held: Held, perhaps_billed: bool) -> None:
        """Counts a try without an answer at the most it can have cost, or gives the room back."""
        one = held.reservation
        if perhaps_billed:
            self._meter.lost(one)
            self._store.lost(one.model, one.prompt, one.completion, held.key)
        else:
            self._meter.release(one)
            self._store.unreserve(held.key)


def meter_of(
    store: AnswerStore, caps: Caps, prices: Mapping[str, Price], clock: Callable[[], float]
) -> Meter:
    """A meter that goes on where earlier runs in the folder of this store have stopped."""
    count_left_over(store)
    return Meter(caps, prices, store.totals(), clock)


def count_left_over(store: AnswerStore) -> int:
    """Counts what a killed process had in flight as perhaps billed; returns how many requests that were."""
    left = store.reserved()
    for one in left:
        store.lost(one.model, one.prompt, one.completion, one.key)
    return len(left)
