"""Chances of a list: corrected by the hold-out, with an interval that holds, and a verdict."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom
from sklearn.naive_bayes import GaussianNB

from ml.campaign.chances import Chances, chances_of, list_chances, own_chances
from ml.campaign.forecast import forecast
from ml.campaign.pick import pick
from ml.metrics.recalibration.curve import recalibration_curve
from ml.service import open_service
from tests.lanes import ALL, fewer
from tests.simulations.list_chances import FILE, LISTS, coverage, people, pools
from tests.small import small_model
from tests.unit.test_campaign_lists import wish


def one(curve):
    return Chances((curve,), np.eye(1))


def call_all(chances, p, rise=(1.0,)):
    return list_chances(chances, p, np.zeros(len(p), dtype=int), rise)


def test_of_a_constant_probability_the_share_of_the_hold_out_comes_back():
    curve = recalibration_curve(np.arange(1_000) < 250, np.full(1_000, 0.6))
    found = call_all(one(curve), np.full(500, 0.6))
    # The prior weighs as 1 / (1 - 0.6) = 2.5 records at 0.6
    share = (250 + 1.5) / 1_002.5
    assert found.own == pytest.approx(300)
    assert found.buyers == pytest.approx(500 * share, abs=0.5)  # 2,000 draws: a standard error of 0.15
    # Chance of the list, and the share's own error by the binomial distribution
    error = math.sqrt(500 * share * (1 - share) * (1 + 500 / 1_002.5))
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * error, rel=0.06)
    assert found.verdict == "too_much"


def test_a_calibrated_model_is_left_as_it_is():
    rng = np.random.default_rng(0)
    p = rng.beta(1, 6, 20_000)
    curve = recalibration_curve(rng.random(20_000) < p, p)
    assert np.abs(curve.share(np.array([0.02, 0.1, 0.3, 0.5])) - [0.02, 0.1, 0.3, 0.5]).max() < 0.02
    found = call_all(one(curve), np.sort(p)[-2_000:])
    assert found.buyers == pytest.approx(found.own, rel=0.05)
    assert found.verdict == "held"


def test_the_curve_follows_any_monotone_distortion():
    """Ranks are what counts: of p and of its fourth power, or root, the same shares, but for what the logit adds."""
    rng = np.random.default_rng(1)
    p = rng.beta(1, 4, 5_000)
    truth = rng.random(5_000) < p
    places = np.quantile(p, [0.05, 0.5, 0.95, 0.99])
    plain = recalibration_curve(truth, p).share(places)
    for power in (0.25, 4.0):
        assert recalibration_curve(truth, p**power).share(places**power) == pytest.approx(plain, abs=0.02)
    assert plain == pytest.approx(places, abs=0.05)


def test_the_curve_has_a_step_where_the_models_probabilities_have_one():
    """One in twenty buys with 85 %, others with 28 %: a smooth curve of the rank alone says 0.6 near the step."""
    rng = np.random.default_rng(2)
    found = []
    for _ in range(fewer(40, 10)):
        few = np.arange(1_250) < 62
        p = np.where(few, 0.8, 0.17) + rng.normal(0, 0.004, 1_250)
        truth = rng.random(1_250) < np.where(few, 0.85, 0.28)
        found.append(recalibration_curve(truth, p).share(np.quantile(p, [0.935, 0.955])))
    assert np.mean(found, axis=0) == pytest.approx([0.28, 0.85], abs=0.04)


def test_the_curve_has_a_step_that_the_models_probabilities_do_not_show():
    """As of naive Bayes: of the surest 4 % nearly all buy, of the next about half; no probability tells them apart."""
    rng = np.random.default_rng(5)
    places = np.array([0.945, 0.955, 0.965, 0.975])  # the step is at 0.96
    found = []
    for _ in range(fewer(20, 6)):
        p = rng.beta(0.3, 0.6, 8_000)
        truth = rng.random(8_000) < np.where(p > np.quantile(p, 0.96), 0.95, 0.55 * p)
        found.append(recalibration_curve(truth, p).share(np.quantile(p, places)))
    middle = np.mean(found, axis=0)
    assert middle[0] < 0.62
    assert middle[1] < 0.68
    assert middle[2] > 0.88
    assert middle[3] > 0.92


def test_a_smooth_truth_has_no_steps():
    """What a step would add to the curve's spread at places where there is none: little."""
    rng = np.random.default_rng(6)
    p = rng.beta(1, 6, 4_000)
    curve = recalibration_curve(rng.random(4_000) < p, p)
    places = np.quantile(p, np.linspace(0.5, 0.99, 80))
    rises = np.diff(np.log(curve.share(places) / (1 - curve.share(places))))
    assert rises.max() < 0.2
    assert rises.min() > -0.1


