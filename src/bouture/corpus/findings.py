"""Collects what reading one answer finds."""

from typing import Any

from bouture.corpus.issue import Issue, Place, Severity, Wording


class Findings:
    """The issues of one answer, in the order they are met."""

    def __init__(self, document: str) -> None:
        self.document = document
        self.issues: list[Issue] = []

    def add(
        self,
        code: str,
        severity: Severity,
        wording: Wording,
        place: Place = Place(),
        **evidence: Any,
    ) -> None:
        """Notes an issue; `place` need not name the document."""
        at = Place(
            document=self.document,
            line=place.line,
            start=place.start,
            end=place.end,
            entity=place.entity,
            relation=place.relation,
        )
        self.issues.append(Issue.of(code, severity, wording, at, **evidence))


def shown(text: str, limit: int = 160) -> str:
    """`text` short enough for a message."""
    text = text.strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"
