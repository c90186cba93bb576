"""The bootstrap by score bins: sums, draws and their mean and variance, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ml.metrics.bootstrap import ScoreBins, acted_on, draw_counts, left_alone, resampled_sums, score_bins
from ml.metrics.evaluation import OneVsRest

CUT_OFF = np.array([0.0, 0.5, 1.0])


def bins_of(probabilities, truth, weight=None):
    p, truth = np.array(probabilities, float), np.array(truth, bool)
    return score_bins(OneVsRest(truth, truth, p, np.ones(len(p)) if weight is None else np.array(weight)), CUT_OFF)


def test_a_record_at_a_cut_off_is_acted_on_by_it():
    bins = bins_of([0.0, 0.4, 0.5, 0.6, 1.0, 0.5], [0, 1, 0, 1, 1, 1])
    # Bins: below 0, from 0, from 0.5, from 1; without the outcome, and with it
    assert bins.sums(np.array([1.0, 2, 4, 8, 16, 32])).tolist() == [[0, 1, 4, 0], [0, 2, 8 + 32, 16]]


def test_without_a_record_in_the_last_bins_they_are_there_all_the_same():
    assert bins_of([0.1], [0]).sums(np.ones(1)).tolist() == [[0, 1, 0, 0], [0, 0, 0, 0]]


def test_sums_of_whole_numbers_are_floats():
    assert bins_of([0.1], [0]).sums(np.ones(1, int)).dtype == np.float64


def test_draws_are_numpys_of_the_bins_shares():
    bins = bins_of([0.1, 0.2, 0.7, 0.8, 0.9], [0, 0, 0, 1, 1])
    drawn = draw_counts(bins, 7)
    expected = np.random.default_rng(0).multinomial(5, [2 / 5, 1 / 5, 2 / 5], size=7)
    assert drawn.shape == (7, 2, 4)
    assert drawn[:, [0, 0, 1], [1, 2, 2]].tolist() == expected.tolist()
    assert (drawn.sum(axis=(1, 2)) == 5).all()
    assert len(draw_counts(bins)) == 1_000


def test_sums_of_equal_values_are_exact_multiples_of_them():
    bins = bins_of([0.1, 0.2, 0.3, 0.7], [0, 0, 0, 1])
    drawn = draw_counts(bins, 100)
    for value in (0.1, 1e-6 / 3, 1e5 / 3, 0.0):
        # What rounding leaves of equal values is no variance
        assert resampled_sums(bins, drawn, np.full(4, value)) == pytest.approx(drawn * value, rel=1e-14, abs=0)


def test_a_bin_of_one_record_is_drawn_without_variance():
    bins = bins_of([0.1, 0.2, 0.7], [0, 0, 1])
    drawn = draw_counts(bins, 100)
    sums = resampled_sums(bins, drawn, np.array([1.0, 2.0, 7.0]))
    assert sums[:, 1, 2].tolist() == (7.0 * drawn[:, 1, 2]).tolist()


def test_a_resampled_sum_has_the_mean_and_the_variance_of_so_many_records_of_the_bin():
    values = np.array([1.0, 2.0, 6.0, 5.0])  # three of a bin: mean 3, variance 14 / 3
    bins = bins_of([0.1, 0.2, 0.3, 0.7], [0, 0, 0, 1])
    drawn = np.zeros((40_000, 2, 4), int)
    drawn[:, 0, 1] = 50
    sums = resampled_sums(bins, drawn, values)[:, 0, 1]
    assert sums.mean() == pytest.approx(150, abs=5 * np.sqrt(50 * 14 / 3 / 40_000))
    assert sums.var() == pytest.approx(50 * 14 / 3, rel=0.03)
    assert resampled_sums(bins, drawn, values, seed=2)[0, 0, 1] != sums[0]


def test_a_resampled_sum_is_between_so_many_of_the_least_and_of_the_largest_value():
    bins = bins_of([0.1, 0.1, 0.7], [0, 0, 0])
    drawn = np.zeros((4_000, 2, 4), int)
    drawn[:, 0, 1] = np.arange(4_000) % 3
    sums = resampled_sums(bins, drawn, np.array([-2.0, 4.0, 2.0]))[:, 0, 1]
    for number in range(3):
        assert (sums[number::3].min(), sums[number::3].max()) == (-2.0 * number, 4.0 * number)


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e4])
def test_values_that_differ_by_a_millionth_of_them_have_their_variance(size):
    bins = bins_of([0.1, 0.1], [0, 0])
    drawn = np.zeros((20_000, 2, 4), int)
    drawn[:, 0, 1] = 9
    sums = resampled_sums(bins, drawn, size * np.array([1 - 5e-6, 1 + 5e-6]))[:, 0, 1]
    assert sums.std() == pytest.approx(3 * 5e-6 * size, rel=0.05)


def test_sums_above_and_below_each_cut_off_by_hand():
    sums = np.array([[[1.0, 2, 4, 8], [16, 32, 64, 128]]])
    assert acted_on(sums).tolist() == [[[14, 12, 8], [224, 192, 128]]]
    assert left_alone(sums).tolist() == [[[1, 3, 7], [16, 48, 112]]]


def test_bins_may_leave_out_the_side():
    """As for optimism: all records are in the first half."""
    bins = ScoreBins(CUT_OFF, np.array([1, 2, 2]), np.ones(3))
    assert bins.sums(np.array([1.0, 2, 4])).tolist() == [[0, 1, 6, 0], [0, 0, 0, 0]]
