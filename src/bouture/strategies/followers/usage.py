"""How the gold documents use a string: under which labels it is annotated, and how often it is not."""

from collections import Counter
from collections.abc import Sequence

from bouture.corpus.document import Document
from bouture.corpus.normalise import fold
from bouture.corpus.tokens import folded_tokens

LONGEST = 8
"""Tokens of a surface whose plain occurrences are counted."""


class Usage:
    """Counts over gold documents; surfaces are compared without regard to case and typography."""

    def __init__(self, gold: Sequence[Document]) -> None:
        self._labels: dict[str, Counter[str]] = {}
        for document in gold:
            for mention in document.mentions():
                self._labels.setdefault(fold(mention.text), Counter())[mention.label] += 1
        self._occurrences = self._counted(gold)

    def labels(self, surface: str) -> Counter[str]:
        """How often the surface is annotated under each label."""
        return self._labels.get(fold(surface), Counter())

    def annotated(self, surface: str, label: str) -> int:
        """How often the surface is annotated under one label."""
        return self.labels(surface)[label]

    def plain(self, surface: str) -> int:
        """How often a surface that is annotated somewhere stands elsewhere without any annotation."""
        return max(0, self._occurrences[folded_tokens(surface)] - self.labels(surface).total())

    def _counted(self, gold: Sequence[Document]) -> Counter[tuple[str, ...]]:
        """How often the tokens of each annotated surface occur, annotated or not."""
        wanted = {folded_tokens(surface) for surface in self._labels}
        lengths = sorted({len(tokens) for tokens in wanted if 0 < len(tokens) <= LONGEST})
        counts: Counter[tuple[str, ...]] = Counter()
        for document in gold:
            tokens = folded_tokens(document.text)
            for length in lengths:
                runs = (tokens[i : i + length] for i in range(len(tokens) - length + 1))
                counts.update(run for run in runs if run in wanted)
        return counts
