"""Distribution of a feature among the records with and without an outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.bundle.bundle import Bundle
from ml.data.columns import as_floats, column, values_of
from ml.data.feature import Feature
from ml.insights.feature_grid import axis_title, edge_texts, grid_values, value_names
from ml.metrics.evaluation import OneVsRest
from ml.translation import text

BINS = 20


@dataclass(frozen=True)
class Distribution:
    """Shares of the records in each of b groups of a feature's values."""

    feature: str
    label: str
    axis: str
    """Name, label, and label with unit."""
    ordered: bool
    """True for numbers and dates."""
    edges: Sequence[float | str]
    """Edges of the groups of a number or date; outliers count in the first and the last. Length b + 1, or empty."""
    names: Sequence[str]
    """Names of the choices; the last may be all others. Length b, or empty."""
    positive: Sequence[float]
    negative: Sequence[float]
    """Share of the records with, and of those without, the outcome; with the missing ones each sums to 1, or to 0 where
    there is no such record. Length b."""
    missing_positive: float
    missing_negative: float
    """Share without a value."""
    records_positive: int
    records_negative: int


def distribution(bundle: Bundle, name: str, answers: OneVsRest) -> Distribution:
    """The distribution of one feature in the hold-out, split by the truth.

    Raises
    ------
    NothingToShow
    """
    feature, array = bundle.schema.feature(name), bundle.holdout.block[bundle.schema.position[name]]
    ordered = feature.is_ordered
    group, heads = _binned(feature, array) if ordered else _chosen(feature, array)
    count = len(heads) - 1 if ordered else len(heads)
    positive, negative = (_shares(group[answers.truth == side], count) for side in (True, False))
    return Distribution(
        feature=feature.name,
        label=feature.label,
        axis=axis_title(feature),
        ordered=ordered,
        edges=heads if ordered else [],
        names=[] if ordered else [str(head) for head in heads],
        positive=positive[1:],
        negative=negative[1:],
        missing_positive=positive[0],
        missing_negative=negative[0],
        records_positive=int(answers.truth.sum()),
        records_negative=int((~answers.truth).sum()),
    )


def _binned(feature: Feature, array: np.ndarray) -> tuple[np.ndarray, list[float | str]]:
    """The group of each number or date, -1 where missing, and the edges of the groups."""
    values = grid_values(feature, array)
    numbers, ends = as_floats(array), as_floats(column(feature, (values[0], values[-1])))
    cuts = _edges(float(ends[0]), float(ends[1]), whole=feature.kind == "integer")
    group = np.clip(np.searchsorted(cuts, numbers, side="right") - 1, 0, len(cuts) - 2)
    group[np.isnan(numbers)] = -1
    if feature.kind != "date":
        return group, cuts.tolist()
    return group, [*edge_texts(feature, cuts)]


def _chosen(feature: Feature, array: np.ndarray) -> tuple[np.ndarray, list[float | str]]:
    """The group of each choice, -1 where missing, and their names; rare choices are the last group."""
    values = grid_values(feature, array)
    place = {value: at for at, value in enumerate(values)} | {None: -1}
    group = np.array([place.get(value, len(values)) for value in values_of(feature, array)])
    return group, [*value_names(feature, values), *([text("all others")] if (group == len(values)).any() else [])]


def _shares(group: np.ndarray, count: int) -> list[float]:
    """Share of missing values, then share in each group; all 0 without a record."""
    shares: list[float] = (np.bincount(group + 1, minlength=count + 1) / max(len(group), 1)).tolist()
    return shares


def _edges(low: float, high: float, *, whole: bool) -> np.ndarray:
    """Edges of groups of equal width; each of few whole numbers is the middle of a group."""
    if whole:
        step = max(1.0, np.ceil((high - low + 1) / BINS))
        return np.arange(low - 0.5, high + 0.5 + step, step)
    return np.linspace(low, high, BINS + 1) if high > low else np.array([low - 0.5, low + 0.5])
