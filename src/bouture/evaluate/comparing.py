"""From counts to tables: cells, comparisons of arms, differences by label, gold equivalents."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from bouture.evaluate.arms import DUPLICATE, NONE, ORACLE
from bouture.evaluate.evaluation import Averaged, Cell, Comparison, GoldEquivalent, LabelDelta
from bouture.evaluate.scores import AVERAGES, GOLD, Floats, Ints, SeenCounts, ratios
from bouture.evaluate.statistics import (
    Estimate,
    Resamples,
    compare,
    detectable,
    estimated,
    holm,
    interval,
    label_replicates,
    randomisation_p,
    spread,
)


class Measured(NamedTuple):
    """One arm at one size, all seeds."""

    size: int
    arm: str
    wanted: int
    """Documents the arm was to add."""
    added: tuple[int, ...]
    """Documents it added, by seed."""
    table: Ints
    """Counts: (seeds, documents, labels, 3)."""
    seen: tuple[SeenCounts, ...]
    """By seed; empty for relations."""


def cell(measured: Measured) -> Cell:
    """The scores of one arm at one size."""
    seen_recall = unseen_recall = share = None
    if measured.seen:
        total = np.array(measured.seen).sum(axis=0)
        seen_recall = _share(total[0], total[1])
        unseen_recall = _share(total[2], total[3])
        share = _share(total[3], total[1] + total[3])
    return Cell(
        size=measured.size,
        arm=measured.arm,
        n_gold=measured.size,
        n_extra=float(np.mean(measured.added)),
        n_extra_wanted=measured.wanted,
        micro=_averaged(measured.table, "micro"),
        macro=_averaged(measured.table, "macro"),
        seen_recall=seen_recall,
        unseen_recall=unseen_recall,
        unseen_share=share,
    )


def _share(part: int, whole: int) -> float | None:
    return float(part / whole) if whole else None


def _averaged(table: Ints, average: str) -> Averaged:
    precision, recall, f1 = AVERAGES[average](table.sum(axis=1))
    same = bool((table == table[:1]).all())
    deviation = None if same else float(np.std(f1, ddof=1))
    by_seed = tuple(float(value) for value in f1)
    return Averaged(
        float(precision.mean()), float(recall.mean()), float(f1.mean()), by_seed, deviation
    )


LEAST_UNITS = 10
"""Below this many gold units of a label, nothing is said of it."""
LEAST_DOCUMENTS = 5
"""Below this many test documents that hold a label, a bootstrap by document shows no uncertainty."""


class Comparer:
    """Compares the arms of an experiment; all comparisons use the same resamples."""

    def __init__(
        self,
        measured: Sequence[Measured],
        resamples: Resamples,
        permutations: int,
        rng: np.random.Generator,
    ) -> None:
        self._measured = measured
        self._resamples = resamples
        self._permutations = permutations
        self._rng = rng
        self._estimates: dict[tuple[int, str, str], Estimate] = {}

    def pairs(self) -> list[tuple[Measured, Measured]]:
        """Every (arm, control) to compare: all with none, the others with duplicate, size by size."""
        at = {(m.size, m.arm): m for m in self._measured}
        return [
            (m, at[m.size, control])
            for m in self._measured
            for control in (NONE, DUPLICATE)
            if (m.size, control) in at and m.arm not in (NONE, control)
        ]

    def comparisons(self, metric: str) -> list[Comparison]:
        """Every comparison on one metric.

        Holm corrects the arms one may adopt as one family and the controls (duplicate, oracle) as
        another, since nobody would adopt a control.
        """
        pairs = self.pairs()
        p_values = [
            randomisation_p(arm.table, control.table, metric, self._permutations, self._rng)
            for arm, control in pairs
        ]
        corrected = [0.0] * len(pairs)
        for controls in (False, True):
            family = [
                i
                for i, (arm, _) in enumerate(pairs)
                if (arm.arm in (DUPLICATE, ORACLE)) == controls
            ]
            for index, p in zip(family, holm([p_values[i] for i in family]), strict=True):
                corrected[index] = p
        return [
            self._comparison(arm, control, metric, p, p_holm)
            for (arm, control), p, p_holm in zip(pairs, p_values, corrected, strict=True)
        ]

    def _comparison(
        self, arm: Measured, control: Measured, metric: str, p: float, p_holm: float
    ) -> Comparison:
        one, other = self._estimate(arm, metric), self._estimate(control, metric)
        difference, errors = compare(one, other), spread(one, other)
        return Comparison(
            size=arm.size,
            arm=arm.arm,
            against=control.arm,
            metric=metric,
            delta=difference.delta,
            low=difference.low,
            high=difference.high,
            p=p,
            p_holm=p_holm,
            error_seeds=errors.seeds,
            error_documents=errors.documents,
            detectable=detectable(errors.total),
        )

    def _estimate(self, measured: Measured, metric: str) -> Estimate:
        key = (measured.size, measured.arm, metric)
        if key not in self._estimates:
            self._estimates[key] = estimated(measured.table, metric, self._resamples)
        return self._estimates[key]

    def label_deltas(self, labels: Sequence[str]) -> list[LabelDelta]:
        """Every comparison label by label, for the labels the test documents hold."""
        drawn = {
            (m.size, m.arm): label_replicates(m.table, self._resamples) for m in self._measured
        }
        found = []
        for arm, control in self.pairs():
            differences = drawn[arm.size, arm.arm] - drawn[control.size, control.arm]
            found += _label_deltas(arm, control, labels, differences)
        return found

    def gold_equivalents(self, metric: str) -> list[GoldEquivalent]:
        """For each arm, how many gold documents its F1 is worth, with an interval.

        The gold-only curve is made monotone and interpolated on the logarithm of the number of
        documents; nothing is extrapolated. Empty with fewer than two sizes.
        """
        curve = [m for m in self._measured if m.arm == NONE]
        if len(curve) < 2:
            return []
        sizes = np.array([m.size for m in curve], dtype=float)
        estimates = [self._estimate(m, metric) for m in curve]
        values = np.array([estimate.value for estimate in estimates])
        drawn = np.stack([estimate.replicates for estimate in estimates], axis=1)
        found = []
        for m in self._measured:
            if m.arm == NONE:
                continue
            estimate = self._estimate(m, metric)
            worth = _gold_worth(sizes, values, estimate.value) - m.size
            worths = [
                _gold_worth(sizes, row, value) - m.size
                for row, value in zip(drawn, estimate.replicates, strict=True)
            ]
            low, high = np.quantile(worths, [0.025, 0.975], method="nearest")
            added = float(np.mean(m.added))
            finite = _finite(worth)
            rate = None if finite is None or not added else finite / added
            found.append(GoldEquivalent(m.size, m.arm, finite, _finite(low), _finite(high), rate))
        return found


def _gold_worth(sizes: Floats, f1: Floats, value: float) -> float:
    """Number of gold documents at which the gold-only curve reaches `value`; infinite off the curve."""
    rising = np.maximum.accumulate(f1)
    if value < rising[0]:
        return -np.inf
    if value > rising[-1]:
        return np.inf
    return float(np.exp(np.interp(value, rising, np.log(sizes))))


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _label_deltas(
    arm: Measured, control: Measured, labels: Sequence[str], differences: Floats
) -> list[LabelDelta]:
    after = ratios(arm.table.sum(axis=1))[2].mean(axis=0)
    before = ratios(control.table.sum(axis=1))[2].mean(axis=0)
    support = arm.table[0, :, :, GOLD].sum(axis=0)
    holding = (arm.table[0, :, :, GOLD] > 0).sum(axis=0)
    found = []
    for column, label in enumerate(labels):
        if not support[column]:
            continue
        delta, low, high = interval(float(after[column] - before[column]), differences[:, column])
        direction: Literal["improved", "degraded", "unclear"] = "unclear"
        telling = support[column] >= LEAST_UNITS and holding[column] >= LEAST_DOCUMENTS
        if telling and low > 0:
            direction = "improved"
        elif telling and high < 0:
            direction = "degraded"
        found.append(
            LabelDelta(
                size=arm.size,
                arm=arm.arm,
                against=control.arm,
                label=label,
                support=int(support[column]),
                f1=float(after[column]),
                delta=delta,
                low=low,
                high=high,
                direction=direction,
            )
        )
    return found
