"""Chances of a list are those of the hold-out's records that would be on it, however rough the truth is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ml.campaign.chances import Chances
from ml.campaign.forecast import forecast
from ml.campaign.pick import pick
from ml.metrics.recalibration.curve import recalibration_curve
from tests.lanes import fewer
from tests.simulations.list_chances import coverage
from tests.unit.test_campaign_lists import wish

STRIPS = 40


def rough(rng, rows):
    """Scores, and a truth whose share is another, from 0.05 to 0.95, in each fortieth of the ranks."""
    p = np.sort(rng.beta(1, 3, rows))
    share = rng.uniform(0.05, 0.95, STRIPS)[np.arange(rows) * STRIPS // rows]
    return p, rng.random(rows) < share


def test_a_list_brings_what_the_hold_outs_records_on_it_brought():
    rng = np.random.default_rng(0)
    apart, apart_without = [], []
    for _ in range(fewer(20, 5)):
        p, truth = rough(rng, 3_000)
        curve = recalibration_curve(truth, p)
        for many in (75, 300, 1_200):
            best, came = p[-many:], truth[-many:].sum()
            apart.append(abs(curve.of_list(best).share(best).sum() - came) / many)
            apart_without.append(abs(curve.share(best).sum() - came) / many)
    assert np.mean(apart) < 0.03
    assert np.mean(apart) < 0.6 * np.mean(apart_without)


@pytest.mark.slow
def test_the_interval_of_a_list_holds_where_no_curve_is_smooth():
    """Both halves of a pool are alike in chance, so that a list's records of the one foretell those of the other."""
    rng = np.random.default_rng(1)
    repeats, pools = fewer(60, 10), fewer(6, 3)
    held = np.mean([coverage(*rough(rng, 4_000), 2_000, 2_000, repeats)[0] for _ in range(pools)], axis=0)
    assert (held > 0.95 - 4 * math.sqrt(0.95 * 0.05 / (repeats * pools))).all(), held
    assert held[1:].mean() < 0.99


@pytest.mark.parametrize("many", [0, 7, 1_000], ids=["nobody", "seven of the hold-out", "all"])
def test_with_too_few_records_on_one_side_the_curve_stays_as_it_is(many):
    p = np.linspace(0.01, 0.9, 1_000)
    curve = recalibration_curve(np.arange(1_000) % 3 == 0, p)
    assert curve.of_list(p[1_000 - many :]) is curve


def test_what_one_outcome_brings_and_what_all_bring_are_one_number():
    rng = np.random.default_rng(2)
    curves = tuple(recalibration_curve(truth, p) for p, truth in (rough(rng, 2_000), rough(rng, 2_000)))
    p = rng.beta(1, 3, (1_500, 2))
    asked = wish(by="number", number=200, outcomes=["a", "b"], values={"a": 10.0, "b": 8.0})
    found = forecast(p, pick(p, asked), asked, chances=Chances(curves, np.eye(2)))
    assert len(found.outcomes) == 2
    assert sum(buyers for _, _, buyers in found.outcomes) == pytest.approx(found.buyers)
    assert found.buyers_low < found.buyers < found.buyers_high
