"""Relations between given entities with a linear model on pairs; needs no download and no GPU.

Candidates are the ordered pairs, an entity with itself included, whose two labels were seen in
training with the relation (type patterns: +3 to +8 micro F1 on TextMine 2025 against all pairs).
One L2 logistic regression for each relation label decides on its own candidates, so that a pair
may hold several relations. The weakness to know: a relation between labels never seen with it is
never predicted.
"""

import math
import random
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from bouture.corpus.document import Document, Relation
from bouture.evaluate.learner import counted
from bouture.evaluate.pair_features import pair_features

WIDTH = 2**18
"""Columns of the hashed features."""
REMEMBERED = 2000
"""Documents whose pairs are kept in memory, about 0.2 MB each with 22 entities."""


class PairsOptions(BaseModel):
    """Settings of the pair model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    c: float = Field(0.5, gt=0, description="inverse weight of the L2 penalty")
    threshold: float = Field(
        0.25,
        gt=0,
        lt=1,
        description="least probability for a relation to be predicted; about half the F1 "
        "to be expected is best for F1 (Lipton et al. 2014)",
    )
    max_negatives: int = Field(
        20_000, ge=100, description="most unrelated pairs learnt from for each relation label"
    )


class Rows(NamedTuple):
    """The pairs of one document and their features, one row a pair."""

    pairs: list[tuple[str, str]]
    types: list[tuple[str, str]]
    features: Any


class Pairs:
    """Learns to find relations between the entities it is given."""

    Options = PairsOptions
    name = "pairs"
    task = "relations"
    seeded = True

    def __init__(self, options: PairsOptions = PairsOptions()) -> None:
        self.options = options
        self._rows: dict[tuple[Any, ...], Rows] = {}

    def rows(self, document: Document) -> Rows:
        """The pairs of `document`; remembered, as an experiment fits the same documents many times."""
        key = (document.text, document.entities)
        if key not in self._rows:
            if len(self._rows) >= REMEMBERED:
                del self._rows[next(iter(self._rows))]
            self._rows[key] = _rows(document)
        return self._rows[key]

    def fit(
        self, documents: Sequence[Document], weights: Sequence[int] | None = None, seed: int = 0
    ) -> "PairsModel":
        """Learn from `documents`, each counting `weights[i]` times.

        `seed` chooses the unrelated pairs when there are more than `max_negatives` of them. Masked
        pairs are neither related nor unrelated: they teach nothing.
        """
        from scipy.sparse import vstack

        taught = [(d, weight) for d, weight in counted(documents, weights) if weight > 0]
        table = [(self.rows(d), d, weight) for d, weight in taught]
        patterns = learn_patterns([document for document, _ in taught])
        if not patterns:
            return PairsModel({}, [], self)
        features = vstack([rows.features for rows, _, _ in table], format="csr")
        types = [pair for rows, _, _ in table for pair in rows.types]
        where: dict[tuple[str, str], list[int]] = {}
        for index, pair in enumerate(types):
            where.setdefault(pair, []).append(index)
        weight = np.concatenate([np.full(len(r.pairs), w, dtype=float) for r, _, w in table])
        positive, masked = _positives(table), _masked(table)
        deciders = []
        for label, ends in patterns.items():
            rng = random.Random(f"{seed}\n{label}")
            open_pairs = masked - positive[label]
            listed = (index for pair in ends for index in where.get(pair, ()))
            candidates = sorted(index for index in listed if index not in open_pairs)
            chosen = self._sample(candidates, positive[label], rng)
            truth = np.fromiter((i in positive[label] for i in chosen), bool, len(chosen))
            deciders.append(self._decider(features[chosen], truth, weight[chosen]))
        return PairsModel(patterns, deciders, self)

    def _sample(
        self, candidates: list[int], positive: frozenset[int], rng: random.Random
    ) -> list[int]:
        negative = [index for index in candidates if index not in positive]
        if len(negative) <= self.options.max_negatives:
            return candidates
        kept = set(rng.sample(negative, self.options.max_negatives)) | positive
        return [index for index in candidates if index in kept]

    def _decider(self, features: Any, truth: Any, weight: Any) -> "Decider":
        from sklearn.linear_model import LogisticRegression

        if truth.all():  # every pair of these labels was related: nothing to tell apart
            return Decider(np.empty(0, dtype=int), np.empty(0), math.inf)
        # The solver works on dense vectors: a hundred times faster without the unused columns.
        columns = np.unique(features.indices)
        model = LogisticRegression(C=self.options.c, solver="liblinear", random_state=0)
        model.fit(features[:, columns], truth, sample_weight=weight)
        return Decider(columns, model.coef_[0], float(model.intercept_[0]))


class Decider(NamedTuple):
    """A linear decision: the weights of some columns, and the log-odds of a pair without any."""

    columns: Any
    weights: Any
    bias: float


class PairsModel:
    """One decider for each relation label, and the pairs of labels between which it may hold."""

    def __init__(
        self,
        patterns: dict[str, frozenset[tuple[str, str]]],
        deciders: Sequence[Decider],
        learner: Pairs,
    ) -> None:
        from scipy.sparse import csc_array

        self.patterns = patterns
        self._learner = learner
        starts = np.cumsum([0, *(len(decider.columns) for decider in deciders)])
        columns = np.concatenate([d.columns for d in deciders] or [np.empty(0, dtype=int)])
        weights = np.concatenate([d.weights for d in deciders] or [np.empty(0)])
        self._weights = csc_array((weights, columns, starts), shape=(WIDTH, len(deciders)))
        self._bias = np.array([decider.bias for decider in deciders])

    def predict(self, document: Document) -> list[Relation]:
        """The relations found between the entities of `document`, in alphabetical order."""
        rows = self._learner.rows(document)
        if not rows.pairs or not self.patterns:
            return []
        threshold = self._learner.options.threshold
        least = math.log(threshold / (1 - threshold))
        holds = (rows.features @ self._weights).toarray() + self._bias >= least
        return sorted(
            Relation(head, label, tail)
            for column, (label, ends) in enumerate(self.patterns.items())
            for row in np.flatnonzero(holds[:, column])
            if rows.types[row] in ends
            for head, tail in [rows.pairs[row]]
        )


def learn_patterns(documents: Sequence[Document]) -> dict[str, frozenset[tuple[str, str]]]:
    """Relation label -> the (head label, tail label) pairs it was seen between.

    A pair of an entity with itself is its own kind, so that a reflexive relation (TextMine's gender)
    is asked of single entities and the others of true pairs.
    """
    seen: dict[str, set[tuple[str, str]]] = {}
    for document in documents:
        labels = document.labels()
        for r in document.relations:
            ends = _types(labels[r.head], labels[r.tail], r.head == r.tail)
            seen.setdefault(r.label, set()).add(ends)
    return {label: frozenset(ends) for label, ends in sorted(seen.items())}


def _types(head: str, tail: str, loop: bool) -> tuple[str, str]:
    return (head, "=") if loop else (head, tail)


def _rows(document: Document) -> Rows:
    from scipy.sparse import csr_array
    from sklearn.feature_extraction import FeatureHasher

    labels = document.labels()
    pairs, described = pair_features(document)
    types = [_types(labels[head], labels[tail], head == tail) for head, tail in pairs]
    hasher = FeatureHasher(WIDTH, input_type="string", alternate_sign=False, dtype=np.float32)
    return Rows(pairs, types, csr_array(hasher.transform(described or [[""]]))[: len(pairs)])


def _masked(table: Sequence[tuple[Rows, Document, int]]) -> frozenset[int]:
    """The rows whose relations nobody has decided on."""
    found: list[int] = []
    done = 0
    for rows, document, _ in table:
        if document.mask.pairs:
            pairs = set(document.mask.pairs)
            found += [done + n for n, pair in enumerate(rows.pairs) if pair in pairs]
        done += len(rows.pairs)
    return frozenset(found)


def _positives(table: Sequence[tuple[Rows, Document, int]]) -> dict[str, frozenset[int]]:
    """Relation label -> numbers of the rows where it holds, in the stacked table."""
    held: dict[str, set[int]] = {}
    offset = 0
    for rows, document, _ in table:
        index = {pair: offset + i for i, pair in enumerate(rows.pairs)}
        for relation in document.relations:
            held.setdefault(relation.label, set()).add(index[relation.head, relation.tail])
        offset += len(rows.pairs)
    return {label: frozenset(rows) for label, rows in held.items()}
