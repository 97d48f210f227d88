"""S5: does a surface carry a label that gold gives it?"""

from collections.abc import Iterator
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from bouture.checks.calibration import finite, surprise, upper_bound
from bouture.checks.check import Reference
from bouture.checks.provenance import Sources, is_open
from bouture.checks.surface_statistics import SurfaceStatistics, own_surfaces, surface
from bouture.corpus.document import Document, Mention
from bouture.corpus.issue import Issue, Place, Severity, Wording

UNUSUAL = Wording(
    "“{mention}” is {label} here: {seen} of {total} times in gold",
    "« {mention} » est ici {label} : {seen} fois sur {total} dans le corpus annoté",
)


class Unusual(NamedTuple):
    """One mention with a label that gold does not, or hardly, give its surface."""

    mention: Mention
    seen: int
    total: int
    surprise: float


class TypeConsistency:
    """A label that gold gives a known surface in less than 5 % of at least three cases (science C.1, S5).

    One such label is ordinary: a third of TextMine's mentions have a surface of several labels
    (science X-2). What is compared with gold is the sum over a document of -log of their smoothed
    probabilities; the threshold is what 99 % of gold documents, each weighed by the others, do not
    exceed.
    """

    name = "type_consistency"

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

        least: int = Field(3, ge=1, description="gold mentions from which a surface is known")
        probability: float = Field(
            0.05, gt=0, lt=1, description="P(label | surface) below which a label is unusual"
        )

    def __init__(self, reference: Reference, options: Options) -> None:
        self.options = options
        self._sources = Sources(reference.gold)
        self._statistics = SurfaceStatistics(reference.gold)
        scores = [_score(self._unusual(d, own=d)) for d in reference.gold]
        self._limit = upper_bound(scores)
        self.thresholds = finite({"surprise": self._limit})

    def __call__(self, document: Document) -> list[Issue]:
        if is_open(document):
            return []
        inherited = self._sources.inherited(document, own_surfaces)
        found = [
            unusual
            for unusual in self._unusual(document)
            if (surface(unusual.mention.text), unusual.mention.label) not in inherited
        ]
        score = _score(found)
        if score <= self._limit:
            return []
        return [self._issue(document, unusual, score) for unusual in found]

    def kept(self, document: Document) -> None:
        """Remembers nothing."""

    def _unusual(self, document: Document, own: Document | None = None) -> list[Unusual]:
        return list(self._weigh(document, own))

    def _weigh(self, document: Document, own: Document | None) -> Iterator[Unusual]:
        gold = self._statistics.without(own)
        for mention in document.mentions():
            form = surface(mention.text)
            if form not in self._statistics:
                continue
            total, seen = gold.annotated(form), gold.labelled(form, mention.label)
            if total >= self.options.least and seen < self.options.probability * total:
                yield Unusual(mention, seen, total, surprise(seen, total, gold.kinds(form)))

    def _issue(self, document: Document, unusual: Unusual, score: float) -> Issue:
        mention = unusual.mention
        return Issue.of(
            "S5",
            Severity.REVIEW,
            UNUSUAL,
            Place(
                document=document.id, start=mention.start, end=mention.end, entity=mention.entity
            ),
            mention=mention.text,
            label=mention.label,
            seen=unusual.seen,
            total=unusual.total,
            score=round(score, 3),
            threshold=round(self._limit, 3),
        )


def _score(found: list[Unusual]) -> float:
    return sum(unusual.surprise for unusual in found)
