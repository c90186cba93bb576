"""Drift of inputs and estimated performance, exactly: worked out record by record, by scipy, and at their limits."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from ml.data.feature import Feature
from ml.monitoring import estimated_performance
from ml.monitoring import input_drift as of_inputs
from ml.monitoring.estimated_performance import Estimate, estimate_performance
from ml.monitoring.input_drift import input_drift

FEATURES = (
    Feature("region", "Region", "category"),
    Feature("grade", "Grade", "category"),
    Feature("tenure", "Tenure", "integer"),  # of three values, so that each is a part
    Feature("stage", "Stage", "category"),
)
_, GRADE, TENURE, STAGE = FEATURES
IMPORTANCE = (0.1, 0.4, 0.3, 0.0)
BEFORE, NOW = 60, 90


def column(*values_of):
    """Values, each so many times: ("a", 3), ("b", 1)."""
    return np.array([value for value, times in values_of for _ in range(times)], dtype=object)


def reference():
    return (
        column(("north", 30), ("south", 26), (None, 4)),
        column(("a", 20), ("b", 30), ("five", 5), ("z", 5)),
        np.repeat([1.0, 2.0, 3.0, np.nan], (20, 20, 18, 2)),
        column(("open", 40), ("shut", 20)),
    )


def now():
    return (
        column(("north", 44), ("south", 39), (None, 7)),
        column(("a", 50), ("b", 30), ("four", 4), ("three", 3), ("two", 2), ("one", 1)),
        np.repeat([1.0, 2.0, 3.0, np.nan], (40, 25, 16, 9)),
        column(("open", 60), ("shut", 30)),
    )


def parts(before, after):
    """Choices of fewer than five records are one; a missing value is a part of its own."""
    values = ["" if value is None or value != value else value for value in (*before, *after)]
    often = Counter(values)
    return [value if often[value] >= 5 else "the others" for value in values]


def distances(first, second):
    """Jensen-Shannon divergence and total variation distance of two lists."""
    kinds = sorted({*first, *second}, key=str)
    p, q = ([list(side).count(kind) / len(side) for kind in kinds] for side in (first, second))
    return jensenshannon(p, q, base=2) ** 2, sum(abs(one - other) for one, other in zip(p, q, strict=True)) / 2


def worked_out(before, after, importance, draws):
    """Divergences of each division of the records and what moved, less chance; and the index of each division."""
    rng, rows = np.random.default_rng(0), len(before[0]) + len(after[0])
    divisions = [set(range(len(before[0]), rows))]
    divisions += [set(rng.permutation(rows)[: len(after[0])].tolist()) for _ in range(draws)]
    found = np.array([
        [
            distances(
                [part for at, part in enumerate(column) if at not in chosen],
                [part for at, part in enumerate(column) if at in chosen],
            )
            for column in map(parts, before, after)
        ]
        for chosen in divisions
    ])  # fmt: skip
    divergence, moved = np.moveaxis(found - found[1:].mean(axis=0), 2, 0)
    weight = np.array(importance) / sum(importance)
    return divergence, moved[0], divergence @ weight


@pytest.mark.parametrize("draws", [2, 19])
def test_drift_is_what_is_worked_out_record_by_record(draws):
    found = input_drift(reference(), now(), FEATURES, IMPORTANCE, draws)
    divergence, moved, index = worked_out(reference(), now(), IMPORTANCE, draws)
    assert (found.records, found.reference_records) == (NOW, BEFORE)
    assert found.index == pytest.approx(index[0])
    assert found.line == pytest.approx(np.quantile(index[1:], 0.95))
    assert found.p_value == sum(each >= index[0] - 1e-9 for each in index) / (1 + draws)
    assert found.moved == pytest.approx(np.maximum(moved, 0) @ IMPORTANCE / 0.8)
    excess = np.maximum(divergence[0], 0) * IMPORTANCE
    by_name = {each.feature: each for each in found.features}
    for at, feature in enumerate(FEATURES):
        each = by_name[feature.name]
        assert each.divergence == pytest.approx(divergence[0, at])
        assert each.moved == pytest.approx(max(moved[at], 0))
        assert each.importance == pytest.approx(IMPORTANCE[at] / 0.8)
        assert each.share == pytest.approx(excess[at] / excess.sum())


def test_a_part_that_is_no_longer_there_counts_as_moved():
    """The last part of the last feature, missing values, which 15 of 60 records had and none has now."""
    before = column(("a", 40), ("b", 20)), np.repeat([1.0, np.nan], (45, 15))
    after = column(("a", 60), ("b", 30)), np.ones(NOW)
    found = input_drift(before, after, (GRADE, TENURE), [1.0, 1.0], 9)
    divergence, moved, _ = worked_out(before, after, [1.0, 1.0], 9)
    first = found.features[0]
    assert first.feature == "tenure"
    assert (first.divergence, first.moved) == pytest.approx((divergence[0, 1], moved[1]))


def test_missing_values_are_shares_of_each_side():
    found = {each.feature: each for each in input_drift(reference(), now(), FEATURES, IMPORTANCE, 2).features}
    assert (found["region"].missing_before, found["region"].missing_now) == (4 / BEFORE, 7 / NOW)
    assert (found["tenure"].missing_before, found["tenure"].missing_now) == (2 / BEFORE, 9 / NOW)
    assert (found["stage"].missing_before, found["stage"].missing_now) == (0, 0)


def test_a_feature_that_never_varies_leaves_the_others_their_verdict():
    """With two draws, which differ, the third distance of a feature that moved stands above both."""
    before, after = (column(("same", rows)) for rows in (BEFORE, NOW))
    features = input_drift((reference()[1], before), (now()[1], after), (GRADE, STAGE), [1.0, 1.0], 2).features
    assert [(each.feature, each.beyond) for each in features] == [("grade", True), ("stage", False)]


@pytest.mark.parametrize(("before", "after", "compared"), [(50, 70, True), (70, 50, True), (49, 70, False)])
def test_fifty_records_of_either_side_are_enough(before, after, compared):
    found = input_drift((column(("a", before)),), (column(("a", after)),), (GRADE,), [1.0], 2)
    assert (found is not None) == compared


def test_a_choice_of_five_records_stands_for_itself():
    """Five x before and five y now: told apart, where four of each are put together."""
    moved = {}
    for times in (5, 4):
        before, after = column(("a", 55), ("x", times)), column(("a", 55), ("y", times))
        moved[times] = input_drift((before,), (after,), (GRADE,), [1.0], 50).moved
    assert (moved[5] > 0.02, moved[4]) == (True, 0)


def test_of_more_than_5000_records_5000_are_compared_each_once():
    before, after = np.repeat([np.nan, 1.0], (2_500, 2_501)), np.repeat([np.nan, 1.0], (20, 40))
    found = input_drift((before,), (after,), (TENURE,), [1.0], 2)
    assert (found.reference_records, found.records) == (of_inputs.MOST, 60) == (5_000, 60)
    assert found.features[0].missing_before in (2_499 / 5_000, 2_500 / 5_000)


def test_5000_records_are_compared_as_they_are():
    before, after = (np.repeat([np.nan, 1.0, 2.0], times) for times in ((1_000, 2_000, 2_000), (20, 20, 20)))
    found = input_drift((before,), (after,), (TENURE,), [1.0], 3)
    _, _, index = worked_out((before,), (after,), [1.0], 3)
    assert (found.reference_records, found.line) == (5_000, pytest.approx(np.quantile(index[1:], 0.95)))


P, CUT_OFF = np.array([0.1, 0.25, 0.25, 0.4, 0.6, 0.75, 0.8, 0.95]), 0.6


def drawn(draws=400):
    """Outcomes that are drawn, one row a draw."""
    return np.random.default_rng(0).random((draws, len(P))) < P


def log_loss(row):
    """Mean of -log of the probability of what came."""
    return -np.log(np.where(row, P, 1 - P)).mean()


def area(row):
    """Pairs of one that came and one that did not in the right order, ties half."""
    apart = P[row][:, None] - P[~row]
    return ((apart > 0) + (apart == 0) / 2).mean()


def interval(values):
    """An interval of 95 % by the percentiles of these."""
    return pytest.approx(tuple(np.quantile(values, (0.025, 0.975))))


def ends(estimate):
    return estimate.low, estimate.high


@pytest.mark.parametrize("cells", [8_000_000, 300 * 8, 7])
def test_intervals_are_percentiles_of_400_draws_however_many_are_held_at_a_time(monkeypatch, cells):
    monkeypatch.setattr(estimated_performance, "MOST_CELLS", cells)
    found, came, acted = estimate_performance(P, CUT_OFF), drawn(), P >= CUT_OFF
    some = [row for row in came if 0 < row.sum() < len(P)]
    assert ends(found.roc_auc) == interval([area(row) for row in some])
    assert ends(found.log_loss) == interval([log_loss(row) for row in came])
    assert ends(found.precision) == interval([row[acted].mean() for row in came])
    assert ends(found.recall) == interval([row[acted].sum() / row.sum() for row in came if row.any()])


def test_the_area_of_one_pair():
    """The pair is in the right order by 0.8 · 0.8, in the wrong one by 0.2 · 0.2."""
    assert estimate_performance([0.2, 0.8], 0.5).roc_auc.value == pytest.approx(0.64 / 0.68)


def test_an_interval_needs_half_of_the_draws():
    """One record: its recall is known in the draws where its outcome comes, here in exactly 200, 199 and 400 of 400."""
    rising = np.sort(np.random.default_rng(0).random(400))
    exactly = {times: float(rising[times - 1 : times + 1].mean()) for times in (199, 200)}
    assert estimate_performance([exactly[200]], 0.1).recall == Estimate(1.0, 1.0, 1.0)
    assert estimate_performance([exactly[199]], 0.1).recall == Estimate(1.0, None, None)
    assert estimate_performance([1.0], 0.1).recall == Estimate(1.0, 1.0, 1.0)


@pytest.mark.parametrize(("rows", "draws"), [(200, 400), (80, 400), (160_001, 249), (500_000, 100)])
def test_many_records_have_fewer_draws(monkeypatch, rows, draws):
    """Scaled to these eight records: 40,000,000 cells of so many rows."""
    monkeypatch.setattr(estimated_performance, "ALL_CELLS", 40_000_000 * len(P) // rows)
    assert ends(estimate_performance(P, CUT_OFF).log_loss) == interval([log_loss(row) for row in drawn(draws)])


def test_a_value_without_an_interval_stays():
    """Hardly any outcome comes, so that most draws have no recall; expected is what the probabilities say."""
    found = estimate_performance([0.001, 0.003], 0.002)
    assert found.recall == Estimate(pytest.approx(0.75), None, None)
    assert math.isclose(found.precision.value, 0.003)
