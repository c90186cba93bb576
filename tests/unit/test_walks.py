"""Reasons that grow sharper: what is stated of their errors, beside what is true of them."""

from __future__ import annotations

import time

import numpy as np
import pytest

import ml.advice.local_shapley
from layouts.predict import waterfall
from ml.advice.advice import advise, score_with_blanks
from ml.advice.local_shapley import explain
from ml.advice.permutation_walks import spread_order
from ml.advice.sampling_budget import BUDGET, FEWEST, FIRST_SECONDS, budgets
from ml.advice.value_function import ValueFunction
from ml.service import open_service
from ml.text.words import unsure
from tests.small import small_model
from tests.unit.test_explain import game_of

RNG = np.random.default_rng(11)


def product(x: np.ndarray) -> np.ndarray:
    """No sum of functions of one feature, so that orders matter."""
    return 1 / (1 + np.exp(-x[:, :4].sum(axis=1) / 2 - x[:, 0] * x[:, 1] + x[:, 2] * x[:, 3]))


def steps(x: np.ndarray) -> np.ndarray:
    """As trees answer."""
    return np.where(x[:, 0] > 0.3, 0.7, 0.2) + 0.1 * (x[:, 1] > 0) * (x[:, 2] > -0.5) - 0.05 * (x[:, 3] > x[:, 4])


def record(features: int) -> tuple[float, ...]:
    return tuple(RNG.normal(size=features).round(1).tolist())


@pytest.mark.parametrize("f", [product, steps])
@pytest.mark.parametrize("budget", [600, 3_000, 12_000])
def test_stated_errors_are_those_of_repeated_independent_runs(monkeypatch, f, budget):
    value_function = game_of(f, RNG.normal(size=(400, 9)))
    row = record(9)
    exact = explain(value_function, row, budget=10**6)
    assert not exact.errors.any()
    found, stated = [], []
    for seed in range(1, 41):
        monkeypatch.setattr(ml.advice.local_shapley, "SEED", seed)
        ml.advice.local_shapley._kept.clear()
        each = explain(value_function, row, budget=budget)
        found.append(each.contributions[:, 0])
        stated.append(each.errors[:, 0])
    off = np.array(found) - exact.contributions[:, 0]
    true, said = np.sqrt((off**2).mean()), np.sqrt((np.array(stated) ** 2).mean())
    # With products of two features only, a walk and its reverse are exact: then once all rows are walked, all is.
    assert max(true, said) < 1e-9 or 0.45 < true / said < 1.35
    moved = np.array(stated) > 1e-9
    assert not moved.any() or (np.abs(off) <= 1.96 * np.array(stated))[moved].mean() > 0.88
    assert np.abs(off[~moved]).max(initial=0.0) < 1e-9  # what the model ignores is known to be nothing


def test_with_blanks_the_error_of_what_values_say_of_them_counts_too():
    value_function = game_of(product, RNG.normal(size=(300, 14)))
    row = record(14)
    known = [True] * 12 + [False] * 2
    exact = explain(value_function, row, known, budget=40 * BUDGET)
    found = explain(value_function, row, known, budget=2_000)
    assert found.errors[:4].all(axis=None)
    assert not found.errors[12:].any()
    assert (np.abs(found.contributions - exact.contributions) <= 3.5 * np.hypot(found.errors, exact.errors)).all()


def test_a_larger_budget_goes_on_where_a_smaller_one_stopped():
    asked = []

    def counted(x):
        asked.append(len(x))
        return product(x)

    value_function = game_of(counted, RNG.normal(size=(600, 12)))
    row = record(12)
    first = explain(value_function, row, budget=1_000)
    before = sum(asked)
    second = explain(value_function, row, budget=4_000)
    assert sum(asked) - before < 3_200  # not all 4,000 again
    assert (second.errors <= first.errors * 1.05).all()
    ml.advice.local_shapley._kept.clear()
    again = explain(value_function, row, budget=4_000)
    assert np.abs(again.contributions - second.contributions).max() < 1e-9
    assert np.array_equal(explain(value_function, row, budget=1_000).contributions, first.contributions)


def test_all_rows_walked_leave_the_error_of_the_orders_only():
    slopes = np.linspace(-0.05, 0.05, 9)
    value_function = game_of(lambda x: 0.5 + x @ slopes, RNG.normal(size=(200, 9)) / 3)
    found = explain(value_function, record(9), budget=5_000)  # of a sum, any order gives the same
    assert found.errors.max() < 1e-9


def test_every_beginning_of_the_order_is_spread_over_the_answers():
    answers = RNG.random(1_000)
    order = spread_order(answers)
    assert sorted(order.tolist()) == list(range(1_000))
    ranked = np.argsort(np.argsort(answers))[order]
    for count in (10, 33, 100, 512):
        assert np.diff(np.sort(ranked[:count])).max() < 4 * 1_000 / count


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (3e-6, (2_000, 10_000, 40_000)),
        (4e-5, (2_000, 10_000, 40_000)),
        (1e-4, (1_250, 6_250, 20_000)),
        (2.3e-4, (625, 3_125, 10_000)),
    ],
)
def test_budgets_follow_the_pace_of_the_model(seconds, expected):
    assert budgets(seconds) == expected


