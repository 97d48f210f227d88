"""Grounding: where in a text the strings are that someone says are there, graded, never inside a word, never guessed in silence.

The steps and tiers are those of the project's aligner: whole-word candidates by French rules, exact to
fuzzy; context to choose between occurrences; a monotone assignment for those that context leaves open.
Offsets are always computed here, never asked from a model (direct offsets score below F1 .24:
arXiv 2601.16946).
"""

from collections.abc import Iterable
from typing import Literal

from bouture.corpus.assignment import Choice, Decision, assign
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
    decisions = iter(assign([weighed.choice() for weighed in found if weighed.candidates]))
    return [
        weighed.anchored(next(decisions))
        if weighed.candidates
        else Anchored(weighed.quote, (), How.ABSENT, 0.0)
        for weighed in found
    ]


def _everywhere(quote: Quote, hay: Haystack) -> Anchored:
    candidates = hay.candidates(quote.text)
    tiers = _best_tiers(candidates)
    candidates = [c for c in candidates if c.how in tiers]
    if not candidates:
        return Anchored(quote, (), How.ABSENT, 0.0)
    best = max(candidates, key=lambda c: c.score)
    return Anchored(
        quote, tuple(Span(c.place.start, c.place.end) for c in candidates), best.how, best.score
    )


def _best_tiers(candidates: list[Candidate]) -> tuple[How, ...]:
    """Exact and normalised if there are any such candidates, else whatever there is."""
    written = any(c.how in AS_WRITTEN for c in candidates)
    return AS_WRITTEN if written else (How.CASEFOLD, How.FUZZY)


class _Weighed:
    """One quote, its candidates, and how far its context agrees with each."""

    def __init__(self, quote: Quote, hay: Haystack) -> None:
        self.quote = quote
        self.candidates = hay.candidates(quote.text)
        self._context = Context(quote, hay)
        self._agreements = self._context.agreements(self.candidates)

    def choice(self) -> Choice:
        """The places that remain once the context has spoken."""
        kept = list(zip(self.candidates, self._agreements, strict=True))
        if self._context and max(self._agreements) >= ENOUGH_CONTEXT:
            kept = self._tied(kept)
            settled = True
        else:
            tiers = _best_tiers(self.candidates)
            kept = [(c, agreement) for c, agreement in kept if c.how in tiers]
            settled = len(kept) == 1
        return Choice(
            key=(fold_hard(self.quote.text), self.quote.label),
            places=tuple(c.place[:2] for c, _ in kept),
            weights=tuple(agreement + self._context.edge(c) for c, agreement in kept),
            settled=settled,
            spare=tuple(c.place[:2] for c in self.candidates),
        )

    def _tied(self, weighed: list[tuple[Candidate, float]]) -> list[tuple[Candidate, float]]:
        """Those with the best context and tier; among equals, those with the context verbatim."""
        best = max((agreement, c.score) for c, agreement in weighed)
        tied = [(c, agreement) for c, agreement in weighed if (agreement, c.score) == best]
        if len(tied) == 1:
            return tied
        return [(c, agreement) for c, agreement in tied if self._context.verbatim(c)] or tied

    def anchored(self, decision: Decision) -> Anchored:
        """The result for this quote, graded."""
        spans = tuple(Span(*place) for place in decision.places)
        i = next(i for i, c in enumerate(self.candidates) if c.place[:2] == decision.places[0])
        how = self.candidates[i].how if decision.decided else How.AMBIGUOUS
        score = self.candidates[i].score
        if self._context:  # halved when nothing of it agrees
            score *= (1 + self._agreements[i]) / 2
        return Anchored(self.quote, spans, how, score / len(spans))
