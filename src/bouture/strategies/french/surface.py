"""A mention as it can be put elsewhere: its text and the mentions nested in it."""

from typing import NamedTuple

from bouture.corpus.document import Span


class Surface(NamedTuple):
    """A mention as it can be put elsewhere: its text and the mentions nested in it."""

    text: str
    inner: tuple[tuple[Span, str], ...] = ()
    """Span within the text, and label, in the order of `Document.mentions()`."""

    @property
    def structure(self) -> tuple[tuple[str, tuple[int, ...], bool], ...]:
        """What must be equal in two surfaces that replace each other."""
        spans = [span for span, _ in self.inner]
        return tuple(
            (label, tuple(i for i, s in enumerate(spans) if s.contains(span)), span == self.span)
            for span, label in self.inner
        )

    @property
    def span(self) -> Span:
        return Span(0, len(self.text))
