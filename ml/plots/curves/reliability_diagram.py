"""Reliability diagram: calibration of one outcome's probabilities."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from ml.metrics.calibration import GROUPS, Calibration, calibration
from ml.metrics.curves import reach
from ml.metrics.recalibration.check import CalibrationCheck
from ml.plots.plot import PROBABILITIES, CutOffMark, Plot, Study, View
from ml.plots.theme import FAINT, ON_PAPER, faded, figure, note, share_axis
from ml.text.number_words import count, decimal, p_value_text, percent, shortened
from ml.text.words import points_text

if TYPE_CHECKING:
    import plotly.graph_objects as go

LEVEL = 0.05  # of the test that the sentence follows


def compute(study: Study) -> Calibration:
    """Calibration by groups of similar probability; OneOutcomeOnly where the hold-out has one side only."""
    return calibration(study.answers, study.label)


def draw(result: Calibration, view: View) -> go.Figure:
    """Each group's share with its interval over the diagonal, and the histogram of the probabilities below."""
    end = result.edges[-1]
    top = reach(np.array([end, *result.high]))
    diagonal = {
        "type": "scatter",
        "mode": "lines",
        "x": [0, end],
        "y": [0, end],
        "line": {"color": FAINT, "width": 1.5, "dash": "dash"},
        "hoverinfo": "skip",
    }
    points = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": result.said,
        "y": result.came,
        "line": {"color": view.colour, "width": 1.5},
        "marker": {"size": 8},
        "error_y": {
            "array": [high - came for high, came in zip(result.high, result.came, strict=True)],
            "arrayminus": [came - low for low, came in zip(result.low, result.came, strict=True)],
            "thickness": 1.5,
            "width": 4,
        },
        "customdata": [count(records) for records in result.records],
        "hovertemplate": "Says %{x:.1%}, came true in %{y:.1%}<br>%{customdata} records<extra></extra>",
    }
    spread = {
        "type": "bar",
        "x": result.edges[:-1],
        "y": result.spread,
        "offset": 0,
        "width": [end - start for start, end in zip(result.edges, result.edges[1:], strict=False)],
        "marker": {"color": faded(view.colour, 0.45)},
        "yaxis": "y2",
        "customdata": [percent(end) for end in result.edges[1:]],
        "hovertemplate": "%{x:.3~%} to %{customdata}:<br>%{y:.1%} of all records<extra></extra>",
    }
    return figure(
        [diagonal, points, spread],
        height=460,
        margin={"l": 8, "r": 20, "t": 8, "b": 8},
        bargap=0.1,
        xaxis=share_axis(f"Probability of “{shortened(view.label, 18)}”", end, anchor="y2"),
        yaxis=share_axis("Share that came true", top, domain=[0.3, 1]),
        yaxis2={"domain": [0, 0.2], "visible": False, "rangemode": "tozero"},
        annotations=[
            note("how many records", 1, 0.2, xref="paper", yref="paper", xanchor="right", font={"size": 12}, **ON_PAPER)
        ],
    )


def say(result: Calibration, view: View) -> str:
    """Sentence: mean probability and share of the outcome, the verdict of the one test, and how far they are off."""
    mean = (
        f"On average the model says {percent(result.mean_said)} for “{view.label}”, and {percent(result.mean_came)} of "
        "the records have it. "
    )
    test = f"one test of all probabilities, {p_value_text(result.p_value)}"
    if result.p_value > LEVEL:
        return f"{mean}No more than chance speaks against its probabilities ({test}). {_off(result)}"
    return (
        f"{mean}The probabilities do not mean what they say, beyond chance ({test}): {how_off(result)}. {_off(result)}"
    )


def how_off(result: Calibration) -> str:
    """Words for the ways in which the probabilities are off: of which the intervals are sure, else the worst group."""
    found = []
    numbers = f"{count(round(result.expected))} expected, {count(round(result.actual))} came"
    if result.intercept_high < 0:
        found.append(f"the model promises too much ({numbers})")
    elif result.intercept_low > 0:
        found.append(f"the model promises too little ({numbers})")
    if result.slope_high is not None and result.slope_low is not None:
        slope = f"slope {_range(result.slope or 0.0, result.slope_low, result.slope_high)}; 1 is right"
        if result.slope_high < 1:
            found.append(f"it is too sure of itself: high probabilities are too high and low ones too low ({slope})")
        elif result.slope_low > 1:
            found.append(f"it is too cautious: high probabilities could be higher and low ones lower ({slope})")
    worst = max(range(len(result.said)), key=lambda at: _sure(result, at))
    where = f"it says {percent(result.said[worst])} and {percent(result.came[worst])} have it"
    return "; ".join(found) + f"; clearest where {where}" if found else f"clearest where {where}"


def _sure(result: Calibration, at: int) -> float:
    """Distance of a group, in half widths of its interval on that side."""
    said, came = result.said[at], result.came[at]
    return abs(said - came) / max(came - result.low[at] if said < came else result.high[at] - came, 1e-12)


def _off(result: Calibration) -> str:
    """Words for the expected calibration error."""
    error, high = points_text(100 * result.error), points_text(100 * result.error_high)
    low = points_text(100 * result.error_low).split(" ")[0]
    groups = "over ten groups" if len(result.said) == GROUPS else f"over {count(len(result.said))} groups"
    over = groups if len(result.said) > 1 else "over all records"
    return f"They are off by {error} on average {over} (95 %: {low} to {high})."


def _range(value: float, low: float, high: float) -> str:
    return f"{decimal(value, 2)}, {decimal(low, 2)} to {decimal(high, 2)}"


def rows(result: Calibration, _: View) -> tuple[list[str], list[list[Any]]]:
    """The groups as a table, with the check of all probabilities on every row."""
    columns = (result.said, result.came, result.low, result.high, result.records)
    check = {each.name: getattr(result, each.name) for each in fields(CalibrationCheck)}
    header = ["said", "came", "low", "high", "records", *check]
    return header, [[*row, *check.values()] for row in zip(*columns, strict=True)]


PLOT = Plot(
    key="calibration",
    question="Do the probabilities mean what they say?",
    method="Calibration",
    page="performance",
    result=Calibration,
    compute=compute,
    draw=draw,
    say=say,
    needs=PROBABILITIES,
    revision=3,
    mark=CutOffMark("cut_off"),
    rows=rows,
)
