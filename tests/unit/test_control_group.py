"""The control group: who is kept back, and the smallest effect that its size can show."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import pytest

from ml.campaign.control_group import control_draws
from ml.metrics.smallest_effect import smallest_effect

LINES = [[str(row), "north", f"{row * 7 % 1000}.5"] for row in range(4_000)]


def test_a_draw_is_a_keyed_hash_of_the_records_id():
    [draw] = control_draws("0f8c", [["17", "north"]], 0)
    digest = hashlib.blake2b(b"id\x1f17", digest_size=8, key=b"0f8c").hexdigest()
    assert draw == int(digest, 16) // 2**11 / 2**53
    assert control_draws("0f8c", [["x", " 17 "]], 1) == draw  # wherever the column stands


def test_without_an_id_the_values_name_a_record():
    first, other, again = control_draws("a", [["", "north"], ["", "south"], ["", "north"]], 0)
    assert first == again != other
    assert control_draws("a", [["1", "2"]], None) != control_draws("a", [["1", "3"]], None)


def test_a_line_that_ends_before_the_id_is_named_by_its_values():
    [short] = control_draws("a", [["north"]], 1)
    assert short == control_draws("a", [["north"]], None)
    assert short != control_draws("a", [["north", "17"]], 1)


def test_draws_are_uniform_and_of_two_campaigns_independent():
    ours, theirs = (np.sort(control_draws(name, LINES, 0)) for name in ("a", "b"))
    steps = (np.arange(4_000) + 0.5) / 4_000
    assert np.abs(ours - steps).max() < 1.63 / math.sqrt(4_000)  # Kolmogorov-Smirnov at 1 %
    assert np.abs(theirs - steps).max() < 1.63 / math.sqrt(4_000)
    a, b = (control_draws(name, LINES, 0) for name in ("a", "b"))
    assert abs(np.corrcoef(a, b)[0, 1]) < 2.6 / math.sqrt(4_000)


def test_a_draw_does_not_depend_on_the_row_nor_on_the_other_records():
    order = np.random.default_rng(0).permutation(4_000)
    mixed = control_draws("a", [LINES[at] for at in order], 0)
    assert np.array_equal(mixed, control_draws("a", LINES, 0)[order])


def test_the_share_is_right_on_average_over_campaigns():
    counts = np.array([(control_draws(f"c{seed}", LINES[:400], 0) < 0.1).sum() for seed in range(200)])
    assert counts.mean() == pytest.approx(40, abs=4 * 6 / math.sqrt(200))
    assert counts.std() == pytest.approx(6, rel=0.25)  # binomial: sqrt(400 · 0.1 · 0.9)


def test_nobody_draws_in_an_empty_file():
    assert control_draws("a", [], None).shape == (0,)


def test_the_smallest_effect_by_hand():
    """Of 1,200 120 are kept back; 10 % of the called buy."""
    fall = smallest_effect(0.10, 1_080, 120)
    # Both sides of the equation, written out
    other = 0.10 - fall
    mean = (1_080 * 0.10 + 120 * other) / 1_200
    null = 1.959964 * math.sqrt(mean * (1 - mean) / 1_080 + mean * (1 - mean) / 120)
    assert null + 0.841621 * math.sqrt(0.10 * 0.90 / 1_080 + other * (1 - other) / 120) == pytest.approx(fall, abs=1e-6)
    assert fall == pytest.approx(0.0700, abs=0.0001)


@pytest.mark.parametrize(("share", "calls", "control"), [(0.10, 1_080, 120), (0.4, 300, 300), (0.05, 20_000, 2_000)])
def test_the_smallest_effect_is_found_by_four_of_five_tests(share, calls, control):
    fall = smallest_effect(share, calls, control)
    rng = np.random.default_rng(0)
    for apart, chance in ((fall, 0.80), (0.0, 0.05)):
        called = rng.binomial(calls, share, 20_000) / calls
        kept = rng.binomial(control, share - apart, 20_000) / control
        pooled = (called * calls + kept * control) / (calls + control)
        error = np.sqrt(pooled * (1 - pooled) * (1 / calls + 1 / control))
        found = np.mean(np.abs(called - kept) > 1.959964 * error)
        assert found == pytest.approx(chance, abs=0.03 if apart else 0.012)


@pytest.mark.parametrize(("share", "calls", "control"), [(0.01, 90, 10), (0.5, 10, 0), (0.5, 0, 10), (0.0, 50, 50)])
def test_too_small_a_group_shows_nothing(share, calls, control):
    assert smallest_effect(share, calls, control) is None
