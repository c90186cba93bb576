"""Which outcomes count and when, by hand; rates of ripe outcomes are not biased."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ml.monitoring.calibration_alarm import gather_evidence
from ml.monitoring.ripening import ripen

NO = math.nan
DAY = 86_400.0


def test_only_those_whose_time_is_over_count():
    #          ripe yes  ripe no  silent  unripe yes  unripe no  unripe silent  told tomorrow
    decided = [0.0,      1.0,     2.0,    95.0,       95.0,      95.0,          3.0]  # fmt: skip
    came = [1.0, 0.0, NO, 1.0, 0.0, NO, 1.0]
    told = [4.0, 50.0, NO, 96.0, 96.0, NO, 101.0]
    found = ripen(decided, came, told, now=100.0, after=10.0, silence="unknown")
    assert (found.rows.tolist(), found.came.tolist()) == ([0, 1], [True, False])
    assert found.known_at.tolist() == [10.0, 50.0]
    assert (found.records, found.unripe, found.early, found.unknown) == (7, 3, 1, 2)
    assert (found.unripe, found.early, found.unripe_share) == (3, 1, pytest.approx(3 / 7))
    silent = ripen(decided, came, told, now=100.0, after=10.0, silence="no")
    assert silent.rows.tolist() == [0, 2, 6, 1]
    assert silent.came.tolist() == [True, False, False, False]
    assert silent.known_at.tolist() == [10.0, 12.0, 13.0, 50.0]
    assert (silent.unripe, silent.unknown) == (3, 0)


def test_it_is_ripe_at_the_very_end_of_its_time():
    assert ripen([0.0], [1.0], [1.0], now=10.0, after=10.0, silence="no").rows.tolist() == [0]
    assert ripen([0.0], [1.0], [1.0], now=9.9, after=10.0, silence="no").early == 1


def test_what_came_after_its_time_did_not_come_in_time():
    found = ripen([0.0, 0.0], [1.0, 1.0], [20.0, 20.0], 30.0, 10.0, "no", happened_at=[10.0, 10.5])
    assert found.came.tolist() == [True, False]


def test_without_a_time_what_is_told_counts_at_once():
    found = ripen([0.0, 1.0, 2.0], [1.0, NO, 0.0], [5.0, NO, 3.0], 10.0, None, "no")
    assert (found.rows.tolist(), found.known_at.tolist()) == ([2, 0], [3.0, 5.0])
    assert (found.unripe, found.unknown) == (0, 1)


def test_no_decisions_have_no_shares():
    found = ripen([], [], [], 1.0, 1.0, "no")
    assert (found.records, found.unripe_share) == (0, None)


def test_the_rate_is_that_of_the_world_at_any_time():
    """Ten decisions a day, 20 % buy within 30 days, told at once, others never. With early ones it would be more."""
    rng, days = np.random.default_rng(0), np.repeat(np.arange(400), 10) * DAY
    buys = rng.random(4_000) < 0.2
    told = np.where(buys, days + rng.uniform(0, 30, 4_000) * DAY, NO)
    for today in (60, 120, 390):
        there = days <= today * DAY
        found = ripen(days[there], np.where(buys, 1.0, NO)[there], told[there], today * DAY, 30 * DAY, "no")
        whole = days <= (today - 30) * DAY
        assert (len(found.rows), found.came.sum()) == (whole.sum(), buys[whole].sum())


def test_the_alarm_does_not_take_those_who_buy_first_for_more_buyers():
    rng, days = np.random.default_rng(1), np.repeat(np.arange(300), 20) * DAY
    said = rng.beta(1, 4, 6_000)
    buys = rng.random(6_000) < said
    told = np.where(buys, days + rng.uniform(0, 30, 6_000) * DAY, days + 30 * DAY)
    right = ripen(days, buys, told, 400 * DAY, 30 * DAY, "no")
    assert gather_evidence(said[right.rows], right.came, right.known_at, days[right.rows])[0].alarmed_at is None
    wrong = ripen(days, buys, told, 400 * DAY, None, "no")
    assert gather_evidence(said[wrong.rows], wrong.came, wrong.known_at, days[wrong.rows])[0].alarmed_at is not None
