"""L1: does the text hold mentions that nobody annotated? Missing annotations are the worst noise there is (science X-4)."""

import math
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from bouture.checks.calibration import finite, upper_bound
from bouture.checks.check import Reference
from bouture.checks.provenance import Sources
from bouture.checks.regular_patterns import covered, matches
from bouture.checks.surface_statistics import SurfaceStatistics, surface
from bouture.corpus.document import Document, Span
from bouture.corpus.issue import Issue, Place, Severity, Wording

MISSED = Wording(
    "“{mention}” is not annotated; gold annotates {percent}% of such places ({detectors})",
    "« {mention} » n’est pas annoté, alors que {percent} % de ces cas le sont dans le corpus annoté ({detectors})",
)
GAZETTEER = "gazetteer"


class Missed(NamedTuple):
    """A place without annotation where gold nearly always has one."""

    span: Span
    text: str
    detectors: tuple[str, ...]
    rate: float
    surprise: float


class Completeness:
    """Two detectors of unannotated mentions: surfaces that gold annotates, and regular expressions.

    A surface counts when gold annotates at least 80 % of its occurrences, in at least two
    documents; a pattern (date, time, equipment…) when gold annotates at least 90 % of at least ten
    matches. Each place weighs -log of the smoothed probability that gold would leave it; the
    document goes to review when the sum is more than that of 99 % of gold documents, each judged by
    the others. In a corpus whose gold forgets little, one forgotten mention is enough.
    """

    name = "completeness"

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

        probability: float = Field(
            0.8, gt=0, le=1, description="P(entity | surface) from which a surface is looked for"
        )
        documents: int = Field(2, ge=1, description="gold documents a surface must occur in")
        pattern_rate: float = Field(
            0.9, gt=0, le=1, description="share of its matches that gold annotates"
        )
        pattern_matches: int = Field(10, ge=1, description="gold matches a pattern must have")

    def __init__(self, reference: Reference, options: Options) -> None:
        self.options = options
        self._sources = Sources(reference.gold)
        self._statistics = SurfaceStatistics(reference.gold)
        self._matched: Counter[tuple[str, bool]] = Counter()
        self._own = {document.id: _matched(document) for document in reference.gold}
        for own in self._own.values():
            self._matched += own
        scores = [_score(self._missed(document, own=document)) for document in reference.gold]
        self._limit = upper_bound(scores)
        self.thresholds = finite({"surprise": self._limit})

    def __call__(self, document: Document) -> list[Issue]:
        inherited = self._sources.inherited(
            document, lambda source: {surface(m.text) for m in self._missed(source)}
        )
        found = [m for m in self._missed(document) if surface(m.text) not in inherited]
        score = _score(found)
        if score <= self._limit:
            return []
        return [self._issue(document, missed, score) for missed in found]

    def kept(self, document: Document) -> None:
        """Remembers nothing."""

    def _missed(self, document: Document, own: Document | None = None) -> list[Missed]:
        """What is missed, in reading order, one for each place; `own`'s counts are set aside."""
        merged: list[Missed] = []
        both = [*self._by_gazetteer(document, own), *self._by_pattern(document, own)]
        for missed in sorted(both, key=lambda m: (m.span.start, -m.span.end, m.detectors)):
            last = merged[-1] if merged else None
            if last is None or not last.span.overlaps(missed.span):
                merged.append(missed)
                continue
            stronger = max(last, missed, key=lambda m: m.surprise)
            detectors = dict.fromkeys((*last.detectors, *missed.detectors))
            merged[-1] = stronger._replace(detectors=tuple(detectors))
        return merged

    def _by_gazetteer(self, document: Document, own: Document | None) -> Iterator[Missed]:
        gold = self._statistics.without(own)
        for form, span in self._statistics.uncovered(document):
            rate = gold.rate(form)
            if gold.documents(form) >= self.options.documents and rate >= self.options.probability:
                weight = _surprise(gold.annotated(form), gold.free(form))
                yield Missed(span, document.mention_text(span), (GAZETTEER,), rate, weight)

    def _by_pattern(self, document: Document, own: Document | None) -> Iterator[Missed]:
        counts = self._matched - self._own[own.id] if own else self._matched
        mentions = document.mentions()
        for name, span in matches(document):
            annotated, free = counts[name, True], counts[name, False]
            total = annotated + free
            if total < self.options.pattern_matches or covered(mentions, span):
                continue
            if annotated >= self.options.pattern_rate * total:
                text = document.mention_text(span)
                yield Missed(span, text, (name,), annotated / total, _surprise(annotated, free))

    def _issue(self, document: Document, missed: Missed, score: float) -> Issue:
        return Issue.of(
            "L1",
            Severity.REVIEW,
            MISSED,
            Place(document=document.id, start=missed.span.start, end=missed.span.end),
            mention=missed.text,
            percent=round(100 * missed.rate),
            rate=round(missed.rate, 3),
            detectors=", ".join(missed.detectors),
            score=round(score, 3),
            threshold=round(self._limit, 3),
        )


def _matched(document: Document) -> Counter[tuple[str, bool]]:
    """How many matches of each pattern are annotated (touched by a mention) and how many are not."""
    mentions = document.mentions()
    return Counter((name, covered(mentions, span)) for name, span in matches(document))


def _surprise(annotated: int, free: int) -> float:
    """-log of the add-one smoothed probability of leaving the place without annotation."""
    return math.log((annotated + free + 2) / (free + 1))


def _score(found: list[Missed]) -> float:
    return sum(missed.surprise for missed in found)
