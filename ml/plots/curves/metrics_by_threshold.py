"""Plot of precision, recall and the share acted on by cut-off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ml.data.array_types import OptionalFloats
from ml.metrics.threshold_plots import MetricsByThreshold, metrics_by_threshold
from ml.metrics.threshold_table import threshold_table_of
from ml.plots.palette import COLOURS
from ml.plots.plot import PROBABILITIES, CutOffMark, Plot, Study, View
from ml.plots.theme import ON_PAPER, figure, note, share_axis
from ml.text.number_words import decimal, percent

if TYPE_CHECKING:
    import plotly.graph_objects as go


Line = tuple[str, OptionalFloats, str, str]  # name, values, colour, dash
NAMED_FROM, NAMED_TO = 0.12, 0.88  # of the axis: names stay inside
NAME_WIDTH, NAME_HEIGHT = 0.5, 0.09  # of the axes, on a phone
STROKES = {"solid": "━━", "dash": "━ ━", "dot": "┅┅"}


def compute(study: Study) -> MetricsByThreshold:
    """From the threshold table; OneOutcomeOnly where the hold-out has one side only."""
    return metrics_by_threshold(threshold_table_of(study.bundle, study.outcome))


def draw(result: MetricsByThreshold, view: View) -> go.Figure:
    """Three lines that differ in colour and stroke, each with its name where it is farthest from the others."""
    others = [colour for colour in COLOURS[:3] if colour != view.colour]
    lines = (
        ("Precision", result.precision, view.colour, "solid"),
        ("Recall", result.recall, others[0], "dash"),
        ("Acted on", result.selected, others[1], "dot"),
    )
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": result.cut_off,
            "y": values,
            # Between the previous cut-off and this one, decisions are those at this one.
            "line": {"color": colour, "width": 2.5, "dash": dash, "shape": "vh"},
            "hovertemplate": f"Act from %{{x:.1%}}:<br>{name.lower()} %{{y:.1%}}<extra></extra>",
        }
        for name, values, colour, dash in lines
    ]
    return figure(
        traces,
        height=400,
        margin={"l": 8, "r": 20, "t": 8, "b": 8},
        annotations=_names(result, lines),
        xaxis=share_axis("Cut-off: act from this probability", result.reach),
        yaxis=share_axis("Share"),
    )


def _names(result: MetricsByThreshold, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The name of each line on it, behind a piece of its stroke, where the others are farthest away."""
    columns = np.array([[np.inf if value is None else value for value in values] for _, values, *_ in lines])
    cuts = np.array(result.cut_off)
    inside = (cuts >= NAMED_FROM * result.reach) & (cuts <= NAMED_TO * result.reach)
    found: list[dict[str, Any]] = []
    for at, (name, values, colour, dash) in enumerate(lines):
        others = np.delete(columns, at, axis=0)
        known = inside & np.isfinite(columns[at])
        own = np.where(known, columns[at], 0.0)
        for each in found:  # names do not cover each other
            beside = np.abs(cuts - each["x"]) >= NAME_WIDTH * result.reach
            known &= beside | (np.abs(own - each["y"]) >= NAME_HEIGHT)
        place = int(np.argmax(np.where(known, np.abs(others - own).min(axis=0), -1.0)))
        text = f"<span style='color:{colour}'>{STROKES[dash]}</span> {name}"
        found.append(note(text, float(cuts[place]), values[place] or 0.0, **ON_PAPER))
    return found


def say(result: MetricsByThreshold, view: View) -> str:
    """Sentence: the cut-off with the highest F1, and the measures there."""
    return (
        f"A lower cut-off finds more and is wrong more often. Precision and recall are best together (F1 "
        f"{decimal(result.best_f1, 2)}) when acting from {percent(result.best)}: that finds "
        f"{percent(result.best_recall)} of "
        f"the {view.records}, {percent(result.best_precision)} of those acted on have it, and "
        f"{percent(result.best_selected)} of all records are acted on."
    )


PLOT = Plot(
    key="threshold",
    question="What changes as the cut-off moves?",
    method="Precision, recall and share acted on, by cut-off",
    page="performance",
    result=MetricsByThreshold,
    compute=compute,
    draw=draw,
    say=say,
    needs=PROBABILITIES,
    revision=2,
    mark=CutOffMark("cut_off"),
)
