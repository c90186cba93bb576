"""A hold-out comes back as it was written, as a table and as columns, and a large one brings its scores."""

from __future__ import annotations

import datetime as dt
import math
import shutil
from pathlib import Path

import numpy as np
import pytest

from ml.bundle import holdout as holdouts
from ml.bundle.bundle import Bundle
from ml.bundle.holdout import COLUMNS, SCORES, TABLE, Holdout, read_holdout, write_holdout
from ml.data.columns import block_of, rows_of
from ml.data.feature import Choice, Feature
from ml.data.outcomes import Outcome, Outcomes
from ml.data.schema import Schema
from ml.errors import BrokenModel
from ml.lifecycle.registry import Registry
from ml.lifecycle.versions import same_holdout
from ml.metrics.evaluation import evaluate
from ml.runtime.array_file import read_arrays, write_arrays
from tests.small import small_model

OUTCOMES = Outcomes(tuple(Outcome(name, name, name) for name in ("a", "b")), False, "a")
SCHEMA = Schema(
    (
        Feature("x", "x", "number", "float64"),
        Feature("n", "n", "integer", "int64"),
        Feature("yes", "yes", "boolean", "bool"),
        Feature("kind", "kind", "category", "object", choices=(Choice(7, "seven"), Choice("7", "the text"))),
        Feature("said", "said", "text", "object"),
        Feature("day", "day", "date", "datetime64[ns]"),
    )
)
ROWS = [
    (0.1 + 0.2, 3, True, 7, "ä, b\n", dt.date(2026, 1, 31)),
    (None, None, None, None, "", None),
    (-1e300, -4, False, "7", "c", dt.date(1969, 12, 31)),
]
TRUTH = np.array([[True, False], [False, False], [True, True]])


@pytest.fixture
def as_columns(monkeypatch):
    monkeypatch.setattr(holdouts, "MOST_IN_A_TABLE", 2)


@pytest.mark.usefixtures("as_columns")
def test_columns_come_back_as_they_were_each_value_in_its_kind(tmp_path):
    write_holdout(tmp_path, SCHEMA, OUTCOMES, Holdout(block_of(SCHEMA, ROWS), TRUTH))
    assert [path.name for path in tmp_path.iterdir()] == [COLUMNS]
    read = read_holdout(tmp_path, {COLUMNS}, SCHEMA, OUTCOMES)
    assert rows_of(SCHEMA, read.block) == ROWS
    assert isinstance(read.block[3][0], int)
    assert isinstance(read.block[3][2], str)
    np.testing.assert_array_equal(read.truth, TRUTH)
    with pytest.raises(ValueError, match="read-only"):
        read.block[0][0] = 1.0


def test_a_small_hold_out_is_a_table_that_people_can_read(tmp_path):
    write_holdout(tmp_path, SCHEMA, OUTCOMES, Holdout(block_of(SCHEMA, ROWS), TRUTH))
    assert [path.name for path in tmp_path.iterdir()] == [TABLE]
    read = read_holdout(tmp_path, {TABLE}, SCHEMA, OUTCOMES)
    np.testing.assert_array_equal(read.truth, TRUTH)
    assert read.block[0][0] == ROWS[0][0]
    assert math.isnan(read.block[0][1])


def test_arrays_lie_at_multiples_of_64_bytes_and_hold_no_objects(tmp_path):
    arrays = {"a": np.arange(5.0), "b": np.array([[True, False, True]]), "c": np.array(["2026-01-01"], "datetime64[s]")}
    write_arrays(tmp_path / "f", {"é": [1, None]}, arrays)
    about, found = read_arrays(tmp_path / "f")
    assert about == {"é": [1, None]}
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].ctypes.data % 64 == 0
    with pytest.raises(ValueError, match="Object arrays"):
        write_arrays(tmp_path / "g", {}, {"a": np.array([None])})


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Path, str, str]:
    """The same small model with its hold-out as a table and as columns: folder and keys."""
    folder = tmp_path_factory.mktemp("made")
    table = small_model("binary", folder)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(holdouts, "MOST_IN_A_TABLE", 100)
        columns = small_model("binary", folder)
    assert table != columns
    return folder, table, columns


@pytest.fixture
def both(made, tmp_path, monkeypatch) -> tuple[Bundle, Bundle]:
    monkeypatch.setattr(holdouts, "MOST_IN_A_TABLE", 100)
    registry = Registry(shutil.copytree(made[0], tmp_path, symlinks=True, dirs_exist_ok=True))
    return registry.load(made[1]), registry.load(made[2])


def test_the_scores_kept_are_those_that_the_predictor_gives(both):
    table, columns = both
    assert table.scores is None
    asked, kept = evaluate(table), evaluate(columns)
    np.testing.assert_array_equal(kept.probabilities, asked.probabilities)
    np.testing.assert_array_equal(kept.labels, asked.labels)
    np.testing.assert_array_equal(kept.truth, asked.truth)
    del columns.__dict__["scores"]
    (columns.folder / SCORES).unlink()
    with pytest.raises(BrokenModel, match=r"scores.columns is not readable"):
        evaluate(columns)


def test_a_table_and_columns_of_the_same_rows_are_the_same_hold_out(both):
    table, columns = both
    assert same_holdout(table, columns)
    other = columns.holdout.truth.copy()
    other[0] ^= True
    columns.__dict__["holdout"] = Holdout(columns.holdout.block, other)
    assert not same_holdout(table, columns)


@pytest.mark.parametrize("name", [COLUMNS, SCORES])
def test_harmed_columns_are_named(both, name):
    path = both[1].folder / name
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(BrokenModel, match=f"{name} was altered"):
        Bundle("binary", both[1].folder)


def test_columns_that_the_manifest_does_not_name_are_not_read(both):
    table, columns = both
    for name in (COLUMNS, SCORES):
        (table.folder / name).write_bytes((columns.folder / name).read_bytes()[:-1])
    again = Bundle("binary", table.folder)
    assert again.scores is None
    np.testing.assert_array_equal(again.holdout.truth, columns.holdout.truth)
