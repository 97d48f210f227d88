"""The rounds of a run that have begun: what they make stays what it was, whatever is decided later."""

from collections.abc import Collection
from itertools import chain

import msgspec

from bouture.strategies.planning import Job
from bouture.strategies.wanted import Wanted


class Begun(msgspec.Struct, frozen=True):
    """One round as it was planned when it began; an item of `rounds.json` in the run folder."""

    number: int
    basis: str
    """What it was planned from, in short: a round nobody has worked on is planned anew when that changes."""
    wanted: Wanted
    jobs: tuple[Job, ...]


class Course(msgspec.Struct, frozen=True):
    """The rounds that have begun, in order."""

    rounds: tuple[Begun, ...] = ()

    @property
    def jobs(self) -> list[Job]:
        """Of all rounds."""
        return list(chain.from_iterable(one.jobs for one in self.rounds))

    @property
    def wanted(self) -> Wanted:
        """What the strategies of the last round were told."""
        return self.rounds[-1].wanted if self.rounds else Wanted()

    def of(self, strategies: Collection[str], sources: Collection[str]) -> "Course":
        """Without the jobs of strategies or documents that are gone."""
        return Course(
            tuple(
                msgspec.structs.replace(
                    one,
                    jobs=tuple(
                        j for j in one.jobs if j.strategy in strategies and j.source in sources
                    ),
                )
                for one in self.rounds
            )
        )

    def upto(self, number: int) -> "Course":
        """The first rounds."""
        return Course(self.rounds[:number])

    def then(self, begun: Begun) -> "Course":
        """With one more."""
        return Course((*self.rounds, begun))
