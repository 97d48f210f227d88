"""What is to be made: one job for each source document, strategy and sample, in a fixed order."""

import hashlib
import random
from collections.abc import Iterable, Sequence

import msgspec


class Job(msgspec.Struct, frozen=True, order=True):
    """One thing to make: a strategy applied once to a source document."""

    source: str
    strategy: str
    sample: int = 0

    @property
    def id(self) -> str:
        """Also the id of the document it makes."""
        return f"{self.source}~{self.strategy}~{self.sample}"

    def rng(self, seed: int) -> random.Random:
        """Its own random numbers: they depend on neither order nor concurrency."""
        digest = hashlib.sha256(f"{seed}\n{self.id}".encode()).digest()
        return random.Random(int.from_bytes(digest[:16], "big"))


def plan_jobs(sources: Sequence[str], strategies: Iterable[tuple[str, int]]) -> list[Job]:
    """Jobs for every source and every (strategy name, number of samples), strategy by strategy."""
    return [
        Job(source, name, sample)
        for name, samples in strategies
        for sample in range(samples)
        for source in sources
    ]
