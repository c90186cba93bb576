"""Options of plots: values from a browser or an address, checked."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from ml.errors import UnknownOption
from ml.plots.option import Option, checked_options
from ml.plots.plot import result_columns

NORMAL = Option("show", "Show", lambda bundle, outcome: [("counts", "Counts"), ("rows", "By row")])
CALLS = Option("calls", "Most calls", low=0, high=1000, unit="calls")


def test_what_was_not_chosen_is_what_the_plot_opens_with():
    assert checked_options((NORMAL, CALLS), SimpleNamespace(), "yes", {}) == {"show": "counts", "calls": None}


def test_a_choice_and_a_number_are_read_and_strangers_let_be():
    read = checked_options((NORMAL, CALLS), SimpleNamespace(), "yes", {"show": "rows", "calls": " 12.5 ", "x": 1})
    assert read == {"show": "rows", "calls": 12.5}


@pytest.mark.parametrize(
    ("option", "raw", "words"),
    [
        (NORMAL, "columns", "counts, rows"),
        (NORMAL, ["counts"], "counts, rows"),
        (CALLS, "many", "from 0 to 1000 calls"),
        (CALLS, -1, "from 0 to 1000 calls"),
        (CALLS, "nan", "from 0 to 1000 calls"),
        (CALLS, "1e400", "from 0 to 1000 calls"),
        (CALLS, {"a": 1}, "from 0 to 1000 calls"),
    ],
)
def test_a_wrong_option_is_told_what_is_accepted(option, raw, words):
    with pytest.raises(UnknownOption) as caught:
        option.read(SimpleNamespace(), "yes", raw)
    assert words in caught.value.hint


def test_an_emptied_number_says_nothing():
    assert CALLS.read(SimpleNamespace(), "yes", "") is None


@dataclass(frozen=True)
class Curve:
    x: list[float]
    y: list[float]
    area: float
    ends: list[float] = field(default_factory=list)
    cells: list[list[int]] = field(default_factory=list)


def test_a_results_lists_are_its_columns():
    header, rows = result_columns(Curve([0, 1], [0.5, 0.75], 0.625, [3], [[1, 2], [3, 4]]))
    assert header == ["x", "y", "area"]
    assert rows == [[0, 0.5, 0.625], [1, 0.75, 0.625]]


def test_a_list_of_nothing_has_nothing_chosen():
    none = Option("version", "Compare with", lambda *_: [])
    assert none.read(None, "yes", "") is None
    with pytest.raises(UnknownOption):
        none.read(None, "yes", "abc")
