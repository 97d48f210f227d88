"""Is the difference between two arms more than chance? Intervals, p-values and what could have been seen.

Every function works on tables of counts of shape (seeds, documents, labels, 3), see
`bouture.evaluate.scores`. Two arms are compared on the same test documents and the same seeds.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from bouture.evaluate.scores import AVERAGES, GOLD, Floats, Ints, ratios

CONFIDENCE = 0.95
"""Of every interval."""
POWER = 0.8
"""With which a minimum detectable effect would be detected."""
SPAN_DEVIATION = 0.336
"""Half-width of an unpaired 95 % interval of F1 is 1.96 x 0.336 / sqrt(gold spans): 3.8 points for
300 spans, 2.1 for 1,000, 1.2 for 3,000 (measured; F1 between .5 and .7)."""
PAIRING = 2.5
"""Pairing on test documents narrows the interval 2 to 3 times (measured)."""
SEED_DEVIATION = 0.010
"""Seed-to-seed standard deviation of a difference of F1 assumed before anything is run."""
BLOCK = 250
"""Resamples computed at once, so that memory stays small with many documents and labels."""


class Resamples(NamedTuple):
    """How often each seed and each document is drawn: (resamples, seeds) and (resamples, documents).

    Draw once, use for every arm: comparisons are then paired.
    """

    seeds: Ints
    documents: Ints


class Interval(NamedTuple):
    """A difference and its interval, in the unit of what was compared."""

    delta: float
    low: float
    high: float


def draw(seeds: int, documents: int, number: int, rng: np.random.Generator) -> Resamples:
    """`number` bootstrap resamples of the seeds and, in each, of the test documents.

    The documents drawn are the same for all seeds of one resample, as in the experiment, where
    every seed is tested on the same documents: seeds and documents are crossed. This two-way
    bootstrap is never too narrow on average (Owen 2007, The pigeonhole bootstrap), whereas drawing
    documents anew for each seed would average away the sampling error of the test set.
    """
    return Resamples(
        rng.multinomial(seeds, np.full(seeds, 1 / seeds), size=number),
        rng.multinomial(documents, np.full(documents, 1 / documents), size=number),
    )


def estimate(table: Ints, average: str) -> float:
    """Mean over seeds of micro or macro F1 over all documents."""
    return float(AVERAGES[average](table.sum(axis=1))[2].mean())


def replicates(table: Ints, average: str, resamples: Resamples) -> Floats:
    """The estimate on each resample, shape (resamples,)."""
    blocks = []
    for start in range(0, len(resamples.seeds), BLOCK):
        drawn = resamples.seeds[start : start + BLOCK]
        f1 = AVERAGES[average](_resampled(table, resamples.documents[start : start + BLOCK]))[2]
        blocks.append((drawn * f1).sum(axis=1) / drawn.sum(axis=1))
    return np.concatenate(blocks)


def label_replicates(table: Ints, resamples: Resamples) -> Floats:
    """F1 of each label on each resample, shape (resamples, labels); NaN where no gold unit was drawn."""
    blocks = []
    for start in range(0, len(resamples.seeds), BLOCK):
        drawn = resamples.seeds[start : start + BLOCK, :, None]
        counts = _resampled(table, resamples.documents[start : start + BLOCK])
        mean = (drawn * ratios(counts)[2]).sum(axis=1) / drawn.sum(axis=1)
        blocks.append(np.where(counts[:, 0, :, GOLD] > 0, mean, np.nan))
    return np.concatenate(blocks)


def _resampled(table: Ints, documents: Ints) -> Floats:
    """Counts of each resample: (resamples, seeds, labels, 3)."""
    seeds, number, labels, kinds = table.shape
    flat = table.transpose(1, 0, 2, 3).reshape(number, -1).astype(float)
    drawn: Floats = documents.astype(float) @ flat
    return drawn.reshape(len(documents), seeds, labels, kinds)


def interval(delta: float, differences: Floats, confidence: float = CONFIDENCE) -> Interval:
    """The percentile interval of `differences`, NaN left out, around the observed `delta`."""
    tail = (1 - confidence) / 2
    known = differences[~np.isnan(differences)]
    if not len(known):
        return Interval(delta, math.nan, math.nan)
    low, high = np.quantile(known, [tail, 1 - tail])
    return Interval(delta, float(low), float(high))


class Estimate(NamedTuple):
    """One arm: its F1 and what it would be on the resamples. Build all arms on the same resamples."""

    value: float
    replicates: Floats
    """Seeds and documents resampled."""
    by_seed: Floats
    """Seeds resampled, documents as observed."""
    by_document: Floats
    """Documents resampled, seeds as observed."""
    seeds: int


def estimated(table: Ints, average: str, resamples: Resamples) -> Estimate:
    """The estimate of one arm from its table of counts."""
    every_seed = np.ones_like(resamples.seeds)
    every_document = np.ones_like(resamples.documents)
    return Estimate(
        estimate(table, average),
        replicates(table, average, resamples),
        replicates(table, average, Resamples(resamples.seeds, every_document)),
        replicates(table, average, Resamples(every_seed, resamples.documents)),
        len(table),
    )


def compare(a: Estimate, b: Estimate) -> Interval:
    """F1 of `a` minus F1 of `b` with its bootstrap interval; `compare(b, a)` is its mirror image."""
    return interval(a.value - b.value, a.replicates - b.replicates)


def randomisation_p(a: Ints, b: Ints, average: str, number: int, rng: np.random.Generator) -> float:
    """Two-sided p-value of approximate randomisation (Yeh 2000): documents swap arms at random.

    A document swaps for all seeds at once, as seeds share the test documents. It tests these
    trained models; it says nothing about other seeds, which the interval does. The least value is
    1 / (number + 1).
    """
    observed = abs(estimate(a, average) - estimate(b, average))
    total_a, total_b = a.sum(axis=1), b.sum(axis=1)
    reached = 0
    for start in range(0, number, BLOCK):
        swapped = rng.integers(0, 2, size=(min(BLOCK, number - start), a.shape[1]))
        moved = _resampled(b - a, swapped)
        first = AVERAGES[average](total_a + moved)[2].mean(axis=1)
        second = AVERAGES[average](total_b - moved)[2].mean(axis=1)
        reached += int((np.abs(first - second) >= observed - 1e-12).sum())
    return (reached + 1) / (number + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values, step-down (Holm 1979): the chance of any false claim in the family."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted


class Spread(NamedTuple):
    """Where the uncertainty of one difference comes from, as standard errors of the difference."""

    seeds: float
    documents: float

    @property
    def total(self) -> float:
        return math.hypot(self.seeds, self.documents)


def spread(a: Estimate, b: Estimate) -> Spread:
    """The standard error of a difference due to the seeds alone and to the test documents alone.

    That of seeds is widened by sqrt(S / (S - 1)): a resample of a few seeds varies too little.
    """
    widened = math.sqrt(a.seeds / (a.seeds - 1)) if a.seeds > 1 else 1.0
    return Spread(
        float(np.std(a.by_seed - b.by_seed)) * widened,
        float(np.std(a.by_document - b.by_document)),
    )


def detectable(standard_error: float) -> float:
    """The least true difference found 8 times in 10 at the 95 % level: (1.96 + 0.84) standard errors."""
    from scipy.stats import norm

    return float((norm.ppf((1 + CONFIDENCE) / 2) + norm.ppf(POWER)) * standard_error)


def expected_detectable(spans: int, documents: int, seeds: int) -> float:
    """The minimum detectable difference of micro F1, before anything is run; between 0 and 1.

    From the number of gold units in the test set and the number of seeds alone, with the constants
    of this file. Units of one document are not independent: never better than `documents` x 30
    independent units. It is an order of magnitude, to be replaced by the observed one afterwards.
    """
    from scipy.stats import t

    if spans == 0 or seeds < 2:
        return 1.0
    independent = min(spans, 30 * documents)
    sampling = SPAN_DEVIATION / math.sqrt(independent) / PAIRING
    # Few seeds estimate their own spread badly: Student's t instead of 1.96 (12.7 for two seeds).
    widening = float(t.ppf((1 + CONFIDENCE) / 2, seeds - 1)) / 1.96
    seeding = widening * SEED_DEVIATION / math.sqrt(seeds)
    return min(1.0, detectable(math.hypot(sampling, seeding)))
