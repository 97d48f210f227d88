"""What became of one job: exactly one status, the document when there is one, and the reasons."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from bouture.corpus.document import Document
from bouture.corpus.issue import Issue, Severity, worst
from bouture.llm.messages import Usage


class Status(StrEnum):
    """How a job ended. A job without an outcome is pending: that is counted, not stored."""

    ACCEPTED = "accepted"
    REPAIRED = "repaired"
    """Accepted after reading had mended the answer."""
    REVIEW = "review"
    """A person has to decide."""
    REJECTED = "rejected"
    """Cannot be used; the issues say why."""
    FAILED = "failed"
    """No answer was had, or no valid document came of it; the next run tries again."""


KEPT = (Status.ACCEPTED, Status.REPAIRED, Status.REVIEW)
"""The statuses whose documents are remembered by checks with a memory (near-duplicates)."""

_STATUS = {
    Severity.REJECT: Status.REJECTED,
    Severity.REVIEW: Status.REVIEW,
    Severity.REPAIRED: Status.REPAIRED,
    Severity.NOTE: Status.ACCEPTED,
    None: Status.ACCEPTED,
}


def settle(issues: Sequence[Issue]) -> Status:
    """The status of a document about which all this was found: the worst finding decides."""
    return _STATUS[worst(tuple(issues))]


class Exchange(msgspec.Struct, frozen=True, omit_defaults=True):
    """One answer that a job was given: its key (the answer is in the store) and what it cost."""

    key: str
    model: str = ""
    """As the server named it."""
    usage: Usage = Usage()
    seconds: float = 0.0
    asked: str = ""
    """The model as the recipe names it; empty when that is the same."""


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the ledger. A job that made several documents has several, numbered."""

    job: str
    status: Status
    source: str = ""
    strategy: str = ""
    sample: int = 0
    index: int = 0
    """Number of this outcome among those of its job, from 0."""
    of: int = 1
    """How many outcomes the job has."""
    document: Document | None = None
    issues: tuple[Issue, ...] = ()
    """What reading and every check found."""
    answer: str = ""
    """The raw text of the last answer, as it came."""
    error: str = ""
    """Why it failed."""
    exchanges: tuple[Exchange, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the requests whose answers it was given."""
        return tuple(exchange.key for exchange in self.exchanges)

    @property
    def codes(self) -> list[str]:
        """Reason codes, each once, sorted."""
        return sorted({issue.code for issue in self.issues})
