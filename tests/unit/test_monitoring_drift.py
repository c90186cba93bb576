"""Drift of inputs and challengers in shadow, against scipy, hand arithmetic and simulated files."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from sklearn.metrics import brier_score_loss, log_loss

from ml.data.feature import Feature
from ml.monitoring.input_drift import input_drift
from ml.monitoring.shadow_judgement import half_width, judge_shadow
from tests.lanes import fewer
from tests.simulations.drift import BANK, power, unchanged
from tests.simulations.shadow import judged, versions

FEATURES = (
    Feature("age", "Age", "number"),
    Feature("region", "Region", "category"),
    Feature("note", "Note", "text"),
    Feature("income", "Income", "number"),
)
IMPORTANCE = (0.3, 0.1, 0.5, 0.0)


def block(rng, rows, older=0.0, north=0.4, missing=0.0):
    age = rng.normal(45 + older, 12, rows)
    income = np.where(rng.random(rows) < missing, np.nan, age * 50 + rng.normal(0, 300, rows))
    region = np.where(rng.random(rows) < north, "north", "south").astype(object)
    return age, region, np.array(["…"] * rows, dtype=object), income


def drift(seed=0, rows=400, importance=IMPORTANCE, draws=399, **changed):
    rng = np.random.default_rng(seed)
    return input_drift(block(rng, 600), block(rng, rows, **changed), FEATURES, importance, draws)


def test_unchanged_records_are_beyond_in_five_of_a_hundred_files():
    """A small part of tests/simulations/drift.py."""
    found = [drift(seed, draws=99) for seed in range(100)]
    assert np.mean([each.beyond for each in found]) <= 0.05 + 2.6 * math.sqrt(0.05 * 0.95 / 100)
    index = [each.index for each in found]
    assert abs(np.mean(index)) < 3 * np.std(index) / math.sqrt(100)


@pytest.mark.nightly
@pytest.mark.skipif(not BANK.exists(), reason="bank-marketing.csv is not here")
def test_calls_of_a_bank_drift_where_they_were_changed_only():
    ours, index, p = unchanged((500, 200), 100)
    assert ours <= 0.05 + 2.6 * math.sqrt(0.05 * 0.95 / 100)
    assert min(index, p) > 0.25
    assert power("euribor3m 0.2 more", (2_000, 500), 10) == 1.0


def test_what_the_model_does_not_use_does_not_count():
    unused = drift(missing=0.3)
    assert not unused.beyond
    [income] = [each for each in unused.features if each.feature == "income"]
    assert (income.beyond, income.share, income.importance) == (True, 0.0, 0.0)
    assert (income.missing_before, income.missing_now) == (0.0, pytest.approx(0.3, abs=0.06))
    assert drift(missing=0.3, importance=(0.3, 0.1, 0.5, 0.4)).beyond


def test_the_feature_that_moved_most_comes_first():
    found = drift(older=8.0)
    assert (found.beyond, found.p_value) == (True, 1 / 400)
    first = found.features[0]
    assert (first.feature, first.label, first.beyond) == ("age", "Age", True)
    assert first.importance == pytest.approx(0.75)
    assert sum(each.share for each in found.features) == pytest.approx(1.0)
    assert found.index > found.line > 0
    assert found.left_out == ("note",)
    assert (found.records, found.reference_records) == (400, 600)


def test_the_divergence_is_that_of_scipy_less_chance():
    """Two choices: north 40 % before and 80 % now, exactly."""
    sides = [np.array(["north"] * north + ["south"] * (1_000 - north), dtype=object) for north in (400, 800)]
    found = input_drift((sides[0],), (sides[1],), FEATURES[1:2], [1.0])
    [region] = found.features
    whole = jensenshannon([0.4, 0.6], [0.8, 0.2], base=2) ** 2
    assert region.divergence == pytest.approx(whole, abs=0.002)
    assert region.divergence < whole
    assert region.moved == pytest.approx(0.4, abs=0.03)
    assert found.index == pytest.approx(region.divergence)


def test_a_value_that_is_new_is_seen():
    rng = np.random.default_rng(3)
    now = block(rng, 500)
    now[1][:25] = "west"
    found = input_drift(block(rng, 500), now, FEATURES, IMPORTANCE)
    assert next(each for each in found.features if each.feature == "region").beyond


def test_features_count_alike_where_none_is_important():
    found = drift(importance=(0.0, -0.1, 0.5, 0.0))
    assert {each.importance for each in found.features} == {1 / 3}


def test_an_importance_below_0_counts_as_0():
    found = drift(importance=(0.3, -0.1, 0.5, 0.1))
    assert {each.feature: each.importance for each in found.features} == pytest.approx(
        {"age": 0.75, "region": 0.0, "income": 0.25}
    )


def test_one_in_twenty_is_beyond():
    assert (drift(older=20.0, draws=19).p_value, drift(older=20.0, draws=19).beyond) == (0.05, True)
    assert (drift(older=20.0, draws=18).p_value, drift(older=20.0, draws=18).beyond) == (1 / 19, False)


def test_few_records_or_only_texts_are_not_compared():
    assert drift(rows=49) is None
    note = (np.array(["…"] * 100, dtype=object),)
    assert input_drift(note, note, FEATURES[2:3], [1.0]) is None


def test_records_that_never_vary_have_not_moved():
    same = (np.zeros(100),)
    found = input_drift(same, same, FEATURES[:1], [1.0])
    assert (found.index, found.beyond, found.features[0].beyond) == (0.0, False, False)


def test_losses_are_those_of_scikit_learn():
    rng = np.random.default_rng(4)
    came, one, two = rng.random(300) < 0.3, rng.uniform(0.01, 0.9, 300), rng.uniform(0.01, 0.9, 300)
    found = judge_shadow(one, two, came)
    assert (found.log_loss.champion, found.log_loss.challenger) == pytest.approx(
        (log_loss(came, one), log_loss(came, two))
    )
    assert (found.brier.champion, found.brier.challenger) == pytest.approx(
        (brier_score_loss(came, one), brier_score_loss(came, two))
    )
    assert found.log_loss.difference == pytest.approx(log_loss(came, two) - log_loss(came, one))
    assert (found.outcomes, found.came) == (300, came.sum())


def test_the_width_by_hand():
    """n = 1,000, s = 1: r² = (5.9915 + log 6.9915) / 1,000 = 0.0079362."""
    r = (2 * math.log(20) + math.log(2 * math.log(20) + 1)) / 1_000
    by_hand = math.sqrt(2 * (1_000 * r + 1) / (1_000**2 * r) * math.log(math.sqrt(1_000 * r + 1) * 20))
    assert r == pytest.approx(0.0079362, abs=1e-6)
    assert half_width(1_000, 1.0) == pytest.approx(by_hand)
    assert by_hand == pytest.approx(0.0960, abs=1e-4)  # a single t-interval has 0.0620
    assert half_width(1_000, 0.3) == pytest.approx(0.3 * by_hand)


def test_two_equally_good_versions_are_seldom_told_apart_however_often_one_looks():
    """A small part of tests/simulations/shadow.py, as the one below."""
    shares, _, t_interval, _ = judged((0.5, 0.5), "25 %", 3_000, fewer(400, 100))
    assert shares["better"] + shares["worse"] <= 0.05
    assert t_interval > 0.2


@pytest.mark.parametrize(("noise", "verdict"), [((0.9, 0.2), "better"), ((0.2, 0.9), "worse")])
def test_a_better_version_is_found_and_a_worse_one_too(noise, verdict):
    shares, seen, _, _ = judged(noise, "25 %", 3_000, 20)
    assert shares[verdict] == 1.0
    assert seen < 1_000


def test_before_the_first_look_nothing_is_said():
    rng = np.random.default_rng(7)
    one, two, came = versions(rng, 99, (0.9, 0.1))
    few = judge_shadow(one, two, came)
    assert (few.verdict, few.log_loss.low, few.log_loss.difference is None) == ("too_few", None, False)
    rare = judge_shadow(np.full(500, 0.1), np.full(500, 0.02), np.arange(500) < 9)
    assert rare.verdict == "too_few"
    assert judge_shadow([], [], []).log_loss.difference is None


def test_one_sure_error_does_not_decide():
    found = judge_shadow(np.full(200, 0.5), np.r_[0.0, np.full(199, 0.5)], np.arange(200) < 60)
    assert found.log_loss.difference == pytest.approx((-math.log(0.001) + math.log(0.5)) / 200)
    assert found.verdict == "not_told_apart"
