"""A schema inferred from data says what the data say."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ml.data.columns import block_of_frame, frame_of
from ml.data.feature import Choice
from ml.data.schema_json import from_json, to_json
from ml.errors import InvalidData
from ml.training.columns.column_shapes import nice_step
from ml.training.infer_schema import infer_schema


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "weight": [1.5, 2.5, 3.5, np.nan],
            "children": [0, 1, 2, 5],
            "colour": ["red", "blue", "red", None],
            "level": pd.Categorical(["low", "high", "low", "mid"], categories=["low", "mid", "high"]),
            "member": [True, False, True, True],
            "since": pd.to_datetime(["2020-01-01", "2021-06-15", "2022-01-01", "2023-01-01"]),
            "remark": [f"{'word ' * 30}{n}" for n in range(4)],
        }
    )


def test_kinds_follow_the_values(frame):
    kinds = {feature.name: feature.kind for feature in infer_schema(frame).features}
    assert kinds == {
        "weight": "number",
        "children": "integer",
        "colour": "category",
        "level": "category",
        "member": "boolean",
        "since": "date",
        "remark": "text",
    }


def test_ranges_choices_and_defaults_come_from_the_data(frame):
    schema = infer_schema(frame)
    assert schema.feature("weight").seen == (1.5, 3.5)
    assert schema.feature("weight").default == pytest.approx(2.5)
    assert schema.feature("children").seen == (0, 5)
    assert schema.feature("colour").choices == (Choice("blue", "blue"), Choice("red", "red"))
    assert schema.feature("colour").default == "red"
    assert [choice.value for choice in schema.feature("level").choices] == ["low", "mid", "high"]
    assert schema.feature("member").default is True
    assert schema.feature("since").seen == (dt.date(2020, 1, 1), dt.date(2023, 1, 1))
    assert schema.feature("remark").shown_as == "textarea"


def test_what_was_described_wins(frame):
    described = {"colour": {"choices": {"red": "Rot", "blue": "Blau"}, "label": "Farbe", "default": None}}
    colour = infer_schema(frame, described).feature("colour")
    assert (colour.label, colour.choices[0].label, colour.default) == ("Farbe", "Rot", None)


def test_a_value_is_required_unless_the_estimator_takes_gaps(frame):
    assert all(feature.required for feature in infer_schema(frame).features)
    assert not any(feature.required for feature in infer_schema(frame, optional=True).features)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda f: infer_schema(f, {"nope": {}}), "no column"),
        (lambda f: infer_schema(f.iloc[:0]), "empty"),
    ],
)
def test_data_that_cannot_be_a_schema_are_refused(frame, spoil, said):
    with pytest.raises(InvalidData, match=said):
        spoil(frame)


@pytest.mark.parametrize(("span", "step"), [(100, 1), (17.27, 0.2), (0.111, 0.001), (0, 1), (5000, 50)])
def test_a_step_is_about_a_hundredth_of_the_range(span, step):
    assert nice_step(span) == pytest.approx(step)


def test_a_schema_survives_its_json(frame):
    schema = infer_schema(frame, {"weight": {"aliases": ("w",), "low": 0.0, "lever": True}}, record_id="id")
    assert from_json(to_json(schema)) == schema


def test_choices_described_as_text_get_the_values_of_the_data():
    frame = pd.DataFrame({"level": [1, 2, 2]})
    level = infer_schema(frame, {"level": {"kind": "category", "choices": {"1": "Low", "2": "High"}}}).feature("level")
    assert level.choices == (Choice(1, "Low"), Choice(2, "High"))


@pytest.mark.parametrize(
    ("described", "record_id", "said"),
    [
        ({"weight": {"aliases": ["w"]}, "children": {"aliases": ["w"]}}, None, "answers to w"),
        ({"weight": {"aliases": ["children"]}}, None, "answers to children"),
        ({}, "weight", "answers to weight"),
        ({"colour": {"choices": {"red": "Warm", "blue": "Warm"}}}, None, "'colour' is called “Warm”"),
    ],
)
def test_a_name_means_one_thing(frame, described, record_id, said):
    with pytest.raises(InvalidData, match=said):
        infer_schema(frame, described, record_id=record_id)


def test_values_that_differ_by_spaces_only_are_refused():
    with pytest.raises(InvalidData, match="'work' is called “Private”"):
        infer_schema(pd.DataFrame({"work": ["Private", "Private ", "State"]}))


def test_numbers_among_python_objects_are_numbers():
    frame = pd.DataFrame({"a": pd.Series([1, 2.5, None], dtype=object), "b": pd.Series([3, 4.0, 5], dtype=object)})
    features = infer_schema(frame).features
    assert [(each.kind, each.dtype) for each in features] == [("number", "object"), ("integer", "object")]
    made = frame_of(infer_schema(frame), (np.array([1.0, 2.5, np.nan]), np.array([3.0, 4.5, 5.0])))
    assert made["b"].tolist() == [3, 4.5, 5]


@pytest.mark.parametrize(
    ("series", "kind"),
    [
        (pd.Series([np.nan, np.nan]), "number"),
        (pd.Series([None, None], dtype=object), "text"),
        (pd.Series([None, None], dtype="str"), "text"),
        (pd.Series([pd.NaT, pd.NaT]), "date"),
        (pd.Series([None, None], dtype="boolean"), "boolean"),
        (pd.Series(pd.Categorical([None, None], ["x", "y"])), "category"),
    ],
)
def test_nobody_is_asked_for_a_column_without_values(series, kind):
    frame = pd.DataFrame({"a": [1.5, 2.5], "none": series})
    schema = infer_schema(frame)
    feature = schema.feature("none")
    assert (feature.kind, feature.hidden, feature.default) == (kind, True, None)
    pd.testing.assert_frame_equal(frame_of(schema, block_of_frame(schema, frame)), frame)
