"""Slice finder: planted segments are found, and nothing where there is nothing."""

from __future__ import annotations

import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import binom

from ml.data.feature import Feature
from ml.data.schema import Schema
from ml.errors import NoProbabilities, NothingToShow
from ml.metrics.evaluation import OneVsRest
from ml.metrics.recalibration.line import recalibrate
from ml.slices import slice_finder
from ml.slices.expected_errors import expected_errors
from ml.slices.slice_finder import worst_segments
from tests.lanes import fewer
from tests.simulations.segments import TRUTHS, false_alarms, hold_out


def model(rows: int, seed: int):
    """Records of a number, a switch and a category that have nothing to do with the errors."""
    rng = np.random.default_rng(seed)
    region = np.empty(rows, dtype=object)
    region[:] = rng.choice(["north", "south", "west"], rows).tolist()
    block = (rng.normal(50, 15, rows), rng.integers(0, 2, rows).astype(float), region)
    features = (
        Feature("income", "Income", "number"),
        Feature("member", "Member", "boolean"),
        Feature("region", "Region", "category"),
    )
    return SimpleNamespace(schema=Schema(features), holdout=SimpleNamespace(block=block)), rng


def answers_of(wrong: np.ndarray, rng) -> OneVsRest:
    truth = rng.random(len(wrong)) < 0.4
    said = np.where(truth != wrong, 0.8, 0.2)
    return OneVsRest(truth, said >= 0.5, said, np.ones(len(wrong)))


def test_a_planted_pair_is_found_with_the_numbers_of_its_records():
    bundle, rng = model(2_000, 1)
    _, member, region = bundle.holdout.block
    inside = (member == 1) & (region == "south")
    answers = answers_of(rng.random(2_000) < np.where(inside, 0.35, 0.1), rng)
    result = worst_segments(bundle, answers, "wrong", 0.5, 30)
    wrong = (answers.probabilities >= 0.5) != answers.truth
    assert result.segment[0] == "Member: yes; Region: south"
    assert result.error[0] == pytest.approx(wrong[inside].mean())
    assert result.rest[0] == pytest.approx(wrong[~inside].mean())
    assert result.records[0] == inside.sum()
    assert result.chance[0] == 1 / 200
    assert result.found >= 1
    # 5 parts of the number, 2, 3, and their 10 + 15 + 6 pairs.
    assert result.looked_at == 10 + 31


@pytest.mark.parametrize("truth", list(TRUTHS))
@pytest.mark.parametrize("by", ["wrong", "log_loss"])
def test_where_nothing_is_worse_than_expected_one_is_found_in_at_most_one_of_twenty_hold_outs(truth, by):
    repeats = fewer(200, 20)
    found = false_alarms(truth, by, repeats) * repeats
    assert found <= binom.ppf(0.999, repeats, 0.05)


def test_uneven_difficulty_was_called_worst_by_a_permutation_of_errors():
    bundle, answers = hold_out("uneven", 600, np.random.default_rng(0))
    labels = OneVsRest(answers.truth, answers.labels, None, answers.weight)  # of labels alone, errors are permuted
    assert worst_segments(bundle, labels, "wrong", 0.5, 30).found
    assert not worst_segments(bundle, answers, "wrong", 0.5, 30).found


@pytest.mark.parametrize("by", ["wrong", "log_loss"])
def test_errors_are_expected_by_hand(by):
    p, truth = np.array([0.2, 0.2, 0.2, 0.2, 0.2, 0.8]), np.array([True, False, False, False, False, True])
    errors = expected_errors(OneVsRest(truth, p >= 0.5, p, np.ones(6)), by, 0.5)
    having = recalibrate(p, truth, np.ones(6)).apply(p)
    assert errors.having == pytest.approx(having)
    for at, (chance, said) in enumerate(zip(having, p, strict=True)):
        if by == "wrong":
            if_so, if_not = float(said < 0.5), float(said >= 0.5)
        else:
            if_so, if_not = -np.log(said), -np.log(1 - said)
        assert errors.held[at] == pytest.approx(if_so if truth[at] else if_not)
        assert errors.expected[at] == pytest.approx(chance * if_so + (1 - chance) * if_not)
        square = chance * if_so**2 + (1 - chance) * if_not**2
        assert errors.variance[at] == pytest.approx(square - errors.expected[at] ** 2, abs=1e-12)


