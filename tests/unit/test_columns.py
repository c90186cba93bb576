"""The hold-out's columns in the types of training, or a refusal that says what came."""

import numpy as np
import pandas as pd
import pytest

from ml.errors import InvalidData
from ml.training.columns.columns import align, columns_of
from ml.training.columns.training_table import TrainingTable
from ml.training.columns.variants import Variant

DAY, ZONED = pd.Timestamp("2024-05-01"), pd.Timestamp("2024-05-01T10:00Z")


def aligned(training, held):
    frames = align(
        pd.DataFrame({"a": training}), TrainingTable(pd.DataFrame({"a": held}), label="X_holdout"), Variant(), ["a"]
    )
    return frames[0]["a"], frames[1]["a"]


@pytest.mark.parametrize(
    ("training", "held", "values"),
    [
        ([1, 2], [1.5, 2.0], [1.5, 2.0]),
        ([True, False], [1, 0], [True, False]),
        ([1, 0], [True, False], [1, 0]),
        ([1.0, np.nan], [True, False], [1.0, 0.0]),
        (["a", "b"], [1, 2], ["1", "2"]),
        ([pd.NaT, DAY], [DAY, pd.NaT], [DAY, pd.NaT]),
    ],
)
def test_what_means_the_same_is_taken(training, held, values):
    _, found = aligned(training, held)
    assert [each == want or each is want for each, want in zip(found.tolist(), values, strict=True)] == [True, True]


@pytest.mark.parametrize("training", [[1, 2], [1.5, 2.0], [True, False], ["a", "b"], [DAY, DAY], [ZONED, ZONED]])
def test_a_hold_out_without_any_value_has_gaps_of_training_s_kind(training):
    series, found = aligned(training, [np.nan, np.nan])
    assert found.isna().all()
    assert len(found) == 2
    assert series.dtype.kind not in "Mm" or found.dtype == series.dtype


@pytest.mark.parametrize(
    ("training", "held", "said"),
    [
        ([1, 2], ["1", "2 EUR"], "holds “2 EUR”; in training it holds numbers only"),
        ([1, 2], [DAY, DAY], "holds dates; in training it holds numbers only"),
        ([1, 5], [True, False], "holds truth values; in training it holds numbers"),
        ([True, False], [0, 5], "holds numbers; in training it holds truth values"),
        ([DAY, DAY], [ZONED, ZONED], "holds dates with a time zone; in training it holds dates only"),
        ([DAY, DAY], [1, 2], "holds numbers; in training it holds dates only"),
        ([True, False], ["x", "y"], "holds “x”; in training it holds truth values only"),
    ],
)
def test_what_is_of_another_kind_is_refused(training, held, said):
    with pytest.raises(InvalidData) as refused:
        aligned(training, held)
    assert said in refused.value.message


def test_lightgbm_s_names_are_those_of_the_table():
    lightgbm = pytest.importorskip("lightgbm")
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(80, 3)), columns=["home town", "a_b", "größe"])
    model = lightgbm.LGBMClassifier(n_estimators=2, verbose=-1).fit(frame, frame["a_b"] > 0)
    assert list(model.feature_names_in_) == ["home_town", "a_b", "größe"]
    other_order = TrainingTable(frame[["größe", "home town", "a_b"]].assign(y=1))
    assert columns_of(model, other_order, {"y"}) == ["home town", "a_b", "größe"]
    two = TrainingTable(frame.assign(**{"a b": 1.0}))
    assert columns_of(model, two, {"y"}) == ["home town", "a_b", "größe"]
    with pytest.raises(InvalidData, match="lacks the columns home_town"):
        columns_of(model, TrainingTable(frame[["a_b", "größe"]]), {"y"})
