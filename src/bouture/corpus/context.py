"""How well the words around a place agree with the context that came with a quote."""

from bouture.corpus.candidates import WORD, Candidate, Haystack, Place, fold_hard
from bouture.corpus.quotes import Quote

CUT_CONTEXT = 0.98
"""Agreement when the context begins or ends inside a word of the text."""

MISPLACED_WORD = 0.5
"""Credit of a context word found one word further or nearer than it should be."""

AT_EDGE = 0.01
"""Weight, in a guess, of there being no words where no context was given."""

FARTHEST_WORD = 6
"""Words of context looked at on each side when it does not agree as a whole."""


class Context:
    """The context of one quote, folded, to be compared with many places of a text."""

    def __init__(self, quote: Quote, hay: Haystack) -> None:
        self._quote = quote
        self._hay = hay
        self._before = fold_hard(quote.before) if quote.before else ""
        self._after = fold_hard(quote.after) if quote.after else ""

    def __bool__(self) -> bool:
        return bool(self._before or self._after)

    def agreements(self, candidates: list[Candidate]) -> list[float]:
        """For each place, 0 (nothing agrees) to 1 (the whole context is there, as words)."""
        whole = [self._whole(candidate.place) for candidate in candidates]
        if not self or any(whole):
            return whole
        before = WORD.findall(self._before)[-FARTHEST_WORD:]
        after = WORD.findall(self._after)[:FARTHEST_WORD]
        if not before and not after:
            return whole
        same = [self._same_words(candidate.place, before, after) for candidate in candidates]
        if any(same):
            return same
        return [self._by_word(candidate.place, before, after) for candidate in candidates]

    def edge(self, candidate: Candidate) -> float:
        """A little weight for a place at the edge of the text when the context on that side is missing."""
        place = candidate.place
        first = not self._before and place.words_before == 0
        last = not self._after and place.words_to_end == len(self._hay.words)
        return AT_EDGE if first or last else 0.0

    def verbatim(self, candidate: Candidate) -> bool:
        """Whether the context is around the place character for character (outer spaces apart)."""
        text, place = self._hay.text, candidate.place
        before, after = self._quote.before.strip(), self._quote.after.strip()
        return text[: place.start].rstrip().endswith(before) and (
            text[place.end : place.end + len(after) + 8].lstrip().startswith(after)
        )

    def _whole(self, place: Place) -> float:
        folded, start, end = self._hay.folded, place.folded_start, place.folded_end
        if start and folded[start - 1] == " ":
            start -= 1
        if end < len(folded) and folded[end] == " ":
            end += 1
        if not (folded.endswith(self._before, 0, start) and folded.startswith(self._after, end)):
            return 0.0
        first, last = start - len(self._before), end + len(self._after)
        cut_left = self._before and first and (folded[first - 1 : first + 1]).isalnum()
        cut_right = self._after and last < len(folded) and folded[last - 1 : last + 1].isalnum()
        return CUT_CONTEXT if cut_left or cut_right else 1.0

    def _same_words(self, place: Place, before: list[str], after: list[str]) -> float:
        """1 when the words are the same and only the punctuation differs."""
        words = self._hay.words
        left, right = place.words_before, place.words_to_end
        start = max(0, left - len(before))
        return float(words[start:left] == before and words[right : right + len(after)] == after)

    def _by_word(self, place: Place, before: list[str], after: list[str]) -> float:
        words = self._hay.words
        left, right = place.words_before, place.words_to_end
        near_left = words[max(0, left - len(before) - 1) : left][::-1]
        near_right = words[right : right + len(after) + 1]
        credit = _aligned(before[::-1], near_left) + _aligned(after, near_right)
        return credit / (len(before) + len(after))


def _aligned(expected: list[str], found: list[str]) -> float:
    """Sum of the credits of the expected words, both lists counted outwards from the mention."""
    credit = 0.0
    for distance, word in enumerate(expected):
        if word in found[distance : distance + 1]:
            credit += 1
        elif word in found[max(0, distance - 1) : distance + 2]:
            credit += MISPLACED_WORD
    return credit
