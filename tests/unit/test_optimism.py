"""Optimism: what is drawn has the mean and variance of its records, and the best cut-offs are those of a loop."""

from __future__ import annotations

import numpy as np
import pytest

from ml.metrics import optimism as module
from ml.metrics.evaluation import OneVsRest
from ml.metrics.optimism import _drawn_sums, _places, optimism
from ml.metrics.recalibration.curve import recalibration_curve


def answers(p, weight, seed=0):
    p, weight = np.array(p, float), np.array(weight, float)
    truth = np.random.default_rng(seed).random(len(p)) < p
    return OneVsRest(truth, p >= 0.5, p, weight)


def all_drawn(given, places):
    expected, drawn = _drawn_sums(given, places)
    return np.concatenate(list(drawn)), expected


def bins_of(p, places):
    """Bin of a record: the number of cut-offs that act on it."""
    return np.array([sum(value >= place for place in places) for value in p])


def test_expected_sums_are_the_curves_shares_of_the_weight_of_each_bin():
    rng = np.random.default_rng(1)
    given = answers(rng.random(80), rng.uniform(0.5, 3, 80))
    places = np.array([0.0, 0.3, 0.55, 1.0])
    drawn, expected = all_drawn(given, places)
    share = recalibration_curve(given.truth, given.probabilities, given.weight).share(given.probabilities)
    at = bins_of(given.probabilities, places)
    for place in range(5):
        ours = at == place
        assert expected[0, 1, place] == pytest.approx((given.weight * share)[ours].sum())
        assert expected[0, 0, place] == pytest.approx((given.weight * (1 - share))[ours].sum())
        assert drawn[:, :, place].sum(axis=1) == pytest.approx(given.weight[ours].sum())
    assert expected.shape == (1, 2, 5)
    assert (expected[0, :, [0, 4]] == 0).all()  # below 0 and from 1 on there is nobody


@pytest.mark.parametrize("heavy", [0.1, 1e-4 / 3, 1e5 / 3])
def test_drawn_sums_of_equal_weights_are_binomial_numbers_of_records(heavy):
    given = answers(np.repeat([0.2, 0.6, 0.9], [50, 40, 30]), np.full(120, heavy))
    drawn, expected = all_drawn(given, np.array([0.0, 0.5, 0.8, 1.0]))
    for place, size in ((1, 50), (2, 40), (3, 30)):
        number = drawn[:, 1, place] / heavy
        assert number == pytest.approx(number.round(), abs=1e-9)
        chance = expected[0, 1, place] / (heavy * size)
        assert number.mean() == pytest.approx(size * chance, abs=5 * np.sqrt(size / 4 / 2_000))
        assert number.var() == pytest.approx(size * chance * (1 - chance), rel=0.15)


def test_drawn_sums_of_unequal_weights_vary_like_records_drawn_without_replacement():
    """Of n records k have the outcome: k (1 - k / n) times the variance of the weights (Cochran 1977, chapter 2)."""
    p, weight = (
        np.repeat([0.2, 0.6], [60, 40]),
        np.concatenate([np.tile([1.0, 5.0], 30), np.tile([2.0, 2.0, 9.0, 3], 10)]),
    )
    given = answers(p, weight)
    drawn, expected = all_drawn(given, np.array([0.0, 0.5, 1.0]))
    for place, heavy in ((1, weight[:60]), (2, weight[60:])):
        size, chance = len(heavy), expected[0, 1, place] / heavy.sum()
        rng = np.random.default_rng(place)
        brute = [rng.choice(heavy, rng.binomial(size, chance), replace=False).sum() for _ in range(2_000)]
        assert drawn[:, 1, place].mean() == pytest.approx(heavy.sum() * chance, abs=5 * np.std(brute) / np.sqrt(2_000))
        assert drawn[:, 1, place].std() == pytest.approx(np.std(brute), rel=0.1)
        exact = heavy.mean() ** 2 * size * chance * (1 - chance)
        exact += heavy.var(ddof=1) * (size - 1) * chance * (1 - chance)
        assert drawn[:, 1, place].var() == pytest.approx(exact, rel=0.1)


@pytest.mark.parametrize("heavy", [1e-3, 1.0, 1e4])
def test_weights_that_differ_by_a_little_are_drawn_as_they_differ(heavy):
    given = answers(np.full(50, 0.4), heavy * np.tile([1 - 1e-5, 1 + 1e-5], 25))
    drawn, _ = all_drawn(given, np.array([0.0, 1.0]))
    number = drawn[:, 1, 1] / heavy
    assert (number - number.round()).std() == pytest.approx(1e-5 * np.sqrt(50 * 0.24), rel=0.15)


@pytest.mark.parametrize(("weight", "one"), [([20.0, 22.0], 1.0), ([20.0, 21.0, 22.0], np.sqrt(2 / 3))])
def test_one_of_a_few_has_the_spread_of_their_weights(weight, one):
    """By the variance of a sample: of two 2, of three 1; one record of n leaves out 1 / n of it."""
    drawn, _ = all_drawn(answers(np.full(len(weight), 0.4), weight), np.array([0.0, 1.0]))
    single = drawn[:, 1, 1][np.abs(drawn[:, 1, 1] - 21) < 9]
    assert single.std() == pytest.approx(one, rel=0.1)


