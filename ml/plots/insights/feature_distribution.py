"""Plot ``distribution``: distribution of a feature with and without the outcome."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from ml.insights.distribution import Distribution, distribution
from ml.plots.columns import Column, Columns, feature_values
from ml.plots.plot import Plot, Rows, View
from ml.plots.row_layout import ROW, names_above, rows_axis
from ml.plots.shared_options import feature_choice
from ml.plots.theme import FAINT, INK, Figure, figure, note, percent_ticks
from ml.plots.traces import line
from ml.text.number_words import count, percent
from ml.translation import mark, text


def draw(result: Distribution, view: View) -> Figure:
    """Shares of both sides: steps over a number or date, pairs of bars for choices."""
    return _steps(result, view) if result.ordered else _pairs(result, view)


def _steps(result: Distribution, view: View) -> Figure:
    edges = list(result.edges)
    key = _key(view)
    hover = text("from {start}: {share} of those without", start="%{x}", share="%{customdata}")
    hover_with = text("from {start}: {share} of those with", start="%{x}", share="%{customdata}")
    traces = [_step(edges, result.negative, FAINT, hover), _step(edges, result.positive, view.colour, hover_with)]
    top = max(*result.negative, *result.positive, 1e-6)
    dated = {"type": "date"} if isinstance(edges[0], str) else {}
    return figure(
        traces,
        height=350,
        margin={"l": 8, "r": 8, "t": 30, "b": 8},
        annotations=[key],
        xaxis={"title": {"text": result.axis}} | dated,
        yaxis={"title": {"text": text("Share of the records")}, "range": [0, 1.05 * top]} | percent_ticks(0, top),
    )


def _step(edges: list[Any], shares: Any, colour: str, hover: str) -> dict[str, Any]:
    # The last share is drawn to the last edge.
    heights = [*shares, shares[-1]]
    words = [percent(share) for share in heights]
    style = {"shape": "hv", "fill": "tozeroy", "customdata": words, "hovertemplate": f"{hover}<extra></extra>"}
    return line(edges, heights, colour, width=2, **style)


def _pairs(result: Distribution, view: View) -> Figure:
    places = list(range(len(result.names)))
    hover = text("{share} of those with", share="%{customdata}")
    hover_without = text("{share} of those without", share="%{customdata}")
    sides = [(result.positive, view.colour, 0.11, hover), (result.negative, FAINT, 0.31, hover_without)]
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "x": list(shares),
            "customdata": [percent(share) for share in shares],
            "y": [place + shift for place in places],
            "width": 0.18,
            "marker": {"color": colour},
            "hovertemplate": f"{hover}<extra></extra>",
        }
        for shares, colour, shift, hover in sides
    ]
    texts = [f"{percent(a)} · {percent(b)}" for a, b in zip(result.positive, result.negative, strict=True)]
    key = _key(view)
    top = max(*result.negative, *result.positive, 1e-6)
    return figure(
        bars,
        height=100 + (ROW + 8) * len(places),
        margin={"l": 8, "r": 8, "t": 30, "b": 8},
        annotations=[*names_above(result.names, texts), key],
        xaxis={"title": {"text": text("Share of the records")}, "range": [0, 1.05 * top]} | percent_ticks(0, top),
        yaxis=rows_axis(len(places)),
    )


def _key(view: View) -> dict[str, Any]:
    own, others = (f"<span style='color:{colour}'>■</span>" for colour in (view.colour, INK))
    words = text("{own} with “{outcome}”   {others} without", own=own, others=others, outcome=view.label)
    return note(words, 1, 1, xref="paper", yref="paper", xanchor="right", yanchor="bottom")


def say(result: Distribution, view: View) -> str:
    """Sentence: difference between both sides, and missing values."""
    with_it, without = result.records_positive, result.records_negative
    names = {"outcome": view.label, "feature": result.label}
    if not without:
        return text(
            "In this hold-out every record has “{outcome}”: there is nothing to compare {feature} with.", **names
        )
    if not with_it:
        return text("In this hold-out no record has “{outcome}”: there is nothing to compare {feature} with.", **names)
    apart = sum(abs(a - b) for a, b in zip(result.positive, result.negative, strict=True))
    apart = (apart + abs(result.missing_positive - result.missing_negative)) / 2
    said = [
        text(
            "The {with_it} records with “{outcome}” and the {without} without overlap by {share} in {feature}: {whole} "
            "would be no difference at all.",
            **names,
            with_it=count(with_it),
            without=count(without),
            share=percent(max(0.0, 1 - apart)),
            whole=percent(1),
        )
    ]
    if result.missing_positive or result.missing_negative:
        said.append(
            text(
                "{feature} is missing in {share} of the records with it and in {other} of those without.",
                feature=result.label,
                share=percent(result.missing_positive),
                other=percent(result.missing_negative),
            )
        )
    if result.ordered:
        said.append(text("What lies far out counts at the ends."))
    return " ".join(said)


def rows(result: Distribution, _view: View) -> Rows:
    """One row a group of values, from one edge to the next where they are numbers or dates; the missing ones last."""
    groups: list[list[Any]] = [[*ends] for ends in pairwise(result.edges)] or [[name] for name in result.names]
    groups.append([None] * (2 if result.ordered else 1))
    positive = (*result.positive, result.missing_positive)
    negative = (*result.negative, result.missing_negative)
    body = [[*group, *shares] for group, *shares in zip(groups, positive, negative, strict=True)]
    return [result.label, *(["up to"] if result.ordered else []), "with", "without"], body


def columns(result: Distribution, view: View) -> Columns:
    """Columns of the table beside the figure: headings and formats."""
    starts = text("{feature}: from", feature=result.axis) if result.ordered else result.label
    ends = {"up to": feature_values(text("to"), result.edges)} if result.ordered else {}
    return {
        result.label: feature_values(starts, result.edges, text("not known")),
        **ends,
        "with": Column(text("Share of those with “{outcome}”", outcome=view.label), percent),
        "without": Column(text("Share of those without"), percent),
    }


PLOT = Plot(
    key="distribution",
    question=mark("Do records with the outcome have other values?"),
    method=mark("Distribution of a feature"),
    page="insights",
    section="data",
    result=Distribution,
    compute=lambda study: distribution(study.bundle, str(study.options["feature"]), study.answers),
    draw=draw,
    say=say,
    columns=columns,
    named=("names",),
    revision=2,
    rows=rows,
    options=(feature_choice(),),
)
