"""The charts, as Vega-Lite specs: plain dicts without colours of their own, so that pages can be light or dark.

Ranges such as `category` and the names of colours are filled in by `page.js` from `style.css`. Field
names are ours; labels of a corpus only ever appear as data.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

Spec = dict[str, Any]
"""A Vega-Lite specification."""
Row = dict[str, Any]

_BAR = 11
"""Height of one bar, in pixels."""
FEW = 10
"""Fewer observations than this are shown greyed: no conclusion may rest on them."""


class Axis(NamedTuple):
    """Wordings of a chart."""

    title: str
    series: str = ""


def shares(rows: Sequence[Row], series: Sequence[str], axis: Axis) -> Spec:
    """Bars side by side: the share of each label in each corpus.

    Args:
        rows: `label`, `series`, `share` (0 to 1), `count`, in the order to show.
        series: names of the corpora, in order.
        axis: title of the axis and of the legend.
    """
    labels = list(dict.fromkeys(row["label"] for row in rows))
    data = [{**row, "few": row["count"] < FEW} for row in rows]
    return _base(
        data,
        height=len(labels) * (len(series) * (_BAR + 1) + 6),
        mark={"type": "bar", "cornerRadiusEnd": 2, "height": _BAR - 1},
        encoding={
            "y": {
                "field": "label",
                "type": "nominal",
                "sort": labels,
                "title": None,
                "axis": {"labelLimit": 150, "ticks": False, "domain": False},
            },
            "yOffset": {"field": "series", "type": "nominal", "sort": list(series)},
            "x": {
                "field": "share",
                "type": "quantitative",
                "title": axis.title,
                "axis": {"format": ".0%", "tickCount": 5},
            },
            "color": _series(series, axis.series, "corpora"),
            "opacity": _greyed(),
            "tooltip": [
                {"field": "label", "title": " "},
                {"field": "series", "title": axis.series or " "},
                {"field": "share", "format": ".1%", "title": axis.title},
                {"field": "count", "title": "n", "format": ",d"},
            ],
        },
    )


def bars(rows: Sequence[Row], axis: Axis) -> Spec:
    """Counts by label: `label`, `count`."""
    data = [{**row, "few": row["count"] < FEW} for row in rows]
    return _base(
        data,
        height=len(data) * (_BAR + 9),
        mark={"type": "bar", "cornerRadiusEnd": 2, "height": _BAR},
        encoding={
            "y": {
                "field": "label",
                "type": "nominal",
                "sort": [row["label"] for row in rows],
                "title": None,
                "axis": {"labelLimit": 150, "ticks": False, "domain": False},
            },
            "x": {
                "field": "count",
                "type": "quantitative",
                "title": axis.title,
                "axis": {"tickCount": 6, "tickMinStep": 1},
            },
            "color": {"value": "accent"},
            "opacity": _greyed(),
            "tooltip": [
                {"field": "label", "title": " "},
                {"field": "count", "title": "n", "format": ",d"},
            ],
        },
    )


def histogram(rows: Sequence[Row], axis: Axis, counted: str) -> Spec:
    """Counts in bins that were made before: `low`, `high`, `count`."""
    return _base(
        list(rows),
        height=170,
        mark={"type": "bar", "binSpacing": 1, "cornerRadiusEnd": 2},
        encoding={
            "x": {
                "field": "low",
                "bin": {"binned": True},
                "type": "quantitative",
                "title": axis.title,
                "axis": {"tickCount": 8},
            },
            "x2": {"field": "high"},
            "y": {"field": "count", "type": "quantitative", "title": counted, "stack": None},
            "color": {"value": "accent"},
            "tooltip": [
                {"field": "low", "title": "≥"},
                {"field": "high", "title": "<"},
                {"field": "count", "title": "n", "format": ",d"},
            ],
        },
    )


def statuses(rows: Sequence[Row], order: Sequence[str], axis: Axis) -> Spec:
    """One stacked bar a strategy: `strategy`, `status`, `rank`, `count`."""
    return _base(
        list(rows),
        height=34 * len({row["strategy"] for row in rows}),
        mark={"type": "bar", "height": 22},
        encoding={
            "y": {
                "field": "strategy",
                "type": "nominal",
                "sort": None,
                "title": None,
                "axis": {"labelLimit": 190, "ticks": False, "domain": False},
            },
            "x": {
                "field": "count",
                "type": "quantitative",
                "stack": "zero",
                "title": axis.title,
                "axis": {"tickMinStep": 1, "tickCount": 8},
            },
            "order": {"field": "rank", "type": "quantitative"},
            "color": {
                **_series(order, "", "statuses"),
                "legend": {"orient": "top", "title": None, "columns": 6},
            },
            "tooltip": [
                {"field": "strategy", "title": " "},
                {"field": "status", "title": " "},
                {"field": "count", "title": "n", "format": ",d"},
            ],
        },
    )


def scores(rows: Sequence[Row], arms: Sequence[str], axis: Axis, measured: str) -> Spec:
    """F1 of each arm by number of gold documents: mean over seeds, and each seed as a small point.

    Args:
        rows: `size`, `arm`, `f1` (0 to 100), `seed` (0 for the mean).
        arms: in order.
        axis: title of the axis of sizes, and of the legend.
        measured: title of the axis of scores.
    """
    several = len({row["size"] for row in rows}) > 1
    x: Spec = (
        {"field": "size", "type": "quantitative", "title": axis.title, "scale": {"zero": False}}
        if several
        else {"field": "arm", "type": "nominal", "sort": list(arms), "title": None}
    )
    if several:
        x["axis"] = {"values": sorted({row["size"] for row in rows}), "grid": False}
    else:
        x["axis"] = {"labelAngle": -30, "labelLimit": 130, "grid": False}
    color = _series(arms, axis.series, "arms")
    color["legend"] = {"orient": "top", "title": None, "columns": 2} if several else None
    common = {
        "x": x,
        "y": {
            "field": "f1",
            "type": "quantitative",
            "title": measured,
            "scale": {"zero": False, "nice": True, "padding": 6},
        },
        "color": color,
        "tooltip": [
            {"field": "arm", "title": " "},
            {"field": "size", "title": axis.title},
            {"field": "f1", "title": measured, "format": ".1f"},
        ],
    }
    seeds = {"mark": {"type": "point", "filled": True, "size": 14, "opacity": 0.45}}
    means: Spec = {"mark": {"type": "line", "point": {"size": 55, "filled": True}}}
    if not several:
        means = {"mark": {"type": "tick", "thickness": 3, "size": 26}}
    spec = _base(list(rows), height=270)
    spec["encoding"] = common
    spec["layer"] = [
        {**seeds, "transform": [{"filter": "datum.seed > 0"}]},
        {**means, "transform": [{"filter": "datum.seed === 0"}]},
    ]
    return spec


def differences(rows: Sequence[Row], against: Sequence[str], axis: Axis) -> Spec:
    """Differences of F1 with their intervals and a line at zero.

    Args:
        rows: `row` (arm and size), `against`, `delta`, `low`, `high` (hundredths), in order.
        against: the controls, in order.
        axis: title of the axis and of the legend.
    """
    order = list(dict.fromkeys(row["row"] for row in rows))
    y = {
        "field": "row",
        "type": "nominal",
        "sort": order,
        "title": None,
        "axis": {"labelLimit": 220, "ticks": False, "domain": False},
    }
    offset = {"field": "against", "type": "nominal", "sort": list(against)}
    color = _series(against, axis.series, "controls")
    color["legend"] = {"orient": "top", "title": axis.series, "columns": 2}
    tooltip = [
        {"field": "row", "title": " "},
        {"field": "against", "title": axis.series},
        {"field": "delta", "title": "Δ", "format": "+.1f"},
        {"field": "low", "title": "≥", "format": "+.1f"},
        {"field": "high", "title": "≤", "format": "+.1f"},
    ]
    spec = _base(list(rows), height=len(order) * (13 * len(against) + 6))
    spec["layer"] = [
        {
            "mark": {"type": "rule", "strokeDash": [4, 3], "color": "muted"},
            "encoding": {"x": {"datum": 0}},
        },
        {
            "mark": {"type": "rule", "strokeWidth": 2.5, "strokeCap": "round"},
            "encoding": {
                "y": y,
                "yOffset": offset,
                "x": {"field": "low", "type": "quantitative", "title": axis.title},
                "x2": {"field": "high"},
                "color": color,
                "tooltip": tooltip,
            },
        },
        {
            "mark": {"type": "point", "filled": True, "size": 75, "opacity": 1},
            "encoding": {
                "y": y,
                "yOffset": offset,
                "x": {"field": "delta", "type": "quantitative"},
                "color": color,
                "tooltip": tooltip,
            },
        },
    ]
    return spec


def _base(rows: list[Row], height: Any, **more: Any) -> Spec:
    return {
        "data": {"values": rows},
        "width": "container",
        "height": height,
        **more,
    }


def _series(names: Sequence[str], title: str, palette: str) -> Spec:
    """A colour a name; `palette` is a variable of `style.css`."""
    legend = {"orient": "top", "title": title or None} if len(names) > 1 else None
    return {
        "field": {"corpora": "series", "statuses": "status", "arms": "arm", "controls": "against"}[
            palette
        ],
        "type": "nominal",
        "scale": {"domain": list(names), "range": palette},
        "sort": list(names),
        "legend": legend,
    }


def _greyed() -> Spec:
    return {"condition": {"test": "datum.few", "value": 0.45}, "value": 1}
