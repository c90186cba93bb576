"""Infers the kind of a column: number, choice, date or text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types

from ml.data.feature import Kind

FEW_CHOICES = 60
MOST_CHOICES = 10_000
EACH_CHOICE = 5  # times that each of many choices occurs in the mean; what is rarer is free text
LONGEST_CHOICE = 60


def kind_of(known: pd.Series, levels: Sequence[Any] | None = None) -> Kind:
    """The kind of a column without missing values; `levels` are what an encoder knows of it."""
    if types.is_bool_dtype(known) or (set(known.unique()) <= {True, False} and known.dtype == object):
        return "boolean"
    if types.is_datetime64_any_dtype(known):
        return "date"
    if types.is_numeric_dtype(known) or are_number_objects(known):
        return "integer" if (known.astype(float) % 1 == 0).all() else "number"
    if known.dtype == "category" or _is_choice(known.astype(str), bool(levels)):
        return "category"
    return "text"


def are_number_objects(known: pd.Series) -> bool:
    """True when all Python objects of a column are numbers, as in an array of mixed types."""
    return known.dtype == object and all(
        isinstance(value, (int, float, np.number)) and not isinstance(value, bool) for value in known.tolist()
    )


def _is_choice(texts: pd.Series, encoded: bool) -> bool:
    """True when texts are values to choose from: few, or repeated, or known to an encoder; and short."""
    different = texts.nunique()
    most = MOST_CHOICES if encoded else max(FEW_CHOICES, min(MOST_CHOICES, len(texts) // EACH_CHOICE))
    return bool(different <= most and texts.str.len().max() <= LONGEST_CHOICE)


def kind_of_dtype(series: pd.Series) -> Kind:
    """The kind of a column of which no value is known."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        return "category"
    if types.is_bool_dtype(series):
        return "boolean"
    if types.is_datetime64_any_dtype(series):
        return "date"
    return "number" if types.is_numeric_dtype(series) else "text"