def test_without_the_correction_most_hold_outs_would_have_a_worst_segment():
    from scipy.stats import norm

    found = 0
    for seed in range(30):
        bundle, rng = model(300, seed)
        result = worst_segments(bundle, answers_of(rng.random(300) < 0.2, rng), "wrong", 0.5, 20, deals=9)
        share, rows = result.whole, result.records[0]
        excess = (result.error[0] - share) / np.sqrt(share * (1 - share) / rows * (300 - rows) / 299)
        found += norm.sf(excess) <= 0.05
    assert found > 15


def test_of_too_many_parts_each_is_tested_alone_at_the_cost_of_one(monkeypatch):
    bundle, rng = model(600, 4)
    member = bundle.holdout.block[1] == 1
    answers = answers_of(rng.random(600) < np.where(member, 0.4, 0.1), rng)
    whole = worst_segments(bundle, answers, "wrong", 0.5, 30)
    monkeypatch.setattr(slice_finder, "MOST_FOR_PAIRS", 9)
    alone = worst_segments(bundle, answers, "wrong", 0.5, 30)
    assert (alone.looked_at, alone.segment[0], alone.found) == (10, "Member: yes", 1)
    at = whole.segment.index("Member: yes")
    for field in ("error", "expected", "rest", "records"):
        assert getattr(alone, field)[0] == pytest.approx(getattr(whole, field)[at])

    columns = 1_500  # the square of their 3,000 parts is 36 MB for each sum, and 72 for each mean
    wide = SimpleNamespace(
        schema=Schema(tuple(Feature(f"x{at}", f"X{at}", "boolean") for at in range(columns))),
        holdout=SimpleNamespace(block=tuple(rng.integers(0, 2, (columns, 60)).astype(float))),
    )
    tracemalloc.start()
    found = worst_segments(wide, answers_of(rng.random(60) < 0.2, rng), "wrong", 0.5, 20, deals=9)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.looked_at > columns
    assert peak < 20_000_000


def test_the_same_records_are_listed_once_and_small_segments_not_at_all():
    bundle, rng = model(600, 3)
    doubled = SimpleNamespace(
        schema=Schema((*bundle.schema.features, Feature("again", "Again", "boolean"))),
        holdout=SimpleNamespace(block=(*bundle.holdout.block, bundle.holdout.block[1])),
    )
    member = bundle.holdout.block[1] == 1
    result = worst_segments(doubled, answers_of(rng.random(600) < np.where(member, 0.4, 0.1), rng), "wrong", 0.5, 60)
    assert sum("Member: yes" in name or "Again: yes" in name for name in result.segment[:1]) == 1
    assert not {"Member: yes", "Again: yes"} <= set(result.segment)
    assert min(result.records) >= 60


def test_nothing_to_search_and_nothing_wrong_are_said():
    bundle, rng = model(100, 1)
    with pytest.raises(NothingToShow, match="90 records"):
        worst_segments(bundle, answers_of(rng.random(100) < 0.2, rng), "wrong", 0.5, 90)
    with pytest.raises(NothingToShow, match="nowhere"):
        worst_segments(bundle, answers_of(np.zeros(100, bool), rng), "wrong", 0.5, 20)
    labels = np.ones(100, bool)
    with pytest.raises(NoProbabilities):
        worst_segments(bundle, OneVsRest(labels, labels, None, np.ones(100)), "log_loss", 0.5, 20)


def test_a_large_hold_out_is_searched_in_a_sample():
    bundle, rng = model(30_000, 1)
    result = worst_segments(bundle, answers_of(rng.random(30_000) < 0.2, rng), "wrong", 0.5, 30)
    assert result.rows == 10_000
