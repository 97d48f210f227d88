"""How gold treats each surface: as which label, how often, and how often it is left without annotation."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property

from bouture.corpus.document import Document, Span
from bouture.corpus.normalise import normalise
from bouture.corpus.tokens import tokenize

LONGEST = 8
"""Tokens of the longest surface that is looked for in running text."""


def surface(text: str) -> str:
    """The form under which mentions are counted: typography evened out, case kept (« Nord » is not « nord »)."""
    return " ".join(normalise(text).text.split())


class Covered:
    """The tokens of a document and which of them lie outside every mention."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.tokens = tokenize(document.text)

    @cached_property
    def free(self) -> list[bool]:
        """For each token, whether no mention touches it."""
        taken = bytearray(len(self.document.text))
        for mention in self.document.mentions():
            taken[mention.start : mention.end] = b"\x01" * (mention.end - mention.start)
        return [not any(taken[t.start : t.end]) for t in self.tokens]

    def uncovered(self, known: "dict[str, int] | set[str]", longest: int) -> Iterator[tuple[str, Span]]:
        """Stretches outside every mention that read like one of `known`: the longest first, without overlap."""
        text = self.document.text
        i = 0
        while i < len(self.tokens):
            step = 1
            if self.free[i]:
                for length in range(min(longest, len(self.tokens) - i), 0, -1):
                    if not all(self.free[i : i + length]):
                        continue
                    span = Span(self.tokens[i].start, self.tokens[i + length - 1].end)
                    form = surface(text[span.start : span.end])
                    if form in known:
                        yield form, span
                        step = length
                        break
            i += step


class SurfaceStatistics:
    """Counts over gold, each of which can be had without one of its documents."""

    def __init__(self, gold: Sequence[Document]) -> None:
        self.annotated: dict[str, Counter[str]] = {}
        """Surface -> how often with each label."""
        self._own: dict[str, tuple[Counter[tuple[str, str]], Counter[str]]] = {}
        for document in gold:
            for mention in document.mentions():
                self.annotated.setdefault(surface(mention.text), Counter())[mention.label] += 1
