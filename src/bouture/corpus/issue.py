"""A finding, as data: what was found, where, how bad, and the evidence. Acting on it is someone else's job."""

from enum import StrEnum
from typing import Any, NamedTuple

import msgspec


class Severity(StrEnum):
    """How far a finding goes, from a remark to the end of the document."""

    NOTE = "note"
    """Worth knowing; changes nothing."""
    REPAIRED = "repaired"
    """Was wrong and has been mended; the document counts as repaired."""
    REVIEW = "review"
    """A person should look. In a file on disk: a warning."""
    REJECT = "reject"
    """The document cannot be used. In a file on disk: an error."""


SEVERITIES = (Severity.NOTE, Severity.REPAIRED, Severity.REVIEW, Severity.REJECT)
"""From mildest to worst."""


class Wording(NamedTuple):
    """One message in both languages, as `str.format` templates over the evidence."""

    en: str
    fr: str


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where: as much of it as is known. Lines count from 1; offsets are code points, half-open."""

    path: str = ""
    line: int = 0
    document: str = ""
    start: int | None = None
    end: int | None = None
    entity: str = ""
    relation: str = ""
    """`head | LABEL | tail`."""


class Issue(msgspec.Struct, frozen=True, omit_defaults=True):
    """One finding about one document, file or guide."""

    code: str
    """Reason code, e.g. `M07` (reading an answer), `S2` (a check), `V03` (a file), `G05` (a guide)."""
    severity: Severity
    message: str
    message_fr: str
    place: Place = Place()
    evidence: dict[str, Any] = {}
    """Score, threshold, the other document, the rule of the guide: whatever lets a reader judge it."""

    @classmethod
    def of(
        cls,
        code: str,
        severity: Severity,
        wording: Wording,
        place: Place = Place(),
        **evidence: Any,
    ) -> "Issue":
        """An issue whose two messages are the wording filled with the evidence."""
        return cls(
            code=code,
            severity=severity,
            message=wording.en.format(**evidence),
            message_fr=wording.fr.format(**evidence),
            place=place,
            evidence=evidence,
        )

    def text(self, language: str = "en") -> str:
        """The message in French (`fr`) or English."""
        return self.message_fr if language == "fr" else self.message


def worst(issues: "tuple[Issue, ...] | list[Issue]") -> Severity | None:
    """The worst severity among the issues, or None when there are none."""
    return max((i.severity for i in issues), key=SEVERITIES.index, default=None)