def test_weights_count_as_shares_of_the_records():
    rng = np.random.default_rng(4)
    p = rng.beta(1, 4, 3_000)
    truth, places = rng.random(3_000) < p, np.array([0.02, 0.1, 0.3, 0.6])
    plain = recalibration_curve(truth, p)
    assert recalibration_curve(truth, p, np.full(3_000, 7.0)).share(places) == pytest.approx(plain.share(places))
    some = rng.random(3_000) < 0.5
    left_out = recalibration_curve(truth, p, some.astype(float)).share(places)
    assert left_out == pytest.approx(recalibration_curve(truth[some], p[some]).share(places))
    # Records with the outcome thrice as heavy: odds are thrice as high
    share = recalibration_curve(truth, p, np.where(truth, 3.0, 1.0)).share(places)
    assert share == pytest.approx(3 * places / (1 + 2 * places), abs=0.05)


def test_probabilities_of_exactly_0_and_1_are_taken():
    p = np.repeat([0.0, 1.0], 200)
    truth = np.concatenate([np.arange(200) < 20, np.arange(200) < 150])
    share = recalibration_curve(truth, p).share(np.array([0.0, 1.0, np.nan]))
    assert share[:2] == pytest.approx([0.1, 0.75], abs=0.02)
    assert np.isnan(share[2])


@pytest.mark.parametrize("positive", [0, 1, 29])
def test_of_a_hold_out_with_few_records_nothing_is_said_of_promises(positive):
    p = np.full(200, 0.1)
    found = call_all(one(recalibration_curve(np.arange(200) < positive, p)), np.full(100, 0.1))
    assert found.verdict == "too_few"
    assert found.low <= 100 * positive / 200 <= found.high


def test_small_differences_are_not_worth_a_verdict():
    """With a million records 3 % too much is sure, and no reason to mistrust a model."""
    for truth, verdict in ((97_000, "held"), (90_000, "too_much"), (110_000, "too_little")):
        curve = recalibration_curve(np.arange(1_000_000) < truth, np.full(1_000_000, 0.1))
        assert call_all(one(curve), np.full(5_000, 0.1)).verdict == verdict


def test_money_follows_the_buyers():
    curve = recalibration_curve(np.arange(1_000) < 300, np.linspace(0.8, 0.01, 1_000))
    p = np.linspace(0.2, 0.6, 300)
    plain, money = call_all(one(curve), p), call_all(one(curve), p, (7.0,))
    assert (money.total, money.total_low, money.total_high) == pytest.approx(
        (7 * plain.buyers, 7 * plain.low, 7 * plain.high)
    )
    loss = call_all(one(curve), p, (-7.0,))
    assert loss.total_low == pytest.approx(-money.total_high, abs=7)


def test_without_a_hold_out_the_models_own_probabilities_count():
    p = np.array([0.5, 0.25])
    found = call_all(own_chances(1), p)
    assert (found.buyers, found.low, found.high, found.verdict) == (0.75, 0.0, 2.0, "too_few")


def test_without_a_curve_the_number_is_binomial_where_all_are_alike():
    for n, p in ((1, 0.3), (40, 0.1), (1_999, 0.5), (7, 1.0), (7, 0.0), (50_000, 0.0004)):
        found = call_all(own_chances(1), np.full(n, p))
        number, spread = np.arange(n + 1), math.sqrt(n * p * (1 - p))
        # Numbers whose tail, with half of the number itself, is 2.5 % or more
        below = binom.cdf(number, n, p) - binom.pmf(number, n, p) / 2
        within = number[(below >= 0.025) & (below <= 0.975)]
        exact = (within.min(), within.max())
        assert (found.low, found.high) == pytest.approx(exact, abs=max(0.1 * spread, float(spread > 2)))


@pytest.mark.parametrize("mean", [4.0, 12.0])
def test_an_interval_of_few_buyers_holds_95_percent_on_average(mean):
    """Over numbers expected from 10 % below to 10 % above. Whole quantiles would hold 0.976 and 0.966."""
    held = []
    for expected in np.linspace(0.9 * mean, 1.1 * mean, 15):
        p = expected / 400
        found = call_all(own_chances(1), np.full(400, p))
        held.append(binom.cdf(found.high, 400, p) - binom.cdf(found.low - 1, 400, p))
    assert 0.94 <= np.mean(held) <= 0.963
    assert min(held) > 0.91


