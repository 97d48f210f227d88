"""Every place of a text where a quote may be: whole words only, graded from exact to fuzzy."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from bouture.corpus.normalise import normalise
from bouture.corpus.quotes import How

TIER_SCORE = {How.EXACT: 1.0, How.NORMALISED: 0.98, How.CASEFOLD: 0.9, How.FUZZY: 0.7}

EDIT_EVERY = 8
"""A fuzzy match may differ by one edit for this many characters of the quote (aligner, tier 5)."""

ELIDED = re.compile(
    r"(?<![^\W_])(?:[ldjmtscn]|qu|lorsqu|puisqu|jusqu|quoiqu|presqu|quelqu|entr)'\Z", re.IGNORECASE
)
ENGLISH_CLITIC = re.compile(r"'(?:s|re|ve|ll|d|m|t)(?![^\W_])")
ARTICLE = re.compile(
    r"(?:de l'|de la |du |des |de |d'|les |le |la |l'|une |un |aux |au |the |an |a )(?=\S)"
)
WORD = re.compile(r"[^\W_]+")


class Place(NamedTuple):
    """Where whole words of the text are."""

    start: int
    end: int
    folded_start: int
    folded_end: int
    words_before: int
    """How many words of the folded text start before the place."""
    words_to_end: int
    """How many start before its end."""


class Candidate(NamedTuple):
    """One place where a quote may be, and how well the string agrees."""

    place: Place
    how: How
    score: float


FEW = 4
"""So many candidates are looked at one by one sooner than sorted by their neighbours."""

AS_WRITTEN = (How.EXACT, How.NORMALISED)


class Candidates:
    """Every candidate of one quote, in reading order, with what many quotes of the same string ask again."""

    def __init__(self, candidates: list[Candidate], words: list[str]) -> None:
        self.all = candidates
        self._words = words

    @cached_property
    def places(self) -> tuple[tuple[int, int], ...]:
        """Start and end of each in the text."""
        return tuple(candidate.place[:2] for candidate in self.all)

    @cached_property
    def number(self) -> dict[tuple[int, int], int]:
        """Which candidate is at a place."""
        return {place: i for i, place in enumerate(self.places)}

    @cached_property
    def best_tier(self) -> list[int]:
        """The exact and normalised ones if there are any, else all."""
        written = [i for i, candidate in enumerate(self.all) if candidate.how in AS_WRITTEN]
        return written or list(range(len(self.all)))

    def beside(self, before: str, after: str) -> Sequence[int]:
        """Those with these folded words just before and just after ("" for any word); all when they are few."""
        if len(self.all) <= FEW:
            return range(len(self.all))
        return self._neighbours.get((before, after), [])

    @cached_property
    def _neighbours(self) -> dict[tuple[str, str], list[int]]:
        found: dict[tuple[str, str], list[int]] = {}
        for i, candidate in enumerate(self.all):
            left, right = candidate.place.words_before, candidate.place.words_to_end
            before = self._words[left - 1] if left else ""
            after = self._words[right] if right < len(self._words) else ""
            for pair in {(before, after), (before, ""), ("", after)}:
                found.setdefault(pair, []).append(i)
        return found


class Haystack:
    """A text prepared for finding many quotes in it.

    All searching happens in one folded form (normalised, without case and accents); each place found
    is then graded against the text as it is.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._folded = normalise(text, casefold=True, accents=False)
        self.folded = self._folded.text
        self._places: dict[str, list[Place]] = {}
        self._graded: dict[str, Candidates] = {}
        self._surfaces: dict[str, str] = {}

    def candidates(self, quote: str) -> Candidates:
        """Every place of `quote` as whole words, in reading order; fuzzy ones only when there are no others."""
        known = self._graded.get(quote)
        if known is None:
            known = self._graded[quote] = Candidates(self._grade(quote), self.words)
        return known

    @cached_property
    def words(self) -> list[str]:
        """The words of the folded text."""
        return [word.group() for word in self._found_words]

    @cached_property
    def word_starts(self) -> list[int]:
        """Where each word of the folded text starts."""
        return [word.start() for word in self._found_words]

    @cached_property
    def _found_words(self) -> list[re.Match[str]]:
        return list(WORD.finditer(self.folded))

    def _grade(self, quote: str) -> list[Candidate]:
        needle = fold_hard(quote)
        if not needle:
            return []
        normal = normalise(quote).text.strip()
        found = []
        for place in self._bounded(needle):
            surface = self.text[place.start : place.end]
            if surface == quote:
                how = How.EXACT
            else:
                same = self._normal(surface) == normal
                how = How.NORMALISED if same else How.CASEFOLD
            found.append(Candidate(place, how, TIER_SCORE[how]))
        return found or self._fuzzy(needle)

    def _normal(self, surface: str) -> str:
        known = self._surfaces.get(surface)
        if known is None:
            known = self._surfaces[surface] = normalise(surface).text
        return known

    def _bounded(self, needle: str) -> list[Place]:
        """Every occurrence of `needle` that cuts no word."""
        known = self._places.get(needle)
        if known is not None:
            return known
        text, size = self.folded, len(needle)
        found = [
            self._place(start, start + size)
            for start in self._occurrences(needle)
            if not cuts_a_word(text, start, start + size)
        ]
        self._places[needle] = found
        return found

    def _occurrences(self, needle: str) -> Iterator[int]:
        """Where `needle` starts: at its first word, or anywhere when it opens with punctuation."""
        text = self.folded
        first = WORD.match(needle)
        if first is not None:
            for i in self._word_positions.get(first.group(), ()):
                if text.startswith(needle, self.word_starts[i]):
                    yield self.word_starts[i]
            return
        start = text.find(needle)
        while start >= 0:
            yield start
            start = text.find(needle, start + 1)

    def _place(self, start: int, end: int) -> Place:
        span = self._folded.span(start, end)
        before = bisect_left(self.word_starts, start)
        to_end = bisect_left(self.word_starts, end, before)
        return Place(span.start, span.end, start, end, before, to_end)

    def _fuzzy(self, needle: str) -> list[Candidate]:
        score = TIER_SCORE[How.FUZZY]
        bare = needle.strip("\"'.,;:!?()[]-… ")
        forms = [bare, ARTICLE.sub("", needle, count=1), ARTICLE.sub("", bare, count=1)]
        for form in forms:
            if form != needle and WORD.search(form) and not ARTICLE.fullmatch(form + " ."):
                places = self._bounded(form)
                if places:
                    return [Candidate(place, How.FUZZY, score) for place in places]
        for form in (needle, forms[2]):
            near = self._near(form)
            if near:
                return near
        return []

    def _near(self, needle: str) -> list[Candidate]:
        """Places with the same first and last word and the fewest edits, at most one for eight characters."""
        words = WORD.findall(needle)
        budget = len(needle) // EDIT_EVERY
        if len(words) < 2 or not budget:
            return []
        best, size = budget, len(needle)
        found: list[Place] = []
        pieces = _pieces(needle, budget + 1)
        lasts = [self.word_starts[i] for i in self._word_positions.get(words[-1], ())]
        for i in self._word_positions.get(words[0], ()):
            start = self.word_starts[i]
            nearest = start + size - len(words[-1])
            first, last = nearest - budget, nearest + budget
            for last_start in lasts[bisect_left(lasts, first) : bisect_right(lasts, last)]:
                end = last_start + len(words[-1])
                if end <= start or not _may_match(pieces, self.folded[start:end], budget):
                    continue
                if cuts_a_word(self.folded, start, end):
                    continue
                edits = edit_distance(needle, self.folded[start:end], best)
                if edits < best:
                    best, found = edits, []
                if edits == best:
                    found.append(self._place(start, end))
        score = TIER_SCORE[How.FUZZY] * (1 - best / size)
        return [Candidate(place, How.FUZZY, score) for place in found]

    @cached_property
    def _word_positions(self) -> dict[str, list[int]]:
        positions: dict[str, list[int]] = {}
        for i, word in enumerate(self.words):
            positions.setdefault(word, []).append(i)
        return positions


