"""One problem of a corpus file at one place: a finding for those who list, an error for those who stop."""

from typing import Any

import msgspec

from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.errors import FormatError
from bouture.formats.doubt_kinds import DOUBTS
from bouture.formats.kind import Kind
from bouture.formats.loss_kinds import LOSSES
from bouture.formats.reading_kinds import READING

KINDS: dict[str, Kind] = READING | LOSSES | DOUBTS


class Problem(msgspec.Struct, frozen=True):
    """One problem at one place; becomes an `Issue` for those who list, an error for those who stop."""

    code: str
    place: Place
    evidence: dict[str, Any] = {}

    @property
    def severity(self) -> Severity:
        return KINDS[self.code].severity

    def issue(self) -> Issue:
        """As a finding: `message → what to do`, in both languages."""
        kind = KINDS[self.code]
        both = Wording(f"{kind.message.en} → {kind.hint.en}", f"{kind.message.fr} → {kind.hint.fr}")
        return Issue.of(self.code, kind.severity, both, self.place, **self.evidence)

    def error(self) -> FormatError:
        """As an exception that names path, line and document."""
        kind = KINDS[self.code]
        return FormatError(
            kind.message.en.format(**self.evidence),
            hint=kind.hint.en.format(**self.evidence),
            path=self.place.path or None,
            line=self.place.line or None,
            document=self.place.document or None,
        )
