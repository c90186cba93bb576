"""Sweeps against the value function asked point by point."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np
import pytest

from ml.advice import what_if
from ml.advice.grid import grid
from ml.advice.value_function import ValueFunction
from ml.advice.what_if import sweeps, values_of
from ml.data.columns import rows_of
from ml.data.feature import Choice, Feature
from tests.unit.test_explain import bundles_of


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    return bundles_of(tmp_path_factory.mktemp("models"))


SORTS = ["binary", "multiclass", "independent", "gaps", "knn"]


def first_row(bundle, at=0):
    """A record without gaps."""
    return [row for row in rows_of(bundle.schema, bundle.holdout.block) if None not in row][at]


def moved(row, at, value):
    return (*row[:at], value, *row[at + 1 :])


@pytest.mark.parametrize("sort", SORTS)
def test_with_everything_known_each_point_is_the_models_own_answer(bundles, sort):
    bundle = bundles[sort]
    row = first_row(bundle)
    found = sweeps(ValueFunction(bundle), row)
    assert set(found) == set(bundle.schema.names)
    for name, one in found.items():
        at = bundle.schema.position[name]
        for value, probabilities in zip(one.values, one.probabilities, strict=True):
            assert probabilities == pytest.approx(bundle.predictor.row(moved(row, at, value))[1], abs=1e-12)
        assert one.values[one.here] == row[at]
        assert tuple(one.probabilities[one.here]) == bundle.predictor.row(row)[1]


@pytest.mark.parametrize("sort", SORTS)
def test_with_blanks_each_point_is_near_the_value_function_and_here_is_the_score_shown(bundles, sort):
    value_function, row = ValueFunction(bundles[sort]), first_row(bundles[sort], 1)
    known = [at % 2 == 0 for at in range(len(row))]
    row = tuple(value if own else None for value, own in zip(row, known, strict=True))
    shown = value_function.score(row).value
    errors = []
    for name, one in sweeps(value_function, row).items():
        at = value_function.schema.position[name]
        if known[at]:
            assert np.array_equal(one.probabilities[one.here], shown)
        else:
            assert one.here is None
        exact = [value_function.score(moved(row, at, value)).value for value in one.values]
        errors.append(np.abs(one.probabilities - np.array(exact)).ravel())
        assert ((one.probabilities >= 0) & (one.probabilities <= 1)).all()
    assert np.sqrt(np.mean(np.concatenate(errors) ** 2)) < 0.01
    assert np.concatenate(errors).max() < 0.05


def test_the_last_blank_sweeps_over_the_models_own_answers(bundles):
    bundle = bundles["binary"]
    row = moved(first_row(bundle), 3, None)
    found = sweeps(ValueFunction(bundle), row)["region"]
    assert found.values == ("north", "south", "west")
    for value, probabilities in zip(found.values, found.probabilities, strict=True):
        assert probabilities == pytest.approx(bundle.predictor.row(moved(row, 3, value))[1], abs=1e-12)


@pytest.mark.parametrize("known", [0, 2, 4])
def test_changes_of_many_features_are_asked_about_in_pieces_and_give_the_same(bundles, known, monkeypatch):
    bundle = bundles["binary"]
    row = tuple(value if at < known else None for at, value in enumerate(first_row(bundle)))
    whole, asked = sweeps(ValueFunction(bundle), row), []
    monkeypatch.setattr(what_if, "VALUES_AT_ONCE", 4_000)
    value_function = ValueFunction(bundle)
    value_function.score(row), value_function.filled(row, [value is not None for value in row])
    ask = value_function.ask
    monkeypatch.setattr(value_function, "ask", lambda block: asked.append(len(block) * len(block[0])) or ask(block))
    parts = sweeps(value_function, row)
    assert max(asked) <= 4_000
    assert len(asked) > 1 or known == 4
    assert parts.keys() == whole.keys()
    for name, one in parts.items():
        np.testing.assert_allclose(one.probabilities, whole[name].probabilities, atol=1e-12)


def test_features_of_given_names_alone_are_swept(bundles):
    bundle = bundles["binary"]
    row = first_row(bundle)
    few, all_of_them = (sweeps(ValueFunction(bundle), row, names) for names in (frozenset({"debt", "gone"}), None))
    assert set(few) == {"debt"}
    assert np.array_equal(few["debt"].probabilities, all_of_them["debt"].probabilities)


def test_no_changes_ask_nothing(bundles):
    value_function, row = ValueFunction(bundles["binary"]), first_row(bundles["binary"])
    assert values_of(value_function, row, np.array([True] * 4), []).shape == (0, 2)


@pytest.mark.parametrize(
    ("feature", "values"),
    [
        (Feature("a", "A", "integer", seen=(1, 4), low=1, high=20), (1, 2, 3, 4)),
        (Feature("a", "A", "number", seen=(0.0, 1.0)), tuple(round(0.05 * at, 2) for at in range(21))),
        (Feature("a", "A", "number", seen=(3.0, 3.0)), (3.0,)),
        (Feature("a", "A", "number", seen=(-50.0, 950.0), low=0.0), tuple(50.0 * at for at in range(20))),
        (Feature("a", "A", "number"), ()),
        (Feature("a", "A", "number", low=0.0), ()),
        (Feature("a", "A", "boolean"), (False, True)),
        (Feature("a", "A", "category", choices=(Choice("x", "X"), Choice("y", "Y"))), ("x", "y")),
        (Feature("a", "A", "text", suggestions=("hello",)), ("hello",)),
        (Feature("a", "A", "text"), ()),
        (
            Feature("a", "A", "date", seen=(dt.date(2026, 1, 1), dt.date(2026, 1, 3))),
            (dt.date(2026, 1, 1), dt.date(2026, 1, 2), dt.date(2026, 1, 3)),
        ),
    ],
)
def test_the_values_that_are_tried(feature, values):
    assert grid(feature, 21) == values


@pytest.mark.parametrize("most", [3, 15, 21])
@pytest.mark.parametrize(("low", "high"), [(8, 224), (0.013, 0.0131), (-1e6, 3e7), (0, 1e-7), (1, 1000)])
def test_values_are_few_rise_and_hold_both_ends(low, high, most):
    values = grid(Feature("a", "A", "number", seen=(float(low), float(high))), most)
    assert 2 <= len(values) <= most
    assert all(a < b for a, b in pairwise(values))
    assert (values[0], values[-1]) == (low, high)
    if most > 3:
        assert len(values) >= most // 2
