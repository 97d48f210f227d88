"""What happens during a run, as data for whoever draws it; the library itself prints nothing."""

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from bouture.augment.outcome import Status
from bouture.augment.summary import Account, Summary
from bouture.corpus.issue import Wording


class Started(msgspec.Struct, frozen=True):
    """The run begins, or goes on."""

    jobs: int
    done: int
    """Jobs that earlier runs have finished."""
    account: Callable[[], Account] | None = None
    """What was spent so far, for whoever wants to show it while the run goes on."""


class JobDone(msgspec.Struct, frozen=True):
    """One job more has its outcome, or outcomes, in the ledger."""

    job: str
    strategy: str
    statuses: tuple[Status, ...]
    done: int
    jobs: int


class Heard(msgspec.Struct, frozen=True):
    """So many answers have come in from workers, before the documents are read one after the other."""

    answers: int


class Notice(msgspec.Struct, frozen=True):
    """Something the user should know; nothing is wrong with the program."""

    wording: Wording


class Ended(msgspec.Struct, frozen=True):
    """The files are written: the run is over, or stopped before its end (`complete` is then False)."""

    summary: Summary
    complete: bool


Event: TypeAlias = Started | JobDone | Heard | Notice | Ended
OnEvent: TypeAlias = Callable[[Event], None]


def ignore(event: Event) -> None:
    """For those who do not want to know."""
