"""What a column goes through on its way to a classifier, one value at a time and as an array."""

from __future__ import annotations

import operator
from collections.abc import Callable

import numpy as np

Step = tuple[str, float]


def _fill(value: float, constant: float) -> float:
    return constant if value != value else value


def _missing(value: float, _: float) -> float:
    return 1.0 if value != value else 0.0


def _at_least(value: float, low: float) -> float:
    return low if value < low else value


def _at_most(value: float, high: float) -> float:
    return high if value > high else value


ON_VALUES: dict[str, Callable[[float, float], float]] = {
    "fill": _fill,
    "missing": _missing,
    "subtract": operator.sub,
    "divide": operator.truediv,
    "multiply": operator.mul,
    "add": operator.add,
    "at_least": _at_least,
    "at_most": _at_most,
}

ON_ARRAYS: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "fill": lambda array, constant: np.where(np.isnan(array), constant, array),
    "missing": lambda array, _: np.isnan(array).astype(np.float64),
    "subtract": np.subtract,
    "divide": np.divide,
    "multiply": np.multiply,
    "add": np.add,
    "at_least": np.maximum,
    "at_most": np.minimum,
}
