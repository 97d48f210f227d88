"""What may be spent, what it costs, what was spent: the amounts that the meter counts with."""

import math
from decimal import Decimal

import msgspec

from bouture.errors import UsageError

UNIT = 10**12
"""Money is counted in whole parts of this: sums are exact and a cap is a cap."""


class Caps(msgspec.Struct, frozen=True):
    """What may be spent at most; None: no cap.

    Raises:
        UsageError: a cap that is not above 0.
    """

    money: float | None = None
    """In the currency of the prices, over all runs in a folder."""
    tokens: int | None = None
    """Prompts and completions together, over all runs in a folder."""
    requests: int | None = None
    """Answers, and requests that were perhaps billed without one, over all runs in a folder."""
    seconds: float | None = None
    """From the making of the meter; what is in flight then may finish."""
    currency: str = ""
    """For messages."""

    def __post_init__(self) -> None:
        for name in ("money", "tokens", "requests", "seconds"):
            value = getattr(self, name)
            if value is not None and not (value > 0 and math.isfinite(value)):
                raise UsageError(f"a cap of {value} {name}", hint="give a number above 0, or none")


class Price(msgspec.Struct, frozen=True):
    """What a million tokens cost."""

    input: float = 0.0
    output: float = 0.0

    def parts(self) -> tuple[int, int]:
        """Prices of one token in parts of a unit, rounded up."""
        each = UNIT // 10**6
        return (
            math.ceil(Decimal(str(self.input)) * each),
            math.ceil(Decimal(str(self.output)) * each),
        )


class Spent(msgspec.Struct, frozen=True):
    """What was spent so far, over all runs in the folder, what is in flight left out."""

    money: float = 0.0
    tokens: int = 0
    requests: int = 0
    perhaps_billed_requests: int = 0
    """Sent, and the answer lost; counted above at the most they can have cost."""
    perhaps_billed_tokens: int = 0
    perhaps_billed_money: float = 0.0
    reserved_money: float = 0.0
    """The most that what is in flight can cost; not counted above."""
    reserved_tokens: int = 0
    reserved_requests: int = 0
    seconds: float = 0.0
    """Of this run."""


class Cost(msgspec.Struct, frozen=True):
    """What something costs in each of the things that a cap can be on."""

    money: int = 0
    """In parts of a currency unit, see `UNIT`."""
    tokens: int = 0
    requests: int = 0

    def plus(self, other: "Cost", times: int = 1) -> "Cost":
        """The sum with another, taken so many times."""
        return Cost(
            self.money + times * other.money,
            self.tokens + times * other.tokens,
            self.requests + times * other.requests,
        )


class Reservation(msgspec.Struct):
    """Room kept for one try of a request, until it is settled, released or lost."""

    model: str
    prompt: int
    """Prompt tokens at most."""
    completion: int
    """Completion tokens at most; 0 when the request sets no limit."""
    cost: Cost
    open: bool = True
