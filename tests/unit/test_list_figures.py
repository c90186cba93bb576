"""Figures of a list by hand: verdicts at their limits, intervals and what stretches them, and what is not money."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from ml.campaign import chances as module
from ml.campaign import reasons, words
from ml.campaign.chances import Chances, _between, _drawn, _middle_95, _verdict, chances_of, own_chances
from ml.campaign.forecast import forecast
from ml.campaign.pick import pick
from ml.data.feature import Feature
from ml.data.schema import Schema
from ml.metrics.recalibration.curve import recalibration_curve
from ml.metrics.smallest_effect import smallest_effect
from tests.unit.test_campaign_limits import TEN, picked
from tests.unit.test_campaign_lists import wish


@pytest.mark.parametrize(
    ("own", "buyers", "low", "high", "verdict"),
    [
        (100, 90, 40, 120, "held"),
        (100, 50, 100, 120, "held"),  # at either end
        (100, 150, 40, 100, "held"),
        (100, 90, 50, 150, "held"),  # half its own number on either side
        (100, 90, 49, 150, "too_few"),
        (100, 50, 40, 99, "too_much"),
        (100, 150, 101, 160, "too_little"),
        (100, 76, 70, 99, "held"),  # less than a quarter of it
        (100, 75, 70, 99, "too_much"),
        (100, 125, 101, 130, "too_little"),
        (0, 3, 1, 4, "too_few"),
    ],
)
def test_a_verdict_by_hand(monkeypatch, own, buyers, low, high, verdict):
    monkeypatch.setattr(module, "MATTERS", 0.25)
    monkeypatch.setattr(module, "VAGUE", 0.5)
    assert _verdict(own, buyers, low, high, False) == verdict
    assert _verdict(own, buyers, low, high, True) == "too_few"


@pytest.mark.parametrize(("beside", "ends"), [(50, (0, 2)), (49, (1, 1)), (0, (1, 1))])
def test_a_tail_of_two_and_a_half_percent_counts_half_of_its_end(beside, ends):
    drawn = np.repeat([0.0, 1.0, 2.0], [beside, 1_000 - 2 * beside, beside])
    assert tuple(_middle_95(drawn)) == ends


@pytest.mark.parametrize("correlation", [0.0, 0.3, 1.0])
def test_an_interval_of_a_sum_is_stretched_to_the_correlation_of_its_parts(correlation):
    rng, worth = np.random.default_rng(0), np.array([2.0, 5.0])
    drawn = rng.normal([[30.0], [10.0]], [[3.0], [1.0]], (2, 4_000))
    one, other = worth * drawn.std(axis=1)
    found = _middle_95(worth @ drawn)
    wider = np.sqrt((one**2 + other**2 + 2 * correlation * one * other) / (one**2 + other**2))
    together = np.array([[1.0, correlation], [correlation, 1.0]])
    assert _between(drawn, worth, 111.0, together) == pytest.approx(111 + (found - 111) * wider)


def test_numbers_without_a_curve_are_drawn_by_the_models_own_probabilities():
    p = np.array([0.1] * 40 + [0.5] * 30 + [0.9] * 20)
    mean, chance = _drawn(None, p, 0)
    assert mean == pytest.approx(np.full(2_000, 37.0))
    variance = 40 * 0.09 + 30 * 0.25 + 20 * 0.09
    assert chance.mean() == pytest.approx(37, abs=4 * np.sqrt(variance / 2_000))
    assert chance.var() == pytest.approx(variance, rel=0.12)


def test_each_outcomes_calls_are_corrected_by_its_own_curve_and_list():
    p = np.linspace(0.05, 0.95, 400)
    half = recalibration_curve(np.arange(400) % 4 < 1, p)  # a quarter comes, whatever is said
    both = Chances((half, None), np.eye(2))
    assert both.share(0, p) == pytest.approx(half.share(p))
    assert both.share(1, p) is p
    calls, outcome = np.array([0.9, 0.8, 0.2]), np.array([0, 0, 1])
    listed = both.of_list(calls, outcome)
    assert listed.curves[0].edges[-1] == pytest.approx(half.of_list(calls[:2]).edges[-1])
    assert listed.curves[1] is None
    assert listed.corrected(calls, outcome)[2] == 0.2


def test_errors_of_several_outcomes_are_together_where_all_have_a_curve(monkeypatch):
    monkeypatch.setattr(module, "_together", lambda bundle, names: np.full((2, 2), 0.7))
    for curves, corner in (({"a": "one", "b": "other"}, 0.7), ({"a": "one", "b": None}, 0.0)):
        monkeypatch.setattr(module, "_curve", lambda bundle, name, curves=curves: (curves[name],))
        found = chances_of(None, ("a", "b"))
        assert (found.curves, found.together[0, 1]) == (tuple(curves.values()), corner)
    assert chances_of(None, ("a",)).together.tolist() == [[1.0]]


def test_without_money_no_call_loses_and_what_it_costs_is_known():
    asked = wish(by="number", number=3, cost=2.0, outcomes=["a"])
    p = np.array([[0.4], [0.3], [0.2], [0.1]])
    found = forecast(p, pick(p, asked), asked)
    assert (found.losing, found.loss, found.losing_corrected) == (0, 0.0, 0)
    assert (found.cost, found.calls, found.smallest_effect) == (6.0, 3, None)


def test_the_smallest_effect_is_of_the_calls_and_of_those_kept_back():
    rng = np.random.default_rng(0)
    p = rng.uniform(0.3, 0.6, (400, 1))
    asked = wish(by="number", number=400, outcomes=["a"], control=0.25)
    found = forecast(p, pick(p, asked, draws=rng.random(400)), asked, chances=own_chances(1))
    assert found.control > 50
    assert found.smallest_effect == smallest_effect(found.buyers / found.calls, found.calls, found.control)
    assert found.smallest_effect is not None
    none = pick(p, asked, draws=np.zeros(400))
    assert forecast(p, none, asked).smallest_effect is None  # all are kept back


@pytest.mark.parametrize(
    ("amount", "shown"), [(9.994, "9.99"), (10, "10"), (10.6, "11"), (0, "0.00"), (1234.5, "1,234")]
)
def test_little_money_has_two_decimals(amount, shown):
    assert words._money(amount) == shown


def test_a_short_quota_is_of_records_on_whom_acting_should_not_lose():
    for losses, end in ((False, " on whom acting should not lose."), (True, ".")):
        asked = wish(outcomes=["a", "b"], values={"a": 1.0, "b": 1.0}, column="c", quotas={"S": 2}, losses=losses)
        assert words.notes(None, asked, picked(short={"S": 1}), TEN) == [
            f"Of S at least 2 are wanted, and the file has 1{end}"
        ]


def test_as_many_losing_calls_by_the_corrected_numbers_are_not_said_twice():
    asked = wish(outcomes=["a", "b"], values={"a": 1.0, "b": 1.0}, losses=True)
    [said] = words.notes(None, asked, picked(), replace(TEN, verdict="too_much", losing=3, loss=9, losing_corrected=3))
    assert said == "3 of the calls are expected to lose 9.00 in all."


def test_reasons_of_a_record_with_gaps_are_by_what_is_known_where_it_was_scored_so(monkeypatch):
    features = (Feature("age", "Age", "number"), Feature("town", "Town", "text", blank=""))
    bundle, asked = SimpleNamespace(schema=Schema(features)), []
    service = SimpleNamespace(explain=lambda bundle, row, **named: asked.append((row, named["blanks"])))
    monkeypatch.setattr(reasons, "reasons", lambda *_: SimpleNamespace(raising=[], lowering=[]))
    for age, town, blanks in (
        ("41", "x", "average"),
        ("", "x", "average"),
        ("41", "", "average"),
        ("41", "", "estimator"),
    ):
        cells = {"age": age, "town": town}
        assert reasons.reasons_in_cells(service, bundle, cells, 0, blanks) == ["", "", ""]
    assert asked == [((41.0, "x"), False), ((None, "x"), True), ((41.0, None), True), ((41.0, ""), False)]
