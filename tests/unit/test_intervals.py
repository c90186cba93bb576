"""Intervals against scipy and numpy, and their coverage in simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binomtest, multinomial
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

from ml.metrics.calibration import calibration, quantile_groups
from ml.metrics.evaluation import OneVsRest
from ml.metrics.headline import headline
from ml.metrics.intervals import contrast_interval, percentile_interval, wilson
from ml.metrics.registry import MEASURES
from ml.metrics.threshold_table import threshold_table

DATA_SETS, ROWS, REPEATS = 250, 250, 300


@pytest.mark.parametrize(("part", "whole"), [(0, 7), (7, 7), (1, 3), (40, 1000), (999, 1000)])
def test_wilson_is_scipys(part, whole):
    expected = binomtest(part, whole).proportion_ci(method="wilson")
    low, high = wilson(np.array(part), np.array(whole))
    assert (float(low), float(high)) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_of_nothing_anything_may_be_true():
    low, high = wilson(np.array(0.0), np.array(0.0))
    assert (float(low), float(high)) == (0.0, 1.0)


def test_percentiles_are_numpys_over_what_is_defined():
    rng = np.random.default_rng(0)
    samples = rng.normal(size=(3, 200))
    samples[1, ::3] = np.nan
    samples[2, :101] = np.nan
    low, high = percentile_interval(samples)
    for row in (0, 1):
        assert (low[row], high[row]) == pytest.approx(tuple(np.nanquantile(samples[row], [0.025, 0.975])))
    assert np.isnan(low[2])  # fewer than half


def drawn(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities and truths of a model whose every probability is true."""
    given = rng.beta(1.2, 2.5, rows).round(2)  # ties: fewer cells, and a test of them
    return given, rng.random(rows) < given


@pytest.fixture(scope="module")
def coverage() -> dict[str, float]:
    """Share of simulated hold-outs whose 95 % interval holds the value of the population."""
    given, truth = drawn(np.random.default_rng(1), 2_000_000)
    acted = given >= 0.5
    true = {
        "roc_auc": roc_auc_score(truth, given),
        "brier": np.mean((truth - given) ** 2),
        "precision": truth[acted].mean(),
        "recall": acted[truth].mean(),
        "accuracy": (acted == truth).mean(),
        "f1": 2 * (acted & truth).sum() / (acted.sum() + truth.sum()),
        "specificity": (~acted[~truth]).mean(),
        "balanced_accuracy": (acted[truth].mean() + (~acted[~truth]).mean()) / 2,
        "mcc": np.corrcoef(acted, truth)[0, 1],
        "average_precision": average_precision_score(truth, given),
        "log_loss": log_loss(truth, given),
    }
    held = dict.fromkeys(true, 0)
    bins, bins_held = 0, 0
    for seed in range(DATA_SETS):
        given, truth = drawn(np.random.default_rng(1_000 + seed), ROWS)
        answers = OneVsRest(truth, given >= 0.5, given, np.ones(ROWS))
        head, table = headline(answers, repeats=REPEATS), threshold_table(answers, repeats=REPEATS)
        row = table.at(0.5)
        for key, value in true.items():
            low, high = (
                (ends[key] for ends in (head.low, head.high))
                if key in head.low
                else (ends[key][row] for ends in (table.low, table.high))
            )
            held[key] += low <= value <= high
        # Probabilities are true here, so a group's true share is their mean.
        found = calibration(answers, "buys")
        bins += len(found.said)
        bins_held += sum(low <= said <= high for said, low, high in zip(found.said, found.low, found.high, strict=True))
    return {key: count / DATA_SETS for key, count in held.items()} | {"calibration": bins_held / bins}


@pytest.mark.slow
@pytest.mark.parametrize("key", [*(measure.key for measure in MEASURES if measure.headline), "calibration"])
def test_intervals_hold_the_truth_as_often_as_they_say(coverage, key):
    assert 0.91 <= coverage[key] <= 0.98


def test_groups_hold_about_as_many_and_never_part_equals():
    given = np.random.default_rng(2).random(1_000).round(2)
    group = quantile_groups(given, np.ones(1_000))
    assert len(np.unique(group)) == 10
    assert np.bincount(group).min() > 70
    assert all(len(np.unique(group[given == value])) == 1 for value in np.unique(given))
    assert (np.diff(group[np.argsort(given, kind="stable")]) >= 0).all()
    assert set(quantile_groups(np.full(50, 0.3), np.ones(50))) <= {0, 1}
    assert len(np.unique(quantile_groups(given[:20], np.ones(20)))) == 1


@pytest.mark.parametrize("cut", [0.1, 0.4, 0.8])
@pytest.mark.parametrize(("hits", "alarms"), [(0.1, 0.2), (2.7, 7.6), (8.0, 40.0)])  # expected, of 300
def test_the_band_of_net_benefit_holds_with_few_records_above_the_cut_off(cut, hits, alarms):
    """Its ends for each number of hits and alarms, weighed by how probable these are."""
    odds = cut / (1 - cut)
    one, other = np.meshgrid(np.arange(60), np.arange(120), indexing="ij")
    chance = multinomial.pmf(
        np.stack([one, other, 300 - one - other], axis=-1), 300, [hits / 300, alarms / 300, 1 - (hits + alarms) / 300]
    )
    low, high = contrast_interval(one.ravel(), other.ravel(), 300, 1.0, odds)
    true = (hits - odds * alarms) / 300
    held = chance.ravel() @ ((low <= true) & (true <= high))
    assert held >= 0.93
    if hits > 2:
        assert held <= 0.98


def test_the_interval_of_a_difference_of_shares_is_made_of_wilsons():
    """By hand, with scipy's Wilson and the correlation of two cells of a multinomial."""
    (a, b, n), (value, cost) = (7, 12, 90), (1.0, 2.5)
    ends = [binomtest(part, n).proportion_ci(method="wilson") for part in (a, b)]
    together = -math.sqrt(a * b / ((n - a) * (n - b)))
    expected = []
    for sign, (first, second) in ((-1, (ends[0].low, ends[1].high)), (1, (ends[0].high, ends[1].low))):
        x, y = value * (first - a / n), cost * (second - b / n)
        expected.append(value * a / n - cost * b / n + sign * math.sqrt(x * x + y * y - 2 * together * abs(x * y)))
    found = contrast_interval(np.array([a]), np.array([b]), n, value, cost)
    assert np.concatenate(found) == pytest.approx(expected)
    # Nobody acted on: up to Wilson's upper end of none of n
    low, high = contrast_interval(np.array([0.0]), np.array([0.0]), n, value, cost)
    none = binomtest(0, n).proportion_ci(method="wilson").high
    assert (low[0], high[0]) == pytest.approx((-cost * none, value * none))
