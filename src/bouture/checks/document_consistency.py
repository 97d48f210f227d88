"""S6: is a surface that is annotated here also annotated there, in the same document?"""

import math
import re
from collections import Counter
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from bouture.checks.calibration import finite, upper_bound
from bouture.checks.check import Reference
from bouture.checks.provenance import Sources
from bouture.checks.surface_statistics import Gazetteer, surface
from bouture.corpus.document import Document, Span, remembered
from bouture.corpus.issue import Issue, Place, Severity, Wording

FORGOTTEN = Wording(
    "“{mention}” is annotated elsewhere in the document and not here",
    "« {mention} » est annoté ailleurs dans le document, mais pas ici",
)
NAME = re.compile(r"[^\W_a-zß-öø-ÿœ]")
"""A capital or a figure: what names, dates and quantities have and common nouns have not."""


class DocumentConsistency:
    """Repeated surfaces left out in a document that annotates them once.

    How unusual this is depends on the surface: gold leaves out few repeated names and many repeated
    pronouns and common nouns. Each omission weighs -log of gold's rate for its kind (with a capital
    or a figure, or without); the threshold on the sum is what 99 % of gold documents do not exceed.
    """

    name = "document_consistency"

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

    def __init__(self, reference: Reference, options: Options) -> None:
        self._sources = Sources(reference.gold)
        self._weights = _weights(reference.gold)
        scores = [self._score(forgotten(document)) for document in reference.gold]
        self._limit = upper_bound(scores)
        self.thresholds = finite({"surprise": self._limit})

    def __call__(self, document: Document) -> list[Issue]:
        inherited = self._sources.inherited(document, lambda d: {form for form, _ in forgotten(d)})
        found = [(form, span) for form, span in forgotten(document) if form not in inherited]
        score = self._score(found)
        if score <= self._limit:
            return []
        return [
            Issue.of(
                "S6",
                Severity.REVIEW,
                FORGOTTEN,
                Place(document=document.id, start=span.start, end=span.end),
                mention=document.mention_text(span),
                score=round(score, 3),
                threshold=round(self._limit, 3),
            )
            for _, span in found
        ]

    def kept(self, document: Document) -> None:
        """Remembers nothing."""

    def _score(self, found: Sequence[tuple[str, Span]]) -> float:
        return sum(self._weights[is_name(form)] for form, _ in found)


def is_name(form: str) -> bool:
    """Whether a surface has a capital or a figure."""
    return NAME.search(form) is not None


@remembered
def forgotten(document: Document) -> list[tuple[str, Span]]:
    """Places outside every mention that read like a mention of the same document."""
    return list(Gazetteer(surface(m.text) for m in document.mentions()).uncovered(document))


def _weights(gold: Sequence[Document]) -> dict[bool, float]:
    """-log of the add-one smoothed rate at which gold leaves a repeated surface out, by `is_name`."""
    left, all = Counter[bool](), Counter[bool]()
    for document in gold:
        omissions = Counter(form for form, _ in forgotten(document))
        annotated = Counter(surface(mention.text) for mention in document.mentions())
        for form, times in annotated.items():
            again = times - 1 + omissions[form]
            all[is_name(form)] += again
            left[is_name(form)] += omissions[form]
    return {kind: math.log((all[kind] + 2) / (left[kind] + 1)) for kind in (False, True)}