def test_a_bins_hits_weigh_between_nothing_and_all_and_exactly_that_at_none_and_all():
    given = answers([0.5, 0.5, 0.1], [1.0, 100.0, 7.0])
    drawn, _ = all_drawn(given, np.array([0.0, 0.3, 1.0]))
    two = drawn[:, 1, 2]
    assert (two.min(), two.max()) == (0.0, 101.0)
    assert (np.count_nonzero(two == 0) > 100) & (np.count_nonzero(two == 101) > 100)
    assert set(np.unique(drawn[:, 1, 1])) == {0.0, 7.0}


def test_records_without_weight_are_drawn_for_no_bin():
    drawn, expected = all_drawn(answers([0.2, 0.2, 0.4, 0.8], [1.0, 2.0, 0.0, 1.0]), np.array([0.0, 0.3, 0.6, 1.0]))
    assert (drawn[:, :, 2] == 0).all()
    assert (expected[:, :, 2] == 0).all()
    assert np.isfinite(drawn).all()


@pytest.mark.parametrize(("cells", "repeats"), [(0, 5), (15, 5), (24, 8), (26, 8), (30, 10), (300, 10)])
def test_repeats_are_as_many_as_the_cells_allow_between_fewest_and_most(monkeypatch, cells, repeats):
    for name, value in (("CELLS", cells), ("FEWEST_REPEATS", 5), ("MOST_REPEATS", 10)):
        monkeypatch.setattr(module, name, value)
    drawn, _ = all_drawn(answers([0.2, 0.4, 0.8], np.ones(3)), np.array([0.0, 0.5, 1.0]))
    assert len(drawn) == repeats


def test_cut_offs_that_are_tried_are_all_probabilities_and_the_ends_or_equal_ranks(monkeypatch):
    p = np.array([0.7, 0.1, 0.3, 0.1, 0.1])
    monkeypatch.setattr(module, "MOST_PLACES", 3)
    assert _places(p, 0.2).tolist() == [0.0, 0.1, 0.2, 0.3, 0.7, 1.0]
    monkeypatch.setattr(module, "MOST_PLACES", 2)
    assert _places(p, 0.7).tolist() == [0.0, 0.1, 0.7, 1.0]
    monkeypatch.setattr(module, "MOST_PLACES", 3)  # of these seven the first, the fourth and the last
    assert _places(np.array([0.45, 0.5, 0.6, 0.65, 0.7, 0.8, 0.9]), 0.95).tolist() == [0.0, 0.45, 0.65, 0.9, 0.95, 1.0]


def by_loop(counted, really, allowed, at):
    """Mean of what the best of each draw is counted above its truth, less the same at one place."""
    gained = []
    for values, open_ in zip(counted, allowed, strict=True):
        rows = [row for row in range(len(values)) if open_[row]]
        if rows:
            best = max(rows, key=lambda row: (values[row], row))
            gained.append((values[best] - really[best]) - (values[at] - really[at]))
    return np.mean(gained)


@pytest.mark.parametrize("seed", range(3))
def test_optimism_is_what_the_best_allowed_of_each_draw_is_counted_above_its_truth(seed):
    """With equal profits among them, of which the highest cut-off counts, and draws in which none is allowed."""
    rng = np.random.default_rng(seed)
    tables = []

    def profit(sums, places):
        if len(sums) == 1:
            return really[np.newaxis], np.ones((1, len(places)), bool)
        tables.append((rng.integers(0, 4, (len(sums), len(places))), rng.random((len(sums), len(places))) < 0.3))
        return tables[-1]

    really = rng.integers(0, 9, 6).astype(float)
    found = optimism(answers([0.2, 0.4, 0.6, 0.8], np.ones(4)), 0.4, profit)  # and 0 and 1: six places
    ((counted, allowed),) = tables
    assert not allowed.any(axis=1).all()
    assert found == pytest.approx(by_loop(counted, really, allowed, 2))


def test_there_is_no_optimism_where_no_draw_keeps_to_the_limits():
    def profit(sums, places):
        return np.zeros((len(sums), len(places))), np.zeros((len(sums), len(places)), bool)

    assert optimism(answers([0.2, 0.8], np.ones(2)), 0.5, profit) is None


@pytest.mark.parametrize("at_once", [1, 30])
def test_blocks_of_any_size_draw_the_same(monkeypatch, at_once):
    given, places = answers([0.2, 0.2, 0.4, 0.8], [1.0, 2.0, 0.5, 1.0]), np.array([0.0, 0.3, 0.6, 1.0])
    together, _ = all_drawn(given, places)
    monkeypatch.setattr(module, "AT_ONCE", at_once)
    _, blocks = _drawn_sums(given, places)
    sizes = [len(each) for each in blocks]
    assert max(sizes) == max(1, at_once // 4)
    assert sum(sizes) == len(together)
    assert (all_drawn(given, places)[0] == together).all()
