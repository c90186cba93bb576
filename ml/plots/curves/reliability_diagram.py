"""Reliability diagram: calibration of one outcome's probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ml.metrics.calibration import Calibration, calibration
from ml.metrics.curves import reach
from ml.plots.plot import PROBABILITIES, CutOffMark, Plot, Study, View
from ml.plots.theme import FAINT, ON_PAPER, faded, figure, note, share_axis
from ml.text.number_words import count, percent, shortened

if TYPE_CHECKING:
    import plotly.graph_objects as go


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
    """Sentence: mean probability and share of the outcome, and the groups that differ beyond chance."""
    off = [
        at
        for at, (said, low, high) in enumerate(zip(result.said, result.low, result.high, strict=True))
        if not low <= said <= high
    ]
    mean = (
        f"On average the model says {percent(result.mean_said)} for “{view.label}”, and {percent(result.mean_came)} of "
        "the records have it. "
    )
    if not off:
        return mean + f"{_groups(result)} no group of like probability differs from what it says by more than chance."
    worst = max(off, key=lambda at: abs(result.said[at] - result.came[at]))
    lie = "lies" if len(off) == 1 else "lie"
    return (
        f"{mean}{_groups(result)} {len(off)} {lie} off by more than chance; farthest where it "
        f"says {percent(result.said[worst])} and {percent(result.came[worst])} have it "
        f"({percent(result.low[worst])} to {percent(result.high[worst])})."
    )


def rows(result: Calibration, _: View) -> tuple[list[str], list[list[Any]]]:
    """The groups as a table."""
    columns = (result.said, result.came, result.low, result.high, result.records)
    return ["said", "came", "low", "high", "records"], [list(row) for row in zip(*columns, strict=True)]


def _groups(result: Calibration) -> str:
    return f"Of {len(result.said)} groups," if len(result.said) > 1 else "Of one group,"


PLOT = Plot(
    key="calibration",
    title="Calibration",
    question="Do the probabilities mean what they say?",
    page="performance",
    result=Calibration,
    compute=compute,
    draw=draw,
    say=say,
    needs=PROBABILITIES,
    revision=2,
    mark=CutOffMark("cut_off"),
    rows=rows,
)
