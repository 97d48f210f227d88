"""How well the words around a place agree with the context that came with a quote."""

from bouture.corpus.candidates import WORD, Candidates, Haystack, Place, fold_hard
from bouture.corpus.quotes import Quote

CUT_CONTEXT = 0.98
"""Agreement when the context begins or ends inside a word of the text."""

MISPLACED_WORD = 0.5
"""Credit of a context word found one word further or nearer than it should be."""

SPACES = 8
"""At most so many spaces between a mention and its context."""

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

    def agreements(self, candidates: Candidates) -> dict[int, float]:
        """By candidate number, above 0 and up to 1 (the whole context is there, as words); 0 is left out."""
        if not self:
            return {}
        every = candidates.all
        before = WORD.findall(self._before)[-FARTHEST_WORD:]
        after = WORD.findall(self._after)[:FARTHEST_WORD]
        if before or after:
            near = candidates.beside("".join(before[-1:]), "".join(after[:1]))
            found = {i: score for i in near if (score := self._whole(every[i].place))} or {
                i: 1.0 for i in near if self._same_words(every[i].place, before, after)
            }
            if found:
                return found
        found = {i: score for i, one in enumerate(every) if (score := self._whole(one.place))}
        if found or not (before or after):
            return found
        scores = (self._by_word(one.place, before, after) for one in every)
        return {i: score for i, score in enumerate(scores) if score}

    def at_edge(self, place: Place) -> bool:
        """Whether a place is at the edge of the text on a side without context."""
        first = not self._before and place.words_before == 0
        return first or (not self._after and place.words_to_end == len(self._hay.words))

    def verbatim(self, place: Place) -> bool:
        """Whether the context is around the place character for character (outer spaces apart)."""
        text = self._hay.text
        before, after = self._quote.before.strip(), self._quote.after.strip()
        left = text[max(0, place.start - len(before) - SPACES) : place.start]
        right = text[place.end : place.end + len(after) + SPACES]
        return left.rstrip().endswith(before) and right.lstrip().startswith(after)

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

    def _same_words(self, place: Place, before: list[str], after: list[str]) -> bool:
        """Whether the words are the same and only the punctuation differs."""
        words = self._hay.words
        left, right = place.words_before, place.words_to_end
        start = max(0, left - len(before))
        return words[start:left] == before and words[right : right + len(after)] == after

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
