"""D3: has anything of the dev or test documents got into a new document? Hard: a leak makes every figure worthless."""

from pydantic import BaseModel, ConfigDict

from bouture.checks.check import Reference
from bouture.corpus.document import Document
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.normalise import fold
from bouture.corpus.overlap import Overlap

SAME = Wording(
    "the text is that of held-out document {other!r}",
    "le texte est celui du document d’évaluation « {other} »",
)
MADE_FROM = Wording(
    "made from held-out document {other!r}, or with it as an example",
    "produit à partir du document d’évaluation « {other} », ou avec lui pour exemple",
)
RUN = Wording(
    "{longest} words in a row are those of held-out document {other!r}: “{words}”",
    "{longest} mots de suite sont ceux du document d’évaluation « {other} » : « {words} »",
)
CONTAINED = Wording(
    "{percent}% of its 8-grams are in held-out documents ({other!r}: “{words}”)",
    "{percent} % de ses suites de huit mots sont dans des documents d’évaluation (« {other} » : « {words} »)",
)
GRAM = 8
LONGEST_RUN = 13
"""Words in a row that no two texts share by chance (Brown et al. 2020, appendix C: 13-grams)."""
CONTAINMENT = 0.1
"""Share of 8-grams from which a text counts as contaminated (science C.1, D3)."""


class Contamination:
    """Compares with held-out documents, by provenance and by words; the same rule as the evaluator's.

    What training gold shares with them already (headings, formulas, quoted statements) counts for
    nothing: a new document that repeats it tells no more about the test set than gold does.
    """

    name = "contamination"

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

    def __init__(self, reference: Reference, options: Options) -> None:
        self._ids = frozenset(document.id for document in reference.held_out)
        gold = {fold(document.text) for document in reference.gold}
        texts = {fold(d.text): d.id for d in reversed(reference.held_out) if d.text.strip()}
        self._texts = {text: id for text, id in texts.items() if text not in gold}
        self._overlap = Overlap(reference.held_out, GRAM, but=reference.gold)
        self._runs = Overlap(reference.held_out, LONGEST_RUN, but=reference.gold)
        self.thresholds = {"run": float(LONGEST_RUN), "containment": CONTAINMENT}

    def __call__(self, document: Document) -> list[Issue]:
        place = Place(document=document.id)
        origin = document.origin
        behind = (*origin.sources, *origin.demonstrations) if origin else ()
        for other in behind:
            if other in self._ids:
                return [Issue.of("D3", Severity.REJECT, MADE_FROM, place, other=other)]
        twin = self._texts.get(fold(document.text))
        if twin is not None:
            return [Issue.of("D3", Severity.REJECT, SAME, place, other=twin)]
        run, shared = self._runs.shared(document.text), self._overlap.shared(document.text)
        if run.longest:
            wording, found = RUN, run
        elif shared.containment >= CONTAINMENT:
            wording, found = CONTAINED, shared
        else:
            return []
        evidence = {
            "other": found.document,
            "longest": found.longest,
            "words": found.words,
            "containment": round(shared.containment, 3),
            "percent": round(100 * shared.containment),
        }
        return [Issue.of("D3", Severity.REJECT, wording, place, **evidence)]

    def kept(self, document: Document) -> None:
        """Remembers nothing."""
