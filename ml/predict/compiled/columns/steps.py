"""Steps of one column (arithmetic, filling, bins, power transforms), for single values and for arrays."""

from __future__ import annotations

import bisect
import math
import operator
from collections.abc import Callable
from functools import partial
from statistics import NormalDist
from typing import Any

import numpy as np

from ml.data.array_types import Floats

Step = tuple[str, Any]  # a name and its constant: a number, a text or tuples of them
OnValue = Callable[[float], float]
OnArray = Callable[[np.ndarray], np.ndarray]

NEEDED = "This model needs every value; at least one is missing."
FUNCTIONS = frozenset(
    {
        *("absolute", "cbrt", "ceil", "exp", "exp2", "expm1", "fabs", "floor", "log", "log10", "log1p", "log2"),
        *("negative", "positive", "reciprocal", "rint", "sign", "sqrt", "square", "tanh", "trunc"),
    }
)
_NORMAL_REACH = 1e-7 - np.spacing(1)  # where scikit-learn clips the normal distribution


def _needed(value: float, _: float) -> float:
    if value != value:
        raise ValueError(NEEDED)
    return value


SIMPLE_ON_VALUES: dict[str, Callable[[float, float], float]] = {
    "fill": lambda value, constant: constant if value != value else value,
    "missing": lambda value, _: 1.0 if value != value else 0.0,
    "needed": _needed,
    "subtract": operator.sub,
    "divide": operator.truediv,
    "multiply": operator.mul,
    "add": operator.add,
    "at_least": lambda value, low: low if value < low else value,
    "at_most": lambda value, high: high if value > high else value,
    "above": lambda value, constant: 1.0 if value > constant else 0.0,
    "equals": lambda value, constant: 1.0 if value == constant else 0.0,
    "blank": lambda value, constant: math.nan if value == constant else value,
}


def _all_needed(array: np.ndarray, _: Any) -> np.ndarray:
    if np.isnan(array).any():
        raise ValueError(NEEDED)
    return array


SIMPLE_ON_ARRAYS: dict[str, Callable[[np.ndarray, Any], np.ndarray]] = {
    "fill": lambda array, constant: np.where(np.isnan(array), constant, array),
    "missing": lambda array, _: np.isnan(array).astype(np.float64),
    "needed": _all_needed,
    "subtract": np.subtract,
    "divide": np.divide,
    "multiply": np.multiply,
    "add": np.add,
    "at_least": np.maximum,
    "at_most": np.minimum,
    "above": lambda array, constant: (array > constant).astype(np.float64),
    "equals": lambda array, constant: (array == constant).astype(np.float64),
    "blank": lambda array, constant: np.where(array == constant, np.nan, array),
}


def on_value(step: Step) -> OnValue:
    """A step as a function of one value."""
    name, constant = step
    simple = SIMPLE_ON_VALUES.get(name)
    if simple is not None:
        return lambda value: simple(value, constant)
    if name == "bin":
        return lambda value: float(bisect.bisect_right(constant, value))
    whole = on_array(step)
    return lambda value: float(whole(np.array([value]))[0])


def on_array(step: Step) -> OnArray:
    """A step as a function of an array; simple steps take an array of constants, one a column, too."""
    name, constant = step
    simple = SIMPLE_ON_ARRAYS.get(name)
    if simple is not None:
        return lambda array: simple(array, constant)
    return _OTHERS[name](constant)


def _function(name: str) -> OnArray:
    if name not in FUNCTIONS:
        raise ValueError(f"numpy's function {name!r} is not one that a program may call.")
    return partial(_silently, getattr(np, name))


def _silently(function: OnArray, array: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        return function(array)


def _yeo_johnson(power: float) -> OnArray:
    """Yeo and Johnson 2000: a power of what is above 0, and another of what is below."""

    def side(array: np.ndarray, exponent: float) -> np.ndarray:
        raised: Floats = np.log1p(array)
        return raised if abs(exponent) < np.spacing(1.0) else np.expm1(exponent * raised) / exponent

    def apply(array: np.ndarray) -> np.ndarray:
        above = side(np.maximum(array, 0.0), power)
        return np.where(array < 0, -side(np.maximum(-array, 0.0), 2.0 - power), above)

    return apply


def _box_cox(power: float) -> OnArray:
    def apply(array: np.ndarray) -> np.ndarray:
        if (array <= 0).any():
            raise ValueError("This model needs numbers above 0.")
        raised: Floats = np.log(array)
        return raised if power == 0 else np.expm1(power * raised) / power

    return apply


def _quantiles(constant: tuple[bool, tuple[float, ...], tuple[float, ...]]) -> OnArray:
    """scikit-learn's QuantileTransformer: where a value lies among the quantiles of the training."""
    normal, listed, shares = constant
    quantiles, references = np.array(listed), np.array(shares)
    reach = 1e-7 if normal else 0.0

    def apply(array: np.ndarray) -> np.ndarray:
        rising = np.interp(array, quantiles, references)
        falling = np.interp(-array, -quantiles[::-1], -references[::-1])
        share = np.where(np.isnan(array), np.nan, 0.5 * (rising - falling))
        share[array + reach > quantiles[-1] if normal else array == quantiles[-1]] = 1.0
        share[array - reach < quantiles[0] if normal else array == quantiles[0]] = 0.0
        return _deviates(share) if normal else share

    return apply


def _deviates(shares: np.ndarray) -> np.ndarray:
    """Quantiles of the standard normal distribution, NaN for NaN."""
    inverse = NormalDist().inv_cdf
    inside = np.clip(shares, _NORMAL_REACH, 1.0 - _NORMAL_REACH).tolist()
    return np.array([share if share != share else inverse(share) for share in inside])


_OTHERS: dict[str, Callable[[Any], OnArray]] = {
    "bin": lambda edges: lambda array: np.searchsorted(np.array(edges), array, side="right").astype(np.float64),
    "function": _function,
    "yeo_johnson": _yeo_johnson,
    "box_cox": _box_cox,
    "quantiles": _quantiles,
}
