"""Blocks lose nothing on their way to frames and files."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ml.data.columns import block_of, block_of_frame, frame_of, read_csv, rows_of, take, write_csv
from ml.data.feature import Choice, Feature
from ml.data.schema import Schema

SCHEMA = Schema(
    (
        Feature("weight", "Weight", "number"),
        Feature("children", "Children", "integer", dtype="int64"),
        Feature("colour", "Colour", "category", dtype="str", choices=(Choice("red", "Rot"), Choice("blue", "Blau"))),
        Feature("paid", "Paid", "category", dtype="float64", choices=(Choice(1.0, "Yes"), Choice(0.0, "No"))),
        Feature("member", "Member", "boolean", dtype="bool"),
        Feature("since", "Since", "date", dtype="datetime64[ns]"),
        Feature("remark", "Remark", "text", dtype="str", blank=""),
    )
)
ROWS = [
    (0.1 + 0.2, 3, "red", 1.0, True, dt.date(2020, 2, 29), 'a "quoted", line\nand more'),
    (1e-300, 0, "blue", 0.0, False, dt.date(1999, 12, 31), ""),
]
GAPS = [(None, None, None, None, None, None, "x"), *ROWS]


@pytest.mark.parametrize("rows", [ROWS, GAPS, []], ids=["full", "gaps", "none"])
def test_rows_come_back_from_a_block(rows):
    assert rows_of(SCHEMA, block_of(SCHEMA, rows)) == rows


@pytest.mark.parametrize("rows", [ROWS, GAPS], ids=["full", "gaps"])
def test_rows_come_back_from_a_file_to_the_last_digit(tmp_path, rows):
    write_csv(tmp_path / "b.csv", SCHEMA, block_of(SCHEMA, rows), {"is red": ["1"] * len(rows)})
    block, extra = read_csv(tmp_path / "b.csv", SCHEMA, ["is red"])
    assert rows_of(SCHEMA, block) == rows
    assert extra == {"is red": ["1"] * len(rows)}


def test_a_frame_has_the_types_of_training():
    frame = frame_of(SCHEMA, block_of(SCHEMA, ROWS))
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == {f.name: f.dtype for f in SCHEMA.features}


def test_a_frame_with_gaps_has_nan_where_nothing_is_known():
    frame = frame_of(SCHEMA, block_of(SCHEMA, GAPS))
    assert frame.iloc[0][["weight", "children", "colour", "paid", "member", "since"]].isna().all()


def test_a_block_comes_back_from_a_frame():
    rows = rows_of(SCHEMA, block_of_frame(SCHEMA, frame_of(SCHEMA, block_of(SCHEMA, GAPS))))
    assert rows == GAPS


def test_a_frame_of_pandas_integers_with_gaps_is_read():
    schema = Schema((Feature("n", "N", "integer", dtype="Int64"),))
    block = block_of_frame(schema, pd.DataFrame({"n": pd.array([1, None], dtype="Int64")}))
    assert rows_of(schema, block) == [(1,), (None,)]


def test_take_keeps_the_order_that_was_asked_for():
    block = take(block_of(SCHEMA, GAPS), np.array([2, 1]))
    assert rows_of(SCHEMA, block) == [GAPS[2], GAPS[1]]


def test_a_number_from_a_column_of_integers_keeps_its_fraction():
    schema = Schema((Feature("income", "Income", "number", dtype="int64"),))
    assert frame_of(schema, block_of(schema, [(5000.5,)]))["income"].tolist() == [5000.5]


def test_who_renames_the_columns_of_a_frame_renames_no_other():
    """Steps of one's own may do so; the names are made once for all frames of a schema."""
    schema = Schema((Feature("a", "A", "number"), Feature("b", "B", "number")))
    frame = frame_of(schema, (np.array([1.0]), np.array([2.0])))
    frame.columns.name = "mine"
    frame.columns = ["x", "y"]
    other = frame_of(schema, (np.array([3.0, 4.0]), np.array([5.0, 6.0])))
    assert (list(other.columns), other.columns.name, list(other.index)) == (["a", "b"], None, [0, 1])
    assert other.to_numpy().tolist() == [[3.0, 5.0], [4.0, 6.0]]


@pytest.mark.parametrize("rows", [[], [(1.5, None, True)], [(0.1, 2, False), (-0.0, 3, None), (1e300, None, True)]])
def test_a_frame_of_float_columns_only_is_that_of_pandas_and_its_own(rows):
    kinds = ("number", "integer", "boolean")
    schema = Schema(tuple(Feature(name, name, kind, dtype="float64") for name, kind in zip("abc", kinds, strict=True)))
    block = block_of(schema, rows)
    frame = frame_of(schema, block)
    pd.testing.assert_frame_equal(frame, pd.DataFrame(dict(zip("abc", block, strict=True))), check_exact=True)
    if rows:
        frame.iloc[0, 0] = 7.0  # a step of one's own may write into its input
        assert block[0][0] == rows[0][0]
