"""Which gold documents a prompt shows as examples: near or of the wanted labels, unlike each other, and not always the same (science A.6).

Similar examples make annotation much better (GPT-3 on CoNLL-100, random to nearest: F1 83.08 to
92.68, GPT-NER README); in generation they are copied, and the same few in every prompt make every
text alike. So: `similarity` for annotation, `profile` for generation, and rotation in both.
"""

import math
import random
from collections import Counter
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any, Literal

import numpy as np

from bouture.corpus.document import Document
from bouture.corpus.schema import Schema

RELEVANCE = 1.0
"""Weight of being near or of the wanted labels (α of science A.6)."""
REDUNDANCY = 0.5
"""Weight of being like an example already chosen (γ; maximal marginal relevance)."""
ROTATION = 80
"""By profile an example is drawn among at least this many for each place of the prompt: a document is
expected in at most 1/80 of the prompts, so that chance does not lift it over 2 % (science A.6)."""
NEAREST = 8
"""By similarity it is drawn among the nearest, this many for each place."""
SHARE, ROUNDS, STEP, MOST_PRICED = 20, 60, 0.02, 2_000_000
"""Prices of documents that are near everything: nearest looked at, rounds, first step, cosines looked at."""
GRAM = 4
"""Characters of the n-grams that texts are compared by."""

By = Literal["profile", "similarity"]


class Demonstrations:
    """Draws examples from gold documents.

    Args:
        gold: what may be shown, training documents only; annotated in full.
        schema: the labels; those of `gold` that it does not have are not looked at.
    """

    def __init__(self, gold: Sequence[Document], schema: Schema) -> None:
        self.gold = tuple(gold)
        self._labels = {label: number for number, label in enumerate(schema.entities)}
        counts = [_counts(document) for document in self.gold]
        rows = [self._profile(c) for c in counts]
        self._profiles = _unit(np.array(rows).reshape(len(rows), max(1, len(self._labels))))
        self._carriers = {
            label: [n for n, held in enumerate(counts) if label in held] for label in self._labels
        }
        self._negatives = [n for n, document in enumerate(self.gold) if not document.entities]
        self._positives = [n for n, document in enumerate(self.gold) if document.entities]
        self._numbers = {document.id: n for n, document in enumerate(self.gold)}
        self._of_text = {document.text: n for n, document in enumerate(self.gold)}
        self._texts = _Texts([document.text for document in self.gold])
        # A text is asked about more than once, and examples come again.
        self._near = lru_cache(1 << 8)(self._texts.near)
        self._alike = lru_cache(1 << 9)(self._likeness)

    def choose(
        self,
        about: Document | str,
        labels: Sequence[str],
        number: int,
        rng: random.Random,
        *,
        by: By = "profile",
        negative: bool = False,
    ) -> list[Document]:
        """At most `number` documents, the most relevant last; all chance is from `rng`.

        Each place is filled by a document that carries the rarest label not shown yet, if any of
        `labels` is left; it is drawn uniformly among the best by relevance - redundancy: 80 for each
        place, or 5/6 of all that carry the label where these are fewer (`profile`); half of the 8
        nearest for each place (`similarity`; what is near everything is set back). By profile, a
        document is thus expected in at most max(1.25 %, 1.2 × number / carriers) of the prompts,
        whatever is asked for.

        Args:
            about: the document to grow from, or the text to annotate; never chosen itself.
            labels: entity labels to show, each once if it can be; a label named twice weighs more.
            number: of examples, 0 or more.
            by: `profile`: labels in the proportions of `labels` (or of the document, when empty);
                `similarity`: texts that share character n-grams.
            negative: whether one of them is to be without entity, if there is such a document.
        """
        text = about if isinstance(about, str) else about.text
        relevance = RELEVANCE * (
            self._near(text) if by == "similarity" else self._profiled(about, labels)
        )
        draw = _Draw(self._excluded(about), relevance, rng)
        spare = [n for n in self._negatives if n not in draw.out] if negative else []
        if spare and number > 0:
            draw.one(spare, _reach(len(spare), number, by))
        missing = {label for label in labels if self._carriers.get(label)}
        while len(draw.chosen) < number:
            pool = self._pool(missing, draw.out)
            if not pool:
                break
            taken = draw.one(pool, _reach(len(pool), number, by))
            draw.less(REDUNDANCY * self._alike(taken))
            missing -= {e.label for e in self.gold[taken].entities}
        first = draw.chosen[:1] if spare else []
        rest = sorted(draw.chosen[len(first) :], key=lambda n: (relevance[n], n))
        return [self.gold[n] for n in (*first, *rest)]

    def _pool(self, missing: set[str], out: set[int]) -> list[int]:
        """What may take the next place: carriers of the rarest label still missing, else any document with entities."""
        for label in sorted(missing, key=lambda name: (len(self._carriers[name]), name)):
            if carriers := [n for n in self._carriers[label] if n not in out]:
                return carriers
        return [n for n in self._positives if n not in out]

    def _excluded(self, about: Document | str) -> set[int]:
        """The document asked about, by its id or by its text."""
        text = about if isinstance(about, str) else about.text
        found = {self._of_text.get(text)}
        if isinstance(about, Document):
            found.add(self._numbers.get(about.id))
        return {n for n in found if n is not None}

    def _profiled(self, about: Document | str, labels: Sequence[str]) -> Any:
        wanted = Counter(labels)
        if not wanted and isinstance(about, Document):
            wanted = _counts(about)
        return self._profiles @ _unit(self._profile(wanted))

    def _profile(self, counts: Counter[str]) -> Any:
        row = np.zeros(max(1, len(self._labels)))
        for label, count in counts.items():
            if label in self._labels:
                row[self._labels[label]] = math.log1p(count)
        return row

    def _likeness(self, number: int) -> Any:
        """How like one document all are: half by their labels, half by their words."""
        by_label = self._profiles @ self._profiles[number]
        return (by_label + self._texts.like(number)) / 2


