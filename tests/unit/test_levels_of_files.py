"""Levels as columns really have them: spelled in several ways, empty, or numbers that name something."""

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from ml.add import ModelFiles, add_model, read_model_files
from ml.errors import InvalidData
from ml.service import open_service


def frame_of(levels, rows=300):
    rng = np.random.default_rng(3)
    return pd.DataFrame({"member": rng.choice(levels, rows), "income": rng.normal(50.0, 10.0, rows)})


def added(frame, models):
    """The estimator, and a service with it; each level moves the score."""
    level = pd.factorize(frame["member"], sort=True)[0]
    truth = (level + np.random.default_rng(4).normal(0, 1, len(frame)) > level.mean()).astype(int)
    encoder = OneHotEncoder(handle_unknown="ignore")
    columns = make_column_transformer((encoder, ["member"]), remainder="passthrough")
    estimator = make_pipeline(columns, LogisticRegression())
    estimator.fit(frame[:200], truth[:200])
    add_model("people", estimator, frame[:200], frame[200:], truth[200:], models=models)
    return estimator, open_service(models)


LEVELS = [
    ["Yes", "yes", "No"], ["True", "true", "False", "FALSE"], ["y", "n", "N"], ["nan", "NA", "null", "-"],
    ["", "member", "guest"],
]  # fmt: skip


@pytest.mark.parametrize("levels", LEVELS, ids=",".join)
def test_each_spelling_is_the_level_that_it_was_in_training(levels, tmp_path):
    frame = frame_of(levels)
    estimator, service = added(frame, tmp_path)
    records = frame[200:].to_dict("records")
    scores = service.score("people", records).scores
    expected = estimator.predict_proba(frame[200:])
    np.testing.assert_allclose([score.probabilities for score in scores], expected, rtol=0, atol=1e-9)
    feature = service.model("people").schema.features[0]
    assert feature.kind == "category"
    assert {choice.value for choice in feature.choices} == set(levels)


@pytest.mark.parametrize("blank", ["", None, "  "])
def test_a_blank_is_the_empty_text_with_which_training_filled_its_gaps(blank, tmp_path):
    estimator, service = added(frame_of(["", "member", "guest"]), tmp_path)
    score = service.score("people", [{"member": blank, "income": 50.0}]).scores[0]
    expected = estimator.predict_proba(pd.DataFrame({"member": [""], "income": [50.0]}))[0]
    assert list(score.probabilities) == pytest.approx(list(expected), abs=1e-9)
    assert not service.model("people").schema.features[0].required


@pytest.mark.parametrize("number", [2**53 + 1, -(2**60), 2**62])
def test_whole_numbers_that_have_no_float_of_their_own_are_refused(number, tmp_path):
    frame = frame_of(["a", "b"]).assign(account=7)
    frame.loc[[4, 9], "account"] = number
    truth = np.arange(300) % 2
    estimator = LogisticRegression().fit(frame[["income", "account"]][:200], truth[:200])
    with pytest.raises(
        InvalidData, match=r"'account' .* beyond 2\^53.* first in row 5 \(2 in all\)\. .*leave the column out"
    ):
        add_model("people", estimator, frame[["income", "account"]][:200], frame[200:], truth[200:], models=tmp_path)


def test_the_largest_whole_number_with_a_float_of_its_own_is_taken(tmp_path):
    frame = frame_of(["a", "b"])[["income"]].assign(account=np.where(np.arange(300) % 3, 2**53, -(2**53)))
    truth = np.arange(300) % 2
    estimator = LogisticRegression().fit(frame[:200], truth[:200])
    add_model("people", estimator, frame[:200], frame[200:], truth[200:], models=tmp_path)


@pytest.mark.parametrize(
    ("levels", "kind", "advice"),
    [
        (pd.to_timedelta([1, 2, 30], unit="h"), "timedelta", "dt.total_seconds()"),
        (pd.PeriodIndex(["2024-01", "2024-02", "2024-03"], freq="M"), "Period", "dt.to_timestamp()"),
        (pd.interval_range(0, 3), "Interval", "astype(str)"),
    ],
)
def test_an_encoder_s_levels_that_no_file_can_hold_are_refused_in_words(levels, kind, advice, tmp_path):
    """In memory the column says what it is; in a file it is a text that the encoder does not know."""
    frame = pd.DataFrame({"wait": np.array(levels, dtype=object)[np.arange(60) % 3], "pay": np.arange(60.0)})
    truth = pd.Series(np.where(frame["pay"] % 4 > 1, "yes", "no"), name="end")
    encoder = OneHotEncoder(categories=[np.array(levels, dtype=object)], handle_unknown="ignore")
    columns = make_column_transformer((encoder, ["wait"]), remainder="passthrough")
    joblib.dump(make_pipeline(columns, LogisticRegression(max_iter=500)).fit(frame, truth), tmp_path / "m.joblib")
    frame.assign(end=truth)[:40].to_csv(tmp_path / "t.csv", index=False)
    frame.assign(end=truth)[40:].to_csv(tmp_path / "h.csv", index=False)
    given = ModelFiles("m", tmp_path / "m.joblib", tmp_path / "t.csv", tmp_path / "h.csv", ["end"], trust_pickle=True)
    with pytest.raises(InvalidData, match=f"of column 'wait' knows values of the type {kind}") as refused:
        read_model_files(given)
    assert advice in refused.value.hint
