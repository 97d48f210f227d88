"""How gold treats each surface: with which labels, how often, and how often it is left without annotation.

Every count can be had without those of one gold document, so that gold is judged as a new document
would be (leave one document out).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from bouture.corpus.document import Document, Span, remembered
from bouture.corpus.normalise import WORD, normalise
from bouture.corpus.tokens import tokenize


def surface(text: str) -> str:
    """The form under which mentions are counted: typography evened out, case kept (« Nord », « nord »)."""
    return _evened(text) if len(text) <= WORD else normalise(text).text.strip()


@lru_cache(maxsize=1 << 15)
def _evened(text: str) -> str:
    return normalise(text).text.strip()


class Stretch(NamedTuple):
    """Tokens in a row that no mention touches, and how each reads."""

    tokens: list[Span]
    forms: list[str]


@remembered
def free_stretches(document: Document) -> list[Stretch]:
    """The stretches of tokens that no mention touches."""
    taken = bytearray(len(document.text))
    for entity in document.entities:
        for span in entity.spans:
            taken[span.start : span.end] = b"\x01" * len(span)
    stretches: list[list[Span]] = [[]]
    for token in tokenize(document.text):
        if 1 in taken[token.start : token.end]:
            stretches.append([])
        else:
            stretches[-1].append(token)
    return [
        Stretch(tokens, [surface(document.mention_text(token)) for token in tokens])
        for tokens in stretches
        if tokens
    ]


class Gazetteer:
    """Surfaces to be found in running text."""

    def __init__(self, forms: Iterable[str]) -> None:
        self._forms = frozenset(forms)
        self._longest: dict[str, int] = {}
        """Tokens of the longest surface, by first token."""
        for form in self._forms:
            tokens = tokenize(form)
            if tokens:
                first = form[: tokens[0].end]
                self._longest[first] = max(self._longest.get(first, 0), len(tokens))

    def uncovered(self, document: Document) -> Iterator[tuple[str, Span]]:
        """Where the text outside every mention reads like one of the surfaces: longest first, without overlap."""
        for tokens, forms in free_stretches(document):
            done = 0
            for i, first in enumerate(forms):
                longest = self._longest.get(first, 0)
                if not longest or i < done:
                    continue
                for length in range(min(longest, len(tokens) - i), 0, -1):
                    span = Span(tokens[i].start, tokens[i + length - 1].end)
                    form = surface(document.mention_text(span))
                    if form in self._forms:
                        yield form, span
                        done = i + length
                        break


@remembered
def own_surfaces(document: Document) -> Counter[tuple[str, str]]:
    """How often each (surface, label) is annotated in a document."""
    return Counter((surface(mention.text), mention.label) for mention in document.mentions())


class SurfaceStatistics:
    """What gold does with each surface that it annotates at least once."""

    def __init__(self, gold: Sequence[Document]) -> None:
        self._pairs: Counter[tuple[str, str]] = Counter()
        self._annotated: Counter[str] = Counter()
        self._documents: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._free: Counter[str] = Counter()
        self._own: dict[str, tuple[Counter[tuple[str, str]], Counter[str], Counter[str]]] = {}
        own = {document.id: own_surfaces(document) for document in gold}
        for pairs in own.values():
            self._pairs += pairs
            self._documents.update({form for form, _ in pairs})
        for (form, _), times in self._pairs.items():
            self._annotated[form] += times
            self._kinds[form] += 1
        self._gazetteer = Gazetteer(self._annotated)
        for document in gold:
            free = Counter(form for form, _ in self.uncovered(document))
            self._free += free
            forms: Counter[str] = Counter()
            for (form, _), times in own[document.id].items():
                forms[form] += times
            self._own[document.id] = (own[document.id], forms, free)

    def __contains__(self, form: object) -> bool:
        return form in self._annotated

    def uncovered(self, document: Document) -> Iterator[tuple[str, Span]]:
        """Where the text outside every mention reads like a mention of gold."""
        return self._gazetteer.uncovered(document)

    def without(self, document: Document | None) -> "Without":
        """The same statistics without one gold document (all of gold for None)."""
        nothing: Counter[str] = Counter()
        pairs: Counter[tuple[str, str]] = Counter()
        own = (pairs, nothing, nothing) if document is None else self._own[document.id]
        return Without(self, own)


class Without:
    """A view of the statistics that sets the counts of one document aside."""

    def __init__(
        self,
        all: SurfaceStatistics,
        own: tuple[Counter[tuple[str, str]], Counter[str], Counter[str]],
    ) -> None:
        self._all = all
        self._pairs, self._forms, self._free = own

    def annotated(self, form: str) -> int:
        """How often the surface is annotated, whatever the label."""
        return self._all._annotated[form] - self._forms[form]

    def labelled(self, form: str, label: str) -> int:
        """How often it has this label."""
        return self._all._pairs[form, label] - self._pairs[form, label]

    def free(self, form: str) -> int:
        """How often it stands outside every mention."""
        return self._all._free[form] - self._free[form]

    def documents(self, form: str) -> int:
        """In how many documents it is annotated."""
        return self._all._documents[form] - (self._forms[form] > 0)

    def kinds(self, form: str) -> int:
        """With how many labels it occurs (in all of gold)."""
        return self._all._kinds[form]

    def rate(self, form: str) -> float:
        """P(entity | surface): annotated among all occurrences outside other mentions; 0 when never seen."""
        seen = self.annotated(form) + self.free(form)
        return self.annotated(form) / seen if seen else 0.0
