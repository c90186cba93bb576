"""Plot ``beeswarm``: Shapley values of the strongest features, record by record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ml.data.columns import as_floats, take, values_of
from ml.insights.global_shapley import global_shapley_of
from ml.plots.columns import Column, Columns, contribution
from ml.plots.plot import PROBABILITIES, Plot, Rows, Study, View
from ml.plots.row_layout import names_above, rows_axis
from ml.plots.theme import FAINT, INK, Figure, figure, note
from ml.plots.traces import pointed_at
from ml.text.number_words import count
from ml.text.words import change_text, shown_value, unsure
from ml.translation import mark, text

MOST_FEATURES, MOST_RECORDS = 8, 50  # 400 points
ROW = 62
SLOTS = 60  # over the width: points in one slot are spread vertically
APART = 0.055  # of a row, less where there are many
HALF = 0.3  # of a row, to each side
LOW, HIGH = "#2f7de1", "#d9640a"  # the first two of the palette: told apart by colour-blind readers too


@dataclass(frozen=True)
class Beeswarm:
    """Shapley values of q features for one outcome in r records; the strongest feature first."""

    features: Sequence[str]
    """Labels. Length q."""
    contributions: Sequence[Sequence[float]]
    """Differences of probability. Shape (q, r)."""
    heights: Sequence[Sequence[float]]
    """Rank of the value among these records, 0 (lowest) to 1; -1 where values have no order or none is known. Shape (q,
    r)."""
    values: Sequence[Sequence[str]]
    """In words. Shape (q, r)."""
    error: float
    """Root mean square of the shown values' standard errors, from sampling."""
    total_features: int
    """Number of features of the model."""


def compute(study: Study) -> Beeswarm:
    """Shapley values of the features with the largest mean absolute value."""
    bundle, shapley = study.bundle, global_shapley_of(study.bundle)
    own = shapley.values[:, :, bundle.outcomes.index(study.outcome)]
    strongest = np.argsort(-np.abs(own).mean(axis=0), kind="stable")[:MOST_FEATURES].tolist()
    few = np.sort(np.random.default_rng(0).permutation(len(own))[:MOST_RECORDS])
    block = take(bundle.holdout.block, shapley.rows[few])
    features = [bundle.schema.features[at] for at in strongest]
    return Beeswarm(
        features=[feature.label for feature in features],
        contributions=[own[few, at].tolist() for at in strongest],
        heights=[_heights(feature, block[at]) for feature, at in zip(features, strongest, strict=True)],
        values=[
            [shown_value(feature, value) for value in values_of(feature, block[at])]
            for feature, at in zip(features, strongest, strict=True)
        ],
        error=float(
            np.sqrt(np.mean(np.square(shapley.errors[few][:, strongest, bundle.outcomes.index(study.outcome)])))
        ),
        total_features=len(bundle.schema.features),
    )


def _heights(feature: Any, array: np.ndarray) -> list[float]:
    if not feature.is_ordered and feature.kind != "boolean":
        return [-1.0] * len(array)
    numbers = as_floats(array)
    known = np.sort(numbers[~np.isnan(numbers)])
    if not len(known):
        return [-1.0] * len(array)
    below = np.searchsorted(known, numbers, side="left") + np.searchsorted(known, numbers, side="right") - 1
    rank = below / 2.0 / max(len(known) - 1, 1)
    heights: list[float] = np.where(np.isnan(numbers), -1.0, np.clip(rank, 0.0, 1.0)).tolist()
    return heights


def draw(result: Beeswarm, view: View) -> Figure:
    """A point a record in the feature's row; blue for low values, orange for high ones."""
    points = [100 * value for line in result.contributions for value in line]
    edge = max(map(abs, points), default=0.0) * 1.05 or 1.0
    traces = [_swarm(result, place, edge) for place in range(len(result.features))]
    zero = {"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper", "line": {"color": INK, "width": 1}}
    low, high, none = (f"<span style='color:{colour}'>●</span>" for colour in (LOW, HIGH, INK))
    dots = text("value: {low} low  {high} high  {none} no order", low=low, high=high, none=none)
    corner = {"xref": "paper", "yref": "paper", "xanchor": "right", "yanchor": "bottom"}
    key = note(dots, 1, 1, **corner)
    return figure(
        traces,
        height=110 + ROW * len(result.features),
        margin={"l": 8, "r": 8, "t": 30, "b": 8},
        shapes=[zero],
        annotations=[*names_above(result.features, x=-edge), key],
        xaxis={
            "title": {"text": text("Contribution to “{outcome}”, points", outcome=view.label)},
            "range": [-edge, edge],
            "nticks": 7,
        },
        yaxis=rows_axis(len(result.features)) | {"range": [len(result.features) - 0.5, -0.75]},
    )


