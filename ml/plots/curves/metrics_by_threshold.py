"""Plot of precision, recall and the share acted on by cut-off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml.metrics.threshold_plots import MetricsByThreshold, metrics_by_threshold
from ml.metrics.threshold_table import threshold_table_of
from ml.plots.plot import PROBABILITIES, CutOffMark, Plot, Study, View
from ml.plots.theme import INK, figure, legend_on_top, share_axis
from ml.text.number_words import decimal, percent

if TYPE_CHECKING:
    import plotly.graph_objects as go


def compute(study: Study) -> MetricsByThreshold:
    """From the threshold table; OneOutcomeOnly where the hold-out has one side only."""
    return metrics_by_threshold(threshold_table_of(study.bundle, study.outcome))


def draw(result: MetricsByThreshold, view: View) -> go.Figure:
    """Three lines that differ in stroke and colour."""
    lines = (
        ("Precision", result.precision, view.colour, "solid"),
        ("Recall", result.recall, INK, "solid"),
        ("Acted on", result.selected, INK, "dot"),
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
        xaxis=share_axis("Cut-off: act from this probability", result.reach),
        yaxis=share_axis("Share"),
        **legend_on_top(),
    )


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
