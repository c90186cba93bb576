"""Cases of the push lane: every value of each parameter stays somewhere, and every test has a turn."""

from __future__ import annotations

import os
import subprocess
import sys
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
    for start in [*lanes.LONG, *lanes.EVERY_NTH, *lanes.IN_TURNS, *lanes.IN_THREE]:
        path, _, name = start.partition("::")
        assert (ROOT / path).exists(), start
        assert not name or f"def {name}" in (ROOT / path).read_text(encoding="utf-8"), start


TESTS = {"unit/test_a.py": "pqrstu", "unit/test_b.py": "v", "unit/test_c.py": "wx", "e2e/test_d.py": "yz"}


def runs(turn):
    """Tests that a push of this turn runs, each with the first of its parameter."""
    names = [f"{file}::test_{name}" for file, tests in TESTS.items() for name in tests]
    items = [Item(**vars(item)) for name in names for item in cases(name, "12")]
    out = set(map(id, lanes.waiting(items, ROOT.as_posix(), turn)))
    stays = [item for item in items if id(item) not in out]
    assert len(stays) == 2 * len({item.name for item in stays})  # all cases of a test have one turn
    return {item.name.removeprefix("test_") for item in stays}


@pytest.mark.parametrize("first", [0, 5])
def test_each_test_has_one_of_three_turns_and_the_others_run_on_every_push(monkeypatch, first):
    monkeypatch.setattr(lanes, "IN_THREE", ("unit/test_a.py", "unit/test_b.py", "e2e/"))
    three = [runs(first + at) for at in range(3)]
    assert [len(each & set("pqrstu")) for each in three] == [2, 2, 2]
    assert [sum(name in each for each in three) for name in "pqrstuvyz"] == [1] * 9
    assert all({"w", "x"} <= each for each in three)


def test_files_of_one_test_each_are_spread_over_the_turns(monkeypatch):
    monkeypatch.setitem(globals(), "TESTS", {f"unit/test_{name}.py": name for name in "abcdefghi"})
    monkeypatch.setattr(lanes, "IN_THREE", ("unit/",))
    assert all(map(runs, range(3)))


def test_without_a_repository_the_turn_is_the_first(monkeypatch):
    assert int(lanes.number_of_commits()) >= 0
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert lanes.number_of_commits() == "0"
    monkeypatch.setenv("PATH", "")
    assert lanes.number_of_commits() == "0"


@pytest.mark.parametrize(
    ("arguments", "lane"),
    [
        (["-n2"], "push, turn 7"),
        (["-k", "one or two or three"], "push, without turns"),
        (["test_any.py"], "push, without turns"),
    ],
)
@pytest.mark.slow
def test_who_names_files_or_tests_gets_all_of_them(tmp_path, arguments, lane):
    (tmp_path / "conftest.py").write_text(
        "from tests import lanes\nfrom tests.lanes import *\n"
        "lanes.number_of_commits = lambda: '7'\nlanes.IN_THREE = (str(lanes.Path(__file__).parent),)\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = .\n")
    (tmp_path / "test_any.py").write_text("def test_one(): pass\ndef test_two(): pass\ndef test_three(): pass\n")
    environ = {
        name: value for name, value in os.environ.items() if name not in ("PUSH_TURN", "ALL_CASES", "PYTEST_ADDOPTS")
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:dash", "-p", "no:schemathesis", "-v", *arguments],
        capture_output=True, text=True, env=environ | {"PYTHONPATH": str(ROOT.parent)}, cwd=tmp_path, timeout=300,
    )  # fmt: skip
    assert ("1 passed" if "turn 7" in lane else "3 passed") in done.stdout, done.stdout
    assert f"lane: {lane}" in done.stdout
