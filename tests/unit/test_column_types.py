"""Column types that no form and no file can hold are refused before a version is made."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from ml.errors import InvalidData
from ml.training.columns.column_types import check_columns

TAKEN = {
    "numbers": [1.5, None, 3e38],
    "whole": [1, 2, 3],
    "nullable": pd.array([1, None, 3], dtype="Int64"),
    "truth": [True, False, True],
    "truth with gaps": pd.Series([True, None, False], dtype=object),
    "texts": ["a", None, "c"],
    "mixed": pd.Series(["a", 1, None], dtype=object),
    "times": pd.to_datetime(["2024-01-01", None, "2024-01-03T10:00"], format="ISO8601"),
    "zoned": pd.date_range("2024-01-01", periods=3, tz="Europe/Vienna"),
    "categories": pd.Categorical(["a", "b", None]),
    "codes": pd.Categorical([1, 2, 1]),
    "single": np.array([1, 2, 3], dtype="float32"),
    "sparse": pd.arrays.SparseArray([0, 1, 0]),
}
REFUSED = {
    "infinite": ([1.0, np.inf, -np.inf], r"holds infinite values, the first in row 2 \(2 in all\)"),
    "too large": ([1.0, 2.0, 1e300], "beyond 3.4e"),
    "complex": ([1j, 2j, 3j], "complex numbers"),
    "decimals": ([Decimal(1), Decimal(2), None], r"type Decimal.*astype\(float\)"),
    "days": ([dt.date(2024, 1, 1)] * 3, r"type date.*pd\.to_datetime"),
    "hours": ([dt.time(10)] * 3, r"type time.*astype\(str\)"),
    "spans": (pd.to_timedelta([1, 2, 3], unit="D"), r"type Timedelta.*total_seconds"),
    "periods": (pd.period_range("2024", periods=3, freq="D"), r"type Period.*to_timestamp"),
    "intervals": (pd.cut([1, 2, 3], 2), r"categories of the type Interval.*astype\(str\)"),
    "bytes": ([b"a", b"b", b"c"], r"type bytes"),
    "lists": ([[1], [2], [3]], r"type list"),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_people_type_and_files_hold_is_taken(name):
    check_columns(pd.DataFrame({"c": TAKEN[name]}), ["c"], "X")


@pytest.mark.parametrize("name", REFUSED)
def test_anything_else_is_refused_with_what_to_make_of_it(name):
    values, said = REFUSED[name]
    with pytest.raises(InvalidData, match=said):
        check_columns(pd.DataFrame({"c": values}), ["c"], "X")


def test_columns_that_the_estimator_does_not_ask_for_may_hold_anything():
    check_columns(pd.DataFrame({"c": [1, 2], "other": [[1], [2]]}), ["c"], "X")
