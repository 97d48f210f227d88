"""The impact experiments, laid out: rows of tables and of charts. Every number comes from the evaluation."""

from collections.abc import Sequence
from typing import NamedTuple

from bouture.evaluate.arms import DUPLICATE, MIXTURE, NONE, ORACLE
from bouture.evaluate.evaluation import Cell, Comparison, Evaluation, GoldEquivalent, LabelDelta
from bouture.report import charts
from bouture.report.charts import Axis, Spec
from bouture.report.wording import Say


class Line(NamedTuple):
    """One arm at one size."""

    cell: Cell
    over_none: Comparison | None
    over_duplicate: Comparison | None
    equivalent: GoldEquivalent | None


class LabelLine(NamedTuple):
    """One label under one arm."""

    label: str
    support: int
    f1: float
    over_none: LabelDelta | None
    over_duplicate: LabelDelta | None


class ArmLabels(NamedTuple):
    """What an arm does to each label, at one size."""

    arm: str
    size: int
    judged: bool
    """Whether the verdict speaks of this arm."""
    lines: tuple[LabelLine, ...]


class Impact(NamedTuple):
    """One experiment, ready for the template."""

    key: str
    """Names its charts: `scores-KEY`, `differences-KEY`."""
    evaluation: Evaluation
    text: str
    notes: tuple[str, ...]
    lines: tuple[Line, ...]
    labels: tuple[ArmLabels, ...]
    seen: bool
    """Whether recall on seen and unseen mentions is known."""


def impact(evaluation: Evaluation, number: int, language: str) -> Impact:
    """An experiment; `number` tells its charts from those of the others."""
    french = language == "fr"
    verdict = evaluation.verdict
    return Impact(
        key=str(number),
        evaluation=evaluation,
        text=verdict.text_fr if french else verdict.text,
        notes=tuple(note.text_fr if french else note.text for note in evaluation.notes),
        lines=tuple(_line(evaluation, cell) for cell in evaluation.cells),
        labels=tuple(_labels(evaluation)),
        seen=any(cell.unseen_recall is not None for cell in evaluation.cells),
    )


def impact_charts(shown: Impact, say: Say) -> dict[str, Spec]:
    """The charts of one experiment by name; none for what was not measured."""
    evaluation = shown.evaluation
    made: dict[str, Spec] = {}
    if evaluation.cells:
        metric = say("impact.f1_axis", metric=evaluation.metric)
        axis = Axis(say("impact.size"), say("impact.arm"))
        arms = [arm_name(arm, say) for arm in dict.fromkeys(cell.arm for cell in evaluation.cells)]
        made[f"scores-{shown.key}"] = charts.scores(_scores(evaluation, say), arms, axis, metric)
    rows = _differences(evaluation, say)
    if rows:
        axis = Axis(say("impact.difference_axis"), say("impact.against"))
        against = [arm_name(arm, say) for arm in (NONE, DUPLICATE)]
        against = [name for name in against if any(row["against"] == name for row in rows)]
        made[f"differences-{shown.key}"] = charts.differences(rows, against, axis)
    return made


def arm_name(arm: str, say: Say) -> str:
    """An arm in words where it is no strategy."""
    words = {
        NONE: say("arm.none"),
        DUPLICATE: say("arm.duplicate"),
        MIXTURE: say("arm.mixture"),
        ORACLE: say("arm.oracle"),
    }
    return words.get(arm, arm)


def _line(evaluation: Evaluation, cell: Cell) -> Line:
    def over(control: str) -> Comparison | None:
        for c in evaluation.comparisons:
            if (c.size, c.arm, c.against) == (cell.size, cell.arm, control) and (
                c.metric == evaluation.metric
            ):
                return c
        return None

    equal = [e for e in evaluation.gold_equivalents if (e.size, e.arm) == (cell.size, cell.arm)]
    return Line(cell, over(NONE), over(DUPLICATE), equal[0] if equal else None)


def _scores(evaluation: Evaluation, say: Say) -> list[charts.Row]:
    rows: list[charts.Row] = []
    for cell in evaluation.cells:
        scored = cell.macro if evaluation.metric == "macro" else cell.micro
        name = arm_name(cell.arm, say)
        rows.append({"size": cell.size, "arm": name, "f1": 100 * scored.f1, "seed": 0})
        rows += [
            {"size": cell.size, "arm": name, "f1": 100 * f1, "seed": seed}
            for seed, f1 in enumerate(scored.f1_by_seed, 1)
        ]
    return rows


def _differences(evaluation: Evaluation, say: Say) -> list[charts.Row]:
    several = len(evaluation.sizes) > 1
    return [
        {
            "row": f"{c.size} · {arm_name(c.arm, say)}" if several else arm_name(c.arm, say),
            "against": arm_name(c.against, say),
            "delta": 100 * c.delta,
            "low": 100 * c.low,
            "high": 100 * c.high,
        }
        for c in evaluation.comparisons
        if c.metric == evaluation.metric
    ]


def _labels(evaluation: Evaluation) -> list[ArmLabels]:
    """The largest size only, the arm of the verdict first."""
    if not evaluation.per_label:
        return []
    size = max(delta.size for delta in evaluation.per_label)
    by_arm: dict[str, list[LabelDelta]] = {}
    for delta in evaluation.per_label:
        if delta.size == size:
            by_arm.setdefault(delta.arm, []).append(delta)
    judged = evaluation.verdict.arm
    made = [ArmLabels(arm, size, arm == judged, _lines(ds)) for arm, ds in by_arm.items()]
    return sorted(made, key=lambda arm: not arm.judged)


def _lines(deltas: Sequence[LabelDelta]) -> tuple[LabelLine, ...]:
    by_label: dict[str, dict[str, LabelDelta]] = {}
    for delta in deltas:
        by_label.setdefault(delta.label, {})[delta.against] = delta
    lines = []
    for label, against in by_label.items():
        first = next(iter(against.values()))
        lines.append(
            LabelLine(label, first.support, first.f1, against.get(NONE), against.get(DUPLICATE))
        )
    return tuple(sorted(lines, key=lambda line: (-line.support, line.label)))
