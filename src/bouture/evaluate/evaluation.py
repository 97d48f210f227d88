"""What an experiment returns: a record that goes to JSON as it is and that the report draws.

All scores and differences are fractions between 0 and 1 (or -1 and 1), never percentages.
"""

from enum import StrEnum
from typing import Literal

import msgspec


class Averaged(msgspec.Struct, frozen=True):
    """Scores of one arm at one size: means over the seeds."""

    precision: float
    recall: float
    f1: float
    f1_by_seed: tuple[float, ...]
    """In the order of the seeds."""
    f1_sd: float | None
    """Standard deviation of F1 over seeds (n - 1); None when the seeds had one training set in common."""


class Cell(msgspec.Struct, frozen=True):
    """One arm at one size."""

    size: int
    arm: str
    n_gold: int
    n_extra: float
    """Documents really added to the gold sample, copies included: mean over seeds."""
    n_extra_wanted: int
    micro: Averaged
    macro: Averaged
    seen_recall: float | None = None
    """Entities: recall on test mentions whose (surface, label) is in the gold sample."""
    unseen_recall: float | None = None
    """Entities: recall on the others. Augmentation is supposed to raise it."""
    unseen_share: float | None = None
    """Entities: share of the test mentions that are unseen."""


class Comparison(msgspec.Struct, frozen=True):
    """F1 of an arm minus F1 of another one, same size, seeds and test documents."""

    size: int
    arm: str
    against: str
    metric: str
    """`micro` or `macro`."""
    delta: float
    low: float
    high: float
    """Percentile interval at 95 %, bootstrap over seeds and test documents."""
    p: float
    """Approximate randomisation by document, two-sided."""
    p_holm: float
    """Corrected for all comparisons of the same metric in the experiment."""
    error_seeds: float
    """Standard error of the difference due to the seeds (gold and synthetic samples)."""
    error_documents: float
    """Standard error of the difference due to the test documents."""
    detectable: float
    """The true difference this comparison would have found 8 times in 10."""

    @property
    def gain(self) -> bool:
        """Whether a gain is established: the interval excludes 0 and so does Holm at 5 %."""
        return self.low > 0 and self.p_holm < 0.05

    @property
    def loss(self) -> bool:
        """Whether a loss is established."""
        return self.high < 0 and self.p_holm < 0.05


class LabelDelta(msgspec.Struct, frozen=True):
    """What an arm does to one label. Not corrected for the number of labels: 1 in 20 by chance."""

    size: int
    arm: str
    against: str
    label: str
    support: int
    """Gold units in the test documents."""
    f1: float
    """Of the arm, mean over seeds."""
    delta: float
    low: float
    high: float
    """Percentile interval at 95 %, over the resamples that hold the label."""
    direction: Literal["improved", "degraded", "unclear"]
    """`unclear` too below 10 units or 5 test documents: resampling so few shows no uncertainty."""


class GoldEquivalent(msgspec.Struct, frozen=True):
    """How many more gold documents would have given the same F1, read off the gold-only curve."""

    size: int
    arm: str
    documents: float | None
    """None when the F1 lies outside the measured curve; negative when the arm is worse than none."""
    low: float | None
    high: float | None
    """Percentile interval at 95 %; None for a bound that lies outside the measured curve."""
    exchange_rate: float | None
    """`documents` for each document added."""


class Note(msgspec.Struct, frozen=True):
    """Something the reader must know to read the figures right."""

    text: str
    text_fr: str


class Decision(StrEnum):
    """What the experiment allows one to say."""

    AUGMENT = "augment"
    DO_NOT_AUGMENT = "do_not_augment"
    CANNOT_TELL = "cannot_tell"


class SizeVerdict(msgspec.Struct, frozen=True):
    """The decision at one size."""

    size: int
    decision: Decision
    arm: str
    """The arm the decision speaks of; empty when there was none to judge."""
    text: str
    text_fr: str
    improved: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()
    """Labels that `arm` improves or degrades against training on gold alone."""


class Verdict(msgspec.Struct, frozen=True):
    """The decision in words, in English and French; overall it is that of the largest size."""

    decision: Decision
    arm: str
    text: str
    text_fr: str
    by_size: tuple[SizeVerdict, ...]


class Evaluation(msgspec.Struct, frozen=True):
    """An impact experiment, from what was asked to what may be concluded."""

    task: str
    metric: str
    """The primary metric, declared before the experiment: `micro` or `macro`."""
    learner: str
    sizes: tuple[int, ...]
    seeds: tuple[int, ...]
    factor: float
    arms: tuple[str, ...]
    train_documents: int
    test_documents: int
    test_units: int
    """Gold mentions or relations in the test documents."""
    synthetic_documents: dict[str, int]
    """By strategy, as given."""
    cells: tuple[Cell, ...]
    comparisons: tuple[Comparison, ...]
    per_label: tuple[LabelDelta, ...]
    gold_equivalents: tuple[GoldEquivalent, ...]
    minimum_detectable_effect: float
    """Announced before running, from the size of the test set and the number of seeds."""
    worthwhile: float
    """The least gain worth having, as set."""
    exploratory: bool
    """True when the safeguards (five seeds, duplicate control) were lifted: no claim may rest on it."""
    notes: tuple[Note, ...]
    verdict: Verdict
    seconds: float


class Planned(msgspec.Struct, frozen=True, tag=True):
    """Event: the experiment begins."""

    fits: int
    minimum_detectable_effect: float
    notes: tuple[Note, ...]


class Fitted(msgspec.Struct, frozen=True, tag=True):
    """Event: one more model was trained and tested."""

    done: int
    total: int
    size: int
    arm: str
    seed: int
    """The first size, arm and seed it serves: equal training sets are fitted once."""
    f1: float
    """Micro F1."""


Event = Planned | Fitted