class _Draw:
    """Places of one prompt, filled one after the other."""

    def __init__(self, out: set[int], scores: Any, rng: random.Random) -> None:
        self.out = out
        self.chosen: list[int] = []
        self._scores = scores
        self._redundancy = np.zeros(len(scores))
        self._rng = rng

    def one(self, pool: list[int], reach: tuple[int, int]) -> int:
        """One of a pool: the most relevant, of these those least like what is chosen, of these any."""
        relevant, width = reach
        candidates = _best(np.array(pool), self._scores, relevant)
        candidates = _best(candidates, self._scores - self._redundancy, width)
        taken = int(candidates[self._rng.randrange(len(candidates))])
        self.chosen.append(taken)
        self.out.add(taken)
        return taken

    def less(self, redundancy: Any) -> None:
        """Sets back what is like the one just chosen."""
        self._redundancy = np.maximum(self._redundancy, redundancy)


class _Texts:
    """Texts as TF-IDF vectors of their character n-grams (inside words, edges marked)."""

    def __init__(self, texts: list[str]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._vectorizer = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(GRAM, GRAM), sublinear_tf=True, dtype=np.float32
        )
        try:
            self._rows = self._vectorizer.fit_transform(texts)
        except ValueError:  # no text has a single n-gram
            self._rows = None
        self._zeros = np.zeros(len(texts), dtype=np.float32)

    def near(self, text: str) -> Any:
        """How near each text is: cosine, less the price of the text."""
        if self._rows is None:
            return self._zeros
        query = self._vectorizer.transform([text])
        return self._rows.dot(query.toarray()[0]) - self._prices

    def like(self, number: int) -> Any:
        """The cosine of each text with one of them."""
        if self._rows is None:
            return self._zeros
        return self._rows.dot(self._rows[number].toarray()[0])

    @cached_property
    def _prices(self) -> Any:
        """For each text what is taken off its cosines, so that every text is about as often near another.

        Where a text is among the nearest of more texts than its share, its price rises; else it
        falls (dual ascent of the assignment of texts to equal shares).
        """
        count = len(self._zeros)
        if self._rows is None or count <= 2 * SHARE:
            return self._zeros
        texts = min(count, MOST_PRICED // count + 1)
        asked = np.linspace(0, count - 1, texts).astype(int)
        cosines = (self._rows[asked] @ self._rows.T).toarray()
        cosines[np.arange(len(asked)), asked] = -1
        prices = np.zeros(count, dtype=np.float32)
        for turn in range(ROUNDS):
            near = np.argpartition(prices - cosines, SHARE, axis=1)[:, :SHARE]
            often = np.bincount(near.ravel(), minlength=count) * (count / near.size)
            prices += STEP / (1 + turn / 10) * np.clip(often - 1, -1, 1).astype(np.float32)
        return prices


def _reach(pool: int, number: int, by: By) -> tuple[int, int]:
    """How many of a pool are looked at for one place, and among how many it is drawn."""
    if by == "similarity":
        return NEAREST * number, NEAREST * number // 2
    return pool, max(1, min(ROTATION * number, math.ceil(pool / 1.2)))


def _best(candidates: Any, scores: Any, number: int) -> Any:
    """The `number` candidates with the best scores; of equal ones the first."""
    if number >= len(candidates):
        return candidates
    return candidates[np.argsort(-scores[candidates], kind="stable")[:number]]


def _counts(document: Document) -> Counter[str]:
    """How many mentions of each label."""
    counts: Counter[str] = Counter()
    for entity in document.entities:
        counts[entity.label] += len(entity.spans)
    return counts


def _unit(rows: Any) -> Any:
    """Rows of length 1; zero rows stay."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return rows / np.where(lengths == 0, 1, lengths)
