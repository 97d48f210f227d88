"""Self-correction: of each mention, is it right, of wrong boundaries, of wrong type, or no entity at all? (ProgGen, arXiv 2403.11103)."""

import random
from collections.abc import Sequence
from pathlib import Path

from bouture.corpus.anchoring import Quote, anchor
from bouture.corpus.document import Document, Mention, Span
from bouture.corpus.label_aliases import resolve
from bouture.llm.messages import Message
from bouture.strategies.dialogue import Materials
from bouture.strategies.followers.settling import UNNAMED, Disagreement
from bouture.strategies.followers.triage import Question, Triage, TriageOptions
from bouture.strategies.followers.verdicts import Said


class SelfCorrection(Triage):
    """Asks a closed question on each mention: A correct, B other boundaries, C another type, D no entity.

    All mentions of a label are asked about in one request, with what the guide says of the label. A
    disagreement is an issue to review and its region is masked; with `apply: true` a correction that
    gold agrees with is made. Sentences are never deleted (X-11), and verdicts that contradict
    themselves are set aside.
    """

    name = "self_correction"

    class Options(TriageOptions):
        """Those of every triage."""

    def __init__(self, materials: Materials, options: Options) -> None:
        super().__init__(materials, options, Path(__file__).parent)

    def question(
        self, document: Document, label: str, batch: Sequence[Mention], rng: random.Random
    ) -> Question:
        others = [name for name in self.materials.schema.entities if name != label]
        user = self.prompts.fill(
            "user",
            label=label,
            rules=self.rules.of([label]),
            others=", ".join(others) or "—",
            items=self.items(document, batch),
        )
        return Question((Message("system", self.prompts["system"]), Message("user", user)))

    def meant(self, document: Document, mention: Mention, said: Said) -> Disagreement | bool | None:
        if said.letter == "A":
            return True
        if said.letter == "D":
            return Disagreement(mention)
        if said.letter == "B":
            span = _near(document, mention, said.correction)
            return Disagreement(mention, span=span) if span else None
        if said.letter == "C":
            label = resolve(said.correction, self.materials.schema.entities)
            return None if label == mention.label else Disagreement(mention, label=label or UNNAMED)
        return None


def _near(document: Document, mention: Mention, correction: str) -> Span | None:
    """Where the corrected mention is: it must share a character with the mention and differ from it."""
    correction = correction.replace("@@", "").replace("##", "").strip()
    if not correction or len(correction) > len(document.text):
        return None
    [found] = anchor(document.text, [Quote(correction, mention.label)], occurrences="all")
    spans = [s for s in found.spans if s.overlaps(mention.span) and s != mention.span]
    return min(spans, key=lambda s: (abs(s.start - mention.start), s)) if spans else None
