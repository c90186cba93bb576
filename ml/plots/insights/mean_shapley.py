"""Plot of global Shapley values: mean absolute contribution of each feature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ml.insights.global_shapley import global_shapley_of
from ml.plots.plot import PROBABILITIES, Plot, Rows, Study, View
from ml.plots.row_layout import height_of, names_above, rows_axis
from ml.plots.theme import figure
from ml.text.number_words import percent, sample_text
from ml.text.words import points_text

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST_SHOWN = 20


@dataclass(frozen=True)
class MeanShapley:
    """Mean absolute contribution of p features to k outcomes.

    Attributes
    ----------
    features : sequence of str, length p
        Labels, in schema order.
    size : sequence of sequences of float, shape (k, p)
        Mean over the records of the contribution without its sign, as a difference of probability.
    base : sequence of float, length k
        The mean prediction from which contributions start.
    records : int
    """

    features: Sequence[str]
    size: Sequence[Sequence[float]]
    base: Sequence[float]
    records: int


def compute(study: Study) -> MeanShapley:
    """Mean absolute contribution of every feature, for all outcomes."""
    found = global_shapley_of(study.bundle)
    labels = [feature.label for feature in study.bundle.schema.features]
    size = np.abs(found.values).mean(axis=0).T
    return MeanShapley(labels, size.tolist(), found.base.tolist(), len(found.rows))


def draw(result: MeanShapley, view: View) -> go.Figure:
    """A bar a feature, the largest on top."""
    largest = ranked(result, view)
    points = [100 * size for _, size in largest]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": points,
        "y": list(range(len(points))),
        "width": 0.34,
        "marker": {"color": view.colour, "cornerradius": 3},
        "hovertext": [f"<b>{name}</b><br>{points_text(100 * size)} on average" for name, size in largest],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    return figure(
        [bars],
        height=height_of(len(points)),
        annotations=names_above([name for name, _ in largest], [points_text(value) for value in points]),
        xaxis={"title": {"text": "Mean contribution, percentage points"}, "range": [0, 1.05 * max(points[0], 1e-9)]}
        | {"nticks": 6},
        yaxis=rows_axis(len(points)),
    )


def say(result: MeanShapley, view: View) -> str:
    """Sentence: the feature with the largest contributions, their base, and the difference to importance."""
    name, size = ranked(result, view)[0]
    if 100 * size < 0.05:
        return f"No feature moves the probability of “{view.label}”: the model gives all records the same."
    return (
        f"{name} moves the probability of “{view.label}” most: by {points_text(100 * size)} on average, up or down "
        f"from {percent(result.base[view.index])}. Over {sample_text(result.records, view.holdout)}, the same "
        f"contributions as behind a single prediction. They say what the model uses; importance what it would lose."
    )


def ranked(result: MeanShapley, view: View) -> list[tuple[str, float]]:
    """Label and size of the shown features, the largest first."""
    pairs = zip(result.features, result.size[view.index], strict=True)
    return sorted(pairs, key=lambda pair: -pair[1])[:MOST_SHOWN]


def rows(result: MeanShapley, view: View) -> Rows:
    """One row a feature."""
    pairs = zip(result.features, result.size[view.index], strict=True)
    return ["feature", "mean absolute contribution"], [list(pair) for pair in pairs]


PLOT = Plot(
    key="contributions",
    title="Mean contribution",
    question="How far does each feature move the scores?",
    page="insights",
    result=MeanShapley,
    compute=compute,
    draw=draw,
    say=say,
    rows=rows,
    needs=PROBABILITIES,
    per_outcome=False,
)
