"""Precision-recall, DET, gain and lift curves, Kolmogorov-Smirnov, calibration, and the plots over the cut-off."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ks_2samp, norm
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, det_curve, precision_recall_curve, roc_auc_score

from ml.errors import NoProbabilities, OneOutcomeOnly
from ml.metrics.calibration import calibration
from ml.metrics.curves import MOST_POINTS, det, normal_deviates, precision_recall, reach, thin
from ml.metrics.evaluation import OneVsRest
from ml.metrics.gain_lift import gain, lift
from ml.metrics.separation import kolmogorov_smirnov, score_distribution
from ml.metrics.threshold_plots import confusion_table, decision_curve, metrics_by_threshold
from ml.metrics.threshold_table import threshold_table
from tests.lanes import fewer
from tests.simulations import bands
from tests.unit.test_threshold_table import random_answers

HAND = OneVsRest(
    np.array([1, 0, 1, 0, 0], dtype=bool), np.ones(5, dtype=bool), np.array([0.9, 0.8, 0.7, 0.7, 0.1]), np.ones(5)
)
EVERY = (precision_recall, det, gain, lift, calibration, score_distribution, kolmogorov_smirnov)


@pytest.mark.parametrize("weighted", [True, False])
def test_precision_recall_points_are_scikit_learns(weighted):
    given = random_answers(120, 3, ties=True, weighted=weighted)
    curve = precision_recall(given, "buys")
    precision, recall, cut_off = precision_recall_curve(given.truth, given.probabilities, sample_weight=given.weight)
    np.testing.assert_allclose(curve.precision, precision[:-1][::-1], atol=1e-12)
    np.testing.assert_allclose(curve.recall, recall[:-1][::-1], atol=1e-12)
    assert curve.cut_off == cut_off[::-1].tolist()


def test_precision_recall_of_many_is_thinned_and_its_area_is_of_all():
    given = random_answers(20_000, 4)
    curve = precision_recall(given, "buys")
    assert len(curve.recall) <= MOST_POINTS
    assert curve.recall[-1] == 1
    assert curve.precision[-1] == pytest.approx(given.truth.mean())
    expected = average_precision_score(given.truth, given.probabilities)
    assert curve.average_precision == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("weighted", [True, False])
def test_det_points_are_scikit_learns(weighted):
    given = random_answers(120, 5, ties=True, weighted=weighted)
    curve = det(given, "buys")
    alarms, missed, _ = det_curve(given.truth, given.probabilities, sample_weight=given.weight, drop_intermediate=False)
    mine = {
        (round(x, 9), round(y, 9)) for x, y in zip(curve.false_positive_rate, curve.false_negative_rate, strict=True)
    }
    for x, y in zip(alarms, missed, strict=True):
        assert (round(x, 9), round(y, 9)) in mine
    assert curve.x == pytest.approx(norm.ppf(np.clip(curve.false_positive_rate, 0.001, 0.999)))


def test_det_by_hand():
    curve = det(HAND, "buys")
    assert curve.false_positive_rate == pytest.approx([0, 0, 1 / 3, 2 / 3, 1])
    assert curve.false_negative_rate == pytest.approx([1, 0.5, 0.5, 0, 0])
    assert curve.cut_off == [None, 0.9, 0.8, 0.7, 0.1]
    # Between (1/3, 1/2) and (2/3, 0): 1/3 + t/3 = 1/2 - t/2 at t = 1/5.
    assert curve.equal_error == pytest.approx(0.4)


def test_deviates_are_scipys():
    rates = np.array([[0.0, 0.2], [0.2, 1.0]])
    np.testing.assert_allclose(normal_deviates(rates), norm.ppf([[0.001, 0.2], [0.2, 0.999]]), atol=1e-9)


def test_gain_by_hand_and_ties_in_random_order():
    curve = gain(HAND, "buys")
    assert curve.selected == pytest.approx([0, 0.2, 0.4, 0.8, 1])
    assert curve.found == [0, 0.5, 0.5, 1, 1]
    # At 50 % a quarter of the tie of two records (40 to 80 %), which holds half of the outcome.
    assert curve.tenth_found == pytest.approx([0.25, 0.5, 0.5, 0.5, 0.625, 0.75, 0.875, 1, 1, 1])
    assert (curve.rate, curve.positive) == (0.4, 2)


@pytest.mark.parametrize("weighted", [True, False])
def test_gain_ends_at_all_and_its_area_follows_from_auc(weighted):
    given = random_answers(700, 6, ties=True, weighted=weighted)
    curve = gain(given, "buys")
    assert (curve.selected[-1], curve.found[-1], curve.tenth_found[-1]) == pytest.approx((1, 1, 1))
    area = roc_auc_score(given.truth, given.probabilities, sample_weight=given.weight)
    # Under the gain curve lies rate / 2 + (1 - rate) AUC, whatever the scores.
    expected = curve.rate / 2 + (1 - curve.rate) * area
    assert np.trapezoid(curve.found, curve.selected) == pytest.approx(expected, abs=1e-9)


def test_lift_by_hand_and_its_mean_is_one():
    curve = lift(HAND, "buys")
    assert curve.tenth == pytest.approx([2.5, 2.5, 0, 0, 1.25, 1.25, 1.25, 1.25, 0, 0])
    assert curve.lift == pytest.approx([2.5, 1.25, 1.25, 1])
    many = lift(random_answers(1_003, 7, weighted=True), "buys")
    assert np.mean(many.tenth) == pytest.approx(1)
    assert all(low <= mid <= high for low, mid, high in zip(many.low, many.tenth, many.high, strict=True))


@pytest.mark.parametrize("ties", [True, False])
def test_separation_is_scipys(ties):
    given = random_answers(800, 8, ties=ties)
    found = kolmogorov_smirnov(given, "buys")
    with_it, without = given.probabilities[given.truth], given.probabilities[~given.truth]
    expected = ks_2samp(with_it, without, alternative="less")
    assert found.distance == pytest.approx(expected.statistic)
    assert found.best_positive == pytest.approx((with_it < found.best).mean())
    assert found.best_negative == pytest.approx((without < found.best).mean())
    assert found.distance == pytest.approx(found.best_negative - found.best_positive)
    for at in range(0, len(found.cut_off), 11):
        assert found.positive_below[at] == pytest.approx((with_it < found.cut_off[at]).mean())
        assert found.negative_below[at] == pytest.approx((without < found.cut_off[at]).mean())


@pytest.mark.parametrize("ends", [(0.0, 1.0), (0.2, 0.6)])
def test_separation_reaches_from_nothing_to_all(ends):
    truth = np.array([False, True])
    found = kolmogorov_smirnov(OneVsRest(truth, truth, np.array(ends), np.ones(2)), "buys")
    assert (found.cut_off[0], found.positive_below[0], found.negative_below[0]) == (0, 0, 0)
    assert found.cut_off[-1] == 1
    # A record at exactly 1 is never below a cut-off.
    assert found.positive_below[-1] == (0 if ends[1] == 1 else 1)
    assert (found.distance, found.best) == (1, ends[1])


def test_separation_of_equals_is_none():
    truth = np.array([False, True, True])
    assert kolmogorov_smirnov(OneVsRest(truth, truth, np.full(3, 0.4), np.ones(3)), "buys").distance == 0


def test_calibration_groups_are_scikit_learns_quantiles():
    given = random_answers(1_000, 9)
    found = calibration(given, "buys")
    came, said = calibration_curve(given.truth, given.probabilities, n_bins=10, strategy="quantile")
    np.testing.assert_allclose(found.said, said, atol=2e-3)  # groups may differ by the record on the edge
    np.testing.assert_allclose(found.came, came, atol=0.02)
    assert sum(found.records) == 1_000
    assert np.dot(found.records, found.came) == pytest.approx(given.truth.sum())
    assert np.dot(found.records, found.said) / 1_000 == pytest.approx(found.mean_said)
    assert sum(found.spread) == pytest.approx(1)
    expected, _ = np.histogram(given.probabilities, 25, (0, 1))
    np.testing.assert_allclose(found.spread, expected / 1_000)


def test_calibration_by_hand_with_weights():
    truth = np.array([True, False] * 20)
    given, weight = np.repeat([0.2, 0.8], 20), np.repeat([1.0, 3.0], 20)
    found = calibration(OneVsRest(truth, truth, given, weight), "buys")
    assert found.said == pytest.approx([0.2, 0.8])
    assert found.came == pytest.approx([0.5, 0.5])
    assert found.records == [20, 60]
    assert (found.mean_said, found.mean_came) == pytest.approx((0.65, 0.5))


def test_scores_are_shares_of_each_side():
    given = random_answers(500, 10, weighted=True)
    found = score_distribution(given, "buys")
    assert (sum(found.positive), sum(found.negative)) == pytest.approx((1, 1))
    expected, _ = np.histogram(given.probabilities[given.truth], 25, (0, 1), weights=given.weight[given.truth])
    np.testing.assert_allclose(found.positive, expected / expected.sum())
    below = given.weight[given.truth & (given.probabilities <= found.median_positive)].sum()
    assert below >= given.weight[given.truth].sum() / 2


def test_threshold_and_cells_are_picks_from_the_table():
    given = random_answers(400, 11)
    table = threshold_table(given, repeats=0)
    chart, four = metrics_by_threshold(table), confusion_table(table)
    assert chart.precision == table.columns["precision"]
    acted = [given.probabilities >= cut for cut in table.cut_off]
    f1 = [2 * (given.truth & said).sum() / (given.truth.sum() + said.sum()) for said in acted]
    assert chart.best_f1 == pytest.approx(max(f1))
    assert chart.best == table.cut_off[int(np.argmax(f1))]
    totals = np.array([four.true_positive, four.false_positive, four.false_negative, four.true_negative]).sum(axis=0)
    assert set(totals.tolist()) == {400.0}


def test_decision_curve_by_hand():
    table = threshold_table(HAND, repeats=0)
    curve = decision_curve(table)
    at = table.cut_off.index(0.8)
    assert curve.model[at] == pytest.approx(1 / 5 - 1 / 5 * 4)
    assert curve.all_[at] == pytest.approx(2 / 5 - 3 / 5 * 4)
    assert curve.model[0] == curve.all_[0] == pytest.approx(0.4)
    assert curve.model[-1] is None
    assert curve.rate == 0.4
    useful = [
        cut
        for cut in table.cut_off[:-1]
        if np.sum(np.where(HAND.truth, 1, -cut / (1 - cut)) * (HAND.probabilities >= cut))
        > max(0, 2 - 3 * cut / (1 - cut)) + 1e-9
    ]
    assert {curve.useful_from, curve.useful_to} <= set(useful)


def test_beyond_chance_is_said_where_both_differences_of_net_benefit_are():
    """Means and variances record by record; with 6,000 records all intervals are nearly normal ones."""
    given = random_answers(6_000, 5)
    curve = decision_curve(threshold_table(given))
    sure = []
    for cut in curve.cut_off[:-1]:
        acts, worth = given.probabilities >= cut, np.where(given.truth, 1.0, -cut / (1 - cut))
        differences = acts * worth, (acts - 1.0) * worth  # to acting on none, and on all
        if all(each.mean() > 1.959964 * each.std() / np.sqrt(6_000) for each in differences):
            sure.append(cut)
    assert sure
    at = np.array(curve.cut_off)
    near = [at[(at >= end - 0.01) & (at <= end + 0.01)].tolist() for end in (curve.sure_from, curve.sure_to)]
    assert all(set(places) & set(sure) for places in near)


@pytest.mark.slow
def test_few_records_above_a_cut_off_are_no_proof_of_use():
    """Six records at 90 %, of which 90 % have the outcome: acting on them brings exactly nothing."""
    rng, fires = np.random.default_rng(8), 0
    probabilities = np.where(np.arange(300) < 6, 0.9, 0.1)
    for _ in range(200):
        given = OneVsRest(rng.random(300) < probabilities, probabilities > 0.5, probabilities, np.ones(300))
        curve = decision_curve(threshold_table(given, repeats=0))
        fires += curve.sure_to is not None and curve.sure_from <= 0.9 <= curve.sure_to
    assert fires <= 15  # the normal interval fires in half of them: six hits of six


@pytest.mark.nightly
def test_bands_and_averages_hold_what_is_true():
    """A small part of tests/simulations/bands.py."""
    draws = fewer(400, 25)
    shares = np.concatenate(
        [*bands.coverage_of_bands("20 %", 400, draws), [*bands.coverage_of_averages(400, draws).values()]]
    )
    assert (shares >= 0.95 - 4 * np.sqrt(0.95 * 0.05 / draws)).all()
    assert shares.mean() == pytest.approx(0.95, abs=0.04)


def test_a_model_that_is_never_of_use_says_so():
    truth = np.array([True, False] * 10)
    curve = decision_curve(threshold_table(OneVsRest(truth, truth, np.full(20, 0.5), np.ones(20)), repeats=0))
    assert (curve.useful_from, curve.useful_to) == (None, None)


@pytest.mark.parametrize("compute", EVERY)
def test_one_side_only_and_no_probabilities_are_refused_in_words(compute):
    truth = np.zeros(6, dtype=bool)
    with pytest.raises(OneOutcomeOnly, match=r"None of the 6 records .* “Gold”"):
        compute(OneVsRest(truth, truth, np.linspace(0, 1, 6), np.ones(6)), "Gold")
    with pytest.raises(NoProbabilities):
        compute(OneVsRest(~truth, truth, None, np.ones(6)), "Gold")


@pytest.mark.parametrize("compute", EVERY)
def test_constant_scores_and_many_rows_stay_small(compute):
    truth = np.arange(300) % 3 == 0
    compute(OneVsRest(truth, truth, np.full(300, 0.3), np.ones(300)), "x")
    result = compute(random_answers(50_000, 12), "x")
    lengths = [len(value) for value in vars(result).values() if isinstance(value, list)]
    assert max(lengths) <= MOST_POINTS + 3


def test_thin_follows_a_curve_that_falls():
    kept = thin(np.linspace(0, 1, 1_001), np.linspace(1, 0, 1_001), 11)
    assert kept.tolist() == list(range(0, 1_001, 100))


@pytest.mark.parametrize(("most", "end"), [(0.0, 0.01), (0.013, 0.02), (0.05, 0.05), (0.21, 0.5), (0.51, 1), (1, 1)])
def test_axes_of_rare_outcomes_end_where_their_probabilities_do(most, end):
    assert reach(np.array([0.0, most])) == end
    truth = np.array([True, False] * 20)
    given = OneVsRest(truth, truth, np.where(truth, most, most / 2), np.ones(40))
    assert (
        calibration(given, "buys").edges[-1]
        == score_distribution(given, "buys").end[-1]
        == kolmogorov_smirnov(given, "buys").reach
        == end
    )
    table = threshold_table(given, repeats=0)
    assert metrics_by_threshold(table).reach == decision_curve(table).reach == end
