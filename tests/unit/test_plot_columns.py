"""Columns of a plot's data for people: which rows of very many, and what stands for none."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ml.plots.columns import MOST_ROWS, Column, data_table, feature_values
from ml.text.number_words import count

HEADER = ["name", "for programs", "size"]


def rows(number):
    return HEADER, [[f"row {at}", "x", at] for at in range(number)]


COLUMNS = {"size": Column("Size", count), "name": Column("Name")}


def test_columns_come_in_their_own_order_without_those_for_programs():
    found = data_table(COLUMNS, rows(2), ranked=False)
    assert (found.table.heads, found.table.rows) == (["Size", "Name"], [["0", "row 0"], ["1", "row 1"]])
    assert found.total == 2


def test_of_very_many_ranked_rows_the_first_are_shown():
    found = data_table(COLUMNS, rows(5 * MOST_ROWS), ranked=True)
    assert [name for _, name in found.table.rows] == [f"row {at}" for at in range(MOST_ROWS)]
    assert found.total == 5 * MOST_ROWS


@pytest.mark.parametrize("number", [MOST_ROWS + 1, 2 * MOST_ROWS, 7 * MOST_ROWS + 3])
def test_of_very_many_points_some_are_shown_from_end_to_end(number):
    found = data_table(COLUMNS, rows(number), ranked=False)
    places = [int(name.removeprefix("row ")) for _, name in found.table.rows]
    assert (places[0], places[-1], len(set(places))) == (0, number - 1, MOST_ROWS)
    steps = {after - before for before, after in pairwise(places)}
    assert max(steps) - min(steps) <= 1


def test_no_rows_are_no_rows():
    assert data_table(COLUMNS, rows(0), ranked=False).table.rows == []


def test_what_is_not_known_has_a_sign_or_words():
    header, body = ["a", "b"], [[None, None]]
    columns = {"a": Column("A", count), "b": Column("B", count, "above all")}
    assert data_table(columns, (header, body), ranked=False).table.rows == [["–", "above all"]]


@pytest.mark.parametrize(
    ("values", "cells"),
    [
        ([1950, 1987.5, 2024], ["1950", "1987.5", "2024"]),
        ([1500, 1987.5, 2024], ["1,500", "1,987.5", "2,024"]),
        (["south", "west"], ["south", "west"]),
        ([], []),
    ],
)
def test_calendar_years_have_no_groups_of_digits(values, cells):
    column = feature_values("Built", values)
    assert [column.cell(value) for value in values] == cells
    assert column.cell(None) == "–"
