"""Overrides and adoption by hand, and performance estimated from probabilities against scikit-learn and enumeration."""

from __future__ import annotations

import datetime as dt
import itertools
import math

import numpy as np
import pytest
from sklearn.metrics import log_loss, precision_score, recall_score, roc_auc_score

from ml.monitoring.adoption import adoption
from ml.monitoring.estimated_performance import estimate_performance
from ml.monitoring.overrides import WhoWasRight, overrides, overrides_by_reason

NO, DAY = math.nan, 86_400.0


def test_overrides_by_hand():
    found = overrides([0.7, 0.2, 0.9, 0.4], [False, True, False, True], [False, True, True, False])
    assert (found.records, found.right, found.share) == (4, 2, 0.5)
    assert found.expected == pytest.approx((0.3 + 0.2 + 0.1 + 0.4) / 4)
    assert found.log_loss == pytest.approx(log_loss([0, 1, 1, 0], [0.7, 0.2, 0.9, 0.4]))
    entropy = [-(p * math.log(p) + (1 - p) * math.log(1 - p)) for p in (0.7, 0.2, 0.9, 0.4)]
    assert found.expected_log_loss == pytest.approx(np.mean(entropy))
    assert found.verdict == WhoWasRight.NOT_TOLD_APART


def test_people_who_know_more_are_told_from_those_who_do_not():
    rng, p = np.random.default_rng(0), np.full(400, 0.3)
    said, knows = np.ones(400, bool), rng.random(400) < 0.6
    assert overrides(p, said, knows).verdict == "people"
    assert overrides(p, said, rng.random(400) < 0.3).verdict == "model"
    assert overrides(np.full(400, 0.45), said, rng.random(400) < 0.48).verdict == "not_told_apart"
    assert overrides(p[:5], said[:5], knows[:5]).verdict == "not_told_apart"


def test_where_the_model_is_right_people_seldom_seem_to_know_more():
    rng, found = np.random.default_rng(1), []
    for _ in range(400):
        p = rng.beta(2, 3, 80)
        reasons = [f"reason {number}" for number in rng.integers(0, 5, 80)]
        rows = overrides_by_reason(p, p < 0.4, rng.random(80) < p, reasons)
        found.append(any(row.verdict == "people" for row in rows))
    assert np.mean(found) <= 0.05


def test_reasons_the_most_frequent_first():
    rows = overrides_by_reason([0.1] * 4, [True] * 4, [True, False, True, True], ["b", "a", "c", "b"])
    assert [(row.reason, row.records, row.right) for row in rows] == [("b", 2, 2), ("a", 1, 0), ("c", 1, 1)]


def test_without_overrides_nothing_is_said():
    found = overrides([], [], [])
    assert (found.records, found.share, found.expected, found.log_loss, found.verdict) == (
        0, None, None, None, "not_told_apart",
    )  # fmt: skip
    assert overrides_by_reason([], [], [], []) == ()


def test_adoption_by_week():
    monday = dt.datetime(2026, 11, 2, tzinfo=dt.UTC).timestamp()
    shown = [monday, monday + DAY, monday + 6.9 * DAY, monday + 7 * DAY, monday + 20 * DAY]
    contacted = [monday + DAY, NO, monday + 8 * DAY, monday + 15 * DAY, monday + 20 * DAY]
    recorded = [monday + 2 * DAY, NO, NO, monday + 15 * DAY, NO]
    found = adoption(shown, contacted, recorded, monday + 21 * DAY, days=7)
    assert (found.shown, found.contacted, found.recorded, found.due) == (5, 4, 2, 4)
    assert (found.contacted_in_time, found.recorded_in_time) == (2, 1)
    assert (found.contacted_share, found.recorded_share) == (0.5, 0.25)
    assert [(row.name, row.shown) for row in found.weeks] == [("2026-11-02", 3), ("2026-11-09", 1), ("2026-11-16", 1)]
    assert found.weeks[2].due == 0
    assert found.weeks[2].contacted_share is None


def test_weeks_begin_on_monday_of_utc():
    for minute, monday in ((0, "2026-11-09"), (-1, "2026-11-02")):
        at = dt.datetime(2026, 11, 9, tzinfo=dt.UTC).timestamp() + 60 * minute
        assert adoption([at], [NO], [NO], at, days=7).weeks[0].name == monday


def test_nobody_was_shown_anything():
    found = adoption([], [], [], 0.0, days=7)
    assert (found.shown, found.weeks) == (0, ())


def test_estimates_are_the_expectations_over_all_outcomes():
    """All 2^5 outcomes, weighted: log-loss and precision exactly, the others as ratios of expectations."""
    p = [0.1, 0.4, 0.4, 0.7, 0.95]
    loss = precision = right = pairs = hits = yes = 0.0
    for came in itertools.product((0, 1), repeat=5):
        chance = math.prod(q if y else 1 - q for q, y in zip(p, came, strict=True))
        loss += chance * log_loss(came, p, labels=[0, 1])
        precision += chance * precision_score(came, [q >= 0.4 for q in p])
        hits += chance * sum(y for q, y in zip(p, came, strict=True) if q >= 0.4)
        yes += chance * sum(came)
        n = sum(came) * (5 - sum(came))
        pairs += chance * n
        right += chance * n * roc_auc_score(came, p) if n else 0.0
    found = estimate_performance(p, 0.4)
    assert found.log_loss.value == pytest.approx(loss)
    assert found.precision.value == pytest.approx(precision)
    assert found.recall.value == pytest.approx(hits / yes)
    assert found.roc_auc.value == pytest.approx(right / pairs)
    assert found.assumes == ("calibrated", "no_concept_drift")


def test_the_intervals_hold_what_comes_where_the_probabilities_are_right():
    rng, held = np.random.default_rng(2), []
    for _ in range(60):
        p = rng.beta(1, 4, 500)
        came, found = rng.random(500) < p, estimate_performance(p, 0.3)
        truth = {
            "log_loss": log_loss(came, p),
            "roc_auc": roc_auc_score(came, p),
            "precision": precision_score(came, p >= 0.3),
            "recall": recall_score(came, p >= 0.3),
        }
        held.append([getattr(found, key).low <= value <= getattr(found, key).high for key, value in truth.items()])
    assert (np.mean(held, axis=0) >= 0.95 - 2.6 * math.sqrt(0.95 * 0.05 / 60)).all()


def test_equal_probabilities_order_nothing():
    area = estimate_performance([0.3] * 40, 0.5).roc_auc
    assert (area.value, area.low, area.high) == pytest.approx((0.5, 0.5, 0.5))


def test_estimates_where_there_is_nothing_to_estimate():
    nothing = estimate_performance([], 0.5)
    assert (nothing.records, nothing.log_loss.value, nothing.roc_auc.low) == (0, None, None)
    nobody = estimate_performance([0.1, 0.2], 0.5)
    assert (nobody.precision.value, nobody.recall.value) == (None, 0.0)
    certain = estimate_performance([0.0, 0.0], 0.5)
    assert (certain.roc_auc.value, certain.recall.value) == (None, None)
