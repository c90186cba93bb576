"""Plot of the ROC curve of one outcome: true positive rate against false positive rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ml.metrics.curves import RocCurve, roc
from ml.plots.plot import PROBABILITIES, CutOffMark, Plot, Study, View
from ml.plots.theme import FAINT, figure, note, share_axis
from ml.text.number_words import count, decimal, percent, shortened

if TYPE_CHECKING:
    import plotly.graph_objects as go


def compute(study: Study) -> RocCurve:
    """ROC curve over all cut-offs; OneOutcomeOnly where the hold-out has one side only."""
    return roc(study.answers, study.label)


def draw(result: RocCurve, view: View) -> go.Figure:
    """The curve, the diagonal of guessing, and the point of the estimator's own labels."""
    low = 0.15 if result.own_true_positive_rate < 0.15 else 0.03  # over the words at the point, where it is low
    return figure(
        [_guessing(), _curve(result, view), _own(result, view)],
        height=380,
        margin={"l": 8, "r": 20, "t": 8, "b": 8},
        xaxis=share_axis("False alarms among all others"),
        yaxis=share_axis(f"Share of “{shortened(view.label, 20)}” found"),
        annotations=[
            note(f"<b>AUC {decimal(result.area, 3)}</b>", 0.98, low + 0.07, xanchor="right", font={"size": 17}),
            note("dashed: guessing (0.500)", 0.98, low, xanchor="right", font={"size": 12}),
        ],
    )


def say(result: RocCurve, view: View) -> str:
    """Sentence: the area as ordered pairs, and the estimator's point as recall and false positive rate."""
    return (
        f"Of all pairs of one record with “{view.label}” and one without, the model puts {percent(result.area)} in the "
        f"right order (50\u00a0% would be guessing). The labels that it gives by itself, whatever the cut-off, find "
        f"{percent(result.own_true_positive_rate)} of the {count(result.positive)} {view.records}, and raise a false "
        f"alarm at {percent(result.own_false_positive_rate)} of the {count(result.negative)} others."
    )


def _curve(result: RocCurve, view: View) -> dict[str, Any]:
    cut_offs = ["above every probability" if value is None else percent(value) for value in result.cut_off]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": result.false_positive_rate,
        "y": result.true_positive_rate,
        "line": {"color": view.colour, "width": 2.5},
        "customdata": cut_offs,
        "hovertemplate": "Act from %{customdata}:<br>finds %{y:.1%}<br>false alarms %{x:.1%}<extra></extra>",
    }


def _own(result: RocCurve, view: View) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [result.own_false_positive_rate],
        "y": [result.own_true_positive_rate],
        "text": ["its own labels"],
        # Below the point, away from the curve; at the lower edge beside it, off the axis.
        "textposition": f"{'middle' if result.own_true_positive_rate < 0.06 else 'bottom'} "
        f"{'right' if result.own_false_positive_rate < 0.6 else 'left'}",
        "marker": {"size": 11, "color": view.colour, "line": {"width": 2, "color": "#ffffff"}},
        "cliponaxis": False,
        "hovertemplate": "The model's own labels:<br>finds %{y:.1%}<br>false alarms %{x:.1%}<extra></extra>",
    }


def _guessing() -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [0, 1],
        "y": [0, 1],
        "line": {"color": FAINT, "width": 1.5, "dash": "dash"},
        "hoverinfo": "skip",
    }


PLOT = Plot(
    key="roc",
    question="How well are records told apart, at any cut-off?",
    method="ROC curve",
    page="performance",
    result=RocCurve,
    compute=compute,
    draw=draw,
    say=say,
    needs=PROBABILITIES,
    mark=CutOffMark("false_positive_rate", "recall"),
)
