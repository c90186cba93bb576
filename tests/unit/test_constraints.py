"""Constraints between features: read as people write them, kept in the version, refused in words."""

import json

import pandas as pd
import pytest

from ml.data.constraints import read_constraints
from ml.data.feature import Feature
from ml.data.schema import Constraint
from ml.data.schema_json import from_json, to_json
from ml.errors import InvalidData
from ml.training.infer_schema import infer_schema

FEATURES = (
    Feature("down payment", "Down payment", "number", aliases=("down",)),
    Feature("price", "Price", "integer"),
    Feature("start", "Start", "date"),
    Feature("end", "End", "date"),
    Feature("plan", "Plan", "category"),
    Feature("a<b", "Odd", "number"),
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("down payment <= price", Constraint("down payment", "<=", "price")),
        ("down<price", Constraint("down payment", "<", "price")),
        (" price >= down ", Constraint("down payment", "<=", "price")),
        ("end > start", Constraint("start", "<", "end")),
        ("a<b <= price", Constraint("a<b", "<=", "price")),
        ("price < a<b", Constraint("price", "<", "a<b")),
    ],
)
def test_constraints_are_read_as_people_write_them(text, wanted):
    assert read_constraints([text], FEATURES) == (wanted,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (5, "This is no constraint: '5'. Write it as"),
        ("price", "no constraint: 'price'"),
        ("price = down", "no constraint"),
        ("price <= cost", "names 'cost'. Features: down payment, down, price"),
        ("<= price", "names ''"),
        ("start < price", "compares 'start' \\(date\\) with 'price' \\(integer\\). It takes two numbers, or two dates"),
        ("plan < price", "compares 'plan' \\(category\\)"),
        ("price < price", "compares 'price'"),
    ],
)
def test_what_is_no_constraint_is_refused(text, said):
    with pytest.raises(InvalidData, match=said):
        read_constraints([text], FEATURES)


def test_constraints_survive_their_json_and_schemas_without_them_are_as_before():
    frame = pd.DataFrame({"a": [1.0, 2.5], "b": [2, 3]})
    plain, ruled = infer_schema(frame), infer_schema(frame, constraints=["a <= b"])
    assert ruled.constraints == ruled.with_blanks.constraints == (Constraint("a", "<=", "b"),)
    assert from_json(json.loads(json.dumps(to_json(ruled)))) == ruled
    assert "constraints" not in to_json(plain)
    assert from_json(to_json(plain)) == plain
