"""Plot of the precision-recall curve of one outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ml.metrics.curves import PrecisionRecall, precision_recall, reach
from ml.plots.plot import PROBABILITIES, CutOffMark, Plot, Study, View
from ml.plots.theme import FAINT, figure, note, share_axis
from ml.text.number_words import count, decimal, percent, shortened

if TYPE_CHECKING:
    import plotly.graph_objects as go


def compute(study: Study) -> PrecisionRecall:
    """Precision-recall curve over all cut-offs; OneOutcomeOnly where the hold-out has one side only."""
    return precision_recall(study.answers, study.label)


def draw(result: PrecisionRecall, view: View) -> go.Figure:
    """The curve in steps, and the base rate."""
    rate = result.positive / (result.positive + result.negative)
    level = {
        "type": "scatter",
        "mode": "lines",
        "x": [0, 1],
        "y": [rate, rate],
        "line": {"color": FAINT, "width": 1.5, "dash": "dash"},
        "hoverinfo": "skip",
    }
    curve = {
        "type": "scatter",
        "mode": "lines",
        "x": result.recall,
        "y": result.precision,
        # Steps as average precision counts them: each rise of recall at the precision reached with it.
        "line": {"color": view.colour, "width": 2.5, "shape": "vh"},
        "customdata": [percent(value) for value in result.cut_off],
        "hovertemplate": "Act from %{customdata}:<br>right in %{y:.1%}<br>finds %{x:.1%}<extra></extra>",
    }
    end = reach(np.array(result.precision))
    # Where the curve leaves room: above it, or below it and the dashed line.
    above = result.average_precision < 0.5 * end
    x, anchor, y = (0.98, "right", 0.9) if above else (0.02, "left", 0.1 if rate > 0.2 else 0.3)
    return figure(
        [level, curve],
        height=380,
        margin={"l": 8, "r": 20, "t": 8, "b": 8},
        xaxis=share_axis(f"Recall: share of “{shortened(view.label, 16)}” found"),
        yaxis=share_axis("Precision: share that is right", end),
        annotations=[
            note(f"<b>AP {decimal(result.average_precision, 3)}</b>", x, y * end, xanchor=anchor, font={"size": 17}),
            note(f"dashed: base rate ({percent(rate)})", x, (y - 0.07) * end, xanchor=anchor, font={"size": 12}),
        ],
    )


def say(result: PrecisionRecall, view: View) -> str:
    """Sentence: average precision against the base rate, and precision at a recall of one half."""
    rate = result.positive / (result.positive + result.negative)
    at = next(at for at, recall in enumerate(result.recall) if recall >= 0.5)
    return (
        f"To find half of the {count(result.positive)} {view.records}, act from {percent(result.cut_off[at])}: "
        f"{percent(result.precision[at])} of those acted on have it. Picked at random, {percent(rate)} would. "
        f"Over all cut-offs the average precision is {decimal(result.average_precision, 3)}."
    )


PLOT = Plot(
    key="precision-recall",
    question="What does finding more cost in being right?",
    method="Precision and recall",
    page="performance",
    result=PrecisionRecall,
    compute=compute,
    draw=draw,
    say=say,
    needs=PROBABILITIES,
    mark=CutOffMark("recall", "precision"),
)
