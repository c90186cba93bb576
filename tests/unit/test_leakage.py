"""Target leakage: found where planted, named on real data, and not reported where there is none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from ml.data.outcomes import Outcome, Outcomes
from ml.errors import OneOutcomeOnly
from ml.insights.leakage import Leakage, _alone, leakage, rank_auc
from ml.plots.insights.leakage import say
from ml.plots.plot import View
from ml.service import open_service
from ml.training.build import build_bundle
from ml.training.infer_schema import infer_schema
from ml.training.trained import Trained, outcomes_of
from tests.lanes import fewer
from tests.simulations import leaks
from tests.small import small_model


def bundle_of(name, frame, truth, folder, estimator):
    train, held, y_train, y_held = train_test_split(frame, truth, test_size=0.4, random_state=0, stratify=truth)
    estimator.fit(train, y_train)
    trained = Trained(
        name=name, title=name, description="", estimator=estimator, schema=infer_schema(train),
        outcomes=outcomes_of(estimator, positive="yes"), training=train, holdout=held, truth=y_held,
    )  # fmt: skip
    return open_service(folder).model(build_bundle(trained, folder))


def test_auc_is_scikit_learns_with_ties():
    rng = np.random.default_rng(0)
    truth, given = rng.random(500) < 0.2, rng.integers(0, 9, 500) / 9.0
    assert rank_auc(truth, given) == pytest.approx(roc_auc_score(truth, given))


def test_a_feature_that_says_nothing_is_at_a_half_though_it_has_many_groups():
    rng = np.random.default_rng(1)
    found = [_alone(rng.integers(0, 40, 2_000), rng.random(2_000) < 0.1) for _ in range(20)]
    assert np.mean(found) == pytest.approx(0.5, abs=0.02)  # judged on its own records it would be 0.6


def test_a_feature_that_is_the_outcome_with_noise_is_found_at_its_own_auc():
    rng = np.random.default_rng(2)
    truth = rng.random(4_000) < 0.3
    codes = np.where(rng.random(4_000) < 0.9, truth, ~truth).astype(int)
    assert _alone(codes, truth) == pytest.approx(roc_auc_score(truth, codes), abs=0.01)


def planted(rows=3_000):
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({name: rng.normal(size=rows) for name in ("a", "b", "c")})
    score = frame.sum(axis=1) + rng.normal(0, 1.5, rows)
    truth = pd.Series(np.where(score > 1, "yes", "no"))
    return frame, truth, rng


def test_a_planted_leak_is_named_and_honest_features_are_not(tmp_path):
    frame, truth, rng = planted()
    honest = leakage(bundle_of("honest", frame, truth, tmp_path, LogisticRegression()), "yes")
    assert not any(honest.suspects)
    leaking = frame.assign(called_back=(truth == "yes") * 2.0 + rng.normal(0, 1, len(frame)))
    found = leakage(bundle_of("leaking", leaking, truth, tmp_path, LogisticRegression()), "yes")
    named = [name for name, suspect in zip(found.features, found.suspects, strict=True) if suspect]
    assert [name.lower().replace(" ", "_") for name in named] == ["called_back"]


@pytest.mark.parametrize(("dropped", "named"), [([], ["Duration"]), (["duration"], [])])
def test_the_calls_duration_is_named_on_the_banks_table_and_nothing_without_it(shared_data, tmp_path, dropped, named):
    path = shared_data / "bank-marketing.csv"
    if not path.is_file():
        pytest.skip("bank-marketing.csv is not there")
    table = pd.read_csv(path, sep=";").drop(columns=dropped).sample(12_000, random_state=0).reset_index(drop=True)
    truth = table.pop("y")
    texts = [name for name in table if not pd.api.types.is_numeric_dtype(table[name])]
    encode = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    prepare = make_column_transformer((encode, texts), remainder="passthrough")
    estimator = make_pipeline(prepare, HistGradientBoostingClassifier(max_iter=60, random_state=0))
    found = leakage(bundle_of("calls", table, truth, tmp_path, estimator), "yes")
    assert [name for name, suspect in zip(found.features, found.suspects, strict=True) if suspect] == named


def test_a_hold_out_of_one_side_is_refused(tmp_path):
    bundle = open_service(tmp_path).model(small_model("absent", tmp_path))
    with pytest.raises(OneOutcomeOnly, match="0 records with"):
        leakage(bundle, "gold")


def said(alone, model, suspects):
    view = View(Outcomes((Outcome("yes", "Yes", "yes"), Outcome("no", "No", "no")), True, "yes"), "yes", {}, 100)
    return say(Leakage(["Duration", "Age"], alone, [None, None], suspects, model, 100), view)


def test_the_words_say_what_the_numbers_say():
    assert said([0.77, 0.6], 0.78, [True, False]).startswith("Look at Duration: it alone reaches 0.77, the model 0.78.")
    none = said([0.68, 0.6], 0.7, [False, False])
    assert "Duration, the most telling feature, reaches 0.68 alone, the model 0.70." in none
    assert "no better than guessing (0.50)" in said([0.78, 0.6], 0.5, [False, False])


def test_a_feature_that_is_nearly_as_good_is_named_though_another_stands_in_for_it(tmp_path):
    frame, truth, rng = planted()
    called = (truth == "yes") * 2.0 + rng.normal(0, 1, len(frame))
    twice = frame.assign(called_back=called, call_back=called)
    found = leakage(bundle_of("twice", twice, truth, tmp_path, LogisticRegression(C=0.001)), "yes")
    named = {name for name, suspect in zip(found.features, found.suspects, strict=True) if suspect}
    assert len(named) == 2


@pytest.mark.parametrize(
    ("kind", "least", "most"),
    [
        ("copy of the truth, 10 % wrong", 1.0, 1.0),
        ("flag set afterwards, for 40 %", 0.0, 0.1),
        ("clean: weak", 0.0, 0.1),
    ],
)
def test_injected_leaks_are_found_and_clean_features_are_not_named(kind, least, most):
    """A small part of tests/simulations/leaks.py, whose figures the sentence states."""
    draws = fewer(50, 3)
    added, others = leaks.shares(kind, draws)
    assert least <= added <= most
    assert others <= 0.15