def test_without_a_curve_the_interval_is_that_of_chance():
    rng = np.random.default_rng(0)
    for n in (30, 500, 5_000):
        p = rng.beta(1, 8, n)
        found = call_all(own_chances(1), p)
        seen = np.array([(rng.random(n) < p).sum() for _ in range(1_000)])
        assert 0.93 <= np.mean((seen >= found.low) & (seen <= found.high)) <= 0.99


def test_the_forecast_shows_the_corrected_numbers_and_keeps_the_models_own():
    curve = recalibration_curve(np.arange(2_000) < 300, np.full(2_000, 0.3))  # 15 % of those at 30 %
    p, asked = np.full((400, 1), 0.3), wish(by="number", number=400, cost=1.0, values={"a": 10.0}, outcomes=["a"])
    found = forecast(p, pick(p, asked), asked, chances=one(curve))
    assert (found.buyers_model, found.profit_model) == pytest.approx((120, 800))
    assert found.buyers == pytest.approx(400 * 0.15, abs=1)
    assert found.profit == pytest.approx(10 * found.buyers - 400)
    assert (found.profit_low, found.profit_high) == pytest.approx(
        (10 * found.buyers_low - 400, 10 * found.buyers_high - 400)
    )
    assert found.by_chance == pytest.approx(found.buyers)
    assert found.outcomes == (("a", 400, pytest.approx(found.buyers)),)
    assert (found.verdict, found.losing, found.losing_corrected) == ("too_much", 0, 0)
    dear = wish(by="number", number=400, cost=2.0, values={"a": 10.0}, outcomes=["a"])
    assert forecast(p, pick(p, dear), dear, chances=one(curve)).losing_corrected == 400  # 10 · 0.15 < 2


def test_errors_of_outcomes_that_go_together_add_up():
    """Var(X + Y) = Var X + Var Y + 2 r sd X sd Y: with r of 1 the interval is as wide as both together."""
    curve = recalibration_curve(np.arange(2_000) < 600, np.full(2_000, 0.3))
    p, outcome = np.full(800, 0.3), np.repeat([0, 1], 400)
    widths = []
    for r in (0.0, 0.5, 1.0):
        found = list_chances(Chances((curve, curve), np.array([[1.0, r], [r, 1.0]])), p, outcome, (1.0, 1.0))
        widths.append(found.high - found.low)
    assert widths[1] / widths[0] == pytest.approx(math.sqrt(1.5), rel=0.02)
    assert widths[2] / widths[0] == pytest.approx(math.sqrt(2.0), rel=0.02)


def test_the_curve_of_an_outcome_is_the_one_of_the_versions_hold_out(tmp_path):
    service = open_service(tmp_path)
    bundle = service.model(small_model("independent", tmp_path))
    chances = chances_of(bundle, ("card", "loan"))
    truth = bundle.holdout.truth.sum(axis=0)
    assert [curve.positive for curve in chances.curves] == [truth[1], truth[0]]
    assert chances_of(bundle, ("card", "loan")).curves[0] is chances.curves[0]


@pytest.mark.slow
def test_the_interval_holds_the_truth_of_new_lists_of_an_over_confident_model():
    """The small version; the whole is below."""
    rng = np.random.default_rng(3)
    numbers, truth = people(rng, 1_500, -2.7)
    new, known = people(rng, 30_000, -2.7)
    scores = GaussianNB().fit(numbers, truth).predict_proba(new)[:, 1]
    held, _ = coverage(scores, known, 3_000, 3_000, fewer(100, 12))
    own, _ = coverage(scores, known, 300, 3_000, 5, corrected=False)
    assert held.mean() > 0.88
    assert own.mean() < 0.3


@pytest.mark.skipif(not ALL, reason="minutes: in the long lane")
def test_the_interval_holds_95_percent_of_all_models_base_rates_and_lengths():
    repeats = 60
    found = []
    for name, _, scores, truth in pools():
        held, _ = coverage(scores, truth, round(300 / truth.mean()), FILE, repeats)
        found.append(held)
        # 95 % less four standard errors
        assert (held > 0.95 - 4 * math.sqrt(0.95 * 0.05 / repeats)).all(), (name, dict(zip(LISTS, held, strict=True)))
    assert 0.935 < np.mean(found) < 0.975
