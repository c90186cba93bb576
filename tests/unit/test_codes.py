"""0/1 and yes/no columns are asked for as yes or no, few whole numbers by buttons; what the estimator gets stays."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from layouts.shared import field_texts, fields
from ml.data.columns import block_of, frame_of
from ml.data.feature import Choice
from ml.data.records import read_records
from ml.data.schema import Schema
from ml.data.schema_json import from_json, to_json
from ml.data.yes_no import no_and_yes
from ml.service import open_service
from ml.text.words import named
from ml.training.build import build_bundle
from ml.training.infer_schema import infer_schema
from tests.small import trained_of


def feature_of(values, **told):
    frame = pd.DataFrame({"x": values})
    return infer_schema(frame, {"x": told}).features[0]


@pytest.mark.parametrize(
    ("texts", "pair"),
    [
        (["No", "Yes"], ("No", "Yes")),
        (["YES", "NO"], ("NO", "YES")),
        (["y", "n"], ("n", "y")),
        (["T", "F"], ("F", "T")),
        (["ja", "nein"], ("nein", "ja")),
        (["oui", "non"], ("non", "oui")),
        (["sí", "no"], ("no", "sí")),
        ([" si", "no "], ("no ", " si")),
        (["1", "0"], ("0", "1")),
        (["Male", "Female"], None),
        (["f", "m"], None),
        (["yes", "nein"], None),
        (["yes", "no", "maybe"], None),
        (["yes"], None),
        (["yes", "Yes", "no"], None),
        (["yes", "yes", "no"], ("no", "yes")),
    ],
)
def test_which_of_two_words_means_yes(texts, pair):
    assert no_and_yes(texts) == pair


@pytest.mark.parametrize(
    ("values", "kind", "widget", "labels"),
    [
        ([0, 1] * 20, "integer", "buttons", ["Yes", "No"]),
        ([0.0, 1.0, None, 1.0] * 5, "integer", "buttons", ["Yes", "No"]),
        ([True, False] * 5, "boolean", "switch", []),
        (["Yes", "No"] * 5, "category", "switch", ["No", "Yes"]),
        (["Y", "N"] * 5, "category", "switch", ["No", "Yes"]),
        (["nein", "JA"] * 5, "category", "switch", ["JA", "nein"]),
        (["Male", "Female"] * 5, "category", "radio", ["Female", "Male"]),
        ([1, 2, 3] * 20, "integer", "buttons", ["1", "2", "3"]),
        ([0, 1, 2, 3, 4] * 20, "integer", "buttons", ["0", "1", "2", "3", "4"]),
        ([1, 2, 3] * 5, "integer", "number", []),  # too few rows to tell
        ([1, 2, 4] * 20, "integer", "number", []),  # with a gap
        ([0, 1, 2, 3, 4, 5, 6] * 20, "integer", "number", []),
        ([2019, 2020, 2021] * 20, "integer", "number", []),
        ([-1, 0, 1] * 20, "integer", "number", []),
        ([1, 1] * 20, "integer", "number", []),
        ([0.5, 1.0] * 20, "number", "number", []),
    ],
)
def test_how_a_column_is_asked_for(values, kind, widget, labels):
    feature = feature_of(values)
    assert (feature.kind, feature.shown_as) == (kind, widget)
    assert [choice.label for choice in feature.codes or feature.choices] == labels
    assert from_json(to_json(Schema((feature,)))) == Schema((feature,))


def test_what_is_described_wins():
    assert feature_of([1, 2, 3] * 20, unit="people").shown_as == "number"
    assert feature_of([1, 2, 3] * 20, low=0).shown_as == "number"
    assert feature_of([0, 1] * 20, widget="number").shown_as == "number"
    assert feature_of([0, 1] * 20, choices={"0": "single", "1": "married"}).kind == "category"
    assert feature_of([0, 1] * 20, widget="switch").shown_as == "buttons"  # a switch could not hold a 2


@pytest.mark.parametrize(
    ("values", "raw", "value"),
    [
        ([0, 1], 1, 1),
        ([0, 1], "1.0", 1),
        ([0, 1], True, 1),
        ([0, 1], "false", 0),
        ([0, 1], "Yes", 1),
        ([0, 1], " no ", 0),
        ([0, 1], 2, 2),  # accepted, with a note
        ([True, False], "1.0", True),
        ([True, False], 0, False),
        (["ja", "nein"], "ja", "ja"),
        (["ja", "nein"], True, "ja"),
        (["Y", "N"], "no", "N"),
        (["Y", "N"], "Yes", "Y"),
        (["YES", "NO"], "yes", "YES"),
    ],
)
def test_yes_and_no_are_understood_in_any_form(values, raw, value):
    schema = Schema((feature_of(values * 20),))
    read = read_records(schema, [{"x": raw}])
    assert read.problems == ()
    assert read.rows == ((value,),)
    assert type(read.rows[0][0]) is type(value)
    assert bool(read.notes) == (value == 2 and value is not True)


@pytest.mark.parametrize(("values", "raw"), [([0, 1], "maybe"), (["ja", "nein"], "1"), ([1, 2, 3], "yes")])
def test_what_is_neither_is_refused(values, raw):
    assert read_records(Schema((feature_of(values * 20),)), [{"x": raw}]).problems


def test_the_frame_is_as_it_was():
    frame = pd.DataFrame({"whole": [0, 1] * 20, "real": [0.0, 1.0] * 20, "text": ["No", "Yes"] * 20})
    schema = infer_schema(frame)
    rows = read_records(schema, [{"whole": "yes", "real": True, "text": True}, {"whole": 0, "real": 0, "text": "No"}])
    made = frame_of(schema, block_of(schema, rows.all_rows()))
    pd.testing.assert_frame_equal(made, frame.iloc[[1, 0]].reset_index(drop=True))


def test_words_say_yes_and_not_1():
    feature = feature_of([0, 1] * 20)
    assert named(feature, 1) == "X: yes"
    assert named(feature, 2) == "X of 2"
    assert named(feature_of([1, 2, 3] * 20), 2) == "X of 2"


def test_the_form_says_what_it_holds():
    switch = feature_of(["ja", "nein"] * 5)
    assert field_texts.starting_text(switch, "ja") == "true"
    assert field_texts.kept_text(switch, "nein") == "false"
    codes = Schema((feature_of([1, 2, 3] * 20),)).with_blanks.features[0]
    assert codes.shown_as == "buttons"
    control = fields.field(codes, 0, "7").children[1]
    assert control.children[1].hidden is False  # another value than those of the buttons is seen
    assert fields.field(codes, 0, "2").children[1].children[1].hidden is True


def test_numbers_are_the_estimators(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"flag": rng.integers(0, 2, 200), "tier": rng.integers(1, 4, 200), "own": rng.choice(["Yes", "No"], 200)}
    )
    truth = pd.Series(np.where(frame["flag"] + frame["tier"] + rng.normal(size=200) > 2.5, "a", "b"))
    estimator = make_pipeline(
        make_column_transformer((OneHotEncoder(), ["own"]), remainder="passthrough"), LogisticRegression()
    ).fit(frame, truth)
    build_bundle(
        trained_of("codes", estimator, frame, truth, 150, schema=infer_schema(frame)),
        tmp_path,
    )
    records = [{"flag": True, "tier": 5, "own": True}, {"flag": "no", "tier": "2", "own": "No"}]
    found = [score.probabilities for score in open_service(tmp_path).score("codes", records).scores]
    asked = pd.DataFrame({"flag": [1, 0], "tier": [5, 2], "own": ["Yes", "No"]})
    assert np.allclose(found, estimator.predict_proba(asked), rtol=0, atol=1e-12)


def test_a_choice_with_a_name_is_read_by_it():
    feature = feature_of([1, 2] * 20)
    named_codes = Schema((replace(feature, codes=(Choice(1, "Low"),)),))
    assert read_records(named_codes, [{"x": "low"}]).rows == ((1,),)
