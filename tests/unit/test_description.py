"""Descriptions of models are checked, and refused in words that name the fault."""

import pandas as pd
import pytest

from ml.data.feature import Choice
from ml.errors import InvalidData
from ml.training.describe import read_description
from ml.training.infer_schema import infer_schema


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "code": [1, 2, 2, 10],
            "weight": [1.5, 2.5, 3.5, 4.5],
            "colour": ["red", "blue", "red", "red"],
            "since": pd.to_datetime(["2020-01-01", "2021-06-15", "2022-01-01", "2023-01-01"]),
        }
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("titel = 'x'", "describes titel"),
        ("title = 5", "title in d.toml is 5"),
        ("[outcomes]\nleft = 1", "outcomes.left in d.toml is 1"),
        ("[features]\nplan = 'x'", "features.plan in d.toml is 'x'"),
        ("constraints = 'a < b'", "constraints in d.toml is 'a < b'. It is written as a list"),
        ("title = ", "cannot be read as TOML"),
    ],
)
def test_a_file_that_says_something_else_is_refused(tmp_path, text, said):
    (tmp_path / "d.toml").write_text(text)
    with pytest.raises(InvalidData, match=said):
        read_description(tmp_path / "d.toml")


@pytest.mark.parametrize(
    ("column", "told", "said"),
    [
        ("weight", {"low": "x"}, "low of 'weight' is 'x'. It is a number"),
        ("weight", {"high": True}, "high of 'weight' is True"),
        ("weight", {"kind": "float"}, "the kind 'float'. Known: number, integer"),
        ("weight", {"widget": "knob"}, "the widget 'knob'. Known: number, slider"),
        ("weight", {"default": "heavy"}, "default of 'weight': “heavy” is not a number"),
        ("weight", {"personal": "yes"}, "personal of 'weight' is 'yes'. It is true or false"),
        ("weight", {"label": 5}, "label of 'weight' is 5. It is a text"),
        ("colour", {"low": 1}, "a category has no limits"),
        ("colour", {"kind": "date"}, "'colour' is described as date, and its values are not: “red”"),
        ("colour", {"kind": "number"}, "'colour' is described as number"),
        ("since", {"low": "2020-01-01"}, "It is a date such as"),
        ("colour", {"aliases": "hue"}, "It is a list of texts"),
    ],
)
def test_a_field_of_another_form_is_refused(frame, column, told, said):
    with pytest.raises(InvalidData, match=said):
        infer_schema(frame, {column: told})


def test_a_code_with_choices_is_a_category(frame):
    code = infer_schema(frame, {"code": {"choices": {"1": "One", "2": "Two", "10": "Ten"}}}).feature("code")
    assert (code.kind, code.default) == ("category", 2)
    assert code.choices == (Choice(1, "One"), Choice(2, "Two"), Choice(10, "Ten"))


def test_a_code_that_is_called_a_category_lists_its_values(frame):
    code = infer_schema(frame, {"code": {"kind": "category"}}).feature("code")
    assert [choice.value for choice in code.choices] == [1, 2, 10]
    assert type(code.default) is int  # numpy's would not go into JSON
