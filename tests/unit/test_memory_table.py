"""Data in memory become a training table, or are refused in words."""

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from sklearn.linear_model import LogisticRegression

from ml.add import add_model
from ml.errors import InvalidData
from ml.service import open_service
from ml.training.columns.memory_table import frame_table
from tests.parquet import folder_of_pyarrow

TWO = [["a", 1], ["b", 2]]


def of(X, y=None, truth=("y",)):
    return frame_table(X, y, list(truth), "X_train").frame


def test_names_and_dtypes_of_what_is_given():
    assert list(of(np.eye(2))) == ["x0", "x1"]
    assert list(of(pd.DataFrame([[1, 2]], columns=[7, 9]))) == ["7", "9"]
    assert list(of(["a", "b"])) == ["text"]
    said = of(pd.Series(["a", None], name="said", dtype=object, index=[5, 9]))
    assert (said["said"].dtype, list(said.index)) == (object, [0, 1])
    assert of(scipy.sparse.csr_matrix(np.eye(2))).to_numpy().tolist() == np.eye(2).tolist()


def test_decimals_of_a_database_are_numbers():
    values = of(pd.DataFrame({"a": pd.Series([Decimal("1.5"), None, 2], dtype=object)}))["a"]
    assert (values.dtype, values.tolist()[::2], values.isna().tolist()) == (float, [1.5, 2.0], [False, True, False])


class Table:
    """A table or column of another library, as Polars and Arrow have them."""

    def __init__(self, made):
        self.made = made

    def to_pandas(self):
        if isinstance(self.made, Exception):
            raise self.made
        return self.made


def test_tables_of_other_libraries_are_taken_as_those_of_pandas():
    table = of(Table(pd.DataFrame({"a": [1.5, 2.5], "b": ["x", None]})), Table(pd.Series(["in", "out"])))
    assert (list(table), table["a"].tolist(), table["y"].tolist()) == (["a", "b", "y"], [1.5, 2.5], ["in", "out"])
    with pytest.raises(InvalidData, match=r"X_train is a .* Table, which cannot be made one of pandas: .*no pyarrow"):
        of(Table(ModuleNotFoundError("no pyarrow")))


ARROW = """
import datetime as dt, decimal, json
import pandas as pd, pyarrow as pa
from ml.training.columns.memory_table import frame_table
day = dt.datetime(2024, 5, 17, 10)
of = {"small": (pa.int8(), [1, None]), "whole": (pa.uint16(), [1, 2]), "gone": (pa.uint16(), [1, None]),
      "truth": (pa.bool_(), [True, None]), "both": (pa.bool_(), [True, False]), "single": (pa.float32(), [1.5, None]),
      "text": (pa.string(), ["a", None]), "level": (pa.dictionary(pa.int8(), pa.string()), ["a", "b"]),
      "money": (pa.decimal128(9, 2), [decimal.Decimal(7), None]), "time": (pa.timestamp("us"), [day, None]),
      "here": (pa.timestamp("us", "Europe/Vienna"), [day, None]), "day": (pa.date32(), [day.date(), None])}
given = pd.DataFrame({name: pd.Series(values, dtype=pd.ArrowDtype(kind)) for name, (kind, values) in of.items()})
frame = frame_table(given, None, [], "X_train").frame
print(json.dumps({name: [str(frame[name].dtype), str(frame[name][0]), str(frame[name].isna()[1])] for name in frame}))
"""


def test_columns_of_arrow_have_the_types_of_pandas_that_mean_the_same():
    """In a process of its own: pandas looks for pyarrow when it is imported."""
    paths = os.pathsep.join([str(Path.cwd()), str(folder_of_pyarrow())])
    made = subprocess.run(
        [sys.executable, "-c", ARROW], env={**os.environ, "PYTHONPATH": paths}, capture_output=True, check=True
    )
    assert json.loads(made.stdout) == {
        "small": ["Int8", "1", "True"], "whole": ["uint16", "1", "False"], "gone": ["UInt16", "1", "True"],
        "truth": ["boolean", "True", "True"], "both": ["bool", "True", "False"], "single": ["float32", "1.5", "True"],
        "text": ["str", "a", "True"], "level": ["category", "a", "False"], "money": ["float64", "7.0", "True"],
        "time": ["datetime64[us]", "2024-05-17 10:00:00", "True"],
        "here": ["datetime64[us, Europe/Vienna]", "2024-05-17 10:00:00+02:00", "True"],
        "day": ["datetime64[ms]", "2024-05-17 00:00:00", "True"],
    }  # fmt: skip


@pytest.mark.parametrize(
    "y", [[1, 0], np.array([[1], [0]]), pd.Series([1, 0], index=[9, 4]), pd.DataFrame({"end": [1, 0]})]
)
def test_a_truth_of_any_shape_goes_by_position(y):
    assert of(pd.DataFrame({"a": [1.5, 2.5]}, index=[3, 7]), y)["y"].tolist() == [1, 0]


def test_a_sparse_truth_of_several_outcomes():
    y = scipy.sparse.csr_matrix([[1, 0], [0, 1]])
    assert of(np.eye(2), y, ("a", "b"))[["a", "b"]].to_numpy().tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("X", "said"),
    [
        (pd.DataFrame({"a": []}), "X_train has no rows"),
        (pd.DataFrame(TWO, columns=["a", "a"]), "X_train has more than one column a"),
        (pd.DataFrame(TWO, columns=[0, "0"]), "X_train has more than one column 0"),
        (pd.DataFrame(TWO, columns=pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")])), "have 2 levels"),
        ({"a": [1]}, "X_train is dict of the shape ()"),
        (scipy.sparse.csr_matrix((30_000, 9_000)), "sparse matrix of 30,000 rows and 9,000 columns"),
    ],
)
def test_what_is_no_table_is_refused(X, said):
    with pytest.raises(InvalidData) as refused:
        of(X)
    assert said in refused.value.message
    assert refused.value.hint


def test_a_model_of_a_sparse_matrix(tmp_path):
    draw = np.random.default_rng(0)
    values = np.where(draw.random((120, 4)) < 0.5, draw.normal(size=(120, 4)), 0)
    end = np.where(values.sum(axis=1) > 0, "a", "b")
    X = scipy.sparse.csr_matrix(values)
    model = LogisticRegression().fit(X[:80], end[:80])
    key = add_model("m", model, X[:80], X[80:], end[80:], models=tmp_path)
    rows = [dict(zip(("x0", "x1", "x2", "x3"), row, strict=True)) for row in values[80:].tolist()]
    got = np.array([score.probabilities for score in open_service(tmp_path).score(key, rows).scores])
    assert np.abs(got - model.predict_proba(X[80:])).max() <= 1e-9
