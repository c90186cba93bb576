"""Which cases of a test are in the push lane: every value of each parameter stays somewhere."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import lanes

ROOT = Path(__file__).parents[1]


def cases(test, *tables, marked=()):
    """Items of a test of several parameters, as pytest makes them: the last parameter moves first."""
    path, name = test.split("::")
    every = [{}]
    for at, table in enumerate(tables):
        every = [{**each, f"p{at}": value} for each in every for value in table]
    return [
        SimpleNamespace(
            path=ROOT / path, originalname=name, name=name, callspec=SimpleNamespace(params=params),
            get_closest_marker=lambda mark, at=at: at in marked and mark == "nightly",
        ) for at, params in enumerate(every)
    ]  # fmt: skip


class Item(SimpleNamespace):
    __hash__ = object.__hash__


def stay(items):
    items = [Item(**vars(item)) for item in items]
    out = set(map(id, lanes.left_out(items, ROOT.as_posix())))
    return [tuple(item.callspec.params.values()) for item in items if id(item) not in out]


@pytest.fixture(autouse=True)
def tables(monkeypatch):
    monkeypatch.setattr(lanes, "EVERY_NTH", {"unit/test_a.py": 2, "unit/test_b.py::test_x": 3})
    monkeypatch.setattr(lanes, "IN_TURNS", {"unit/test_c.py::test_": 1, "unit/test_d.py": 2})
    monkeypatch.setattr(lanes, "LONG", {"unit/test_e.py"})


def test_every_nth_case_stays_and_the_first_always():
    assert stay(cases("unit/test_a.py::test_x", "abcde")) == [("a",), ("c",), ("e",)]
    assert stay(cases("unit/test_b.py::test_x", "abcde")) == [("a",), ("d",)]
    assert stay(cases("unit/test_b.py::test_y", "abc")) == [("a",), ("b",), ("c",)]
    assert stay(cases("unit/test_a.py::test_x")) == [()]


@pytest.mark.parametrize("order", [1, -1])
def test_pairs_take_turns_whichever_is_written_first(order):
    tables = ["abcde", "xy"][::order]
    left = {"".join(sorted(each)) for each in stay(cases("unit/test_c.py::test_x", *tables))}
    assert left == {"ax", "by", "cx", "dy", "ex"}


def test_each_value_meets_two_of_three():
    left = stay(cases("unit/test_d.py::test_x", "abcd", "xyz"))
    assert {first: sum(each[0] == first for each in left) for first in "abcd"} == dict.fromkeys("abcd", 2)
    assert {second for _, second in left} == set("xyz")


def test_a_table_of_one_parameter_stays_whole_in_turns():
    assert stay(cases("unit/test_c.py::test_x", "abc")) == [("a",), ("b",), ("c",)]


def test_what_is_long_or_nightly_goes():
    assert stay(cases("unit/test_e.py::test_x", "abc")) == []
    assert stay(cases("unit/test_z.py::test_x", "abc", marked={1})) == [("a",), ("c",)]


def test_every_name_in_the_tables_is_a_test_that_is_there(monkeypatch):
    monkeypatch.undo()
    for start in [*lanes.LONG, *lanes.EVERY_NTH, *lanes.IN_TURNS]:
        path, _, name = start.partition("::")
        assert (ROOT / path).exists(), start
        assert not name or f"def {name}" in (ROOT / path).read_text(encoding="utf-8"), start
