"""Thousands of features cost a version what their values need: bounded blocks, few questions, the same numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

import ml.advice.local_shapley
import ml.insights.global_shapley
from ml.advice import value_function
from ml.advice.local_shapley import coalitions_fit, explain
from ml.data.feature import Feature
from ml.data.schema import Schema
from ml.insights.global_shapley import global_shapley
from ml.predict.compiled.columns import edge_cases
from ml.predict.compiled.columns.columns import Matrix
from ml.predict.compiled.columns.numbers import ALIKE, Number, Numbers, grouped
from tests.unit.test_explain import game_of
from tests.unit.test_global_shapley import made_of, plan

MANY = 3 * ALIKE


def columns(*names):
    """Numbers with these steps, each with a constant of its own where the name ends with a dot."""
    return tuple(
        Number(at, tuple((name.rstrip("."), 0.3 * at - 7 if name.endswith(".") else None) for name in names))
        for at in range(MANY)
    )


@pytest.mark.parametrize(
    "steps", [(), ("fill.", "subtract.", "divide."), ("missing",), ("at_least.", "above."), ("blank.", "equals.")]
)
def test_many_numbers_at_once_are_those_of_one_by_one(steps):
    parts = columns(*steps)
    [together] = grouped(parts)
    rows = np.random.default_rng(0).normal(0, 9, (40, MANY)).round(1)
    rows[::3, ::2] = np.nan
    block = tuple(rows.T)
    expected = np.hstack([part.block(block) for part in parts])
    np.testing.assert_array_equal(together.block(block), expected)
    for row, wanted in zip(rows[:4], expected[:4], strict=True):
        given = tuple(None if math.isnan(value) else value for value in row)
        np.testing.assert_array_equal(together.row(given), wanted)
        np.testing.assert_array_equal(Matrix(parts, single=False, missing=True).row(given), [wanted])


@pytest.mark.parametrize("value", [math.inf, -math.inf, None])
def test_many_numbers_refuse_what_one_refuses(value):
    matrix = Matrix(columns("needed"), single=False, missing=False)
    assert isinstance(grouped(matrix.parts)[0], Numbers)
    row = [1.0] * MANY
    row[MANY // 2] = value
    block = tuple(np.array([math.nan if each is None else each]) for each in row)
    for ask in (lambda: matrix.row(tuple(row)), lambda: matrix.block(block)):
        with pytest.raises(ValueError, match=r"missing|Infinite"):
            ask()


def test_only_runs_of_the_same_simple_steps_are_computed_at_once():
    few, other = columns("add.")[: ALIKE - 1], columns("subtract.")
    curved = tuple(Number(at, (("yeo_johnson", 0.5),)) for at in range(MANY))
    found = grouped((*few, *other, *curved))
    assert found[: len(few)] == few
    assert isinstance(found[len(few)], Numbers)
    assert found[len(few) + 1 :] == curved


def test_features_that_are_ignored_are_found_by_few_questions(monkeypatch):
    background = np.random.default_rng(1).random((300, 60))
    second = np.sort(background[:, 40])[-3]
    asked = []

    def f(x):
        asked.append(len(x))
        return 0.1 + 0.4 * x[:, 7] + 0.4 * (x[:, 40] > second)  # the second moves few rows

    monkeypatch.setattr(value_function, "SCREENED_VALUES", 20 * 60**2)
    game = game_of(f, background)
    assert np.flatnonzero(game.used).tolist() == [7, 40]
    assert sum(asked) < 60 * 20 + 20 * 300  # 60 times 300 and more, had each been asked about in all rows


def test_two_features_that_undo_each_other_are_used(monkeypatch):
    """They are exchanged together, each in an order of its own."""
    background = np.random.default_rng(1).random((300, 60))
    background[:, 7] = background[:, 40] = np.arange(300) % 100 == 99  # in no screened row
    monkeypatch.setattr(value_function, "SCREENED_VALUES", 20 * 60**2)
    game = game_of(lambda x: 0.5 + 0.4 * (x[:, 7] - x[:, 40]), background)
    assert not game.background[7][:20].any()
    assert np.flatnonzero(game.used).tolist() == [7, 40]


@pytest.mark.parametrize("questions", [0, 1, 3])
def test_no_more_is_asked_about_all_rows_than_allowed(monkeypatch, questions):
    background = np.zeros((300, 60))
    background[99::100] = 1.0
    asked = []

    def f(x):
        asked.append(len(x))
        return x.mean(axis=1)

    monkeypatch.setattr(value_function, "SCREENED_VALUES", 20 * 60**2)
    monkeypatch.setattr(value_function, "SEARCHED_VALUES", questions * 60 * 300)
    game = game_of(f, background)
    assert not any(column[:20].any() for column in game.background)
    assert asked.count(300) == 2 + questions  # of the background itself twice
    assert game.used.all()


def test_features_that_no_question_is_left_for_count_as_used(monkeypatch):
    monkeypatch.setattr(value_function, "SEARCHED_VALUES", 0)
    assert game_of(lambda x: x[:, 0] / 2, np.random.default_rng(1).random((300, 5))).used.all()


def test_reasons_of_many_features_are_asked_for_in_pieces_and_add_up(monkeypatch):
    monkeypatch.setattr(ml.advice.local_shapley, "VALUES_AT_ONCE", 900)
    largest = []

    def f(x):
        largest.append(x.size)
        return 0.2 + 0.6 * x[:, :5].mean(axis=1)

    background = np.random.default_rng(2).random((25, 30))
    game = game_of(f, background)
    largest.clear()
    row = tuple(np.linspace(0, 1, 30).tolist())
    found = explain(game, row, budget=300)
    assert max(largest) <= 900
    each = np.where(np.arange(30) < 5, 0.12 * (np.array(row) - background.mean(axis=0)), 0.0)
    np.testing.assert_allclose(found.contributions[:, 0], each, atol=0.02)
    np.testing.assert_allclose(found.base + found.contributions.sum(axis=0), found.total, atol=1e-12)


@pytest.mark.filterwarnings("error")
def test_the_coalitions_of_thousands_of_features_overflow_nothing():
    assert not coalitions_fit(np.array([1_100, 3]), 40_000)
    assert coalitions_fit(np.array([3, 2]), 8)
    assert not coalitions_fit(np.array([3, 2]), 7)


def test_pieces_of_global_shapley_values_change_none(monkeypatch):
    bundle = made_of(lambda a, b, c: 0.2 + 0.3 * a * b + 0.1 * c, start=(0.0, 0.0, 0.0), end=(1.0, 1.0, 1.0))
    whole = global_shapley(bundle, 50, 1)
    monkeypatch.setattr(ml.insights.global_shapley, "VALUES_AT_ONCE", 21)
    np.testing.assert_array_equal(global_shapley(bundle, 50, 1).values, whole.values)


def test_of_thousands_of_features_fewer_records_are_explained():
    assert plan("compiled", 3_000) <= 500_000
    assert plan("scikit-learn", 3_000) <= 500_000
    assert plan("scikit-learn", 100) == 60 * 4 * 2 * 99


def test_generated_records_of_many_features_come_in_bounded_groups(monkeypatch):
    schema = Schema(tuple(Feature(f"x{at}", f"x{at}", "number", seen=(0.0, 1.0)) for at in range(90)))
    block = tuple(np.linspace(0, 1, 5) for _ in range(90))
    whole = list(edge_cases.edge_cases(schema, (), [block]))
    monkeypatch.setattr(edge_cases, "VALUES_AT_ONCE", 90 * 3 * 20)
    parts = list(edge_cases.edge_cases(schema, (), [block]))
    assert max(len(group.rows) for group in parts) < max(len(group.rows) for group in whole) / 3

    def rows(groups):
        return sorted(map(repr, (row for group in groups for row in group.rows)))

    assert rows(parts) == rows(whole)
