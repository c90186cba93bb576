"""Training table from data in memory (frames, arrays, lists), as from a file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types

from ml.errors import InvalidData
from ml.runtime.foreign_code import reason
from ml.training.columns.training_table import TrainingTable, refuse_empty

MOST_SPARSE_CELLS = 20_000_000  # 160 MB as an array


def frame_table(X: Any, y: Any, truth: Sequence[str], name: str) -> TrainingTable:
    """Features and truth that are in memory as a table.

    Parameters
    ----------
    X : DataFrame, array of shape (n, p), or Series or list of n texts
    y : Series, array, list or DataFrame of n rows, or None
    truth : sequence of str
        Names of the columns of the truth.
    name : str
        Name of X for people, for errors.

    Raises
    ------
    InvalidData
        When the two do not fit together, or two columns have one name.
    """
    frame = refuse_empty(_frame(X, name), name)
    if y is not None:
        y = _of_pandas(y, f"The truth of {name}")
        y = y.toarray() if hasattr(y, "toarray") else y
        values = np.asarray(y) if not hasattr(y, "to_numpy") else y.to_numpy()
        values = values.reshape(len(values), -1)
        if len(values) != len(frame) or values.shape[1] != len(truth):
            raise InvalidData(
                f"{name} has {len(frame)} rows and its truth the shape {values.shape}.",
                f"Give a truth of {len(frame)} rows and {len(truth)} columns.",
            )
        frame = frame.assign(**{column: values[:, at] for at, column in enumerate(truth)})
    return TrainingTable(frame.reset_index(drop=True), label=name)


def _frame(X: Any, name: str) -> pd.DataFrame:
    """Data in memory as a frame of its own, with texts as names; the columns' values are shared."""
    X = _of_pandas(X, name)
    if isinstance(X, pd.DataFrame):
        return _named(X, name)
    if isinstance(X, pd.Series):
        return X.to_frame(str(X.name or "text"))
    if isinstance(X, list) and X and isinstance(X[0], str):
        return pd.DataFrame({"text": X})
    if hasattr(X, "toarray"):
        _refuse_large(X, name)
        X = X.toarray()
    values = np.asarray(X)
    if values.ndim != 2:
        raise InvalidData(
            f"{name} is {type(X).__name__} of the shape {values.shape}.", "Give a DataFrame, or an array of rows."
        )
    return pd.DataFrame(values, columns=[f"x{at}" for at in range(values.shape[1])])


def _of_pandas(given: Any, name: str) -> Any:
    """A table or column of Polars, Arrow and others as one of pandas; anything else as it is."""
    convert = getattr(given, "to_pandas", None)
    if not callable(convert):
        return given
    try:
        return convert()
    except Exception as error:  # noqa: BLE001 - foreign code fails in any way
        kind = f"{type(given).__module__.partition('.')[0]} {type(given).__name__}"
        raise InvalidData(
            f"{name} is a {kind}, which cannot be made one of pandas: {reason(error)}.",
            "Install what is missing (Polars needs pyarrow for it), or give a DataFrame of pandas.",
        ) from None


def _named(X: pd.DataFrame, name: str) -> pd.DataFrame:
    if X.columns.nlevels > 1:
        raise InvalidData(
            f"The names of the columns of {name} have {X.columns.nlevels} levels.",
            'Fit the estimator on a frame with one: frame.columns = ["_".join(map(str, each)) for each in frame].',
        )
    frame = X.rename(columns=str).copy(deep=False)
    twice = frame.columns[frame.columns.duplicated()].unique()
    if len(twice):
        raise InvalidData(f"{name} has more than one column {', '.join(twice)}.", "Give each a name of its own.")
    arrow = [column for column, dtype in frame.dtypes.items() if isinstance(dtype, pd.ArrowDtype)]
    frame = frame.assign(**{column: _of_numpy(frame[column]) for column in arrow})
    return frame.assign(**{column: _as_floats(frame[column]) for column in frame if _has_decimals(frame[column])})


def _of_numpy(series: pd.Series) -> pd.Series:
    """A column of an Arrow type with the type of pandas that means the same: served rows have that."""
    kind, name = series.dtype.kind, str(series.dtype.numpy_dtype)
    zone = getattr(series.dtype.pyarrow_dtype, "tz", None)
    if types.is_string_dtype(series):
        return series.astype("str")
    if str(series.dtype).startswith("dictionary"):
        return series.astype("category")
    if zone is not None:
        return series.astype(pd.DatetimeTZDtype(series.dtype.pyarrow_dtype.unit, zone))
    if kind in "iub" and series.isna().any():
        return series.astype({"b": "boolean", "i": name.capitalize(), "u": f"UI{name[2:]}"}[kind])
    return series.astype(name)


def _has_decimals(series: pd.Series) -> bool:
    """True when a column holds ``decimal.Decimal``, as databases give numbers."""
    if series.dtype != object:
        return False
    kinds = set(map(type, series.dropna().tolist()))
    return Decimal in kinds and kinds <= {Decimal, int, float}


def _as_floats(series: pd.Series) -> pd.Series:
    return pd.Series(
        [math.nan if gone else float(v) for v, gone in zip(series, series.isna(), strict=True)], series.index
    )


def _refuse_large(X: Any, name: str) -> None:
    rows, columns = X.shape
    if rows * columns > MOST_SPARSE_CELLS:
        raise InvalidData(
            f"{name} is a sparse matrix of {rows:,} rows and {columns:,} columns: no form can ask for them.",
            "Add the whole pipeline, with the step that makes these columns, and give the data that it takes.",
        )
