"""D2: has a model rewritten its source, or copied it, or written something else altogether?"""

from pydantic import BaseModel, ConfigDict, Field

from bouture.checks.calibration import finite, upper_bound
from bouture.checks.check import Reference
from bouture.checks.provenance import Sources, is_local, is_new_text
from bouture.corpus.document import Document
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.normalise import fold
from bouture.corpus.overlap import Overlap, kept_in_order
from bouture.corpus.tokens import folded_tokens

COPY = Wording(
    "the text is that of gold document {other!r}",
    "le texte est celui du document annoté « {other} »",
)
CLOSE = Wording(
    "{percent}% of the text of {other!r} has changed: less than {limit}%",
    "{percent} % du texte de « {other} » a changé : moins de {limit} %",
)
FAR = Wording(
    "{percent}% of the text of {other!r} has changed: more than {limit}%",
    "{percent} % du texte de « {other} » a changé : plus de {limit} %",
)
TAKEN = Wording(
    "{longest} words in a row are those of gold document {other!r}: “{words}”",
    "{longest} mots de suite sont ceux du document annoté « {other} » : « {words} »",
)
GRAM = 8
TWINS = ("surfaces", "entities", "context")
"""What the counterfactual twins of a sentence keep, and those who replace entities alone: near it on purpose."""


class SourceCopy:
    """A rewritten document changes 15 to 85 % of its source (science C.1, D2); a free one copies no gold text.

    The share changed is 1 - 2M / T, with M tokens kept in order and T tokens in both texts. A text
    that is the same as a gold one, case and typography aside, is rejected; the rest goes to review.
    Documents made without a model (local substitutions, the duplicate control) stay close to their
    source on purpose and are not asked. A document without a known source is compared with all of
    gold: no run of 12 words, no more than 20 % of its 8-grams, or what gold documents share with
    each other when that is more.
    """

    name = "source_copy"

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

        least: float = Field(0.15, ge=0, le=1, description="share of the source that must change")
        most: float = Field(0.85, ge=0, le=1, description="share of the source that may change")
        run: int = Field(12, ge=GRAM, description="words in a row taken from gold")
        containment: float = Field(0.2, gt=0, le=1, description="share of 8-grams taken from gold")

    def __init__(self, reference: Reference, options: Options) -> None:
        self.options = options
        self._sources = Sources(reference.gold)
        self._texts = {fold(d.text): d.id for d in reversed(reference.gold) if d.text.strip()}
        self._overlap = Overlap(reference.gold, GRAM)
        shared = [self._overlap.shared(d.text, without=d.id) for d in reference.gold]
        known = finite(
            {
                "run": upper_bound([found.longest + 1.0 for found in shared]),
                "containment": upper_bound([found.containment for found in shared]),
            }
        )
        self.thresholds = {
            "least change": options.least,
            "most change": options.most,
            "run": max(float(options.run), known.get("run", 0.0)),
            "containment": max(options.containment, known.get("containment", 0.0)),
        }

    def __call__(self, document: Document) -> list[Issue]:
        if is_local(document):
            return []
        place = Place(document=document.id)
        twin = self._texts.get(fold(document.text))
        if twin is not None:
            return [Issue.of("D2", Severity.REJECT, COPY, place, other=twin, ratio=0.0)]
        sources = self._sources.of(document)
        keeps = document.origin.parameters.get("keeps") if document.origin else None
        if not sources or is_new_text(document):
            return self._taken(document)
        if keeps in TWINS:
            return []
        ratio, other = min((changed(source, document), source.id) for source in sources)
        if self.options.least <= ratio <= self.options.most:
            return []
        near = ratio < self.options.least
        threshold = self.options.least if near else self.options.most
        return [
            Issue.of(
                "D2",
                Severity.REVIEW,
                CLOSE if near else FAR,
                place,
                other=other,
                ratio=round(ratio, 3),
                threshold=threshold,
                percent=round(100 * ratio),
                limit=round(100 * threshold),
            )
        ]

    def kept(self, document: Document) -> None:
        """Remembers nothing."""

    def _taken(self, document: Document) -> list[Issue]:
        shared = self._overlap.shared(document.text)
        limits = self.thresholds
        if shared.longest < limits["run"] and shared.containment <= limits["containment"]:
            return []
        evidence = {
            "other": shared.document,
            "longest": shared.longest,
            "words": shared.words,
            "containment": round(shared.containment, 3),
        }
        return [Issue.of("D2", Severity.REVIEW, TAKEN, Place(document=document.id), **evidence)]


def changed(source: Document, made: Document) -> float:
    """Share of tokens that are not kept in order: 0 for the same text, 1 for nothing in common."""
    before, after = folded_tokens(source.text), folded_tokens(made.text)
    both = len(before) + len(after)
    return 1.0 - 2 * kept_in_order(before, after) / both if both else 0.0
