"""N4: is the document about as long, and about as densely annotated, as gold documents are?"""

from pydantic import BaseModel, ConfigDict, Field

from bouture.checks.calibration import lower_bound, upper_bound
from bouture.checks.check import Reference
from bouture.checks.provenance import Sources
from bouture.corpus.document import Document, remembered
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.tokens import tokenize

OUTSIDE = Wording(
    "{value} {what}; gold documents have {low:.0f} to {high:.0f}",
    "{value} {what_fr} ; les documents annotés en ont de {low:.0f} à {high:.0f}",
)
MEASURES = {
    "tokens": ("tokens", "mots et signes"),
    "mentions": ("mentions", "mentions"),
    "relations": ("relations", "relations"),
}
TAIL = 0.01
"""Quantile of gold on each side (science C.1, N4)."""


class Length:
    """Tokens, mentions and relations within 0.7 times the first and 1.3 times the last percentile of gold.

    A document as extreme as its own source is left alone, as are the measures in which its strategy
    says that it differs from gold (`apart` in its origin: single sentences, texts without entity).
    """

    name = "length"

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

        low: float = Field(0.7, ge=0, le=1, description="factor of the first percentile of gold")
        high: float = Field(1.3, ge=1, description="factor of the last percentile of gold")

    def __init__(self, reference: Reference, options: Options) -> None:
        self._sources = Sources(reference.gold)
        sizes = [_sizes(document) for document in reference.gold]
        self.thresholds: dict[str, float] = {}
        for measure in MEASURES if sizes else ():
            values = [size[measure] for size in sizes]
            self.thresholds[f"{measure}, least"] = options.low * lower_bound(values, TAIL)
            self.thresholds[f"{measure}, most"] = options.high * upper_bound(values, TAIL)

    def __call__(self, document: Document) -> list[Issue]:
        if not self.thresholds:
            return []
        size = _sizes(document)
        sources = [_sizes(source) for source in self._sources.of(document)]
        found = []
        apart = document.origin.parameters.get("apart", ()) if document.origin else ()
        for measure, (what, what_fr) in MEASURES.items():
            if measure in apart:
                continue
            value = size[measure]
            known = [source[measure] for source in sources]
            low = min([self.thresholds[f"{measure}, least"], *known])
            high = max([self.thresholds[f"{measure}, most"], *known])
            if not low <= value <= high:
                told = {"value": value, "what": what, "what_fr": what_fr, "low": low, "high": high}
                place = Place(document=document.id)
                found.append(Issue.of("N4", Severity.REVIEW, OUTSIDE, place, **told))
        return found

    def kept(self, document: Document) -> None:
        """Remembers nothing."""


@remembered
def _sizes(document: Document) -> dict[str, int]:
    return {
        "tokens": len(tokenize(document.text)),
        "mentions": sum(len(entity.spans) for entity in document.entities),
        "relations": len(document.relations),
    }
