"""What an experiment allows one to say, in words, English and French: augment, do not, or too little data to tell.

An arm is adopted at a size when its gain over gold alone AND over the duplicate control is
established (interval above 0, Holm-corrected p < .05). It is turned down when, against either, it
loses, or a gain worth having lies above the interval, or no gain was seen and twice a gain worth
having lies above the interval: the burden of proof is on augmentation. Anything else is not known,
and said so.
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bouture.corpus.issue import Wording
from bouture.evaluate.arms import DUPLICATE, ORACLE
from bouture.evaluate.evaluation import (
    Comparison,
    Decision,
    LabelDelta,
    SizeVerdict,
    Verdict,
)
from bouture.evaluate.settings import Settings
from bouture.evaluate.statistics import detectable
from bouture.evaluate.verdict_words import (
    AGAINST,
    AUGMENT,
    DEGRADED,
    EXPLORATORY,
    HARM,
    IMPROVED,
    LEAST_DOCUMENTS,
    LEAST_UNITS,
    METRIC,
    MORE_DATA,
    MORE_SEEDS,
    MORE_TESTS,
    NO_CONTROL,
    NO_GAIN,
    NOTHING,
    ONE_EXPERIMENT,
    OTHERWISE,
    SHORT,
    SUGGESTIVE,
    TOO_FEW,
    UNKNOWN,
    UPPER_BOUND,
    VERSUS,
)

MOST_SEEDS = 50
"""More seeds are the cheap way to certainty, up to here."""


class Basis(NamedTuple):
    """What the verdict rests on."""

    documents: int
    """Test documents that hold something to find."""
    units: int
    """Gold mentions or relations in the test documents."""
    gold: int
    """Training documents in all."""
    bounded: frozenset[str] = frozenset()
    """Arms whose gain below `gold` documents is an upper bound at best (see `Pool.bounded`)."""
    repeated: frozenset[tuple[int, str]] = frozenset()
    """(size, arm) whose seeds are one experiment: the safeguard of several seeds is not there."""

    def doubt(self, size: int, arm: str) -> Wording | None:
        """Why no gain may be claimed for this arm at this size, whatever its figures."""
        if arm in self.bounded and size < self.gold:
            return UPPER_BOUND
        return ONE_EXPERIMENT if (size, arm) in self.repeated else None


class Judged(NamedTuple):
    """One arm at one size against the controls."""

    arm: str
    comparisons: tuple[Comparison, ...]
    decision: Decision
    doubt: Wording | None = None
    """Why no gain may be claimed for it, whatever its figures."""

    @property
    def weakest(self) -> Comparison:
        """The comparison it does worst in: an arm is worth what it adds to the better control."""
        return min(self.comparisons, key=lambda c: c.delta)


def judge(
    comparisons: Sequence[Comparison],
    per_label: Sequence[LabelDelta],
    sizes: Sequence[int],
    settings: Settings,
    *,
    test: Basis,
) -> Verdict:
    """The verdict on the primary metric; the overall decision is that of the largest size.

    With too few test documents, resampling them shows no uncertainty, and nothing is decided. No gain
    is claimed for an arm whose figure is an upper bound.
    """
    primary = [c for c in comparisons if c.metric == settings.metric]
    if test.documents < LEAST_DOCUMENTS or test.units < LEAST_UNITS:
        told = {"documents": test.documents, "units": test.units}
        text, text_fr = (said.format(**told) for said in TOO_FEW)
        by_size = [SizeVerdict(size, Decision.CANNOT_TELL, "", text, text_fr) for size in sizes]
        return Verdict(Decision.CANNOT_TELL, "", text, text_fr, tuple(by_size))
    by_size = [
        _judge_size(
            size,
            primary,
            per_label,
            settings,
            test,
        )
        for size in sizes
    ]
    last, others = by_size[-1], by_size[:-1]
    warning = EXPLORATORY if settings.exploratory else Wording("", "")
    text, text_fr = (
        warning[language] + said + _others(others, language)
        for language, said in enumerate((last.text, last.text_fr))
    )
    return Verdict(last.decision, last.arm, text, text_fr, tuple(by_size))


def _others(verdicts: Sequence[SizeVerdict], language: int) -> str:
    if not verdicts:
        return ""
    listed = [SHORT[v.decision][language].format(size=v.size, arm=v.arm) for v in verdicts]
    return OTHERWISE[language].format(sizes=" ; ".join(listed) if language else "; ".join(listed))


def _judge_size(
    size: int,
    comparisons: Iterable[Comparison],
    per_label: Iterable[LabelDelta],
    settings: Settings,
    test: Basis,
) -> SizeVerdict:
    arms: dict[str, list[Comparison]] = {}
    for comparison in comparisons:
        if comparison.size == size and comparison.arm not in (DUPLICATE, ORACLE):
            arms.setdefault(comparison.arm, []).append(comparison)
    if not arms:
        text, text_fr = (text.format(size=size) for text in NOTHING)
        return SizeVerdict(size, Decision.CANNOT_TELL, "", text, text_fr)
    judged = [
        _judged(arm, tuple(against), settings.worthwhile, test.doubt(size, arm))
        for arm, against in arms.items()
    ]
    decision = next(d for d in _PRECEDENCE if any(one.decision == d for one in judged))
    best = max(
        (one for one in judged if one.decision == decision), key=lambda one: one.weakest.delta
    )
    improved, degraded = _labels(best.arm, size, per_label)
    text, text_fr = (_say(best, language, settings, (improved, degraded)) for language in (0, 1))
    return SizeVerdict(size, decision, best.arm, text, text_fr, improved, degraded)


_PRECEDENCE = (Decision.AUGMENT, Decision.CANNOT_TELL, Decision.DO_NOT_AUGMENT)


def _judged(
    arm: str, against: tuple[Comparison, ...], worthwhile: float, doubt: Wording | None
) -> Judged:
    decision = _decide(against, worthwhile)
    if decision == Decision.AUGMENT and doubt is not None:
        return Judged(arm, against, Decision.CANNOT_TELL, doubt)
    return Judged(arm, against, decision)


def _decide(against: Sequence[Comparison], worthwhile: float) -> Decision:
    if any(
        c.loss or c.high < worthwhile or (c.delta <= 0 and c.high < 2 * worthwhile) for c in against
    ):
        return Decision.DO_NOT_AUGMENT
    if len(against) == len(AGAINST) and all(c.gain for c in against):
        return Decision.AUGMENT
    return Decision.CANNOT_TELL


def _labels(
    arm: str, size: int, per_label: Iterable[LabelDelta]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Labels improved against every control, and labels degraded against any."""
    directions: dict[str, set[str]] = {}
    for delta in per_label:
        if delta.arm == arm and delta.size == size:
            directions.setdefault(delta.label, set()).add(delta.direction)
    improved = tuple(sorted(label for label, d in directions.items() if d == {"improved"}))
    degraded = tuple(sorted(label for label, d in directions.items() if "degraded" in d))
    return improved, degraded


