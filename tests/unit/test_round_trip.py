"""An estimator answers as it did on the rows that were handed over: nothing is lost in keeping them."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import RadiusNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from ml.add import add_model
from ml.data import frames
from ml.errors import InvalidData
from ml.service import open_service


def people(dtype_of):
    draw = np.random.default_rng(4)
    X = pd.DataFrame({"income": draw.normal(0, 1, 240), "member": dtype_of(pd.Series(draw.random(240) < 0.4))})
    truth = np.where(
        X["income"] + 2.0 * X["member"].astype(float).fillna(0.5) + draw.normal(0, 0.3, 240) > 0.6, "yes", "no"
    )
    return X, truth


def with_gaps(series):
    return series.astype("boolean").mask(np.arange(len(series)) % 5 == 0)


@pytest.mark.parametrize(
    "dtype_of",
    [
        lambda series: series.astype("category"),
        lambda series: with_gaps(series).astype("category"),
        lambda series: series.astype(pd.CategoricalDtype([True, False], ordered=True)),
        with_gaps,
    ],
    ids=["category", "category with gaps", "ordered the other way round", "nullable"],
)
def test_truth_values_that_are_categories(dtype_of, tmp_path):
    X, truth = people(dtype_of)
    model = HistGradientBoostingClassifier(max_iter=8, categorical_features="from_dtype").fit(X[:160], truth[:160])
    key = add_model("m", model, X[:160], X[160:], truth[160:], y_train=truth[:160], models=tmp_path)
    rows = [
        {"income": income, "member": None if pd.isna(member) else bool(member)}
        for income, member in zip(X["income"][160:], X["member"][160:], strict=True)
    ]
    got = np.array([score.probabilities for score in open_service(tmp_path).score(key, rows).scores])
    assert np.abs(got - model.predict_proba(X[160:])).max() <= 1e-12


def test_a_column_that_comes_back_otherwise_is_named_and_no_model_is_made(tmp_path, monkeypatch):
    X, truth = people(lambda series: series.astype("category"))
    model = HistGradientBoostingClassifier(max_iter=8, categorical_features="from_dtype").fit(X[:160], truth[:160])
    kept = frames._categorical
    monkeypatch.setattr(frames, "_categorical", lambda feature, array: kept(feature, np.full(len(array), np.nan)))
    with pytest.raises(InvalidData) as refused:
        add_model("m", model, X[:160], X[160:], truth[160:], models=tmp_path)
    assert "80 rows of the hold-out otherwise than it would be served: 'member' cannot be kept" in refused.value.message
    assert "categories of texts" in refused.value.hint


def test_numbers_next_to_nothing_have_a_step(tmp_path):
    X, truth = people(lambda series: series.astype(float))
    tiny = X.assign(income=X["income"] * 1e-300, member=X["member"] * 1e-12)
    model = HistGradientBoostingClassifier(max_iter=8).fit(tiny[:160], truth[:160])
    key = add_model("m", model, tiny[:160], tiny[160:], truth[160:], models=tmp_path)
    income, member = open_service(tmp_path).model(key).schema.features
    assert 0 < income.step < 1e-300
    assert income.seen[0] <= income.default <= income.seen[1]
    assert member.step > 0


@pytest.mark.parametrize(
    ("options", "said"),
    [({"outlier_label": "far"}, "its label is none of the outcomes"), ({}, "No neighbors found")],
    ids=["a label of its own for what is far away", "an error for what is far away"],
)
def test_an_estimator_that_fails_for_rows_between_those_at_hand_is_refused_in_words(options, said, tmp_path):
    X = np.repeat([[0.0, 0.0], [9.0, 9.0]], 80, axis=0) + np.random.default_rng(1).random((160, 2)) / 10
    truth = np.repeat(["no", "yes"], 80)
    model = RadiusNeighborsClassifier(1.0, **options).fit(X, truth)
    with pytest.raises(InvalidData) as refused:
        add_model("m", model, X, X[::4], truth[::4], models=tmp_path)
    assert said in refused.value.message
    assert "\n" not in refused.value.message
    assert "outlier_label" in refused.value.hint


@pytest.mark.parametrize("where", ["name", "class", "value"])
def test_half_a_character_is_refused_in_words(where, tmp_path):
    X, truth = people(lambda series: series.astype(float))
    town = pd.Series(np.where(X["member"] > 0, "a\ud800" if where == "value" else "a", "b"), dtype=object)
    X = pd.DataFrame({"in\ud800" if where == "name" else "income": X["income"], "town": town})
    truth = np.where(truth == "yes", "\ud800" if where == "class" else "yes", "no").astype(object)
    encoded = make_column_transformer((OneHotEncoder(), ["town"]), remainder="passthrough")
    model = make_pipeline(encoded, LogisticRegression()).fit(X[:160], truth[:160])
    with pytest.raises(InvalidData) as refused:
        add_model("m", model, X[:160], X[160:], truth[160:], models=tmp_path)
    assert "holds half of a character ('\\ud800')" in refused.value.message
    assert refused.value.hint
