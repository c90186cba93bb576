"""Columns of 0 and 1 that exclude each other are one choice: in the form, in records, in reasons and sweeps."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from callbacks.predict import show_reasons
from layouts.predict.finder import kept_record
from layouts.predict.page import form_schema
from ml.advice.value_function import ValueFunction
from ml.advice.what_if import one_hot_sweeps
from ml.bundle.record_book import BookRecord
from ml.data.one_hot import OneHot
from ml.data.records import read_records
from ml.data.schema import Schema
from ml.data.schema_json import from_json, to_json
from ml.files.header.match_columns import match_columns, missing_of
from ml.service import open_service
from ml.training.build import build_bundle
from ml.training.infer_schema import infer_schema
from tests import form
from tests.small import trained_of

TOWNS = ["Graz", "Linz", "Wels"]


def people(rows=600, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "town": rng.choice(TOWNS, rows, p=[0.3, 0.5, 0.2]),
            "age": rng.integers(18, 90, rows),
            "has_car": rng.integers(0, 2, rows),
            "has_dog": rng.integers(0, 2, rows),
        }
    )


def dummies(frame, **options):
    return pd.get_dummies(frame, columns=["town"], **options)


@pytest.mark.parametrize(
    ("options", "labels", "rest", "default"),
    [
        ({}, ("Graz", "Linz", "Wels"), "", "Linz"),
        ({"dtype": int}, ("Graz", "Linz", "Wels"), "", "Linz"),
        ({"drop_first": True}, ("Linz", "Wels"), "Other", "Linz"),
        ({"dtype": float, "prefix_sep": "="}, ("Graz", "Linz", "Wels"), "", "Linz"),
    ],
)
def test_what_get_dummies_made_is_found(options, labels, rest, default):
    schema = infer_schema(dummies(people(), **options))
    (one,) = schema.one_hot
    assert (one.name, one.label, one.labels, one.rest, one.default) == ("town", "Town", labels, rest, default)
    assert [feature.name for feature in schema.displayed.features] == ["age", "has_car", "has_dog", "town"]
    assert from_json(to_json(schema)) == schema
    start = {name: schema.feature(name).default for name in one.columns}
    assert one.choice_of(start) == default  # what the columns start with fits together


def test_a_name_may_hold_separators_and_levels_too():
    frame = pd.DataFrame({"marital_status": np.resize(["never_married", "married", "div. or wid."], 300)})
    (one,) = infer_schema(pd.get_dummies(frame)).one_hot
    assert (one.name, one.label) == ("marital_status", "Marital status")
    assert set(one.labels) == {"never_married", "married", "div. or wid."}


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        ({"has_car": [1, 0, 1, 0], "has_dog": [1, 1, 0, 0]}, 400),  # both in some rows
        ({"has_a": [1, *[0] * 49], "has_b": [0, 1, *[0] * 48]}, 50),  # so few ones that it is by chance
        ({"sex_male": [1, 0], "age": [20, 30]}, 400),  # one column is a yes or no of its own
        ({"x_a": [1, 0], "x_b": [0, 1], "x": [1, 2]}, 400),  # the name means something else
        ({"x_a": [1, 0, None], "x_b": [0, 1, 0]}, 300),  # with gaps
        ({"x_a": [2, 0], "x_b": [0, 1]}, 300),  # no flags
    ],
)
def test_what_may_be_more_than_one_choice_stays_columns(columns, rows):
    frame = pd.DataFrame({name: [values[at % len(values)] for at in range(rows)] for name, values in columns.items()})
    assert infer_schema(frame).one_hot == ()


SCHEMA = infer_schema(dummies(people(), dtype=int))
ROW = {"age": 40, "has_car": 1, "has_dog": 0}


def test_a_record_may_bring_the_choice_or_its_columns():
    columns = {"town_Graz": 0, "town_Linz": 1, "town_Wels": 0}
    read = read_records(SCHEMA, [ROW | {"town": "Linz"}, ROW | columns])
    assert read.problems == ()
    assert read.rows[0] == read.rows[1]
    many = read_records(SCHEMA, [ROW | {"town": town} for town in TOWNS] * 20)  # as a file brings them
    assert [row[3:] for row in many.rows[:3]] == [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
    assert read_records(SCHEMA.with_blanks, [ROW | {"town": ""}]).rows[0][3:] == (None, None, None)


@pytest.mark.parametrize(
    ("given", "message", "hint"),
    [
        ({"town": "Lins"}, "“Lins” is not one of the choices.", "Accepted: Graz, Linz, Wels. Did you mean 'Linz'?"),
        ({"town": ""}, "A value is needed.", "Accepted: Graz, Linz, Wels."),
        ({"town": "Linz", "town_Linz": 1}, "Came twice, as 'town' and as 'town_Linz'.", "Send it once."),
    ],
)
def test_what_is_wrong_with_a_choice_is_said_of_the_choice(given, message, hint):
    (problem,) = read_records(SCHEMA, [ROW | given]).problems
    assert (problem.feature, problem.message, problem.hint) == ("town", message, hint)


@pytest.mark.parametrize(
    ("values", "choice"),
    [
        ({"a": "1", "b": "0"}, "A"),
        ({"a": "false", "b": "true"}, "B"),
        ({"a": 0.0, "b": 0}, "none"),
        ({"a": "1", "b": "1"}, ""),
        ({"a": "", "b": "0"}, ""),
        ({}, ""),
    ],
)
def test_the_choice_that_columns_stand_for(values, choice):
    one = OneHot("x", "X", ("a", "b"), ("A", "B"), "none", "A")
    assert one.choice_of(values) == choice
    assert not choice or one.choice_of(one.columns_of(choice)) == choice


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A service with a model on the columns, and the estimator."""
    frame = dummies(people(), drop_first=True)
    shift = frame["town_Linz"] * 2.0 - frame["town_Wels"] * 2.0
    truth = pd.Series(np.where(shift + frame["age"] / 50 + np.random.default_rng(1).normal(size=600) > 1.5, "y", "n"))
    estimator = LogisticRegression(max_iter=500).fit(frame[:400], truth[:400])
    folder = tmp_path_factory.mktemp("models")
    build_bundle(
        trained_of("towns", estimator, frame, truth, 400),
        folder,
    )
    return open_service(folder), estimator


