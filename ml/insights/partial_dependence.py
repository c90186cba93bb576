"""Partial dependence of a model's probabilities on one feature, or on two, over the hold-out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.bundle.bundle import Bundle
from ml.data.columns import Block, as_floats, column, size, take
from ml.data.feature import Feature, Value
from ml.insights.feature_grid import axis_places, axis_title, edge_texts, grid_values, value_names, with_values
from ml.metrics.evaluation import need_probabilities
from ml.runtime.budget import predictions, sample

MOST_ROWS = 500
LINES = 20  # records with their own line: with 21 values each, a few hundred points
BINS = 20
OF_TWO, ROWS_OF_TWO = 9, 150  # values of each of two features, and records


@dataclass(frozen=True)
class PartialDependence:
    """Partial dependence of k outcomes on one feature, at m of its values."""

    feature: str
    label: str
    axis: str
    """Name, label, and label with unit."""
    ordered: bool
    """True for numbers and dates, False for choices."""
    places: Sequence[float | str]
    """Axis position of each value: the number, the date, or the choice's index. Length m."""
    names: Sequence[str]
    """The values in words. Length m."""
    mean: Sequence[Sequence[float]]
    """Mean probability when every record has that value (Friedman 2001). Shape (k, m)."""
    low: Sequence[Sequence[float]]
    high: Sequence[Sequence[float]]
    """10 % and 90 % quantile over the records. Shape (k, m)."""
    lines: Sequence[Sequence[Sequence[float]]]
    """Curves of single records, r <= 20: individual conditional expectation (Goldstein et al. 2015). Shape (k, r,
    m)."""
    edges: Sequence[float | str]
    """Edges of the bins of the feature's distribution: one more than `shares`; empty for choices."""
    shares: Sequence[float]
    """Share of all records of the hold-out in each bin, or with each choice; sums to 1 or less: missing values and
    outliers are in none."""
    rows: int
    """Records averaged over."""


@dataclass(frozen=True)
class PartialDependenceOfTwo:
    """Partial dependence of k outcomes on two features together."""

    labels: Sequence[str]
    """Length 2."""
    names: Sequence[Sequence[str]]
    """The values of the first feature (a) and of the second (b). Length 2."""
    places: Sequence[Sequence[float]]
    """Values as rising numbers: dates in seconds, choices as their index. Length 2."""
    mean: Sequence[Sequence[Sequence[float]]]
    """Mean probability when every record has these two values. Shape (k, a, b)."""
    count: Sequence[Sequence[int]]
    """Records of the hold-out nearest to each pair of values: where there are none, the model extrapolates. Shape (a,
    b)."""
    rows: int
    """Records averaged over."""


def partial_dependence(bundle: Bundle, name: str) -> PartialDependence:
    """Partial dependence on one feature, with single records and the feature's distribution.

    All other features keep the record's values, so combinations may arise that never occur; the
    distribution and the single lines show where that matters.

    Raises
    ------
    NoProbabilities, NothingToShow
    """
    at, feature = bundle.schema.position[name], bundle.schema.feature(name)
    whole = bundle.holdout.block
    values = grid_values(feature, whole[at])
    chosen = sample(size(whole), min(MOST_ROWS, max(50, predictions(bundle) // (4 * len(values)))))
    given = _probabilities_of(bundle, with_values(take(whole, chosen), at, column(feature, values)))
    answers = given.reshape(len(values), len(chosen), -1).transpose(2, 1, 0)  # (k, n, m)
    low, high = np.quantile(answers, [0.1, 0.9], axis=1)
    edges, shares = _distribution(feature, whole[at], values)
    few = np.random.default_rng(1).permutation(len(chosen))[:LINES]
    return PartialDependence(
        feature=feature.name,
        label=feature.label,
        axis=axis_title(feature),
        ordered=feature.is_ordered,
        places=axis_places(feature, values),
        names=value_names(feature, values),
        mean=answers.mean(axis=1).tolist(),
        low=low.tolist(),
        high=high.tolist(),
        lines=answers[:, few].tolist(),
        edges=edges,
        shares=shares,
        rows=len(chosen),
    )


def partial_dependence_of_two(bundle: Bundle, first: str, second: str) -> PartialDependenceOfTwo:
    """Partial dependence on two features together; raises as :func:`partial_dependence`."""
    features = [bundle.schema.feature(name) for name in (first, second)]
    at = [bundle.schema.position[name] for name in (first, second)]
    whole = bundle.holdout.block
    values = [grid_values(feature, whole[place], OF_TWO) for feature, place in zip(features, at, strict=True)]
    cells = len(values[0]) * len(values[1])
    chosen = sample(size(whole), min(ROWS_OF_TWO, max(30, predictions(bundle) // (2 * cells))))
    columns = [column(feature, own) for feature, own in zip(features, values, strict=True)]
    block = with_values(with_values(take(whole, chosen), at[1], columns[1]), at[0], columns[0])
    given = _probabilities_of(bundle, block).reshape(len(values[0]), len(values[1]), len(chosen), -1)
    near = [_nearest(feature, whole[place], own) for feature, place, own in zip(features, at, values, strict=True)]
    both = (near[0] >= 0) & (near[1] >= 0)
    count = np.zeros((len(values[0]), len(values[1])), dtype=int)
    np.add.at(count, (near[0][both], near[1][both]), 1)
    return PartialDependenceOfTwo(
        labels=[feature.label for feature in features],
        names=[value_names(feature, own) for feature, own in zip(features, values, strict=True)],
        places=[
            (as_floats(own) if feature.is_ordered else np.arange(len(own), dtype=float)).tolist()
            for feature, own in zip(features, columns, strict=True)
        ],
        mean=given.mean(axis=2).transpose(2, 0, 1).tolist(),
        count=count.tolist(),
        rows=len(chosen),
    )


def _probabilities_of(bundle: Bundle, block: Block) -> np.ndarray:
    return need_probabilities(bundle.predictor.block(block).probabilities)


def _distribution(
    feature: Feature, array: np.ndarray, values: Sequence[Value]
) -> tuple[Sequence[float | str], Sequence[float]]:
    """Edges of the bins and the share of all records in each; for choices no edges."""
    if not feature.is_ordered:
        near = _nearest(feature, array, values)
        return [], [float((near == place).mean()) for place in range(len(values))]
    numbers, ends = as_floats(array), as_floats(column(feature, values))
    half = 0.5 if feature.kind == "integer" else 0.0
    low, high = ends[0] - half, ends[-1] + half
    whole = feature.kind == "integer" and high - low <= BINS
    edges = np.arange(low, high + 1) if whole else np.linspace(low, high if high > low else low + 1, BINS + 1)
    counts, _ = np.histogram(numbers[~np.isnan(numbers)], edges)
    shown = edge_texts(feature, edges) if feature.kind == "date" else edges.tolist()
    return shown, (counts / len(array)).tolist()


def _nearest(feature: Feature, array: np.ndarray, values: Sequence[Value]) -> np.ndarray:
    """Index of the value nearest to each record's; -1 where it has none of them."""
    if feature.is_ordered:
        numbers, own = as_floats(array), as_floats(column(feature, values))
        near = np.searchsorted((own[1:] + own[:-1]) / 2, numbers)
        return np.where(np.isnan(numbers), -1, near)
    place = {value: number for number, value in enumerate(values)}  # True is 1.0, and NaN is none of them
    return np.array([place.get(value, -1) for value in array.tolist()], dtype=np.intp)
