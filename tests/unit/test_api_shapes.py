"""The shapes in which programs write tables: told apart by their form, read as pandas means them."""

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.http.json_tables import drop_unknown_fields, from_lists, records_in, rows_or_records
from ml.errors import Unreadable

NAMES = ("age", "town", "income")
ROWS = [{"age": 31, "town": "Linz", "income": 1.5}, {"age": 44, "town": "", "income": None}]
FRAME = pd.DataFrame(ROWS)


def known():
    return frozenset(NAMES)


def written(frame, orient):
    if orient in ("tight", "list"):
        return json.loads(json.dumps(frame.to_dict(orient=orient)).replace("NaN", "null"))
    return json.loads(frame.to_json(orient=orient))


@pytest.mark.parametrize("orient", ["records", "columns", "index", "split", "tight", "table", "list"])
def test_what_pandas_writes_is_read_back(orient):
    assert records_in(written(FRAME, orient), 1_000, known) == ROWS


@pytest.mark.parametrize("orient", ["columns", "index"])
def test_rows_that_have_labels_of_their_own(orient):
    assert records_in(written(FRAME.set_index(pd.Index(["a", "income"])), orient), 1_000, known) == ROWS


@pytest.mark.parametrize("orient", ["columns", "index", "split", "list", "records"])
@settings(deadline=None)
@given(st.data())
def test_a_table_of_any_size_comes_back(orient, data):
    rows = data.draw(st.lists(st.fixed_dictionaries({name: st.integers(-9, 9) for name in NAMES}), min_size=1))
    assert records_in(written(pd.DataFrame(rows), orient), 1_000, known) == rows


def test_features_that_are_called_by_numbers():
    numbers = frozenset("01")
    frame = pd.DataFrame([[5, 6], [7, 8], [9, 10]], columns=["0", "1"])
    rows = [{"0": 5, "1": 6}, {"0": 7, "1": 8}, {"0": 9, "1": 10}]
    assert records_in(written(frame, "columns"), 1_000, lambda: numbers) == rows
    assert records_in(written(frame, "index"), 1_000, lambda: numbers) == rows
    with pytest.raises(Unreadable, match="which are which"):
        records_in(written(frame[:2], "columns"), 1_000, lambda: numbers)


def test_one_record_and_a_record_with_a_wrong_value_stay_one_record():
    assert records_in({"age": 31, "town": [1, 2]}, 1_000, known) == [{"age": 31, "town": [1, 2]}]
    assert records_in({"columns": "a", "data": [[1]]}, 1_000, known) == [{"columns": "a", "data": [[1]]}]
    assert records_in({}, 1_000, known) == [{}]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"age": [1, 2], "town": ["a"]}, "'age': 2, 'town': 1"),
        ({"columns": ["age", "age"], "data": [[1, 2]]}, "more than once: age"),
        ({"columns": [["age", "x"]], "data": [[1]]}, "several parts"),
        ({"columns": ["age"], "data": [[1, 2]]}, "2 values; there are 1"),
        ({"columns": ["age"], "data": [1]}, "no list"),
        ({"age": {"0": 1}, "town": {"1": "a"}}, "different rows: 'town'"),
        (5, "holds no record"),
    ],
)
def test_a_table_that_does_not_fit_together_is_refused(data, words):
    with pytest.raises(Unreadable, match=words):
        records_in(data, 1_000, known)


def test_rows_by_place_and_single_values():
    first = dict(zip(NAMES, [31, "Linz", 1.5], strict=True))
    assert rows_or_records([[31, "Linz", 1.5]], NAMES, 9) == [first]
    assert rows_or_records([31, "Linz", 1.5], NAMES, 9) == [first]
    assert rows_or_records(["a", "b"], ["text"], 2) == [{"text": "a"}, {"text": "b"}]
    assert rows_or_records([first], NAMES, 9) == [first]
    assert from_lists({"age": [[31]], "town": ["Linz"]}, 9) == [{"age": 31, "town": "Linz"}]


def test_strangers_are_left_out_and_named_once():
    raws = [{"age": 1, "x": 2}, {"town": "a", "y": 1, "x": 3}, "no record", {}]
    assert drop_unknown_fields(raws, known()) == ([{"age": 1}, {"town": "a"}, "no record", {}], ["x", "y"])
    with pytest.raises(Unreadable, match="record 1"):
        drop_unknown_fields([{"age": 1}, {"Age ": 1}], known())