def _say(
    best: Judged,
    language: int,
    settings: Settings,
    labels: tuple[tuple[str, ...], tuple[str, ...]],
) -> str:
    wording = {Decision.AUGMENT: AUGMENT, Decision.CANNOT_TELL: UNKNOWN}.get(best.decision, NO_GAIN)
    if best.decision == Decision.DO_NOT_AUGMENT and any(c.loss for c in best.comparisons):
        wording = HARM
    named = [
        text[language].format(labels=", ".join(list_))
        for text, list_ in zip((IMPROVED, DEGRADED), labels, strict=True)
        if list_
    ]
    return wording[language].format(
        size=best.weakest.size,
        arm=best.arm,
        metric=METRIC[settings.metric][language],
        versus=_versus(best.comparisons, language),
        worthwhile=points(settings.worthwhile, language, signed=False),
        detectable=points(best.weakest.detectable, language, signed=False),
        advice=_advice(best, language, settings),
        labels="".join(named),
    )


def _versus(comparisons: Sequence[Comparison], language: int) -> str:
    said = [
        VERSUS[language].format(
            delta=points(c.delta, language),
            against=AGAINST[c.against][language],
            low=points(c.low, language, unit=False),
            high=points(c.high, language, unit=False),
        )
        for c in comparisons
    ]
    return (" et " if language else " and ").join(said)


def _advice(best: Judged, language: int, settings: Settings) -> str:
    """What would settle it, from where the uncertainty comes from."""
    if len(best.comparisons) < len(AGAINST):
        return NO_CONTROL[language]
    if best.doubt is not None:
        return best.doubt[language]
    weakest = best.weakest
    if all(c.low > 0 for c in best.comparisons):
        return SUGGESTIVE[language]
    target = max(weakest.delta, settings.worthwhile)
    if target <= 0:
        return ""
    said = points(target, language, signed=False)
    allowed = (target / detectable(1.0)) ** 2
    left = allowed - weakest.error_documents**2
    if left > 0:
        seeds = math.ceil(settings.seeds * weakest.error_seeds**2 / left)
        if settings.seeds < seeds <= MOST_SEEDS:
            return MORE_SEEDS[language].format(target=said, seeds=seeds, now=settings.seeds)
    variance = weakest.error_documents**2 + weakest.error_seeds**2
    times = max(2, math.ceil(variance / allowed))
    more = MORE_DATA if weakest.error_seeds else MORE_TESTS
    return more[language].format(target=said, times=times)


def points(value: float, language: int, *, signed: bool = True, unit: bool = True) -> str:
    """A difference of F1 in points (hundredths), typeset: `+2.3 points`, « +2,3 points »."""
    rounded = round(100 * value, 1)
    number = f"{abs(rounded):.1f}"
    if signed:
        number = ("−" if rounded < 0 else "+") + number
    if language:
        number = number.replace(".", ",")
    singular = abs(rounded) < 2 if language else abs(rounded) == 1
    name = "point" if singular else "points"
    return f"{number}\u00a0{name}" if unit else number
