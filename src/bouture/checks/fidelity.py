"""F3: has a document kept every mention of its source, when its strategy promised to?"""

from pydantic import BaseModel, ConfigDict

from bouture.checks.check import Reference
from bouture.checks.provenance import Sources
from bouture.corpus.document import Document
from bouture.corpus.fidelity import compare
from bouture.corpus.issue import Issue, Place, Severity, Wording

NO_SOURCE = Wording(
    "made from {sources}, not found in gold: nobody can say whether the mentions were kept",
    "produit à partir de {sources}, absent du corpus annoté : impossible de dire si les mentions ont été conservées",
)


class Fidelity:
    """Compares a document with its source; asked only of those whose origin says `keeps: mentions`."""

    name = "fidelity"
    thresholds: dict[str, float] = {}

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

    def __init__(self, reference: Reference, options: Options) -> None:
        self._sources = Sources(reference.gold)

    def __call__(self, document: Document) -> list[Issue]:
        origin = document.origin
        if origin is None or origin.parameters.get("keeps") != "mentions":
            return []
        known = self._sources.of(document)
        if len(known) == 1 and len(origin.sources) == 1:
            return compare(known[0], document)
        place = Place(document=document.id)
        names = ", ".join(origin.sources) or "?"
        return [Issue.of("F3", Severity.REVIEW, NO_SOURCE, place, sources=names)]

    def kept(self, document: Document) -> None:
        """Remembers nothing."""
