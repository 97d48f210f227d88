"""The report of a run: one HTML page, from its headline to its recipe."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bouture.augment.outcome import Outcome
from bouture.augment.summary import Counts, Summary
from bouture.corpus.document import Document
from bouture.corpus.profile_records import LabelCount, Profile, RelationCount
from bouture.evaluate.evaluation import Evaluation
from bouture.report import charts
from bouture.report.annotated import colours
from bouture.report.charts import Axis, Spec
from bouture.report.impact import impact, impact_charts
from bouture.report.page import render
from bouture.report.reasons import reasons
from bouture.report.side_by_side import pairs
from bouture.report.typeset import Typeset
from bouture.report.wording import Say

STATUSES = ("accepted", "repaired", "review", "rejected", "failed", "pending")
_SEVERITY_CHIPS = {
    "reject": "rejected",
    "review": "review",
    "repaired": "repaired",
    "note": "pending",
}


class RunMaterial(NamedTuple):
    """Everything that the report of a run shows."""

    name: str
    recipe: str
    """Its text, as used."""
    summary: Summary
    outcomes: Sequence[Outcome]
    """All of them, or a random sample when there are very many."""
    train: Sequence[Document]
    """The gold documents that new ones were made from."""
    gold: Profile
    """Of `train`."""
    new: Profile
    """Of the accepted and repaired documents among the outcomes."""
    thresholds: Mapping[str, Mapping[str, float]]
    """Check -> name of a threshold -> value."""
    evaluations: Sequence[Evaluation] = ()
    cost: float | None = None
    """At the prices of the recipe; None when it states none."""
    currency: str = ""
    sampled: bool = False
    """Whether the outcomes are a sample."""


class Tile(NamedTuple):
    """One figure of the headline."""

    name: str
    value: str
    zero: bool = False


class ShareLine(NamedTuple):
    """One label in each corpus."""

    label: str
    values: tuple[tuple[int, float], ...]
    """(count, share of its corpus)."""


class SharesTable(NamedTuple):
    """The distribution of labels in the corpora, as a table and as a chart."""

    title: str
    heading: str
    chart: str
    caption: str
    series: tuple[str, ...]
    lines: tuple[ShareLine, ...]
    totals: tuple[int, ...]


def run_page(material: RunMaterial, language: str) -> str:
    """The page; `language` is `fr` or `en`."""
    say, typeset = Say(language), Typeset(language)
    summary = material.summary
    impacts = [impact(e, number, language) for number, e in enumerate(material.evaluations, 1)]
    labels = {label.label for label in (*material.gold.labels, *material.new.labels)}
    classes = colours(
        labels | {e.label for o in material.outcomes if o.document for e in o.document.entities}
    )
    distributions = _distributions(material, say)
    specs = _charts(summary, distributions, say)
    for one in impacts:
        specs |= impact_charts(one, say)
    counts = {name: getattr(summary, name) for name in ("requested", *STATUSES)}
    return render(
        "run.html.j2",
        language,
        specs,
        {
            "title": f"{material.name} – bouture",
            "sections": _sections(say),
            "material": material,
            "summary": summary,
            "stopped": summary.stopped_fr if language == "fr" else summary.stopped,
            "drawn": len(material.outcomes) if material.sampled else 0,
            "impacts": impacts,
            "tiles": _tiles(material, say, typeset),
            "equation": [(name, counts[name]) for name in STATUSES],
            "statuses": ("requested", *STATUSES),
            "corpora": [
                (say("corpora.gold"), _sizes(material.gold)),
                (say("corpora.new"), _sizes(material.new)),
            ],
            "distributions": distributions,
            "few": charts.FEW,
            "reasons": reasons(material.outcomes, summary.issues, summary.rejections, language),
            "severity_status": _SEVERITY_CHIPS,
            "pairs": pairs(material.outcomes, material.train, classes, language),
            "classes": classes,
            "cost": _cost(material, say, typeset),
            "thresholds": material.thresholds,
        },
    )


def _sections(say: Say) -> list[tuple[str, str]]:
    return [
        ("corpora", say("corpora.nav")),
        ("made", say("made.nav")),
        ("reasons", say("reasons.nav")),
        ("documents", say("pairs.nav")),
        ("impact", say("impact.nav")),
        ("cost", say("cost.nav")),
        ("checks", say("checks.nav")),
        ("recipe", say("recipe.nav")),
    ]


def _tiles(material: RunMaterial, say: Say, typeset: Typeset) -> list[Tile]:
    summary = material.summary
    made = [
        Tile(
            say(f"status.{name}"),
            typeset.integer(getattr(summary, name)),
            not getattr(summary, name),
        )
        for name in ("requested", *STATUSES)
    ]
    tokens = summary.prompt_tokens + summary.completion_tokens
    tiles = [
        Tile(say("tile.gold"), typeset.integer(material.gold.documents)),
        *made,
        Tile(say("tile.requests"), typeset.integer(summary.requests), not summary.requests),
        Tile(say("tile.tokens"), typeset.integer(tokens), not tokens),
    ]
    each = _cost_each(material)
    if each is not None:
        tiles.append(Tile(say("tile.cost"), typeset.money(each, material.currency)))
    return tiles


def _cost_each(material: RunMaterial) -> float | None:
    """Cost of one usable document that a model was asked for; None when there is no price or none."""
    asked = material.summary.modelled
    return material.cost / asked if material.cost and asked else None


def _sizes(profile: Profile) -> tuple[int, ...]:
    return (
        profile.documents,
        profile.tokens,
        profile.mentions,
        profile.entities,
        profile.relations,
    )


def _distributions(material: RunMaterial, say: Say) -> list[SharesTable]:
    series = (say("corpora.gold"), say("corpora.new"))
    gold, new = material.gold, material.new
    return [
        SharesTable(
            say("corpora.labels"),
            say("label"),
            "labels",
            say("corpora.labels_chart"),
            series,
            _share_lines(gold.labels, new.labels),
            (gold.mentions, new.mentions),
        ),
        SharesTable(
            say("corpora.relations"),
            say("relation"),
            "relations",
            say("corpora.relations_chart"),
            series,
            _share_lines(gold.relation_labels, new.relation_labels),
            (gold.relations, new.relations),
        ),
    ]


def _share_lines(
    *corpora: tuple[LabelCount, ...] | tuple[RelationCount, ...],
) -> tuple[ShareLine, ...]:
    """Labels in the order of the first corpus, then those that only the others have."""
    found = [
        {
            one.label: (one.mentions if isinstance(one, LabelCount) else one.relations, one.share)
            for one in corpus
        }
        for corpus in corpora
    ]
    labels = dict.fromkeys(label for counts in found for label in counts)
    return tuple(
        ShareLine(label, tuple(counts.get(label, (0, 0.0)) for counts in found)) for label in labels
    )


def _charts(summary: Summary, distributions: Sequence[SharesTable], say: Say) -> dict[str, Spec]:
    made: dict[str, Spec] = {}
    for table in distributions:
        rows = [
            {"label": line.label, "series": name, "count": count, "share": share}
            for line in table.lines
            for name, (count, share) in zip(table.series, line.values, strict=True)
        ]
        if rows:
            axis = Axis(say("share"), say("corpus"))
            made[table.chart] = charts.shares(rows, table.series, axis)
    if summary.strategies:
        names = [say(f"status.{name}") for name in STATUSES]
        rows = [
            row
            for strategy, counts in summary.strategies.items()
            for row in _status_rows(strategy, counts, names)
        ]
        made["statuses"] = charts.statuses(rows, names, Axis(say("documents")))
    return made


def _status_rows(strategy: str, counts: Counts, names: Sequence[str]) -> list[charts.Row]:
    return [
        {"strategy": strategy, "status": name, "rank": rank, "count": getattr(counts, status)}
        for rank, (status, name) in enumerate(zip(STATUSES, names, strict=True))
    ]


def _cost(material: RunMaterial, say: Say, typeset: Typeset) -> list[tuple[str, str]]:
    summary = material.summary
    lines = [
        (say("cost.requests"), typeset.integer(summary.requests)),
        (say("cost.prompt"), typeset.integer(summary.prompt_tokens)),
        (say("cost.completion"), typeset.integer(summary.completion_tokens)),
    ]
    if summary.lost:
        lines.append((say("cost.lost"), typeset.integer(summary.lost)))
    if material.cost is not None:
        lines.append((say("cost.total"), typeset.money(material.cost, material.currency)))
    each = _cost_each(material)
    if each is not None:
        lines.append((say("cost.usable"), typeset.money(each, material.currency)))
    return [
        *lines,
        (say("cost.model_time"), typeset.duration(summary.model_seconds)),
        (say("cost.asked"), typeset.integer(summary.asked)),
        (say("cost.stored"), typeset.integer(summary.from_store)),
        (say("cost.retries"), typeset.integer(summary.retries)),
        (say("cost.time"), typeset.duration(summary.seconds)),
    ]
