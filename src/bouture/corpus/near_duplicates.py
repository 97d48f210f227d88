"""Which documents of a corpus say nearly the same words; exact Jaccard similarity, no sampling, fit for ten thousand documents."""

from collections import Counter
from collections.abc import Iterator, Sequence

from bouture.corpus.document import Document
from bouture.corpus.normalise import fold
from bouture.corpus.tokens import tokenize

SHINGLE = 3
"""Words a shingle. Dispatches are rewritten by the phrase: longer shingles miss one changed word in each."""

SIMILAR = 0.5
"""Jaccard similarity from which two dispatches are one event told twice (splits without leak)."""

Shingles = frozenset[tuple[str, ...]]


def shingles(text: str, words: int = SHINGLE) -> Shingles:
    """The word n-grams of a text without punctuation, case and typography; the whole text when it is shorter."""
    folded = fold(text)
    tokens = [folded[t.start : t.end] for t in tokenize(folded)]
    kept = [token for token in tokens if any(c.isalnum() for c in token)]
    if len(kept) <= words:
        return frozenset([tuple(kept)] if kept else [])
    return frozenset(zip(*(kept[i:] for i in range(words)), strict=False))


def jaccard(a: Shingles, b: Shingles) -> float:
    """Shared shingles over all shingles, 0 to 1; 0 when both are empty."""
    common = len(a & b)
    return common / (len(a) + len(b) - common) if common else 0.0


def near_duplicate_groups(
    documents: Sequence[Document], threshold: float = SIMILAR
) -> list[list[int]]:
    """Positions of the documents, grouped: chains of pairs with Jaccard similarity >= `threshold` stay together.

    Groups and their members are in the order of the documents.
    """
    roots = list(range(len(documents)))

    def root(i: int) -> int:
        while roots[i] != i:
            roots[i] = roots[roots[i]]
            i = roots[i]
        return i

    for i, j in similar_pairs([shingles(d.text) for d in documents], threshold):
        first, second = sorted((root(i), root(j)))
        roots[second] = first
    groups: dict[int, list[int]] = {}
    for i in range(len(documents)):
        groups.setdefault(root(i), []).append(i)
    return list(groups.values())


def similar_pairs(sets: Sequence[Shingles], threshold: float) -> Iterator[tuple[int, int]]:
    """Every pair i < j with Jaccard similarity >= `threshold` (> 0).

    Prefix filtering (Chaudhuri et al. 2006): with shingles sorted rarest first, two sets that
    similar share one among the first `n - ceil(threshold * n) + 1` of each.
    """
    frequency = Counter(shingle for one in sets for shingle in one)
    index: dict[tuple[str, ...], list[int]] = {}
    for j, one in enumerate(sets):
        ordered = sorted(one, key=lambda shingle: (frequency[shingle], shingle))
        needed = -int(-threshold * len(one) // 1)
        prefix = ordered[: len(one) - needed + 1]
        candidates = sorted({i for shingle in prefix for i in index.get(shingle, ())})
        for i in candidates:
            if jaccard(sets[i], one) >= threshold:
                yield i, j
        for shingle in prefix:
            index.setdefault(shingle, []).append(j)