def asked_frame(choice, age=40):
    row = {"age": age, "has_car": 1, "has_dog": 0, "town_Linz": choice == "Linz", "town_Wels": choice == "Wels"}
    return pd.DataFrame([row])


@pytest.mark.parametrize("choice", ["Linz", "Wels", "Other"])
def test_numbers_are_the_estimators(model, choice):
    service, estimator = model
    truth = estimator.predict_proba(asked_frame(choice))[0]
    score = service.score("towns", [ROW | {"town": choice}]).scores[0]
    assert np.allclose(score.probabilities, truth, rtol=0, atol=1e-12)
    standing = service.score_with_blanks(service.model("towns").key, ROW | {"town": choice}, None)
    assert np.allclose(standing.probabilities, truth, rtol=0, atol=1e-12)


def test_the_sweep_moves_all_columns_together(model):
    service, estimator = model
    value_function = ValueFunction(service.model("towns"))
    row = read_records(value_function.schema, [ROW | {"town": "Wels"}]).all_rows()[0]
    swept = one_hot_sweeps(value_function, row)["town"]
    assert swept.values == ("Linz", "Wels", "Other")
    assert swept.here == 1
    truth = np.concatenate([estimator.predict_proba(asked_frame(choice)) for choice in swept.values])
    assert np.allclose(swept.probabilities, truth, rtol=0, atol=1e-12)


def test_reasons_questions_and_fields_speak_of_the_choice(model):
    service, _ = model
    bundle = service.model("towns")
    record = {"age": "40", "has_car": "1", "has_dog": "0", "town": "Wels"}
    asked = {"serial": 1, "model": bundle.key, "record": record, "outcome": "", "declined": ""}
    reasons, advised = show_reasons(service, asked)
    assert "Town Wels lowers it by" in str(reasons)
    assert set(advised["sweeps"]) == {"age", "has_car", "has_dog", "town"}
    standing = service.score_with_blanks(bundle.key, record | {"town": ""}, None)
    assert [question.feature for question in standing.questions] == ["town"]
    assert standing.questions[0].move > 0
    said, told = form.score(service, asked | {"record": record | {"town": ""}})
    assert told["problems"] == {}
    assert "Town" in str(said)


def test_contributions_of_the_columns_are_one_reason(model):
    service, _ = model
    bundle = service.model("towns")
    standing = service.score_with_blanks(bundle.key, ROW | {"town": "Linz"}, None)
    advice = service.advise(standing)
    column = bundle.outcomes.index(standing.outcome)
    whole = 100 * advice.explanation.contributions[3:, column].sum()
    told = {reason.feature: reason.points for reason in (*advice.reasons.raising, *advice.reasons.lowering)}
    assert told["town"] == pytest.approx(whole)


def test_a_record_of_the_book_fills_the_choice(model):
    service, _ = model
    schema = form_schema(service.model("towns"))
    entry = BookRecord("7", {"age": "40", "town_Linz": "false", "town_Wels": "true"})
    assert kept_record(schema, entry)["town"] == "Wels"
    assert kept_record(schema, BookRecord("8", {"town_Linz": "false", "town_Wels": "false"}))["town"] == "Other"
    assert kept_record(schema, BookRecord("9", {"age": "40"}))["town"] == ""


def test_a_file_may_bring_the_choice(model):
    service, estimator = model
    bundle = service.model("towns")
    header = ["Age", "has_car", "has_dog", "TOWN"]
    columns = match_columns(bundle.schema, header, {}).columns
    assert columns == {"Age": "age", "has_car": "has_car", "has_dog": "has_dog", "TOWN": "town"}
    assert missing_of(bundle.schema, set(columns.values())) == ()
    assert missing_of(bundle.schema, {"age", "has_car", "town_Linz"}) == ("has_dog", "town_Wels")
    lines = [["40", "1", "0", choice] for choice in ("Linz", "Wels", "Other")] * 10
    rows = [dict(zip(columns.values(), line, strict=True)) for line in lines]
    truth = np.concatenate([estimator.predict_proba(asked_frame(choice)) for *_, choice in lines])
    scores = service.score("towns", rows).scores
    assert np.allclose([score.probabilities for score in scores], truth, rtol=0, atol=1e-12)


def test_a_schema_without_groups_is_shown_as_it_is():
    schema = infer_schema(people())
    assert schema.one_hot == ()
    assert schema.displayed.features == schema.features
    assert isinstance(schema, Schema)
