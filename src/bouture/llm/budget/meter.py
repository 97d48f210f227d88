"""Hard caps, counted before anything is sent: what is in flight is reserved at the most it can cost."""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Mapping
from decimal import Decimal

from bouture.errors import BudgetReached, ProviderError
from bouture.llm.budget.amounts import UNIT, Caps, Cost, Price, Reservation, Spent
from bouture.llm.budget.bounds import longest_answer, longest_prompt
from bouture.llm.messages import Request, Usage
from bouture.llm.store.accounts import Totals


class Meter:
    """Counts for all the models of a run. One event loop, no threads.

    Args:
        caps: what may be spent.
        prices: by the name of the model asked.
        before: what earlier runs have spent, as `AnswerStore.totals` says it. A model without a price
            counts at the dearest of the prices.
        clock: seconds.
    """

    def __init__(
        self,
        caps: Caps,
        prices: Mapping[str, Price],
        before: Mapping[str, Totals],
        clock: Callable[[], float],
    ) -> None:
        self.caps = caps
        self._clock = clock
        self._started = clock()
        self._prices = {model: price.parts() for model, price in prices.items()}
        self._dearest = tuple(max(p) for p in zip((0, 0), *self._prices.values(), strict=True))
        self._most_money = None if caps.money is None else int(Decimal(str(caps.money)) * UNIT)
        self._spent = self._lost = self._reserved = Cost()
        self._waiting: deque[tuple[Cost, asyncio.Future[None]]] = deque()
        for model, had in before.items():
            lost = self._cost(model, had.lost_prompt, had.lost_completion, had.lost_requests)
            self._lost = self._lost.plus(lost)
            answered = self._cost(model, had.prompt_tokens, had.completion_tokens, had.requests)
            self._spent = self._spent.plus(lost).plus(answered)

    @property
    def counts_tokens(self) -> bool:
        """Whether there is a cap that depends on tokens."""
        return self.caps.money is not None or self.caps.tokens is not None

    @property
    def counting(self) -> bool:
        """Whether there is a cap or a price, so that the most a request may cost is to be kept."""
        return bool(self._prices) or self.caps != Caps(currency=self.caps.currency)

    @property
    def spent(self) -> Spent:
        """The figures at this moment."""
        spent, lost, reserved = self._spent, self._lost, self._reserved
        return Spent(
            spent.money / UNIT,
            spent.tokens,
            spent.requests,
            lost.requests,
            lost.tokens,
            lost.money / UNIT,
            reserved.money / UNIT,
            reserved.tokens,
            reserved.requests,
            self._clock() - self._started,
        )

    @property
    def seconds_left(self) -> float:
        """Until the cap in time is reached; infinite without one."""
        if self.caps.seconds is None:
            return math.inf
        return max(0.0, self.caps.seconds - (self._clock() - self._started))

    async def reserve(self, request: Request) -> Reservation:
        """Keeps room for the most a request can cost; waits while what is in flight may still leave some.

        Whoever waits is served in the order of coming.

        Raises:
            BudgetReached: there is no room, whatever becomes of what is in flight.
            ProviderError: the most it can cost is not known.
        """
        wanted = self._wanted(request)
        if self._waiting or not self._fits(wanted.cost):
            await self._turn(wanted.cost)
        else:
            self._reserved = self._reserved.plus(wanted.cost)
        return wanted

    def offer(self, request: Request) -> Reservation | None:
        """Like `reserve` for those who cannot wait: None when what is in flight may still leave room."""
        wanted = self._wanted(request)
        if reached := self._reached(wanted.cost):
            raise reached
        if self._waiting or not self._fits(wanted.cost):
            return None
        self._reserved = self._reserved.plus(wanted.cost)
        return wanted

    def _wanted(self, request: Request) -> Reservation:
        prompt, completion = longest_prompt(request), self._longest_answer(request)
        if self._most_money is not None and request.model not in self._prices:
            raise ProviderError(
                f"there is a cap in money and no price for the model {request.model!r}",
                hint="add its `prices` to the recipe",
            )
        cost = self._cost(request.model, prompt, completion, 1)
        return Reservation(request.model, prompt, completion, cost)

    def _longest_answer(self, request: Request) -> int:
        longest = longest_answer(request)
        if longest is None and self.counts_tokens:
            raise ProviderError(
                "there is a cap in money or tokens, and a request without a longest answer",
                hint="set `parameters.max_tokens` of the model in the recipe",
            )
        return longest or 0

    async def _turn(self, cost: Cost) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((cost, turn))
        self._admit()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._give_back(cost)
            else:
                self._admit()  # whoever comes next may be small enough
            raise

    def _admit(self) -> None:
        """Lets those in that fit, and sends those away that never will, in order, up to one that may yet."""
        while self._waiting:
            cost, turn = self._waiting[0]
            if not turn.done():
                if reached := self._reached(cost):
                    turn.set_exception(reached)
                elif self._fits(cost):
                    self._reserved = self._reserved.plus(cost)
                    turn.set_result(None)
                else:
                    return
            self._waiting.popleft()

    def _fits(self, cost: Cost) -> bool:
        would = self._spent.plus(self._reserved).plus(cost)
        return self.seconds_left > 0 and not any(
            would_be > cap for _, would_be, cap in self._against(would)
        )

    def _against(self, cost: Cost) -> list[tuple[str, int, int]]:
        pairs = (
            ("money", cost.money, self._most_money),
            ("tokens", cost.tokens, self.caps.tokens),
            ("requests", cost.requests, self.caps.requests),
        )
        return [(name, much, cap) for name, much, cap in pairs if cap is not None]

    def _reached(self, cost: Cost) -> BudgetReached | None:
        """The error, when there is no room even if what is in flight costs nothing."""
        if self.seconds_left <= 0:
            return self.time_is_up()
        for name, would, cap in self._against(self._spent.plus(cost)):
            if would > cap:
                return self._error(name, getattr(self._spent, name), getattr(cost, name), cap)
        return None

    def time_is_up(self) -> BudgetReached:
        """The error of the cap in time."""
        seconds = self.caps.seconds or 0
        reached = BudgetReached(
            f"the time of the budget is over: {seconds:,.0f} s",
            hint="run the same command again for as long, or raise `budget.hours` in the recipe",
        )
        reached.french = (
            f"le temps du budget est écoulé ({_french(f'{seconds:,.0f}')}\u00a0s)\u202f; relancez la même "
            "commande pour autant de temps, ou relevez `budget.hours` dans la recette"
        )
        return reached

    def _error(self, name: str, spent: int, more: int, cap: int) -> BudgetReached:
        if name == "money":
            unit = f" {self.caps.currency}".rstrip()
            said = [f"{value / UNIT:,.4f}{unit}" for value in (cap, spent, more)]
        else:
            said = [f"{value:,} {name}" for value in (cap, spent, more)]
        reached = BudgetReached(
            f"the budget of {said[0]} is reached: {said[1]} spent, and the next request may cost {said[2]}",
            hint=f"raise `budget.{name}` in the recipe and run again: what was answered is kept",
        )
        total, so_far, next_one = (_french(one) for one in said)
        reached.french = (
            f"le budget de {total} est atteint\u00a0: {so_far} déjà comptés, et la requête suivante "
            f"peut coûter {next_one}\u202f; relevez `budget.{name}` dans la recette et relancez\u00a0: les "
            "réponses reçues sont conservées"
        )
        return reached

    def settle(self, reservation: Reservation, usage: Usage) -> None:
        """Counts an answer; one whose server does not say how many tokens it took counts at the most."""
        said = usage.prompt_tokens > 0
        prompt = usage.prompt_tokens if said else reservation.prompt
        completion = usage.completion_tokens if said else reservation.completion
        self._end(reservation, self._cost(reservation.model, prompt, completion, 1))

    def release(self, reservation: Reservation) -> None:
        """Gives the room back: the request was surely not billed."""
        self._end(reservation, Cost())

    def lost(self, reservation: Reservation) -> None:
        """Counts a request at the most it can have cost: it was perhaps billed, and the answer is lost."""
        if reservation.open:
            self._lost = self._lost.plus(reservation.cost)
        self._end(reservation, reservation.cost)

    def _end(self, reservation: Reservation, cost: Cost) -> None:
        if reservation.open:
            reservation.open = False
            self._spent = self._spent.plus(cost)
            self._give_back(reservation.cost)

    def _give_back(self, cost: Cost) -> None:
        self._reserved = self._reserved.plus(cost, -1)
        if self._waiting:
            self._admit()

    def _cost(self, model: str, prompt: int, completion: int, requests: int) -> Cost:
        per_prompt, per_completion = self._prices.get(model, self._dearest)
        money = prompt * per_prompt + completion * per_completion
        return Cost(money, prompt + completion, requests)


def _french(said: str) -> str:
    """An amount as French writes it."""
    words = said.replace(",", "\u202f").replace(".", ",")
    return words.replace(" requests", " requêtes").replace(" tokens", " jetons")
