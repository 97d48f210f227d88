"""Grounding: where in a text the strings are that someone says are there, graded, never inside a word, never guessed in silence.

The steps and tiers are those of the project's aligner: whole-word candidates by French rules, exact to
fuzzy; context to choose between occurrences; a monotone assignment for those that context leaves open.
Offsets are always computed here, never asked from a model (direct offsets score below F1 .24:
arXiv 2601.16946).
"""

from collections.abc import Iterable
from typing import Literal

from bouture.corpus.assignment import Choice, assign
from bouture.corpus.candidates import Candidate, Haystack, fold_hard
from bouture.corpus.context import Context
from bouture.corpus.document import Span
from bouture.corpus.quotes import Anchored, How, Quote

__all__ = ["Anchored", "How", "Quote", "anchor"]

ENOUGH_CONTEXT = 0.5
"""Share of the context words that must agree for the context to settle a place on its own."""

AS_WRITTEN = (How.EXACT, How.NORMALISED)


def anchor(
    text: str, quotes: Iterable[Quote], *, occurrences: Literal["one", "all"] = "one"
) -> list[Anchored]:
    """Where each quote is in `text`, in the order of `quotes`.

    Quotes may come in any order; when they follow the text, the order helps to place those that
    their context does not. Two quotes with the same string and label take different places as long
    as there are any.

    Args:
        text: the text as it is; offsets of the result are its code points.
        quotes: what to look for, best with two words of context on each side.
        occurrences: `one` place for each quote, or `all` whole-word occurrences of its best tier
            whatever its context (precision .94, recall 1.00 on TextMine 2025).
    """
    hay = Haystack(text)
    if occurrences == "all":
        return [_everywhere(quote, hay) for quote in quotes]
    found = [_Weighed(quote, hay) for quote in quotes]
    present = [weighed for weighed in found if weighed.candidates]
    decisions = iter(assign([weighed.choice() for weighed in present]))
    anchored = []
    for weighed in found:
        if not weighed.candidates:
            anchored.append(Anchored(weighed.quote, (), How.ABSENT, 0.0))
            continue
        decision = next(decisions)
        spans = tuple(Span(*place) for place in decision.places)
        taken = weighed.at(decision.places[0])
        anchored.append(
            Anchored(
                weighed.quote,
                spans,
                taken.how if decision.decided else How.AMBIGUOUS,
                weighed.score(taken) / len(spans),
            )
        )
    return anchored


def _everywhere(quote: Quote, hay: Haystack) -> Anchored:
    candidates = _best_tier(hay.candidates(quote.text))
    if not candidates:
        return Anchored(quote, (), How.ABSENT, 0.0)
    best = max(candidates, key=lambda c: c.score)
    return Anchored(quote, tuple(Span(c.start, c.end) for c in candidates), best.how, best.score)


def _best_tier(candidates: list[Candidate]) -> list[Candidate]:
    """The candidates as written (exact or normalised) if there are any, else all."""
    return [c for c in candidates if c.how in AS_WRITTEN] or candidates


class _Weighed:
    """One quote, its candidates, and how far its context agrees with each."""

    def __init__(self, quote: Quote, hay: Haystack) -> None:
        self.quote = quote
        self.candidates = hay.candidates(quote.text)
        self._context = Context(quote, hay)
        agreements = self._context.agreements(self.candidates)
        self._agreement = dict(zip(self.candidates, agreements, strict=True))

    def choice(self) -> Choice:
        """The places that remain once the context has spoken."""
        top = max(self._agreement.values())
        if self._context and top >= ENOUGH_CONTEXT:
            kept = self._tied()
            settled = True
        else:
            kept = _best_tier(self.candidates)
            settled = len(kept) == 1
        return Choice(
            key=(fold_hard(self.quote.text), self.quote.label),
            places=tuple((c.start, c.end) for c in kept),
            weights=tuple(self._agreement[c] + self._context.edge(c) for c in kept),
            settled=settled,
            spare=tuple((c.start, c.end) for c in self.candidates),
        )

    def _tied(self) -> list[Candidate]:
        """The candidates with the best context and tier; among equals, those with the context verbatim."""
        rank = {c: (agreement, c.score) for c, agreement in self._agreement.items()}
        best = max(rank.values())
        tied = [c for c in self.candidates if rank[c] == best]
        if len(tied) == 1:
            return tied
        return [c for c in tied if self._context.verbatim(c)] or tied

    def at(self, place: tuple[int, int]) -> Candidate:
        """The candidate at a place."""
        return next(c for c in self.candidates if (c.start, c.end) == place)

    def score(self, candidate: Candidate) -> float:
        """Closeness of the string, halved when nothing of a given context agrees."""
        if not self._context:
            return candidate.score
        return candidate.score * (1 + self._agreement[candidate]) / 2
