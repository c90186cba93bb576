"""Plot of the distribution of a feature with and without the outcome."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ml.insights.distribution import Distribution, distribution
from ml.plots.plot import Plot, Rows, Study, View
from ml.plots.row_layout import ROW, names_above, rows_axis
from ml.plots.shared_options import feature_choice
from ml.plots.theme import FAINT, INK, figure, note, percent_ticks
from ml.text.number_words import count, percent

if TYPE_CHECKING:
    import plotly.graph_objects as go


def compute(study: Study) -> Distribution:
    """The distribution of the chosen feature, split by the truth."""
    return distribution(study.bundle, str(study.options["feature"]), study.answers)


def draw(result: Distribution, view: View) -> go.Figure:
    """Shares of both sides: steps over a number or date, pairs of bars for choices."""
    return _steps(result, view) if result.ordered else _pairs(result, view)


def _steps(result: Distribution, view: View) -> go.Figure:
    edges = list(result.edges)
    key = note(
        f"<span style='color:{view.colour}'>■</span> with “{view.label}”   <span style='color:{INK}'>■</span> without",
        1, 1, xref="paper", yref="paper", xanchor="right", yanchor="bottom",
    )  # fmt: skip
    traces = [_step(edges, result.negative, FAINT, "without"), _step(edges, result.positive, view.colour, "with")]
    top = max(*result.negative, *result.positive, 1e-6)
    dated = {"type": "date"} if isinstance(edges[0], str) else {}
    return figure(
        traces,
        height=350,
        margin={"l": 8, "r": 8, "t": 30, "b": 8},
        annotations=[key],
        xaxis={"title": {"text": result.axis}} | dated,
        yaxis={"title": {"text": "Share of the records"}, "range": [0, 1.05 * top]} | percent_ticks(0, top),
    )


def _step(edges: list[Any], shares: Any, colour: str, side: str) -> dict[str, Any]:
    # The last share is drawn to the last edge.
    return {
        "type": "scatter",
        "mode": "lines",
        "x": edges,
        "y": [*shares, shares[-1]],
        "customdata": [percent(share) for share in (*shares, shares[-1])],
        "line": {"color": colour, "width": 2, "shape": "hv"},
        "fill": "tozeroy",
        "hovertemplate": f"from %{{x}}: %{{customdata}} of those {side}<extra></extra>",
    }


def _pairs(result: Distribution, view: View) -> go.Figure:
    places = list(range(len(result.names)))
    sides = [(result.positive, view.colour, 0.11, "with"), (result.negative, FAINT, 0.31, "without")]
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "x": list(shares),
            "customdata": [percent(share) for share in shares],
            "y": [place + shift for place in places],
            "width": 0.18,
            "marker": {"color": colour},
            "hovertemplate": f"%{{customdata}} of those {side}<extra></extra>",
        }
        for shares, colour, shift, side in sides
    ]
    texts = [f"{percent(a)} · {percent(b)}" for a, b in zip(result.positive, result.negative, strict=True)]
    key = note(
        f"<span style='color:{view.colour}'>■</span> with “{view.label}”   <span style='color:{INK}'>■</span> without",
        1, 1, xref="paper", yref="paper", xanchor="right", yanchor="bottom",
    )  # fmt: skip
    top = max(*result.negative, *result.positive, 1e-6)
    return figure(
        bars,
        height=100 + (ROW + 8) * len(places),
        margin={"l": 8, "r": 8, "t": 30, "b": 8},
        annotations=[*names_above(result.names, texts), key],
        xaxis={"title": {"text": "Share of the records"}, "range": [0, 1.05 * top]} | percent_ticks(0, top),
        yaxis=rows_axis(len(places)),
    )


def say(result: Distribution, view: View) -> str:
    """Sentence: difference between both sides, and missing values."""
    with_it, without = result.records_positive, result.records_negative
    if not with_it or not without:
        only = "every record has" if with_it else "no record has"
        return f"In this hold-out {only} “{view.label}”: there is nothing to compare {result.label} with."
    apart = sum(abs(a - b) for a, b in zip(result.positive, result.negative, strict=True))
    apart = (apart + abs(result.missing_positive - result.missing_negative)) / 2
    gaps = ""
    if result.missing_positive or result.missing_negative:
        gaps = (
            f" {result.label} is missing in {percent(result.missing_positive)} of the records with it and in "
            f"{percent(result.missing_negative)} of those without."
        )
    ends = " What lies far out counts at the ends." if result.ordered else ""
    return (
        f"The {count(with_it)} records with “{view.label}” and the {count(without)} without overlap by "
        f"{percent(max(0.0, 1 - apart))} in {result.label}: 100\u00a0% would be no difference at all.{gaps}{ends}"
    )


def rows(result: Distribution, _view: View) -> Rows:
    """One row a group of values; the missing ones last."""
    edges = [str(edge) for edge in result.edges]
    names = list(result.names) or [f"{low} to {high}" for low, high in pairwise(edges)]
    body = [list(cells) for cells in zip(names, result.positive, result.negative, strict=True)]
    return [result.label, "with", "without"], [*body, ["missing", result.missing_positive, result.missing_negative]]


PLOT = Plot(
    key="distribution",
    question="Do records with the outcome have other values?",
    method="Distribution of a feature",
    page="insights",
    section="data",
    result=Distribution,
    compute=compute,
    draw=draw,
    say=say,
    rows=rows,
    options=(feature_choice(),),
)
