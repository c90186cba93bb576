"""A category of ten thousand choices: searched in the form, listed nowhere, swept over its common values only."""

import dataclasses
import json

import numpy as np
import pandas as pd
import plotly.utils
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import TargetEncoder

from api.contract.of_model import document_of
from callbacks.choices import find_choices
from callbacks.router import show_page
from layouts.predict.page import form_schema
from layouts.shared import combobox_choices, field_texts
from ml.advice.counterfactuals import counterfactuals
from ml.advice.grid import MOST_SWEPT
from ml.advice.value_function import ValueFunction
from ml.advice.what_if import sweeps
from ml.data.feature import MOST_LISTED, Choice, Feature
from ml.data.records import read_records
from ml.data.schema import Schema
from ml.service import open_service
from ml.training.build import build_bundle
from ml.training.infer_schema import infer_schema
from ml.training.trained import Trained, outcomes_of

LEVELS = 10_000
NAMES = [f"Ort {at}" for at in range(LEVELS)]


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A model of towns: the first twenty are common."""
    rng = np.random.default_rng(0)
    towns = np.concatenate([NAMES, rng.choice(NAMES[:20], 5_000)])
    frame = pd.DataFrame({"town": pd.Categorical(towns), "age": rng.integers(18, 90, len(towns))})
    frame = frame.sample(frac=1, random_state=0, ignore_index=True)
    truth = pd.Series(np.where(frame["age"] + rng.normal(0, 20, len(frame)) > 50, "yes", "no"))
    encode = make_column_transformer((TargetEncoder(), ["town"]), remainder="passthrough")
    estimator = make_pipeline(encode, LogisticRegression(max_iter=500)).fit(frame, truth)
    trained = Trained(
        name="towns",
        title="Towns",
        description="",
        estimator=estimator,
        schema=infer_schema(frame, {"town": {"lever": True}}),
        outcomes=outcomes_of(estimator),
        training=frame,
        holdout=frame[:500],
        truth=truth[:500],
    )
    folder = tmp_path_factory.mktemp("models")
    build_bundle(trained, folder)
    return open_service(folder)


def asked(service, text, feature="town"):
    return find_choices(service, {"serial": 4, "model": service.model("towns").key, "feature": feature, "text": text})


def test_the_form_searches_them(service):
    schema = form_schema(service.model("towns"))
    feature = schema.feature("town")
    assert feature.shown_as == "combobox"
    assert dataclasses.replace(feature, widget="select").shown_as == "combobox"
    feet = '<li class="combobox-foot" role="presentation">1 of 10,000 fits.</li>'
    listed = f'<li id="choices-{schema.position["town"]}-0" role="option">Ort 9999</li>{feet}'
    found = {"serial": 4, "hits": ["Ort 9999"], "list": listed, "words": "1 of 10,000 fits."}
    found |= {"same": "Ort 9999", "sure": True, "marked": 0}
    assert asked(service, "ort 9999") == found
    assert asked(service, " ÖRT  9999 ") == found | {"same": "Ort 9999"}
    many = asked(service, "ORT 12")
    assert many["hits"][0] == "Ort 12"
    assert len(many["hits"]) == combobox_choices.LIMIT
    assert many["words"] == f"The first {combobox_choices.LIMIT} of 111 that fit."  # 12, 12x, 12xx
    assert many["same"] == "Ort 12"
    assert asked(service, "Ort")["same"] == ""
    assert asked(service, "")["marked"] == -1
    assert asked(service, "Wien")["words"] == "None of 10,000 choices has “Wien”."


@pytest.mark.parametrize("sent", [None, 3, {}, {"model": 5}, {"model": "gone", "text": []}, {"serial": "x"}])
def test_a_browser_may_send_anything(service, sent):
    assert find_choices(service, sent)["hits"] == []
    assert asked(service, "ort", feature="nothing")["hits"] == []


def test_pages_and_the_contract_list_none_of_them(service):
    for page in ("predict", "insights", "performance"):
        sent = json.dumps(show_page(service, f"/towns/{page}", ""), cls=plotly.utils.PlotlyJSONEncoder)
        assert len(sent) < 120_000, page
    contract = document_of(service.model("towns"), "towns")
    assert NAMES[1234] not in json.dumps(contract)
    schemas = [each["properties"] for each in contract["components"]["schemas"].values() if "properties" in each]
    town = next(properties["town"] for properties in schemas if "town" in properties)
    assert town["type"] == "string"
    assert "enum" not in town
    assert "One of 10,000 values" in town["description"]


def test_a_sweep_and_the_levers_try_the_common_ones_and_the_own_one(service):
    bundle = service.model("towns")
    value_function = ValueFunction(bundle)
    row = ("Ort 777", 40)
    swept = sweeps(value_function, row)["town"]
    assert len(swept.values) <= MOST_SWEPT + 1
    assert swept.values[swept.here] == "Ort 777"
    common = {name for name in NAMES[:20] if name in set(value_function.background[0].tolist())}
    assert common <= set(swept.values)
    exact = [value_function.score((value, 40)).value for value in swept.values]
    assert np.allclose(swept.probabilities, exact)
    assert len(counterfactuals(value_function, row, 1, 0.99).levers) == 1


def test_a_wrong_one_says_how_many_there_are_and_what_was_meant(service):
    schema = service.model("towns").schema
    wrong, far = read_records(schema, [{"town": "Ortt 123", "age": 4}, {"town": "Xyzzy", "age": 4}]).problems
    assert wrong.message == "“Ortt 123” is not one of the 10,000 choices."
    assert wrong.hint == "Did you mean 'Ort 123'?"
    assert far.hint == f"Accepted: {', '.join(c.label for c in schema.feature('town').choices[:3])} and 9,997 more."


CODES = Feature(
    "code", "Code", "category", choices=tuple(Choice(at, f"Office {at}") for at in range(MOST_LISTED + 1)), default=3
)


@pytest.mark.parametrize(
    ("given", "kept", "text"),
    [
        (None, None, "Office 3"),
        ("Office 5", None, "Office 5"),
        ("Paris", None, "Paris"),  # shown and explained at the field
        (None, "7", "Office 7"),
        (None, "", ""),
    ],
)
def test_the_field_holds_the_label_and_what_is_wrong(given, kept, text):
    otherwise = None if kept is None else field_texts.kept_text(CODES, kept)
    assert field_texts.starting_text(CODES, given, otherwise) == text


def test_labels_and_values_are_both_found_each_once():
    assert combobox_choices.labels_that_fit(CODES, "12") == ["Office 12"]
    assert combobox_choices.labels_that_fit(CODES, "office 6") == ["Office 6", "Office 60"]
    assert read_records(Schema((CODES,)), [{"code": "Office 12"}]).rows == ((12,),)


def test_a_list_shows_no_value_that_is_none_of_its_choices():
    few = Feature("x", "X", "category", choices=(Choice("a", "A"), Choice("b", "B")), default="a", unknown=True)
    assert field_texts.kept_text(few, "c") == ""
    assert field_texts.starting_text(few, "c") == "a"
    many = dataclasses.replace(CODES, unknown=True)
    assert field_texts.kept_text(many, "99") == "99"  # typed ones have a place for it
