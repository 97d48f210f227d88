"""D1: is a document the same, or nearly, as one that was kept before it?"""

import hashlib
import math
import re

from pydantic import BaseModel, ConfigDict, Field

from bouture.checks.calibration import upper_bound
from bouture.checks.check import Reference
from bouture.checks.provenance import Sources, is_local, is_substituted
from bouture.corpus.document import Document
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.normalise import fold
from bouture.corpus.similar_texts import SimilarTexts

SAME = Wording(
    "the text is that of {other!r}, kept before", "le texte est celui de « {other} », déjà retenu"
)
NEAR = Wording(
    "nearly the text of {other!r}, kept before: Jaccard {similarity:.2f} ≥ {threshold:.2f}",
    "le texte est presque celui de « {other} », déjà retenu : Jaccard {similarity:.2f} ≥ {threshold:.2f}",
)


SECOND = re.compile(r"#\d+$")
"""What the loop puts behind the id of a job for its second document and further ones."""


class NearDuplicates:
    """Exact repetitions are rejected, near ones go to review; found by MinHash, verified exactly.

    What is not asked, because it would wipe out an arm instead of cleaning it:

    - The duplicate control: a document made without a model whose text is that of its own source.
      It neither counts as a repetition nor is remembered.
    - Local substitutions stay near their source by design, hence near their siblings: of them only
      exact repetitions are refused, and nothing is compared with them.
    - Documents of one job, such as the two texts of a minimal pair, are near each other on purpose.

    The threshold is at least 0.7 (science C.1, D1), more when gold documents resemble each other.
    """

    name = "near_duplicates"

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

        jaccard: float = Field(
            0.7, gt=0.5, le=1, description="similarity of 5-character shingles from which to review"
        )

    def __init__(self, reference: Reference, options: Options) -> None:
        self._sources = Sources(reference.gold)
        self._exact: dict[int, str] = {}
        gold = SimilarTexts()
        texts = [(document.id, fold(document.text)) for document in reference.gold]
        for id, text in texts:
            gold.add(id, text)
        nearest = [
            max((s for s, other in gold.near(text) if other != id), default=0.0)
            for id, text in texts
        ]
        limit = upper_bound(nearest)
        self._limit = max(options.jaccard, limit if math.isfinite(limit) else 0.0)
        self.thresholds = {"jaccard": self._limit}
        self._kept = SimilarTexts()

    def __call__(self, document: Document) -> list[Issue]:
        text = fold(document.text)
        if not text or self._is_control(document, text):
            return []
        place = Place(document=document.id)
        if (same := self._exact.get(_digest(text))) is not None:
            return [Issue.of("D1", Severity.REJECT, SAME, place, other=same)]
        if is_substituted(document):
            return []
        near = self._kept.near(text, self._limit)
        others = ((s, other) for s, other in near if _job(other) != _job(document.id))
        similarity, other = max(others, default=(0.0, ""))
        if similarity < self._limit:
            return []
        evidence = {"other": other, "similarity": round(similarity, 3), "threshold": self._limit}
        return [Issue.of("D1", Severity.REVIEW, NEAR, place, **evidence)]

    def kept(self, document: Document) -> None:
        """Remembers the document, unless it is the duplicate control."""
        text = fold(document.text)
        if not text or self._is_control(document, text):
            return
        self._exact.setdefault(_digest(text), document.id)
        if not is_substituted(document):
            self._kept.add(document.id, text)

    def _is_control(self, document: Document, text: str) -> bool:
        return is_local(document) and any(
            fold(source.text) == text for source in self._sources.of(document)
        )


def _job(id: str) -> str:
    """The job that made a document: its second one is called `job#2`."""
    return SECOND.sub("", id)


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=12).digest())
