"""Reliability by band and lift, against hand arithmetic, published examples and simulated campaigns."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ml.decision.bands import Band
from ml.decision.payoff import Payoff
from ml.metrics.intervals import wilson
from ml.metrics.smallest_effect import smallest_effect
from ml.monitoring.lift import Arms, CampaignLift, lift, money_realised, value_of_buyer
from ml.monitoring.reliability import reliability
from tests.lanes import fewer
from tests.simulations.lifts import YEARS, coverage

BANDS = (Band("Low", 0.0), Band("Middle", 0.2), Band("High", 0.5))
TENTHS = tuple(Band(f"From {at} %", at / 100) for at in range(0, 50, 5))  # of as many records each, about


def test_what_was_said_and_what_came_by_band():
    found = reliability([0.1, 0.15, 0.2, 0.3, 0.19, 0.9], [0, 1, 0, 1, 0, 1], BANDS)
    low, middle, high = found.bands
    assert [(row.label, row.start, row.end) for row in found.bands] == [
        ("Low", 0.0, 0.2), ("Middle", 0.2, 0.5), ("High", 0.5, 1.0)
    ]  # fmt: skip
    assert [(row.records, row.came) for row in found.bands] == [(3, 1), (2, 1), (1, 1)]
    assert (low.said, middle.said, high.said) == pytest.approx((0.44 / 3, 0.25, 0.9))
    assert (found.all.records, found.all.came, found.all.said) == (6, 3, pytest.approx(1.84 / 6))
    # Wilson's interval of 1 in 3, as in Newcombe 1998: 6.1 to 79.2 %
    assert (low.low, low.high) == pytest.approx((0.0615, 0.7923), abs=1e-4)


def test_a_band_without_outcomes_says_nothing():
    empty = reliability([0.1], [False], BANDS).bands[2]
    assert (empty.records, empty.off) == (0, False)
    assert {empty.said, empty.share, empty.low, empty.high} == {None}
    nothing = reliability([], [], BANDS)
    assert ([row.records for row in nothing.bands], nothing.all.records, nothing.all.said) == ([0] * 3, 0, None)


def test_bands_are_off_together_in_five_of_a_hundred_right_models():
    rng, off = np.random.default_rng(0), []
    for _ in range(400):
        said = rng.beta(1, 3, 1_000)
        found = reliability(said, rng.random(1_000) < said, TENTHS)
        off.append(any(row.off for row in found.bands))
    assert np.mean(off) <= 0.05 + 2.6 * math.sqrt(0.05 * 0.95 / 400)
    said = rng.beta(1, 3, 1_000)
    assert any(row.off for row in reliability(said, rng.random(1_000) < said**0.5, TENTHS).bands)


def test_the_difference_has_newcombes_interval():
    """Newcombe 1998, table II, method 10, contrasts (a), (b), (e) and (g)."""
    for one, all_, other, others, low, high in (
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
    ):
        found = lift([Arms(all_, one, others, other)])
        assert found.difference == pytest.approx(one / all_ - other / others)
        assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
        assert found.told_apart == (low > 0)


def test_campaigns_count_by_their_calls():
    found = lift([Arms(300, 60, 30, 3), Arms(100, 10, 100, 5), Arms(50, 9, 0, 0), Arms(0, 0, 20, 1)])
    assert (found.called, found.bought, found.control, found.control_bought) == (400, 70, 130, 8)
    assert found.left_out == 50
    assert found.share == pytest.approx(70 / 400)
    assert found.control_share == pytest.approx(0.75 * 0.1 + 0.25 * 0.05)
    assert found.won == pytest.approx(300 * (0.2 - 0.1) + 100 * (0.1 - 0.05))
    assert (found.won_low, found.won_high) == pytest.approx((found.low * 400, found.high * 400))


def test_a_campaign_in_two_equal_halves_is_nearly_the_whole():
    whole, halves = lift([Arms(2_000, 260, 400, 40)]), lift([Arms(1_000, 130, 200, 20)] * 2)
    assert (halves.low, halves.high) == pytest.approx((whole.low, whole.high), abs=1e-12)
    assert halves.smallest == pytest.approx(whole.smallest)


def test_without_a_control_group_nothing_is_said():
    for campaigns in ([], [Arms(100, 10, 0, 0)]):
        found = lift(campaigns)
        left_out = sum(arms.called for arms in campaigns)
        assert found == CampaignLift(0, 0, 0, 0, left_out, *[None] * 9, told_apart=False)
        assert money_realised(found, 100.0, 4.0, (0.0, 0.0, 0.0)).realised is None


def test_the_smallest_effect_is_that_of_the_groups():
    """10 % of 1,080 called, 120 kept back: 7.0 points, as the list's forecast says (test_control_group.py)."""
    assert lift([Arms(1_080, 108, 120, 6)]).smallest == pytest.approx(0.0700, abs=1e-4)
    assert lift([Arms(20, 1, 3, 0)]).smallest is None


