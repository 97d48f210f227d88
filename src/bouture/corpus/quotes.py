"""What is looked for in a text (a quote with its context) and what is found (places, graded, never guessed in silence)."""

from enum import StrEnum

import msgspec

from bouture.corpus.document import Span


class Quote(msgspec.Struct, frozen=True):
    """A string that someone says is in the text: its label, and the words just before and after it.

    Two words of context on each side make 99.6 % of mentions unique in their document (TextMine
    2025). Both contexts may be missing, cut, or differ in typography, case and accents.
    """

    text: str
    label: str
    before: str = ""
    after: str = ""


class How(StrEnum):
    """How a quote was found, from certain to not at all."""

    EXACT = "exact"
    """Character for character."""
    NORMALISED = "normalised"
    """Up to typography: apostrophes, quotes, dashes, spaces, composed or decomposed accents."""
    CASEFOLD = "casefold"
    """Up to case and accents as well."""
    FUZZY = "fuzzy"
    """Without its article or edge punctuation, or with at most one edit for eight characters."""
    AMBIGUOUS = "ambiguous"
    """In several places, and neither context nor order tells which; the first span is the best guess."""
    ABSENT = "absent"
    """Nowhere in the text as whole words."""


class Anchored(msgspec.Struct, frozen=True):
    """Where a quote is and how it was found.

    `spans` holds one span; several when `how` is ambiguous (the best guess first) or when all
    occurrences were asked for (in reading order); none when absent.
    """

    quote: Quote
    spans: tuple[Span, ...]
    how: How
    score: float
    """0 (absent) to 1 (exact, context confirmed): closeness of the string, times that of the context,
    divided by the number of places left open."""

    @property
    def span(self) -> Span | None:
        """The place, or the best guess; None when absent."""
        return self.spans[0] if self.spans else None

    @property
    def start(self) -> int | None:
        return self.spans[0].start if self.spans else None

    @property
    def end(self) -> int | None:
        return self.spans[0].end if self.spans else None
