"""Plot ``dependence``: partial dependence on one feature, with individual lines (ICE)."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

from ml.insights.partial_dependence import PartialDependence, partial_dependence
from ml.plots.columns import Column, Columns, feature_values
from ml.plots.plot import PROBABILITIES, Plot, Rows, View
from ml.plots.row_layout import height_of, names_above, rows_axis
from ml.plots.shared_options import feature_choice
from ml.plots.theme import FAINT, Figure, faded, figure, percent_ticks
from ml.plots.traces import Trace, dots, line, pointed_at, whiskers
from ml.text.number_words import percent, sample_text
from ml.translation import mark, text


def draw(result: PartialDependence, view: View) -> Figure:
    """The mean as a thick line over those of single records; the feature's distribution below."""
    return _curve(result, view) if result.ordered else _choices(result, view)


def _curve(result: PartialDependence, view: View) -> Figure:
    k = view.index
    places, faint = list(result.places), faded(view.colour, 0.28)
    single = [line(places, each, faint, width=1, hoverinfo="skip") for each in result.lines[k]]
    marker = {"size": 6, "color": view.colour}
    mean = line(places, list(result.mean[k]), view.colour, width=3.5, mode="lines+markers", marker=marker)
    mean |= pointed_at(_hover(result, view))
    top = max(*result.mean[k], *(max(line) for line in result.lines[k]), 1e-3)
    x = {"title": {"text": result.axis}, "anchor": "y2"} | ({"type": "date"} if _dated(result) else {})
    return figure(
        [*single, mean, _spread(result)],
        height=400,
        xaxis=x,
        yaxis={"title": {"text": _probability(view)}, "range": [-0.02 * top, 1.02 * top]}
        | {"domain": [0.24, 1]}
        | percent_ticks(0, top),
        yaxis2={"visible": False, "domain": [0, 0.17], "fixedrange": True},
        bargap=0.06,
    )


def _spread(result: PartialDependence) -> Trace:
    middles, widths = _bins(result)
    return {
        "type": "bar",
        "x": middles,
        "y": list(result.shares),
        "width": widths,
        "yaxis": "y2",
        "marker": {"color": FAINT},
        "hovertemplate": f"{text('{share} of the records', share='%{y:.1%}')}<extra></extra>",
    }


def _bins(result: PartialDependence) -> tuple[list[Any], Any]:
    """Middle and width of each bin; of dates the width in milliseconds, as plotly expects."""
    edges = list(result.edges)
    if not _dated(result):
        pairs = [(float(a), float(b)) for a, b in pairwise(edges)]
        return [(a + b) / 2 for a, b in pairs], [0.94 * (b - a) for a, b in pairs]
    moments = [dt.datetime.fromisoformat(str(edge)) for edge in edges]
    middles = [(a + (b - a) / 2).isoformat(timespec="seconds") for a, b in pairwise(moments)]
    return middles, [940 * (b - a).total_seconds() for a, b in pairwise(moments)]


def _dated(result: PartialDependence) -> bool:
    return bool(result.edges) and isinstance(result.edges[0], str)


def _choices(result: PartialDependence, view: View) -> Figure:
    k = view.index
    mean, low, high = result.mean[k], result.low[k], result.high[k]
    rows = list(range(len(mean)))
    means = dots(list(mean), rows, _hover(result, view), size=13, color=view.colour)
    means["error_x"] = whiskers(mean, low, high)
    shares = [
        text("{value} · {share} of records", value=percent(value), share=percent(share))
        for value, share in zip(mean, result.shares, strict=True)
    ]
    top = max(high) or 1.0
    return figure(
        [means],
        height=height_of(len(mean)),
        annotations=names_above(result.names, shares),
        xaxis={"title": {"text": _probability(view)}, "range": [0, 1.05 * top]} | percent_ticks(0, top),
        yaxis=rows_axis(len(mean)),
    )


def say(result: PartialDependence, view: View) -> str:
    """Sentence: values with the lowest and highest mean, and the method."""
    mean = result.mean[view.index]
    low, high = mean.index(min(mean)), mean.index(max(mean))
    records = sample_text(result.rows, view.holdout)
    if result.ordered:
        how = text(
            "Each of {records} was given each value, all else as it is; thin lines are single records. These are the "
            "model's answers, not effects in the world.",
            records=records,
        )
    else:
        how = text(
            "Each of {records} was given each value, all else as it is; thin lines hold the middle {share} of the "
            "records. These are the model's answers, not effects in the world.",
            records=records,
            share=percent(0.8),
        )
    slots = {"feature": result.label, "outcome": view.label}
    if max(mean) - min(mean) < 0.0005:
        return f"{text('{feature} does not move the probability of “{outcome}”.', **slots)} {how}"
    said = text(
        "On average the probability of “{outcome}” is lowest, {lowest}, at {feature} {low}, and highest, {highest}, at "
        "{high}.",
        **slots,
        lowest=percent(mean[low]),
        low=result.names[low],
        highest=percent(mean[high]),
        high=result.names[high],
    )
    return f"{said} {how}"


def _probability(view: View) -> str:
    return text("Probability of “{outcome}”", outcome=view.label)


def rows(result: PartialDependence, view: View) -> Rows:
    """One row a value: the mean, where the middle 80 % lie, and single records."""
    k = view.index
    header = ["value", "mean", "low", "high", *(f"record {number + 1}" for number in range(len(result.lines[k])))]
    columns = [list(result.places if result.ordered else result.names), result.mean[k], result.low[k], result.high[k]]
    return header, [list(cells) for cells in zip(*columns, *result.lines[k], strict=True)]


def _hover(result: PartialDependence, view: View) -> list[str]:
    k = view.index
    return [
        text(
            "{value}<br>{mean} on average<br>{low} to {high} for most",
            value=f"<b>{name}</b>",
            mean=percent(mean),
            low=percent(low),
            high=percent(high),
        )
        for name, mean, low, high in zip(result.names, result.mean[k], result.low[k], result.high[k], strict=True)
    ]


def columns(result: PartialDependence, view: View) -> Columns:
    """Columns for people: the mean, and where the middle 80 % of the records lie."""
    middle = percent(0.8)
    return {
        "value": feature_values(result.axis, result.places),
        "mean": Column(text("Mean probability of “{outcome}”", outcome=view.label), percent),
        "low": Column(text("Middle {share} of the records from", share=middle), percent),
        "high": Column(text("to"), percent),
    }


PLOT = Plot(
    key="dependence",
    question=mark("How does the probability move with its values?"),
    method=mark("Partial dependence"),
    page="insights",
    section="effects",
    result=PartialDependence,
    compute=lambda study: partial_dependence(study.bundle, str(study.options["feature"])),
    draw=draw,
    say=say,
    columns=columns,
    named=("names",),
    revision=2,
    rows=rows,
    needs=PROBABILITIES,
    per_outcome=False,
    options=(feature_choice(),),
)