def test_of_campaigns_it_is_that_of_their_effective_number():
    """Of 40 and 360 kept back beside 500 called each: 1 / (0.25 / 40 + 0.25 / 360) = 144."""
    found = lift([Arms(500, 100, 40, 4), Arms(500, 100, 360, 36)])
    assert found.smallest == pytest.approx(smallest_effect(0.2, 1_000, 144.0))


def test_a_control_group_of_which_nobody_bought_varies_too():
    """Written out: two of 20 kept back, of which 0 and 2 bought, drawn to their mean of 5 % by two records."""
    drawn = [0.1 / 22, 2.1 / 22]
    worth = 0.05 * 0.95 / sum(0.25 * share * (1 - share) / 20 for share in drawn)
    other_low, other_high = wilson(0.05 * worth, worth)
    share_low, share_high = wilson(20, 200)
    found = lift([Arms(100, 10, 20, 0), Arms(100, 10, 20, 2)])
    assert found.low == pytest.approx(0.05 - math.hypot(0.1 - share_low, other_high - 0.05))
    assert found.high == pytest.approx(0.05 + math.hypot(share_high - 0.1, 0.05 - other_low))


def test_money_is_that_of_buyers_won_less_the_calls():
    found = lift([Arms(1_000, 150, 200, 20)])
    money = money_realised(found, 120.0, 4.0, (3_000.0, 2_000.0, 4_000.0))
    assert money.realised == pytest.approx(50 * 120 - 4_000)
    assert (money.low, money.high) == pytest.approx((found.won_low * 120 - 4_000, found.won_high * 120 - 4_000))
    assert (money.forecast, money.forecast_low, money.forecast_high) == (3_000.0, 2_000.0, 4_000.0)
    assert money.brought == 150 * 120 - 4_000


def test_the_value_of_a_buyer_by_the_payoff():
    """A call of 4 brings 116 of a buyer and -14 of others: 130 more of a buyer, and 14 are lost on each call."""
    assert value_of_buyer(Payoff(true_positive=120.0, false_positive=-10.0, call=4.0)) == (130.0, 14.0)


@pytest.mark.parametrize("year", YEARS, ids=lambda year: year.name)
def test_the_interval_holds_the_truth(year):
    """A small part of tests/simulations/lifts.py; 0.93 less what 600 years vary by."""
    found = coverage(year, fewer(3_000, 600))
    assert found["difference"] >= fewer_ends(0.93)
    assert found["money"] == found["difference"]


def fewer_ends(share):
    return share - 2 * math.sqrt(share * (1 - share) / fewer(3_000, 600))


def test_campaigns_are_not_to_be_pooled():
    """Where few are kept back of those who buy most, one table of all campaigns is far off."""
    found = coverage(next(year for year in YEARS if year.name == "the same, many buy there"), 200)
    assert found["pooled"] < 0.2
    assert found["difference"] > 0.9
