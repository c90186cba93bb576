"""A measure in each pair of parts of two features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ml.bundle.bundle import Bundle
from ml.data.array_types import OptionalFloats
from ml.errors import NothingToShow
from ml.metrics.evaluation import OneVsRest
from ml.slices.binning import MOST_PARTS, Binning
from ml.slices.segments import binning_of, cut_off_used, measure_parts, undefined
from ml.translation import text

FEW_PARTS, MANY = 3, 1_000  # parts of a number where the hold-out has fewer records


@dataclass(frozen=True)
class SegmentPairs:
    """One measure in each pair of parts of two features: r rows by c columns."""

    features: list[str]
    """Labels of the features of rows and columns. Length 2."""
    measure: str
    rows: list[str]
    columns: list[str]
    """`rows`, `columns`: labels of the parts."""
    value: list[OptionalFloats]
    low: list[OptionalFloats]
    high: list[OptionalFloats]
    """The measure and its 95 % interval; None where it is undefined. Shape (r, c)."""
    counted: list[list[float]]
    records: list[list[float]]
    """Weight of the records in the denominator of the measure, and of all. Shape (r, c)."""
    whole: float | None
    """The measure on the whole hold-out."""
    least: float
    """Pairs with fewer records counted are shown in grey."""
    cut_off: float | None


def segment_pairs(
    bundle: Bundle, answers: OneVsRest, features: Sequence[str], measure: str, cut_off: float, least: float
) -> SegmentPairs:
    """A measure in each pair of parts of two features; errors as :func:`segments`."""
    first, second = features
    if first == second:
        raise NothingToShow(text("The same feature was chosen twice."), text("Choose two different ones."))
    most = MOST_PARTS if len(answers.truth) >= MANY else FEW_PARTS
    down, across = (binning_of(bundle, name, most) for name in (first, second))
    both = Binning(down.labels * across.count, down.place * across.count + across.place)
    value, low, high, counted = measure_parts(answers, both, measure, cut_off)
    whole = measure_parts(answers, Binning(["all"], np.zeros_like(down.place)), measure, cut_off)[0][0]
    if all(each is None for each in value):
        raise undefined(measure)
    weight = np.bincount(both.place, answers.weight, both.count)

    def table(flat: Sequence[Any]) -> list[list[Any]]:
        return [list(flat[at : at + across.count]) for at in range(0, both.count, across.count)]

    return SegmentPairs(
        features=[bundle.schema.feature(name).label for name in features],
        measure=measure,
        rows=down.labels,
        columns=across.labels,
        value=table(value),
        low=table(low),
        high=table(high),
        counted=table(counted),
        records=table(weight.tolist()),
        whole=whole,
        least=least,
        cut_off=cut_off_used(answers, cut_off),
    )
