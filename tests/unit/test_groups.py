"""Groups: against hand arithmetic, a published example's formula, and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ml.groups import ratios_of


def test_two_groups_by_hand():
    # 50 of 100 against 30 of 80.
    value, low, high = ratios_of(np.array([50.0, 30.0]), np.array([100.0, 80.0]), 0)
    assert value.tolist() == [1.0, pytest.approx(0.75)]
    spread = 1.959964 * math.sqrt(1 / 30 - 1 / 80 + 1 / 50 - 1 / 100)
    assert low[1] == pytest.approx(0.75 * math.exp(-spread))
    assert high[1] == pytest.approx(0.75 * math.exp(spread))
    assert math.isnan(low[0])
    assert math.isnan(high[0])


def test_the_interval_is_scipys():
    from scipy.stats.contingency import relative_risk

    value, low, high = ratios_of(np.array([120.0, 17.0]), np.array([400.0, 90.0]), 0)
    found = relative_risk(17, 90, 120, 400)
    ends = found.confidence_interval(0.95)
    assert (value[1], low[1], high[1]) == pytest.approx((found.relative_risk, ends.low, ends.high))


def test_none_acted_on_has_a_ratio_without_interval_and_an_idle_reference_has_none():
    value, low, high = ratios_of(np.array([50.0, 0.0, 3.0]), np.array([100.0, 80.0, 0.0]), 0)
    assert value[1] == 0
    assert math.isnan(low[1])
    assert math.isnan(value[2])  # nothing is counted there
    value, low, high = ratios_of(np.array([0.0, 5.0]), np.array([100.0, 80.0]), 0)
    assert np.isnan([*value, *low, *high]).all()


def test_the_interval_holds_the_true_ratio_in_nineteen_of_twenty():
    rng, held = np.random.default_rng(0), 0
    for _ in range(2_000):
        hits = np.array([rng.binomial(300, 0.4), rng.binomial(120, 0.3)], float)
        _, low, high = ratios_of(hits, np.array([300.0, 120.0]), 0)
        held += low[1] <= 0.75 <= high[1]
    assert 0.935 <= held / 2_000 <= 0.965
