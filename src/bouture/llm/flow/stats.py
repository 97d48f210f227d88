"""What was done with a model so far, and what goes on now."""

import msgspec

from bouture.llm.provider import Learnt


class Stats(msgspec.Struct):
    """What was done so far, and what goes on now."""

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
    in_flight: int = 0
    """Requests sent and not answered, now."""
    allowed: int = 0
    """Requests that may be in flight, now."""
    cuts: int = 0
    """How often that number was cut because the server had enough."""
    waiting_s: float = 0.0
    """Sum of the seconds that requests waited between tries, or because the server asked for it."""
    learnt: tuple[Learnt, ...] = ()
    """What the server turned out not to take, in this run."""

    def plus(self, other: "Stats") -> "Stats":
        """The sum of both."""
        mine, its = msgspec.structs.asdict(self), msgspec.structs.asdict(other)
        return Stats(**{name: mine[name] + its[name] for name in mine})
