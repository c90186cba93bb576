"""Three lines of Python add a model, wherever they are run; what is in memory stays as it was."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from ml.add import add_model
from ml.errors import InvalidData
from ml.service import open_service

ROOT = Path(__file__).resolve().parents[2]

CELLS = """
import numpy as np, pandas as pd
from sklearn.ensemble import RandomForestClassifier
draw = np.random.default_rng(0)
X = pd.DataFrame({"income": draw.gamma(2, 900, 400), "plan": draw.choice(["a", "b"], 400)}).astype({"plan": "category"})
y = pd.Series(np.where(X.income > 1500, "stays", "leaves"), name="end")
X_train, X_holdout, y_train, y_holdout = X[:300], X[300:], y[:300], y[300:]
pipeline = RandomForestClassifier(10, random_state=0).fit(X_train[["income"]], y_train)
X_train, X_holdout = X_train[["income"]], X_holdout[["income"]]
from ml.add import add_model
key = add_model("churn", pipeline, X_train, X_holdout, y_holdout, models="models")
print(key)
"""


def test_a_notebook_elsewhere_adds_a_model(tmp_path):
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-c", CELLS], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == open_service(tmp_path / "models").model("churn").key


@pytest.fixture
def fitted():
    draw = np.random.default_rng(0)
    X = pd.DataFrame({"income": draw.gamma(2, 900, 300), "age": draw.integers(18, 80, 300)})
    y = pd.Series(np.where(X["income"] > 1500, 1, 0), name="buys")
    return RandomForestClassifier(5, n_jobs=2, random_state=0).fit(X[:200], y[:200]), X, y


def test_neither_the_estimator_nor_the_frames_are_changed(fitted, tmp_path):
    model, X, y = fitted
    before = X.copy(), y.copy(), model.get_params(), model.predict_proba(X)
    add_model("m", model, X[:200], X[200:], y[200:], models=tmp_path)
    pd.testing.assert_frame_equal(X, before[0])
    pd.testing.assert_series_equal(y, before[1])
    assert model.get_params() == before[2]
    assert (model.predict_proba(X) == before[3]).all()


def test_what_is_described_is_told_as_a_dict(fitted, tmp_path):
    model, X, y = fitted
    told = {"title": "Who buys?", "features": {"income": {"unit": "EUR"}}, "outcomes": {"1": "Buys"}}
    key = add_model("m", model, X[:200], X[200:], y[200:], describe=told, models=tmp_path)
    bundle = open_service(tmp_path).model(key)
    assert (bundle.title, bundle.outcomes["1"].label, bundle.schema.feature("income").unit) == (
        "Who buys?",
        "Buys",
        "EUR",
    )


def test_a_challenger_is_only_held(fitted, tmp_path):
    model, X, y = fitted
    live = add_model("m", model, X[:200], X[200:], y[200:], models=tmp_path)
    other = make_pipeline(LogisticRegression()).fit(X[:200], y[:200])
    held = add_model("m", other, X[:200], X[200:], y[200:], models=tmp_path, live=False)
    assert open_service(tmp_path).model("m").key == live != held
    assert open_service(tmp_path).model(held).key == held


class Doubled(TransformerMixin, BaseEstimator):
    """As a notebook defines it."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X * 2


@pytest.mark.parametrize("place", ["estimator", "rows", "width"])
def test_what_does_not_fit_is_refused_in_words(place, fitted, tmp_path):
    model, X, y = fitted
    if place == "estimator":
        Doubled.__module__ = "__main__"
        model = make_pipeline(Doubled(), LogisticRegression()).fit(X[:200], y[:200])
        said = 'code="shop_features.py"'
    elif place == "rows":
        y, said = y[:-5], "Give a truth of 100 rows"
    else:
        X, said = X[["income"]], "lacks the columns age"
    with pytest.raises(InvalidData, match=said):
        add_model("m", model, X[:200], X[200:], y[200:], models=tmp_path)
    assert not list(tmp_path.iterdir()) or [path.name for path in tmp_path.iterdir()] == ["trust.json"]


def test_two_classes_that_differ_by_a_space_are_refused(fitted, tmp_path):
    _, X, _ = fitted
    y = pd.Series(np.where(X["income"] > 1500, "A", "A "))
    model = LogisticRegression(max_iter=500).fit(X[:200], y[:200])
    with pytest.raises(InvalidData, match="More than one class of the estimator is called 'A'"):
        add_model("m", model, X[:200], X[200:], y[200:], models=tmp_path)


@pytest.mark.parametrize("shape", ["series", "frame"])
def test_a_truth_that_bears_the_name_of_what_it_was_made_of_is_no_feature(shape, tmp_path):
    """As `X.str.contains("good")` and `X["income"] > 50` do."""
    draw = np.random.default_rng(0)
    if shape == "series":
        X = pd.Series([" ".join(draw.choice(["good", "bad", "plain"], 4)) for _ in range(300)], name="text")
        y, model = X.str.count("good") > 1, make_pipeline(CountVectorizer(), LogisticRegression())
    else:
        X = pd.DataFrame({"income": draw.normal(50, 9, 300), "age": draw.integers(18, 80, 300)})
        y, model = X["income"] > 50, LogisticRegression()
    key = add_model("m", model.fit(X[:200], y[:200]), X[:200], X[200:], y[200:], models=tmp_path)
    bundle = open_service(tmp_path).model(key)
    assert list(bundle.schema.names) == (["text"] if shape == "series" else ["income", "age"])
    record = {"text": X[250]} if shape == "series" else X.loc[250].to_dict()
    score = open_service(tmp_path).score(key, [record]).scores[0]
    np.testing.assert_allclose(score.probabilities, model.predict_proba(X[250:251])[0], atol=1e-12)


def test_times_of_several_zones_are_refused_with_what_makes_them_one(fitted, tmp_path):
    model, X, y = fitted
    zones = [pd.Timestamp("2026-01-01", tz="UTC" if at % 2 else "Europe/Vienna") for at in range(len(X))]
    harmed = X.assign(income=pd.Series(zones, X.index, dtype=object))
    with pytest.raises(InvalidData, match=r"more than one time zone. Give all one .*utc=True"):
        add_model("m", model, X[:200], harmed[200:], y[200:], models=tmp_path)
    pd.to_datetime(harmed["income"], utc=True)  # as it says
