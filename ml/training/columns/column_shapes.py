"""Shape of a column's values as fields of a feature: range, step, choices, default, by its kind; and its dtype."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from pandas.api import types

from ml.data.feature import Choice, text_of
from ml.data.yes_no import no_and_yes, spelled
from ml.training.columns.column_kinds import LONGEST_CHOICE

MOST_SUGGESTIONS = 20
MOST_CODES = 6
EACH_CODE = 10  # rows that each code has in the mean: fewer tell nothing
LARGEST_CODE = 10
SPACES = "(spaces)"  # label of a choice that consists of spaces


def dtype_of(series: pd.Series) -> dict[str, Any]:
    """Details of a column's dtype and gaps on which the estimator may depend, as fields of :class:`Feature`."""
    dtype = series.dtype
    fields: dict[str, Any] = {"dtype": str(dtype), "complete": bool(series.notna().all())}
    if isinstance(dtype, pd.CategoricalDtype):
        fields |= {"dtype": "category", "levels": tuple(dtype.categories.tolist()), "ordered": bool(dtype.ordered)}
    if isinstance(dtype, pd.DatetimeTZDtype):
        fields |= {"zone": str(dtype.tz), "timed": True}
    elif types.is_datetime64_any_dtype(dtype):
        known = series.dropna()
        fields |= {"timed": bool((known != known.dt.normalize()).any())}
    if str(dtype) == "object":
        fields |= {"none_gaps": any(value is None for value in series.tolist())}
    return fields


def _numbers(known: pd.Series) -> dict[str, Any]:
    numbers = known.astype(float)
    low, high, middle = float(numbers.min()), float(numbers.max()), float(numbers.median())
    step = nice_step(high - low)
    return {"seen": (low, high), "step": step, "default": round(round(middle / step) * step, _digits(step, 10))}


def _integers(known: pd.Series) -> dict[str, Any]:
    numbers = known.astype(float)
    low, high = int(numbers.min()), int(numbers.max())
    shape = {"seen": (low, high), "step": max(1.0, nice_step(high - low)), "default": int(numbers.median())}
    return shape | {"codes": codes_of(numbers)}


def codes_of(numbers: pd.Series) -> tuple[Choice, ...]:
    """Values that a form may offer by name: yes and no for 1 and 0, else a few small numbers without gaps.

    Whether 1 to 3 are classes or children need not be known: no number is refused for it.
    """
    known = sorted(map(int, numbers.unique()))
    if known == [0, 1]:
        return Choice(1, "Yes"), Choice(0, "No")
    few = 1 < len(known) <= MOST_CODES and len(numbers) >= EACH_CODE * len(known)
    if not few or known[-1] - known[0] >= len(known) or known[0] < 0 or known[-1] > LARGEST_CODE:
        return ()
    return tuple(Choice(code, str(code)) for code in known)


def nice_step(span: float) -> float:
    """About a hundredth of a range, as 1, 2 or 5 times a power of ten."""
    if not span > 0:
        return 1.0
    exact = span / 100
    power = 10.0 ** math.floor(math.log10(exact))
    return round(min((1, 2, 5, 10), key=lambda times: abs(times * power - exact)) * power, _digits(exact, 12))


def _digits(number: float, fewest: int) -> int:
    """Decimals to which a small number is rounded: enough that something is left of it."""
    return max(fewest, 2 - math.floor(math.log10(number)))


def _category(known: pd.Series) -> dict[str, Any]:
    listed = known.cat.categories.tolist() if known.dtype == "category" else sorted(known.unique().tolist(), key=_order)
    labels = {text_of(value): text_of(value) for value in listed}
    if pair := no_and_yes(labels):
        labels = dict(zip(pair, spelled(*pair), strict=True))
    choices = tuple(Choice(value, labels[text_of(value)] or SPACES) for value in listed)
    return {"choices": choices, "default": known.mode().tolist()[0]}


def _order(value: Any) -> tuple[int, float, str]:
    try:
        return 0, float(value), ""
    except (TypeError, ValueError):
        return 1, 0.0, str(value)


def _boolean(known: pd.Series) -> dict[str, Any]:
    return {"default": bool(known.astype(float).mean() > 0.5)}


def _date(known: pd.Series) -> dict[str, Any]:
    timed = dtype_of(known).get("timed", False)
    low, high, middle = known.min(), known.max(), known.sort_values().iloc[len(known) // 2]
    if not timed:
        return {"seen": (low.date(), high.date()), "default": middle.date()}
    return {"seen": (low.to_pydatetime(), high.to_pydatetime()), "default": middle.to_pydatetime()}


def _text(known: pd.Series) -> dict[str, Any]:
    common = known.astype(str).value_counts()
    repeated = [
        text for text, count in common.head(MOST_SUGGESTIONS).items() if count > 1 and len(str(text)) <= LONGEST_CHOICE
    ]
    longest = int(known.astype(str).str.len().max())
    return {
        "suggestions": tuple(repeated),
        "default": str(common.index[0]),
        "widget": "textarea" if longest > 80 else "text",
    }


SHAPES = {
    "number": _numbers,
    "integer": _integers,
    "category": _category,
    "boolean": _boolean,
    "date": _date,
    "text": _text,
}
