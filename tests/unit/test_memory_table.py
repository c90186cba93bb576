"""Data in memory become a training table, or are refused in words."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from sklearn.linear_model import LogisticRegression

from ml.add import add_model
from ml.errors import InvalidData
from ml.service import open_service
from ml.training.columns.memory_table import frame_table

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
