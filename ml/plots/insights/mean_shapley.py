"""Plot ``contributions``: global Shapley values, the mean absolute contribution of each feature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.errors import NothingToShow
from ml.insights.global_shapley import global_shapley_of
from ml.metrics.intervals import WIDTH
from ml.plots.columns import Column, Columns, points
from ml.plots.plot import PROBABILITIES, Plot, Rows, Study, View
from ml.plots.row_layout import height_of, names_above, rows_axis
from ml.plots.theme import INK, Figure, figure
from ml.plots.traces import row_bars
from ml.text.number_words import percent, sample_text
from ml.text.words import points_text, unsure
from ml.translation import mark, text

MOST_SHOWN = 20


@dataclass(frozen=True)
class MeanShapley:
    """Mean absolute contribution of p features to k outcomes."""

    features: Sequence[str]
    """Labels, in schema order. Length p."""
    size: Sequence[Sequence[float]]
    """Mean over the records of the contribution without its sign, as a difference of probability. Shape (k, p)."""
    error: Sequence[Sequence[float]]
    """Standard error, from the draw of records and of walks. Shape (k, p)."""
    base: Sequence[float]
    """The mean prediction from which contributions start. Length k."""
    records: int


def compute(study: Study) -> MeanShapley:
    """Mean absolute contribution of every feature, for all outcomes; NothingToShow where one record is all there is."""
    shapley = global_shapley_of(study.bundle)
    if len(shapley.values) < 2:
        raise NothingToShow(
            text("The hold-out has one record, and a mean over one says nothing."),
            text("Add the model with more rows that it did not learn from."),
        )
    labels = [feature.label for feature in study.bundle.schema.features]
    each = np.abs(shapley.values)
    size, error = each.mean(axis=0).T, each.std(axis=0, ddof=1).T / np.sqrt(len(each))
    return MeanShapley(labels, size.tolist(), error.tolist(), shapley.base.tolist(), len(shapley.rows))


def draw(result: MeanShapley, view: View) -> Figure:
    """A bar a feature, the largest on top."""
    largest = ranked(result, view)
    points = [100 * size for _, size, _ in largest]
    wide = [100 * WIDTH * error for *_, error in largest]
    words = [
        f"<b>{name}</b><br>{_average(100 * size)} {unsure(100 * size, 100 * error)}".rstrip()
        for name, size, error in largest
    ]
    errors = {"array": wide, "color": INK, "thickness": 1.5, "width": 4}
    return figure(
        [row_bars(points, view.colour, words, error_x=errors)],
        height=height_of(len(points)),
        annotations=names_above([name for name, *_ in largest], [points_text(value) for value in points]),
        xaxis={"title": {"text": text("Mean contribution, percentage points")}, "nticks": 6}
        | {"range": [0, 1.05 * max(1e-9, *(value + more for value, more in zip(points, wide, strict=True)))]},
        yaxis=rows_axis(len(points)),
    )


def say(result: MeanShapley, view: View) -> str:
    """Sentence: the feature with the largest contributions, their base, and the difference to importance."""
    name, size, error = ranked(result, view)[0]
    if 100 * size < 0.05:
        return text(
            "No feature moves the probability of “{outcome}”: the model gives all records the same.", outcome=view.label
        )
    surely = unsure(100 * size, 100 * error)
    slots = {"feature": name, "outcome": view.label, "points": points_text(100 * size)}
    slots["base"] = percent(result.base[view.index])
    if surely:
        most = text(
            "{feature} moves the probability of “{outcome}” most: by {points} on average ({error}), up or down from "
            "{base}.",
            **slots,
            error=surely,
        )
    else:
        most = text(
            "{feature} moves the probability of “{outcome}” most: by {points} on average, up or down from {base}.",
            **slots,
        )
    over = text(
        "Over {records}, the same contributions as behind a single prediction, with their {level} intervals. They say "
        "what the model uses; importance what it would lose.",
        records=sample_text(result.records, view.holdout),
        level=percent(0.95),
    )
    return f"{most} {over}"


def _average(points: float) -> str:
    return text("{points} on average", points=points_text(points))


def ranked(result: MeanShapley, view: View) -> list[tuple[str, float, float]]:
    """Label, size and its standard error of the shown features, the largest first."""
    return _sorted(result, view)[:MOST_SHOWN]


def _sorted(result: MeanShapley, view: View) -> list[tuple[str, float, float]]:
    features = zip(result.features, result.size[view.index], result.error[view.index], strict=True)
    return sorted(features, key=lambda one: -one[1])


def rows(result: MeanShapley, view: View) -> Rows:
    """One row a feature, the largest first."""
    return ["feature", "mean absolute contribution", "standard error"], [list(one) for one in _sorted(result, view)]


def columns(_result: MeanShapley, _view: View) -> Columns:
    """Columns of the table beside the figure: headings and formats."""
    return {
        "feature": Column(text("Feature")),
        "mean absolute contribution": points(text("Mean contribution")),
        "standard error": points(text("Standard error")),
    }


PLOT = Plot(
    key="contributions",
    question=mark("How far does each feature move the scores?"),
    method=mark("Mean contribution (Shapley values)"),
    page="insights",
    section="features",
    result=MeanShapley,
    compute=compute,
    draw=draw,
    say=say,
    columns=columns,
    ranked=True,
    rows=rows,
    needs=PROBABILITIES,
    per_outcome=False,
    revision=2,
)
