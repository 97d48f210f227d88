"""What is said of one kind of problem: how far it goes, the message, what to do about it."""

from typing import NamedTuple

from bouture.corpus.issue import Severity, Wording


class Kind(NamedTuple):
    """One kind of problem: how far it goes, what to say and what to do about it."""

    severity: Severity
    message: Wording
    hint: Wording