def _pieces(needle: str, count: int) -> list[tuple[int, str]]:
    """`needle` cut into `count` pieces, each with its offset."""
    cuts = [len(needle) * i // count for i in range(count + 1)]
    return [(a, needle[a:b]) for a, b in pairwise(cuts)]


def _may_match(pieces: list[tuple[int, str]], text: str, budget: int) -> bool:
    """Whether one of `budget + 1` pieces is near its place, as one must be after at most `budget` edits."""
    return any(
        text.find(piece, max(0, at - budget), at + len(piece) + budget) >= 0 for at, piece in pieces
    )


def fold_hard(text: str) -> str:
    """The form in which quotes are searched: normalised, without case and accents, trimmed."""
    return normalise(text, casefold=True, accents=False).text.strip()


def cuts_a_word(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` begins or ends inside a word, by French rules.

    Letters, digits and marks make words. An apostrophe between letters belongs to the word
    (« aujourd'hui », « Slov'iansk ») unless it elides (« l'AIEA », « qu'elle ») or opens an English
    clitic (« Kyiv's »). The apostrophe must be the straight one (see `normalise`).
    """
    if start and _in_word(text[start]):
        before = text[start - 1]
        if _in_word(before):
            return True
        inside = before == "'" and start > 1 and _in_word(text[start - 2])
        if inside and ELIDED.search(text, max(0, start - 8), start) is None:
            return True
    if end < len(text) and _in_word(text[end - 1]):
        after = text[end]
        if _in_word(after):
            return True
        if after == "'" and end + 1 < len(text) and _in_word(text[end + 1]):
            elided = ELIDED.search(text, max(0, end - 7), end + 1)
            return elided is None and ENGLISH_CLITIC.match(text, end) is None
    return False


def _in_word(character: str) -> bool:
    return character.isalnum() or (
        character >= "\u0300" and unicodedata.category(character)[0] == "M"
    )


def edit_distance(a: str, b: str, limit: int) -> int:
    """Levenshtein distance, or `limit + 1` as soon as it is certain to be larger than `limit`."""
    previous = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        current = [i] + [limit + 1] * len(b)
        for j in range(max(1, i - limit), min(len(b), i + limit) + 1):
            current[j] = min(previous[j - 1] + (x != b[j - 1]), previous[j] + 1, current[j - 1] + 1)
        if min(current) > limit:
            return limit + 1
        previous = current
    return min(previous[-1], limit + 1)
