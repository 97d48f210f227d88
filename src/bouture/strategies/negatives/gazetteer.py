"""What gold nearly always annotates: surfaces, capitals inside a sentence, numbers; to recognise what should have been tagged."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bouture.corpus.document import Document, Span
from bouture.corpus.normalise import fold
from bouture.corpus.tokens import folded_tokens, sentences, tokenize

CAPITAL = "capital"
NUMBER = "number"
SHAPES_FROM = 5
"""Tokens of a shape that gold must have before their share says anything."""
_OPENS = frozenset('«"“(:—–-[')


class Seen(NamedTuple):
    """A place that gold would annotate."""

    span: Span
    text: str
    share: float
    """Of the occurrences in gold, those that are annotated."""
    shape: str = ""
    """`capital` or `number` when it is the shape of the word that gold annotates, not the word."""


class Gazetteer:
    """The surfaces that gold annotates, alone or within a longer mention, in at least `least` of their occurrences.

    Two shapes of tokens are judged in the same way, so that a name that gold has never seen is
    recognised too: a capital that does not begin a sentence or a quotation, and a digit.

    Args:
        least: share from which a surface or a shape counts, above 0 and up to 1.
    """

    def __init__(self, gold: Sequence[Document], least: float = 0.8) -> None:
        self._by_first: dict[str, set[tuple[str, ...]]] = {}
        annotated: Counter[tuple[str, ...]] = Counter()
        for document in gold:
            for mention in document.mentions():
                words = folded_tokens(mention.text)
                if any(map(str.isalnum, "".join(words))):
                    self._by_first.setdefault(words[0], set()).add(words)
        total: Counter[tuple[str, ...]] = Counter()
        shapes: dict[str, list[int]] = {CAPITAL: [0, 0], NUMBER: [0, 0]}
        self._bare: Counter[str] = Counter()
        for document in gold:
            covered = [m.span for m in document.mentions()]
            for words, span in self._occurrences(document.text):
                total[words] += 1
                annotated[words] += any(cover.contains(span) for cover in covered)
            for span, shape in shaped(document.text):
                inside = any(cover.contains(span) for cover in covered)
                shapes[shape][0] += inside
                shapes[shape][1] += 1
                self._bare[fold(document.mention_text(span))] += not inside
        self._shares = {words: annotated[words] / times for words, times in total.items()}
        self._least = least
        self._shapes = {
            shape: inside / times
            for shape, (inside, times) in shapes.items()
            if times >= SHAPES_FROM and inside / times >= least
        }

    @property
    def shapes(self) -> tuple[str, ...]:
        """The shapes that gold nearly always annotates."""
        return tuple(self._shapes)

    def share(self, surface: str) -> float:
        """Of the occurrences of `surface` in gold, those that are annotated; 0 when it has none."""
        return self._shares.get(folded_tokens(surface), 0.0)

    def found(self, text: str) -> list[Seen]:
        """What gold would annotate in `text`, in reading order; a word that gold has left bare is no unknown name."""
        seen = {
            span: Seen(span, text[span.start : span.end], self._shares[words])
            for words, span in self._occurrences(text)
            if self._shares.get(words, 0.0) >= self._least
        }
        for span, shape in shaped(text):
            word = text[span.start : span.end]
            known = any(other.contains(span) for other in seen)
            if shape in self._shapes and not known and not self._bare[fold(word)]:
                seen[span] = Seen(span, word, self._shapes[shape], shape)
        return [seen[span] for span in sorted(seen)]

    def _occurrences(self, text: str) -> Iterator[tuple[tuple[str, ...], Span]]:
        tokens, words = tokenize(text), folded_tokens(text)
        for start, first in enumerate(words):
            for known in self._by_first.get(first, ()):
                end = start + len(known)
                if words[start:end] == known:
                    yield known, Span(tokens[start].start, tokens[end - 1].end)


def shaped(text: str) -> Iterator[tuple[Span, str]]:
    """The tokens with a capital that nothing but a name explains, and those with a digit."""
    begins = {sentence.start for sentence in sentences(text)}
    before = ""
    for token in tokenize(text):
        word = text[token.start : token.end]
        if any(map(str.isdigit, word)):
            yield token, NUMBER
        elif word[0].isupper() and token.start not in begins and before not in _OPENS:
            yield token, CAPITAL
        before = word
