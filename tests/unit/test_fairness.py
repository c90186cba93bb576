"""Group fairness: against hand arithmetic, a published example's formula, and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom, binomtest, norm

from ml.data.outcomes import Outcome, Outcomes
from ml.metrics.confusion_counts import ratio
from ml.metrics.intervals import joint_width, wilson
from ml.plots.decisions.group_fairness import LEAST, draw, say
from ml.plots.plot import View
from ml.slices.fairness import RATES, GroupFairness, ratios_of, reference_of
from ml.slices.segments import plain_numbers
from tests.lanes import fewer
from tests.simulations.families import groups_held


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


def test_none_of_many_is_surely_far_below_and_an_idle_reference_has_no_ratio():
    value, low, high = ratios_of(np.array([153.0, 0.0, 3.0]), np.array([288.0, 244.0, 0.0]), 0)
    assert (value[1], low[1]) == (0, 0)
    (_, up), (down, _) = ((float(end) for end in wilson(part, whole)) for part, whole in ((0, 244), (153, 288)))
    assert high[1] == pytest.approx(up / math.sqrt(down * (2 * 153 / 288 - down)))
    assert 0.02 < high[1] < 0.05
    assert np.isnan([value[2], low[2], high[2]]).all()  # nothing is counted there
    value, low, high = ratios_of(np.array([0.0, 5.0]), np.array([100.0, 80.0]), 0)
    assert np.isnan([*value, *low, *high]).all()


def test_none_of_few_may_be_chance_and_all_of_few_is_not_sure():
    _, low, high = ratios_of(np.array([50.0, 0.0]), np.array([100.0, 3.0]), 0)
    assert low[1] == 0
    assert high[1] > 1
    value, low, high = ratios_of(np.array([10.0, 5.0]), np.array([10.0, 5.0]), 0)
    assert value[1] == 1
    ends = float(wilson(5, 5)[0]), 1 / float(wilson(10, 10)[0])
    assert (low[1], high[1]) == pytest.approx(ends)


@pytest.mark.slow
@pytest.mark.parametrize(("rate", "whole"), [(0.005, 244), (0.05, 30), (0.97, 40)])
def test_the_interval_holds_the_true_ratio_where_none_or_all_are_counted(rate, whole):
    rng, held = np.random.default_rng(0), 0
    for _ in range(2_000):
        hits = np.array([rng.binomial(288, 0.53), rng.binomial(whole, rate)], float)
        _, low, high = ratios_of(hits, np.array([288.0, whole]), 0)
        held += low[1] <= rate / 0.53 <= high[1]
    assert held / 2_000 >= 0.94


def test_the_reference_is_the_highest_rate_of_groups_with_enough_records():
    records = np.array([500.0, 200.0, 200.0])
    assert reference_of(np.array([250.0, 84.0, 120.0]), records, 30) == 2
    assert reference_of(np.array([0.0, 84.0, 0.0]), records, 30) == 1
    assert reference_of(np.array([50.0, 20.0, 20.0]), records, 30) == 0  # of equal rates the most records
    assert reference_of(np.zeros(3), records, 30) == 0
    few = np.array([500.0, 200.0, 6.0])
    assert reference_of(np.array([250.0, 84.0, 6.0]), few, 30) == 0
    assert reference_of(np.array([0.0, 0.0, 2.0]), few, 30) == 2  # no other is acted on


def compared(hits: list[float], records: list[float], least: float = 30) -> GroupFairness:
    """Groups whose three rates are all the same."""
    part, whole = np.array(hits), np.array(records)
    reference = reference_of(part, whole, least)
    ends = [plain_numbers(column) for column in ratios_of(part, whole, reference)]
    columns = [dict.fromkeys(RATES, column) for column in (plain_numbers(ratio(part, whole)), records, *ends)]
    return GroupFairness("Region", list("ABC"[: len(hits)]), records, reference, least, *columns, cut_off=0.5)


VIEW = View(Outcomes((Outcome("no", "No", 0), Outcome("yes", "Yes", 1)), exclusive=True, positive="yes"), "yes")


def test_the_rule_is_about_the_highest_rate_not_the_largest_group():
    sentence = say(compared([250, 84, 120], [500, 200, 200]), VIEW)
    assert "60\u00a0% in “C”, the group acted on most often." in sentence
    assert "1 group is not within four fifths of it: “B” (0.7 times; 0.57 to 0.85, may be chance)" in sentence


def test_exactly_four_fifths_is_within():
    assert "Every other group is within four fifths" in say(compared([480, 600], [1000, 1000]), VIEW)


def test_nobody_of_many_is_said_and_drawn_with_its_interval():
    result = compared([153, 0], [288, 244])
    sentence = say(result, VIEW)
    assert "“B” (0 times: none of 244; 0 to 0.03)" in sentence
    assert "too few" not in sentence
    _, spans, dots = draw(result, VIEW).data
    assert (list(dots.x), list(dots.marker.symbol)) == ([1, LEAST], ["diamond", "triangle-left"])
    assert list(spans.x)[:2] == [LEAST, pytest.approx(result.high["selection"][1])]
    assert list(spans.y)[:2] == [1, 1]


def test_an_idle_largest_group_is_compared_all_the_same():
    sentence = say(compared([0, 40], [500, 80]), VIEW)
    assert "50\u00a0% in “B”" in sentence
    assert "“A” (0 times: none of 500; 0 to 0.02)" in sentence
    nobody = compared([0, 0], [500, 80])
    assert "Nobody is acted on" in say(nobody, VIEW)
    assert not draw(nobody, VIEW).data[2].x


def test_a_group_of_few_records_is_no_reference_and_what_has_no_ratio_is_not_said_to_be_within():
    sentence = say(compared([250, 190, 6], [500, 400, 6]), VIEW)
    assert "“A”, the group acted on most often of those with at least 30 records" in sentence
    assert "“C” (2 times; " in sentence
    gap = compared([250, 190, 0], [500, 400, 0])
    assert "Every other group that has such records is within" in say(gap, VIEW)


def test_the_interval_holds_the_true_ratio_in_nineteen_of_twenty():
    rng, held = np.random.default_rng(0), 0
    for _ in range(2_000):
        hits = np.array([rng.binomial(300, 0.4), rng.binomial(120, 0.3)], float)
        _, low, high = ratios_of(hits, np.array([300.0, 120.0]), 0)
        held += low[1] <= 0.75 <= high[1]
    assert 0.935 <= held / 2_000 <= 0.965


def test_many_groups_of_one_rate_are_apart_in_one_of_twenty_hold_outs():
    repeats = fewer(2_000, 300)
    together, alone = groups_held(1_200, 8, repeats)
    assert (1 - together) * repeats <= binom.ppf(0.999, repeats, 0.05)
    assert 1 - alone > 0.1  # without the correction


def test_intervals_together_are_wider_by_scipys_quantile():
    part, whole = np.array([50.0, 30.0]), np.array([100.0, 80.0])
    width = norm.isf((1 - 0.95 ** (1 / 5)) / 2)
    assert joint_width(5) == pytest.approx(width)
    _, low, high = ratios_of(part, whole, 0, joint_width(5))
    spread = width * math.sqrt(1 / 30 - 1 / 80 + 1 / 50 - 1 / 100)
    assert (low[1], high[1]) == pytest.approx((0.75 * math.exp(-spread), 0.75 * math.exp(spread)))
    assert [float(end) for end in wilson(7, 20, width)] == pytest.approx(
        list(binomtest(7, 20).proportion_ci(1 - 2 * norm.sf(width), "wilson"))
    )
