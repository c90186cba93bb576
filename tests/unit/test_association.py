"""Association and distributions against scipy and hand arithmetic."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from scipy.stats.contingency import association as scipys

from ml.data.columns import block_of_frame
from ml.data.feature import Choice, Feature
from ml.data.schema import Schema
from ml.errors import NothingToShow
from ml.insights.association import association, correlation_ratio, cramers_v, missing_values, rank_correlation
from ml.insights.distribution import distribution
from ml.metrics.evaluation import OneVsRest


def table():
    rng = np.random.default_rng(5)
    size = rng.integers(0, 6, 300).astype(float)
    frame = pd.DataFrame(
        {
            "size": size,
            "weight": -(size**3) + rng.normal(0, 20, 300),
            "colour": rng.choice(["red", "blue", "green"], 300),
            "shape": rng.choice(["round", "square"], 300),
            "fixed": 1.0,
        }
    )
    frame.loc[::7, "shape"] = None
    frame.loc[::11, "weight"] = np.nan
    return frame


SCHEMA = Schema(
    (
        Feature("size", "Size", "number"),
        Feature("weight", "Weight", "number"),
        Feature("colour", "Colour", "category", "str", choices=tuple(map(Choice, *[["red", "blue", "green"]] * 2))),
        Feature("shape", "Shape", "category", "str", choices=tuple(map(Choice, *[["round", "square"]] * 2))),
        Feature("fixed", "Fixed", "number"),
    )
)


@pytest.fixture
def bundle():
    holdout = SimpleNamespace(block=block_of_frame(SCHEMA, table()))
    return SimpleNamespace(schema=SCHEMA, holdout=holdout)


def test_rank_correlation_is_scipys_with_ties():
    frame = table().dropna()
    ours = rank_correlation(frame["size"].to_numpy(), frame["weight"].to_numpy())
    assert ours == pytest.approx(spearmanr(frame["size"], frame["weight"]).statistic)


def test_cramers_v_is_scipys_and_that_of_a_table_by_hand():
    frame = table().dropna()
    codes = [pd.factorize(frame[name])[0] for name in ("colour", "shape")]
    assert cramers_v(*codes) == pytest.approx(scipys(pd.crosstab(*codes), method="cramer"))
    # By hand: 2x2 table 30, 10 / 10, 30 has chi² = 80·(30·30 - 10·10)²/40⁴ = 20, V = sqrt(20/80) = 0.5.
    a = np.repeat([0, 0, 1, 1], [30, 10, 10, 30])
    b = np.repeat([0, 1, 0, 1], [30, 10, 10, 30])
    assert cramers_v(a, b) == pytest.approx(0.5)


def test_correlation_ratio_by_hand():
    # Pearson's own example: marks in algebra, geometry, statistics; η² = 6780 / 9640.
    algebra, geometry, statistics = [45, 70, 29, 15, 21], [40, 20, 30, 42], [65, 95, 80, 70, 85, 73]
    groups = np.repeat([0, 1, 2], [5, 4, 6])
    assert correlation_ratio(groups, np.array(algebra + geometry + statistics, dtype=float)) == pytest.approx(
        np.sqrt(6780 / 9640)
    )


def test_what_does_not_change_cannot_be_compared(bundle):
    assert np.isnan(rank_correlation(np.ones(3), np.arange(3.0)))
    assert np.isnan(cramers_v(np.zeros(3, int), np.arange(3)))
    assert np.isnan(correlation_ratio(np.arange(3), np.ones(3)))
    found = association(bundle, SCHEMA.names)
    assert all(value is None for value in found.strength[4])


def test_mixed_kinds_have_their_own_measure_and_pairs_leave_missing_ones_out(bundle):
    found = association(bundle, SCHEMA.names)
    assert found.measure[0][1] == "rank correlation"
    assert found.measure[0][2] == found.measure[2][0] == "correlation ratio"
    assert found.measure[2][3] == "Cramér's V"
    assert found.falling[0][1]
    both = table()[["size", "weight"]].dropna()
    expected = spearmanr(both["size"], both["weight"]).statistic
    assert found.strength[0][1] == found.strength[1][0] == pytest.approx(-expected)
    shapes = table()[["colour", "shape"]].dropna()
    expected = scipys(pd.crosstab(shapes["colour"], shapes["shape"]), method="cramer")
    assert found.strength[2][3] == pytest.approx(expected)
    assert found.strength[0][0] == pytest.approx(1.0)


def test_one_feature_cannot_be_compared(bundle):
    with pytest.raises(NothingToShow):
        association(bundle, ["size"])


def test_missing_shares_and_what_they_say(bundle):
    frame = table()
    truth = (frame["size"] > 2).to_numpy()
    found = missing_values(bundle, truth)
    assert list(found.features) == ["Shape", "Weight"]
    assert found.shares == pytest.approx([frame["shape"].isna().mean(), frame["weight"].isna().mean()])
    gone = frame["shape"].isna().to_numpy()
    assert found.positive_missing[0] == pytest.approx(truth[gone].mean())
    assert found.positive_known[0] == pytest.approx(truth[~gone].mean())


def answers(truth):
    return OneVsRest(truth, truth, None, np.ones(len(truth)))


def test_distribution_by_truth_is_that_of_a_crosstab(bundle):
    frame = table()
    truth = (frame["size"] > 2).to_numpy()
    found = distribution(bundle, "shape", answers(truth))
    expected = pd.crosstab(frame["shape"].fillna("gone"), truth, normalize="columns")
    assert found.positive == pytest.approx([expected.loc[name, True] for name in found.names])
    assert found.negative == pytest.approx([expected.loc[name, False] for name in found.names])
    assert found.missing_positive == pytest.approx(expected.loc["gone", True])


def test_shares_of_a_number_and_its_gaps_sum_to_one(bundle):
    truth = np.arange(300) < 100
    found = distribution(bundle, "weight", answers(truth))
    assert sum(found.positive) + found.missing_positive == pytest.approx(1)
    assert sum(found.negative) + found.missing_negative == pytest.approx(1)
    assert len(found.edges) == len(found.positive) + 1
    weight = table()["weight"].to_numpy()[truth]
    third = ((weight >= found.edges[9]) & (weight < found.edges[10])).mean()
    assert found.positive[9] == pytest.approx(third)


def test_an_outcome_that_nobody_has_leaves_one_side_empty(bundle):
    found = distribution(bundle, "colour", answers(np.zeros(300, dtype=bool)))
    assert found.records_positive == 0
    assert sum(found.positive) == 0
    assert sum(found.negative) == pytest.approx(1)
