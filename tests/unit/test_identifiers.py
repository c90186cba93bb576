"""Identifier columns are hidden when no answer depends on them; columns that are used stay."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from layouts.predict.page import form_schema
from ml.data.columns import block_of_frame
from ml.data.records import read_records
from ml.predict.predictor import SklearnPredictor
from ml.service import open_service
from ml.training.build import build_bundle
from ml.training.columns.identifiers import hide_identifiers
from ml.training.infer_schema import infer_schema
from ml.training.trained import outcomes_of
from tests.small import trained_of


def people(rows=300):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "customer": rng.permutation(np.arange(1_000, 1_000 + rows)),
            "name": [f"Person {at}" for at in range(rows)],
            "income": rng.permutation(np.arange(20_000, 20_000 + 37 * rows, 37)),
            "age": rng.integers(18, 90, rows),
        }
    )


def fitted(columns, last=None):
    """A model that looks at some columns only."""
    frame = people()
    noise = np.random.default_rng(1).normal(0, 1, len(frame))
    truth = pd.Series(np.where((frame["income"] - 25_000) / 3_000 + noise > 0, "good", "bad"))
    encode = make_column_transformer((StandardScaler(), columns))
    return frame, truth, make_pipeline(encode, LogisticRegression() if last is None else last).fit(frame, truth)


def hidden(frame, estimator, **options):
    schema, outcomes = infer_schema(frame), outcomes_of(estimator)
    made = hide_identifiers(
        schema, block_of_frame(schema, frame), lambda each: SklearnPredictor(estimator, each, outcomes), **options
    )
    return made, [feature.name for feature in made.features if feature.hidden]


def test_numbers_and_names_of_records_that_are_not_used_are_hidden():
    frame, _, estimator = fitted(["income", "age"])
    schema, names = hidden(frame, estimator)
    assert names == ["customer", "name"]
    assert [feature.name for feature in schema.displayed.features] == ["income", "age"]
    assert not schema.feature("name").required


@pytest.mark.parametrize("last", [LogisticRegression(), RandomForestClassifier(20, random_state=0)])
def test_what_is_used_stays_though_it_is_another_in_every_row(last):
    frame, _, estimator = fitted(["customer", "income", "age"], last)
    _, names = hidden(frame, estimator)
    assert names == ["name"]


def test_what_repeats_stays_though_it_is_not_used():
    frame, _, estimator = fitted(["income"])
    _, names = hidden(frame.assign(age=frame["age"]), estimator)
    assert "age" not in names


def test_what_somebody_described_stays():
    frame, _, estimator = fitted(["income"])
    assert hidden(frame, estimator, described={"name"})[1] == ["customer"]


def test_what_the_estimator_refuses_when_it_is_new_stays():
    frame, truth, _ = fitted(["income"])
    encode = make_column_transformer((OneHotEncoder(), ["name"]), (StandardScaler(), ["income"]))
    estimator = make_pipeline(encode, LogisticRegression()).fit(frame, truth)
    estimator[-1].coef_[:, : len(frame)] = 0.0  # no answer depends on it, and yet a new name is refused
    assert "name" not in hidden(frame, estimator)[1]


def test_few_rows_tell_nothing():
    frame, _, estimator = fitted(["income", "age"])
    assert hidden(frame[:15], estimator)[1] == []


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    frame, truth, estimator = fitted(["income", "age"])
    schema, _ = hidden(frame, estimator)
    folder = tmp_path_factory.mktemp("models")
    build_bundle(
        trained_of("ids", estimator, frame, truth, 200, schema=schema),
        folder,
    )
    return open_service(folder), estimator, frame


def test_numbers_are_the_estimators_with_and_without_them(service):
    service, estimator, frame = service
    bundle = service.model("ids")
    assert [feature.name for feature in form_schema(bundle).features] == ["income", "age"]
    whole = frame.iloc[:30].to_dict("records")
    short = [{"income": row["income"], "age": row["age"]} for row in whole]
    blank = [{**row, "customer": "", "name": ""} for row in short]
    new = [{**row, "customer": 5, "name": "Somebody new"} for row in short]
    truth = estimator.predict_proba(frame.iloc[:30])
    for records in (whole, short, blank, new):
        scores = service.score("ids", records).scores
        assert np.allclose([score.probabilities for score in scores], truth, rtol=0, atol=1e-12)
        assert all(score.notes == () for score in scores)


def test_advice_speaks_of_what_is_asked_only(service):
    service, _, _ = service
    bundle = service.model("ids")
    standing = service.score_with_blanks(bundle.key, {"income": 30_000}, None)
    assert standing.blank == ("age",)
    advice = service.advise(standing)
    assert set(advice.sweeps) == {"income", "age"}


def test_a_file_of_texts_reads_as_one_record_does():
    frame, _, estimator = fitted(["income", "age"])
    schema, _ = hidden(frame, estimator)
    rows = [{"customer": "" if at % 2 else str(at), "income": "30000", "age": "40"} for at in range(40)]
    many = read_records(schema, rows)
    assert many.problems == ()
    assert many.rows == tuple(read_records(schema, [row]).rows[0] for row in rows)