def _swarm(result: Beeswarm, place: int, edge: float) -> dict[str, Any]:
    line = result.contributions[place]
    points = [100 * value for value in line]
    heights = result.heights[place]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": points,
        "y": [place + 0.1 + shift for shift in _beside(points, edge)],
        "marker": {
            "size": 7,
            "opacity": 0.85,
            "color": [FAINT if height < 0 else _between(height) for height in heights],
        },
        **pointed_at(
            [
                f"<b>{result.features[place]}</b>: {value}<br>{change_text(0.0, size)}"
                for value, size in zip(result.values[place], line, strict=True)
            ]
        ),
    }


def _beside(points: Sequence[float], edge: float) -> list[float]:
    """Vertical offset of each point from the middle of its row, so that points of one slot do not overlap."""
    slots = [round(value / edge * SLOTS / 2) for value in points]
    many, seen, offsets = Counter(slots), Counter[int](), []
    for slot in slots:
        step = min(APART, 2 * HALF / many[slot])
        offsets.append(step * ((seen[slot] + 1) // 2) * (1 if seen[slot] % 2 else -1))
        seen[slot] += 1
    return offsets


def _between(height: float) -> str:
    parts = [round(int(LOW[at : at + 2], 16) * (1 - height) + int(HIGH[at : at + 2], 16) * height) for at in (1, 3, 5)]
    return f"rgb({parts[0]}, {parts[1]}, {parts[2]})"


def say(result: Beeswarm, view: View) -> str:
    """Sentence: range of the strongest feature's contributions, and the values at both ends."""
    line, heights, name = result.contributions[0], result.heights[0], result.features[0]
    if max(map(abs, line)) < 0.0005:
        return text("No feature moves the probability of “{outcome}” in any of the records.", outcome=view.label)
    ordered = [(height, value) for height, value in zip(heights, line, strict=True) if height >= 0]
    lean = 0.0
    if (
        len(ordered) > 2
        and np.ptp([height for height, _ in ordered]) > 0
        and np.ptp([value for _, value in ordered]) > 0
    ):
        lean = float(np.corrcoef(np.array(ordered).T)[0, 1])
    surely = unsure(0.0, 100 * result.error)
    said = [
        text(
            "{feature} moves the probability of “{outcome}” by {low} to {high} in these records.",
            feature=name,
            outcome=view.label,
            low=change_text(0.0, min(line)),
            high=change_text(0.0, max(line)),
        ),
        text("High values raise it.") if lean > 0.5 else text("High values lower it.") if lean < -0.5 else "",
        text(
            "A point is a record: {n} of the hold-out, the {shown} strongest of {features} features.",
            n=count(len(line)),
            shown=count(len(result.features)),
            features=count(result.total_features),
        ),
        text("They are sampled, most within {error}.", error=surely) if surely else "",
    ]
    return " ".join(filter(None, said))


def rows(result: Beeswarm, _view: View) -> Rows:
    """One row a point."""
    body = [
        [name, value, size]
        for name, values, sizes in zip(result.features, result.values, result.contributions, strict=True)
        for value, size in zip(values, sizes, strict=True)
    ]
    return ["feature", "value", "contribution"], body


def columns(_result: Beeswarm, view: View) -> Columns:
    """Columns of the table beside the figure: headings and formats."""
    return {
        "feature": Column(text("Feature")),
        "value": Column(text("Value")),
        "contribution": contribution(view.label),
    }


PLOT = Plot(
    key="beeswarm",
    question=mark("Which values raise it, and which lower it?"),
    method=mark("Contributions, record by record (Shapley values)"),
    page="insights",
    section="features",
    result=Beeswarm,
    compute=compute,
    draw=draw,
    say=say,
    columns=columns,
    named=("values",),
    rows=rows,
    needs=PROBABILITIES,
    revision=4,
)