@pytest.mark.parametrize("compiled", [True, False])
def test_a_busy_machine_does_not_make_a_compiled_model_slow(compiled):
    def slept(x):
        time.sleep(1e-3 * len(x))
        return product(x)

    game = game_of(slept, RNG.normal(size=(50, 5)), compiled=compiled)
    assert game.budgets == ((2_000, 10_000, 40_000) if compiled else budgets(1e-3))
    assert (game.quick_budget < BUDGET) is not compiled


def test_however_slow_a_model_is_a_few_predictions_are_made():
    assert budgets(1.0)[0] <= FEWEST
    assert budgets(1.0)[-1] == BUDGET
    for seconds in np.geomspace(1e-7, 1e-1, 50):
        found = budgets(seconds)
        assert list(found) == sorted(set(found))
        assert found[0] * seconds <= FIRST_SECONDS or found[0] <= FEWEST


@pytest.mark.parametrize(
    ("points", "error", "words"),
    [
        (4.2, 0.02, ""),
        (4.2, 0.03, "± 0.1 points"),
        (-4.2, 0.1, "± 0.2 points"),
        (21.0, 0.2, ""),  # ± 0.4 of 21: the digits shown are sure
        (21.0, 0.3, "± 1 point"),
        (21.0, 1.2, "± 2 points"),
        (9.97, 0.2, ""),  # shown as 10
        (0.0, 0.0, ""),
    ],
)
def test_errors_are_said_where_the_digits_show_them(points, error, words):
    assert unsure(points, error) == words


class Slow:
    """A predictor that takes its time."""

    def __init__(self, predictor, seconds):
        self._predictor, self._seconds, self.taken = predictor, seconds, 0.0

    def block(self, block):
        time.sleep(self._seconds * len(block[0]))
        self.taken += self._seconds * len(block[0])
        return self._predictor.block(block)

    def row(self, row):
        return self._predictor.row(row)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    return open_service(folder).model(small_model("gaps", folder))


class Slowly:
    """A bundle whose predictor takes 0.1 ms a record."""

    compiled = False

    def __init__(self, bundle):
        self._bundle, self.predictor = bundle, Slow(bundle.predictor, 1e-4)

    def __getattr__(self, name):
        return getattr(self._bundle, name)


def test_a_slow_model_gives_reasons_first_and_sharper_ones_with_all_else_later(bundle):
    slowly = Slowly(bundle)
    value_function = ValueFunction(slowly)
    assert value_function.quick_budget < BUDGET
    record = {"income": 70, "debt": 3, "shoe_size": 40, "region": "south"}
    standing = score_with_blanks(value_function, slowly, record, None, {"no": 0.5, "yes": 0.5})
    before = slowly.predictor.taken
    first = advise(value_function, standing, step=0)
    assert slowly.predictor.taken - before < 0.5  # seconds of the predictor: the clock's depend on who else is at work
    assert (first.sweeps, first.counterfactuals, first.sharper) == ({}, None, 1)
    at = first
    while at.sharper is not None:
        assert at.sharper <= len(value_function.budgets) - 1
        at = advise(value_function, standing, step=at.sharper)
    assert at.sweeps
    assert at.counterfactuals is not None
    sharpest = advise(value_function, standing)
    assert np.allclose(sharpest.explanation.contributions, at.explanation.contributions, atol=1e-12)
    for advice in (first, at):
        said = advice.explanation
        assert np.abs(said.base + said.contributions.sum(axis=0) - standing.probabilities).max() < 1e-12
    assert advise(value_function, standing, step=10**9).sharper is None


def test_the_page_shows_errors_where_they_are_seen(bundle):
    value_function = ValueFunction(bundle)
    standing = score_with_blanks(
        value_function,
        bundle,
        {"income": 70, "debt": 3, "shoe_size": 40, "region": "south"},
        None,
        {"no": 0.5, "yes": 0.5},
    )
    advice = advise(value_function, standing)
    shown = str(waterfall.reasons(standing, advice, 3, 1).to_plotly_json())
    assert "fall-unsure" not in shown
    assert "'data-step': '1'" in shown
    vague = ml.advice.local_shapley.Explanation(**{**vars(advice.explanation), "errors": np.full((4, 2), 0.01)})
    strongest = ml.advice.advice.reasons(bundle.schema, standing.row, vague, 1)
    said = waterfall.steps(
        standing, ml.advice.advice.Advice(**{**vars(advice), "explanation": vague, "reasons": strongest})
    )
    assert all(step.unsure == "± 2 points" for step in said if abs(step.points) < 9)  # 1.96 points in tenths, or whole
