"""Conversion of a block's columns to pandas columns of the dtypes that an estimator was fitted on, and back.

Another type of number, order of categories or kind of gap gives another answer, so the schema keeps those of the
training frame (:class:`ml.data.feature.Feature`), and they are restored here.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ml.data.array_types import Floats, native
from ml.data.feature import Feature

if TYPE_CHECKING:
    import pandas as pd

NUMPY_NUMBERS = ("int", "uint", "float")
NULLABLE_NUMBERS = ("Int", "UInt", "Float")


def series_of(feature: Feature, array: np.ndarray) -> Any:
    """A column of a block as the estimator's training frame had it.

    Parameters
    ----------
    array : ndarray of shape (n,)
        As :func:`ml.data.columns.column` makes it.

    Returns
    -------
    array or pandas object of length n
        Of the feature's dtype. A gap or a decimal among integers makes them floats, a gap among truth values
        makes them objects: as in any frame that pandas reads.
    """
    if feature.dtype == "category":
        return _categorical(feature, array)
    if feature.kind == "date":
        return _dates(feature, array)
    if feature.in_floats:
        return _numbers(feature, array)
    return _objects(feature, array)


def values_of_series(feature: Feature, series: pd.Series) -> np.ndarray:
    """The inverse of :func:`series_of`: a column of a block from a column of a frame."""
    if feature.in_floats:
        numbers: Floats = series.to_numpy(dtype=np.float64, na_value=math.nan)
        return numbers
    if feature.kind == "date":
        if getattr(series.dt, "tz", None) is not None:
            series = series.dt.tz_convert("UTC").dt.tz_localize(None)
        times: np.ndarray = series.to_numpy(dtype="datetime64[us]" if feature.timed else "datetime64[s]")
        return times
    missing = series.isna().to_numpy()
    values = series.astype(object).to_numpy()
    array = np.empty(len(values), dtype=object)
    array[:] = [
        feature.blank if gone else _python_value(feature, value) for value, gone in zip(values, missing, strict=True)
    ]
    return array


def _python_value(feature: Feature, value: Any) -> Any:
    """A value as Python has it; a level outside the choices without spaces at its ends, as a record brings it."""
    if feature.kind == "category" and isinstance(value, str) and value not in feature.values_of_choices:
        return value.strip()
    return native(value)


def _numbers(feature: Feature, array: np.ndarray) -> Any:
    import pandas as pd

    dtype = feature.dtype
    if dtype == "float64":
        return array
    gaps = np.isnan(array)
    if dtype == "boolean" or dtype.startswith(NULLABLE_NUMBERS):
        whole = not dtype.startswith(("Int", "UInt")) or not (array[~gaps] % 1).any()
        kept = dtype if whole else "Float64"
        return pd.Series(array).astype("Float64").mask(gaps).astype(kept).array
    if dtype == "object":  # truth values and gaps, as pandas reads them
        gap = None if feature.none_gaps else math.nan
        made = [gap if math.isnan(value) else _of_kind(feature, value) for value in array.tolist()]
        return np.array([*made, None], dtype=object)[:-1]
    if dtype.startswith("bool"):
        return (
            array.astype(bool)
            if not gaps.any()
            else np.array([math.nan if math.isnan(value) else bool(value) for value in array.tolist()], dtype=object)
        )
    if dtype.startswith(("int", "uint")):
        return _whole(dtype, array) if not gaps.any() and not (array % 1).any() else array
    return array.astype(dtype) if dtype.startswith("float") else array


def _whole(dtype: str, array: np.ndarray) -> np.ndarray:
    limits = np.iinfo(dtype)
    fits = not len(array) or (array.min() >= limits.min and array.max() <= limits.max)
    return array.astype(dtype if fits else np.int64)


def _of_kind(feature: Feature, value: float) -> Any:
    if feature.kind == "boolean":
        return bool(value)
    return int(value) if feature.kind == "integer" and value.is_integer() else value


def _categorical(feature: Feature, array: np.ndarray) -> Any:
    """Categories in the order of training; other values become gaps, as in pandas."""
    import pandas as pd

    dtype = _category_dtype(feature)
    known, values = feature.values_of_levels, array.tolist()
    if feature.kind == "boolean":  # 1.0 equals True, but pandas does not find it among truth values
        values = [None if math.isnan(value) else bool(value) for value in values]
    return pd.Categorical([value if value in known else None for value in values], dtype=dtype)


def _category_dtype(feature: Feature) -> Any:
    """The dtype of a categorical column, made once per feature: slow for thousands of levels."""
    import pandas as pd

    kept = feature.__dict__.get("_category_dtype")
    if kept is None:
        levels = [choice.value for choice in feature.choices] if feature.levels is None else list(feature.levels)
        kept = pd.CategoricalDtype(pd.Index(levels), ordered=feature.ordered)
        feature.__dict__["_category_dtype"] = kept
    return kept


def _dates(feature: Feature, array: np.ndarray) -> Any:
    import pandas as pd

    series = pd.Series(array)
    if feature.zone is not None:
        series = series.dt.tz_localize("UTC").dt.tz_convert(feature.tzinfo)
    if feature.dtype in ("object", "str"):  # the estimator reads the dates from texts
        return series
    return series.astype(feature.dtype)


def _objects(feature: Feature, array: np.ndarray) -> Any:
    """Texts, and categories that are numbers."""
    import pandas as pd

    if feature.dtype.startswith((*NUMPY_NUMBERS, *NULLABLE_NUMBERS, "bool")):
        numbers = np.array([math.nan if value is None else value for value in array], dtype=np.float64)
        if feature.dtype.startswith(NULLABLE_NUMBERS) or feature.dtype == "boolean":
            return _numbers(feature, numbers)
        if np.isnan(numbers).any() or (feature.dtype.startswith(("int", "uint")) and (numbers % 1).any()):
            return numbers
        return numbers.astype(feature.dtype)
    missing = [value is None for value in array.tolist()]
    if any(missing):
        array = array.copy()
        array[missing] = None if feature.none_gaps else pd.NA if feature.dtype.startswith("string") else np.nan
    if feature.dtype == "object":  # a frame would infer strings from an array of objects, and NaN from None
        return pd.Series(array, dtype=object)
    return pd.array(array, dtype=_text_dtype(feature))  # not a Series, which is slow to build


def _text_dtype(feature: Feature) -> Any:
    """The dtype of a text column, made once per feature: pandas is slow to look up its name."""
    import pandas as pd

    kept = feature.__dict__.get("_text_dtype")
    if kept is None:
        kept = feature.__dict__["_text_dtype"] = pd.api.types.pandas_dtype(feature.dtype)
    return kept
