"""Curves, tenths and calibration groups at their limits: ties, weights of 0, thinning, ends of axes; by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from ml.metrics.calibration import calibration, quantile_groups
from ml.metrics.curves import det, precision_recall, reach, roc, thin
from ml.metrics.evaluation import OneVsRest
from ml.metrics.gain_lift import gain, lift
from ml.metrics.intervals import contrast_interval, wilson
from ml.metrics.separation import _median, kolmogorov_smirnov, score_distribution
from ml.metrics.threshold_plots import _longest, confusion_table, decision_curve, metrics_by_threshold
from ml.metrics.threshold_table import threshold_table


def answers(probabilities, truth, weight=None, labels=None):
    p, truth = np.array(probabilities, float), np.array(truth, bool)
    weight = np.ones(len(p)) if weight is None else np.array(weight, float)
    return OneVsRest(truth, p >= 0.5 if labels is None else np.array(labels, bool), p, weight)


def drawn(rows, seed=0, weighted=False):
    rng = np.random.default_rng(seed)
    p = rng.beta(1.2, 2.5, rows).round(3)
    return answers(p, rng.random(rows) < p, rng.choice([0.5, 2.0], rows) if weighted else None)


WEIGHTLESS = answers([0.9, 0.8, 0.6, 0.4] * 4, [0, 1, 0, 1] * 4, [0, 1, 1, 2] * 4)


def test_the_point_of_the_estimators_own_labels_counts_weights():
    found = roc(answers([0.9, 0.7, 0.6, 0.2], [1, 1, 0, 0], [3, 1, 1, 4], [1, 0, 0, 1]), "buys")
    assert (found.own_true_positive_rate, found.own_false_positive_rate) == (0.75, 0.8)


@pytest.mark.parametrize(
    ("most", "end"),
    [(0.0, 0.01), (0.01, 0.01), (0.0101, 0.02), (0.02, 0.02), (0.05, 0.05), (0.1, 0.1), (0.2, 0.2), (0.21, 0.5),
     (0.5, 0.5), (0.501, 1.0), (1.0, 1.0)],
)  # fmt: skip
def test_an_axis_of_probabilities_ends_at_the_first_round_number_that_holds_them(most, end):
    assert reach(np.array([0.0, most])) == end
    assert reach(np.array([])) == 0.01


def test_a_curve_is_thinned_above_the_most_points_at_equal_steps_along_both_axes():
    x, y = np.array([0.0, 1, 2, 3, 4, 4, 4, 4, 4]), np.array([0.0, 0, 0, 0, 0, 1, 2, 3, 4])
    assert thin(x, y, 9).tolist() == list(range(9))
    assert thin(x, y, 5).tolist() == [0, 2, 4, 6, 8]
    assert thin(x, -10 * y, 3).tolist() == [0, 4, 8]  # each over its own range, falling or rising
    jump = np.array([0.0, 0.01, 0.02, 0.9, 0.95, 1.0])
    assert thin(jump, jump, 3).tolist() == [0, 3, 5]
    assert thin(jump, jump, 6).tolist() == list(range(6))
    assert thin(np.arange(7.0), np.zeros(7), 2).tolist() == [0, 6]
    assert thin(np.append(np.arange(51.0), 1_000), np.zeros(52), 5).tolist() == [0, 51]
    assert thin(np.append(0, np.arange(60.0, 101)), np.zeros(42), 4).tolist() == [0, 1, 8, 41]


def test_det_is_thinned_on_the_scale_that_is_drawn():
    rng = np.random.default_rng(0)
    truth = rng.random(3_000) < 0.5
    p = 1 / (1 + np.exp(-rng.normal(np.where(truth, 2.0, -2.0))))
    curve = det(answers(p, truth), "buys")
    assert len(curve.x) <= 200
    steps = np.abs(np.diff(curve.x)) / np.ptp(curve.x) + np.abs(np.diff(curve.y)) / np.ptp(curve.y)
    assert steps.max() < 0.15
    assert (curve.cut_off[0], curve.x[0], curve.y[-1]) == (
        None,
        pytest.approx(norm.ppf(0.001)),
        pytest.approx(norm.ppf(0.001)),
    )


def test_precision_and_lift_of_first_records_without_weight_are_0():
    assert precision_recall(WEIGHTLESS, "buys").precision == pytest.approx([0, 1, 0.5, 0.75])
    assert lift(WEIGHTLESS, "buys").lift == pytest.approx([0, 4 / 3, 2 / 3, 1])
    assert lift(WEIGHTLESS, "buys").selected == pytest.approx([0, 0.25, 0.5, 1])


def test_of_few_found_the_intervals_of_gain_are_wilsons_but_for_none_and_all():
    given = answers([0.9, 0.8, 0.7, 0.6, 0.5], [1, 0, 1, 1, 0])
    found = gain(given, "buys")
    assert (found.selected, found.found) == (
        pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1]),
        pytest.approx([0, 1 / 3, 1 / 3, 2 / 3, 1, 1]),
    )
    low, high = wilson(np.array([1, 1, 2, 3]), 3)
    assert (found.low[1:-1], found.high[1:-1]) == (pytest.approx(low.tolist()), pytest.approx(high.tolist()))
    assert (found.low[0], found.high[0], found.low[-1], found.high[-1]) == (0, 0, 1, 1)
    low, high = wilson(0.5, 3)  # half of the first tie of a fifth
    assert (found.tenth_low[0], found.tenth_high[0]) == pytest.approx((float(low), float(high)))
    heavy = gain(OneVsRest(given.truth, given.labels, given.probabilities, np.full(5, 4.0)), "buys")
    assert heavy.low == pytest.approx(found.low)  # five records, whatever they weigh
    assert heavy.high == pytest.approx(found.high)
    tenth = lift(given, "buys")
    assert tenth.lift_low == pytest.approx(
        [end / share for end, share in zip(found.low[1:], found.selected[1:], strict=True)]
    )
    assert tenth.lift_high == pytest.approx(
        [end / share for end, share in zip(found.high[1:], found.selected[1:], strict=True)]
    )


@pytest.mark.parametrize(("found", "few"), [(29, True), (30, False)])
def test_from_30_found_and_30_not_the_intervals_of_gain_are_the_bootstraps(found, few):
    """30 or 29 of 60 are told apart; the others lie beside the cut-off for sure, so nothing is left to chance."""
    p, truth = [0.9] * found + [0.1] * (60 - found) + [0.1] * 40, [1] * 60 + [0] * 40
    curve = gain(answers(p, truth), "buys")
    ends = tuple(map(float, wilson(found, 60)))
    assert ((curve.low[1], curve.high[1]) == pytest.approx(ends)) is few
    other = gain(answers([0.9] * (60 - found) + [0.1] * found + [0.1] * 40, truth), "buys")
    assert ((other.low[1], other.high[1]) == pytest.approx(tuple(map(float, wilson(60 - found, 60))))) is few


def test_weights_that_are_all_light_change_no_interval_of_gain_and_no_group():
    given = drawn(300, 5)
    light = OneVsRest(given.truth, given.labels, given.probabilities, np.full(300, 2.0**-10))
    for one, other in zip(
        (gain(given, "buys"), calibration(given, "buys")),
        (gain(light, "buys"), calibration(light, "buys")),
        strict=True,
    ):
        assert other.low == pytest.approx(one.low)
        assert other.high == pytest.approx(one.high)
    assert gain(given, "buys").cut_off[0] is None
    assert gain(given, "buys").cut_off[1:] == sorted(set(gain(given, "buys").cut_off[1:]), reverse=True)


def test_intervals_of_gain_of_many_are_those_of_resampled_rows():
    given, at = drawn(400, 3), np.arange(1, 10) / 10
    order = np.argsort(-given.probabilities, kind="stable")
    p, truth = given.probabilities[order], given.truth[order]
    last = np.append(p[1:] < p[:-1], True)
    many = np.random.default_rng(1).multinomial(400, np.full(400, 1 / 400), 2_000)
    acted, hits = np.cumsum(many, axis=1)[:, last] / 400, np.cumsum(many * truth, axis=1)[:, last]
    samples = [np.interp(at, [0, *x], [0, *(y / y[-1])]) for x, y in zip(acted, hits, strict=True)]
    low, high = np.percentile(samples, [2.5, 97.5], axis=0)
    curve = gain(given, "buys")
    many = [place for place in range(9) if 30 <= curve.tenth_found[place] * curve.positive <= curve.positive - 30]
    assert len(many) >= 4
    for place in many:
        wide = high[place] - low[place]
        assert curve.tenth_low[place] == pytest.approx(low[place], abs=0.12 * wide)
        assert curve.tenth_high[place] == pytest.approx(high[place], abs=0.12 * wide)


def test_the_interval_of_a_tenths_lift_is_wilsons_of_its_effective_records():
    given = drawn(200, weighted=True)
    found = lift(given, "buys")
    worth = given.weight.sum() / (given.weight**2).sum()
    positive = given.weight[given.truth].sum()
    records = given.weight.sum()
    assert (found.rate, found.records) == (pytest.approx(positive / records), records)
    for tenth, low, high in zip(found.tenth, found.low, found.high, strict=True):
        ends = wilson(tenth / 10 * positive * worth, records / 10 * worth)
        assert (low, high) == pytest.approx(tuple(float(end) / found.rate for end in ends))


def test_groups_have_15_records_or_more_and_are_ten_at_most():
    for rows, groups in ((14, 1), (29, 1), (30, 2), (149, 9), (150, 10), (1_000, 10)):
        group = quantile_groups(np.linspace(0, 1, rows), np.ones(rows))
        assert len(set(group.tolist())) == groups
        assert np.bincount(group).min() >= min(rows, 15)


def test_groups_are_of_equal_weight_and_start_at_the_target():
    p = np.linspace(0.1, 0.9, 30)
    assert quantile_groups(p, np.ones(30)).tolist() == [0] * 15 + [1] * 15
    heavy = np.where(np.arange(30) < 10, 4.0, 1.0)  # 60 in all: half of it is reached after 7.5 records
    assert quantile_groups(p, heavy).tolist() == [0] * 7 + [1] * 23
    assert quantile_groups(p, np.append(np.ones(15), np.zeros(15))).tolist() == [0] * 7 + [1] * 23
    assert set(quantile_groups(p, np.append(np.zeros(29), 1.0)).tolist()) == {0, 1}


def test_a_group_without_weight_is_left_out():
    p = np.concatenate([np.full(20, 0.1), np.full(20, 0.9)])
    found = calibration(answers(p, np.arange(40) % 2, np.append(np.ones(20), np.zeros(20))), "buys")
    assert (found.said, found.came, found.records) == ([pytest.approx(0.1)], [0.5], [20])
    assert len(found.edges) == 26
    assert (found.edges[0], found.edges[-1]) == (0, 1)
    assert sum(found.spread) == pytest.approx(1)


def test_the_interval_of_a_groups_share_is_wilsons_of_its_effective_records():
    weight = np.append(np.full(20, 1.0), np.full(20, 3.0))
    found = calibration(answers(np.repeat([0.2, 0.8], 20), np.arange(40) % 4 == 0, weight), "buys")
    worth = 80 / 200
    for place, heavy in enumerate((20, 60)):
        ends = wilson(heavy / 4 * worth, heavy * worth)
        assert (found.low[place], found.high[place]) == pytest.approx(tuple(map(float, ends)))


def test_a_rare_outcomes_histograms_end_where_its_probabilities_do():
    given = answers([0.0, 0.008, 0.01, 0.002, 0.0079], [1, 1, 0, 0, 0])
    found, chart = score_distribution(given, "buys"), calibration(given, "buys")
    assert (found.start[0], found.end[-1], chart.edges[-1]) == (0, 0.01, 0.01)
    assert found.start[1:] == found.end[:-1] == pytest.approx([at * 0.0004 for at in range(1, 25)])
    assert (found.positive[0], found.positive[20], found.negative[24]) == (
        0.5,
        0.5,
        pytest.approx(1 / 3),
    )  # the end too
    assert kolmogorov_smirnov(given, "buys").reach == 0.01


def test_the_median_is_the_first_value_at_which_half_of_the_weight_is_reached():
    assert _median(np.array([3.0, 1.0, 2.0, 4.0]), np.ones(4)) == 2.0
    assert _median(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 5.0])) == 2.0
    assert _median(np.array([3.0, 1.0, 2.0]), np.array([9.0, 1.0, 5.0])) == 3.0
    found = score_distribution(answers([0.9, 0.1, 0.5, 0.3], [1, 1, 0, 0], [1, 3, 1, 3]), "buys")
    assert (found.median_positive, found.median_negative) == (0.1, 0.3)


def test_separation_keeps_the_best_cut_off_among_the_points_and_the_shares_below_it():
    given = drawn(5_000, 7)
    found = kolmogorov_smirnov(given, "buys")
    at = found.cut_off.index(found.best)
    assert (found.positive_below[at], found.negative_below[at]) == (found.best_positive, found.best_negative)
    assert found.distance == found.best_negative - found.best_positive > 0
    assert len(found.cut_off) <= 203
    assert found.cut_off == sorted(found.cut_off)
    spared = [(given.probabilities[~given.truth] < cut).mean() for cut in np.unique(given.probabilities)]
    missed = [(given.probabilities[given.truth] < cut).mean() for cut in np.unique(given.probabilities)]
    assert found.distance == pytest.approx(max(np.subtract(spared, missed)))
    assert (found.cut_off[-1], found.positive_below[-1], found.negative_below[-1]) == (1, 1, 1)


def test_separation_the_wrong_way_round_is_none():
    found = kolmogorov_smirnov(answers([0.2, 0.4, 0.6, 0.8], [1, 1, 0, 0]), "buys")
    assert (found.distance, found.best, found.best_positive, found.best_negative) == (0.0, 0.2, 0.0, 0.0)


def test_of_equal_separations_the_highest_cut_off_is_the_best():
    found = kolmogorov_smirnov(answers([0.8, 0.6, 0.6, 0.4], [1, 1, 0, 0]), "buys")
    assert (found.distance, found.best) == (0.5, 0.8)


@pytest.mark.parametrize(
    ("true", "ends"),
    [([0, 0, 0, 0, 0], (None, None)), ([1, 0, 0, 0, 0], (0.0, 0.0)), ([1, 1, 0, 1, 1], (0.0, 0.1)),
     ([1, 0, 1, 1, 1], (0.3, 0.9)), ([0, 0, 0, 1, 1], (0.8, 0.9)), ([1, 1, 1, 1, 1], (0.0, 0.9))],
)  # fmt: skip
def test_the_longest_run_of_cut_offs_of_equals_the_first(true, ends):
    assert _longest(np.array(true, bool), np.array([0.0, 0.1, 0.3, 0.8, 0.9])) == ends


def test_the_decision_curve_is_sure_where_both_intervals_are_above_0():
    given = drawn(600, 4)
    table = threshold_table(given, repeats=50)
    for records in (None, 600, 60):
        curve, worth = decision_curve(table, records), (records or 600) / 600
        sure, useful = [], []
        for row, cut in enumerate(table.cut_off[:-1]):
            tp, fp, fn, tn = (
                table.columns[name][row] * worth
                for name in ("true_positive", "false_positive", "false_negative", "true_negative")
            )
            odds = cut / (1 - cut)
            low, _ = contrast_interval(np.array([tp]), np.array([fp]), 600 * worth, 1.0, odds)
            beside, _ = contrast_interval(np.array([tn]), np.array([fn]), 600 * worth, odds, 1.0)
            model, all_ = table.columns["net_benefit"][row], table.columns["net_benefit_all"][row]
            useful.append(model > max(all_, 0) + 1e-12)
            sure.append(useful[-1] and min(low[0], beside[0]) > 0)
        for ends, mask in (((curve.sure_from, curve.sure_to), sure), ((curve.useful_from, curve.useful_to), useful)):
            assert ends == _longest(np.array(mask), np.array(table.cut_off[:-1]))
    assert (curve.low, curve.high) == (table.low["net_benefit"], table.high["net_benefit"])
    assert curve.all_ == table.columns["net_benefit_all"]


def test_a_model_that_tells_nothing_apart_is_useful_nowhere():
    curve = decision_curve(threshold_table(answers([0.4] * 10, [1] * 4 + [0] * 6), repeats=0))
    assert (curve.useful_from, curve.useful_to, curve.sure_from, curve.sure_to) == (None, None, None, None)
    assert (curve.rate, curve.reach) == (0.4, 0.5)


def test_the_best_f1_of_equals_is_at_the_lowest_cut_off_with_its_measures():
    table = threshold_table(answers([0.3, 0.2, 0.1], [1, 0, 0]), repeats=0)
    found = metrics_by_threshold(table)
    assert (found.best, found.best_f1, found.best_precision, found.best_recall) == (0.21, 1.0, 1.0, 1.0)
    assert found.best_selected == pytest.approx(1 / 3)
    assert found.reach == 0.5
    assert confusion_table(table).false_positive[table.cut_off.index(0.15)] == 1
