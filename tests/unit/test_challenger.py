"""Champion and challenger: against scipy, a bootstrap of rows, scikit-learn and simulation; and what is refused."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, binomtest, norm
from sklearn import metrics
from sklearn.linear_model import LogisticRegression

from ml.data.schema import Schema
from ml.errors import NothingToShow, OneOutcomeOnly, UnknownOption
from ml.lifecycle.versions import others
from ml.metrics.evaluation import OneVsRest, evaluation_of
from ml.plots.drawn_plots import drawn
from ml.service import open_service
from ml.slices.challenger import beyond_chance, challenge, compare, mcnemar, placements, why_incomparable
from ml.training.build import build_bundle
from ml.training.infer_schema import infer_schema
from ml.training.trained import Trained, outcomes_of
from tests.lanes import fewer
from tests.simulations.families import versions_fire
from tests.small import people, pushed


def two(seed: int, rows: int, noise: float = 0.6) -> tuple[OneVsRest, OneVsRest]:
    """A good model and one that sees through noise, on the same records."""
    rng = np.random.default_rng(seed)
    push = rng.normal(-0.5, 1.2, rows)
    truth = rng.random(rows) < 1 / (1 + np.exp(-push))
    given = [1 / (1 + np.exp(-(push + rng.normal(0, spread, rows)))) for spread in (0.2, noise)]
    return tuple(OneVsRest(truth, each >= 0.5, each, np.ones(rows)) for each in given)


@pytest.mark.parametrize(("first", "second"), [(0, 0), (5, 5), (12, 3), (0, 8), (30, 50), (600, 500)])
def test_mcnemar_is_scipys_binomial_test(first, second):
    expected = binomtest(first, first + second, 0.5).pvalue if first + second else 1.0
    assert mcnemar(first, second) == pytest.approx(expected, rel=0.02 if first + second > 1_000 else 1e-12)


def test_mcnemar_by_hand():
    assert mcnemar(1, 5) == pytest.approx(2 * (1 + 6) / 64)


def test_values_are_scikit_learns_and_differences_follow():
    one, other = two(0, 400)
    found, _ = compare(one, other, 0.4)
    by_scikit_learn = {
        "roc_auc": lambda a: metrics.roc_auc_score(a.truth, a.probabilities),
        "brier": lambda a: metrics.brier_score_loss(a.truth, a.probabilities),
        "log_loss": lambda a: metrics.log_loss(a.truth, a.probabilities),
        "accuracy": lambda a: metrics.accuracy_score(a.truth, a.probabilities >= 0.4),
        "precision": lambda a: metrics.precision_score(a.truth, a.probabilities >= 0.4),
        "recall": lambda a: metrics.recall_score(a.truth, a.probabilities >= 0.4),
        "specificity": lambda a: metrics.recall_score(~a.truth, a.probabilities < 0.4),
        "balanced_accuracy": lambda a: metrics.balanced_accuracy_score(a.truth, a.probabilities >= 0.4),
        "f1": lambda a: metrics.f1_score(a.truth, a.probabilities >= 0.4),
        "mcc": lambda a: metrics.matthews_corrcoef(a.truth, a.probabilities >= 0.4),
    }
    assert set(found) == set(by_scikit_learn)
    for key, measure in by_scikit_learn.items():
        first, second, difference, low, high = found[key]
        assert (first, second) == pytest.approx((measure(one), measure(other)))
        assert difference == pytest.approx(second - first)
        assert low < difference < high or key == "recall"


@pytest.mark.nightly
def test_the_intervals_are_those_of_a_bootstrap_of_rows():
    one, other = two(1, 300)
    found, rng, drawn_ = (
        compare(one, other, 0.5)[0],
        np.random.default_rng(5),
        {"roc_auc": [], "brier": [], "precision": []},
    )
    for _ in range(1_000):
        rows = rng.integers(0, 300, 300)
        truth, first, second = one.truth[rows], one.probabilities[rows], other.probabilities[rows]
        drawn_["roc_auc"].append(metrics.roc_auc_score(truth, second) - metrics.roc_auc_score(truth, first))
        drawn_["brier"].append(np.mean((second - truth) ** 2) - np.mean((first - truth) ** 2))
        drawn_["precision"].append(truth[second >= 0.5].mean() - truth[first >= 0.5].mean())
    for key, values in drawn_.items():
        low, high = np.quantile(values, [0.025, 0.975])
        assert found[key][3:] == pytest.approx((low, high), abs=0.15 * (high - low))


@pytest.mark.nightly
def test_the_interval_holds_the_true_difference():
    # What two such models differ by on a million records, and how often the interval from 250 holds it.
    one, other = two(99, 1_000_000)
    truth = {"roc_auc": placements(other.truth, other.probabilities).mean()}
    truth["roc_auc"] -= placements(one.truth, one.probabilities).mean()
    truth["accuracy"] = np.mean((other.probabilities >= 0.5) == other.truth)
    truth["accuracy"] -= np.mean((one.probabilities >= 0.5) == one.truth)
    held = dict.fromkeys(truth, 0)
    for seed in range(300):
        found, _ = compare(*two(seed, 250), 0.5)
        for key, value in truth.items():
            held[key] += found[key][3] <= value <= found[key][4]
    assert all(0.91 <= count / 300 <= 0.985 for count in held.values()), held


@pytest.mark.slow
def test_of_equally_good_versions_some_measure_differs_in_one_of_twenty_comparisons():
    repeats = fewer(300, 40)
    assert versions_fire(300, repeats) * repeats <= binom.ppf(0.999, repeats, 0.05)


def test_beyond_chance_by_hand_and_against_the_normal_maximum():
    rng = np.random.default_rng(0)
    samples = {"a": rng.normal(3.0, 1.0, 40_000), "b": rng.normal(2.0, 1.0, 40_000), "c": np.full(40_000, np.nan)}
    # Two independent ones: 2.236 standard errors (Šidák), not 1.960
    assert norm.isf((1 - 0.95**0.5) / 2) == pytest.approx(2.2365, abs=1e-4)
    assert beyond_chance({"a": 2.3, "b": 2.15, "c": None}, samples) == {"a": True, "b": False, "c": False}
    alone = {"b": samples["b"]}
    assert beyond_chance({"b": 2.0}, alone) == {"b": True}
    assert beyond_chance({"b": -1.9}, alone) == {"b": False}
    twins = {"b": samples["b"], "twin": samples["b"]}
    assert beyond_chance({"b": 2.0, "twin": 2.0}, twins) == {"b": True, "twin": True}  # one comparison, not two
    assert beyond_chance({"none": 0.0}, {"none": np.zeros(100)}) == {"none": False}


@pytest.mark.slow
def test_a_million_records_take_seconds():
    one, other = two(2, 1_000_000)
    assert compare(one, other, 0.5)[0]["roc_auc"][2] < 0


def test_placements_average_to_the_area_with_ties_counting_half():
    rng = np.random.default_rng(0)
    truth, given = rng.random(200) < 0.3, rng.random(200).round(1)
    placed, area = placements(truth, given), metrics.roc_auc_score(truth, given)
    assert (placed[truth].mean(), placed[~truth].mean()) == pytest.approx((area, area))


# Versions as they lie on the disk.


def build(folder, features=("income", "debt", "shoe_size"), c: float = 1.0, first: int = 0, flipped: bool = False):
    frame = people()[[*features]]
    truth = np.where(pushed(people()) > 0.5, "no" if flipped else "yes", "yes" if flipped else "maybe")
    rows = slice(first, first + 300)
    estimator = LogisticRegression(C=c, max_iter=1_000).fit(frame[rows], truth[rows])
    held = np.setdiff1d(np.arange(450), np.arange(450)[rows])
    trained = Trained(
        name="two", title="Two", description="A small model for tests.", estimator=estimator,
        schema=infer_schema(frame[rows]), outcomes=outcomes_of(estimator), training=frame[rows],
        holdout=frame.iloc[held], truth=pd.Series(truth).iloc[held],
    )  # fmt: skip
    return build_bundle(trained, folder).split("@")[1]


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    made = {
        "worse": build(folder, c=1e-5),
        "elsewhere": build(folder, first=150),
        "fewer": build(folder, ("income", "debt")),
        "other": build(folder, flipped=True),
        "live": build(folder),
    }
    return SimpleNamespace(service=open_service(folder), **made)


def test_a_worse_version_is_said_to_be_worse_with_the_counts_of_its_records(service):
    bundle, other = service.service.model("two"), service.service.model(f"two@{service.worse}")
    result = challenge(bundle, other, evaluation_of(bundle).of("yes"), "yes", 0.5)
    at = bundle.outcomes.index("yes")
    truth = bundle.holdout.truth[:, at]
    right = [
        (each.predictor.block(bundle.holdout.block).probabilities[:, at] >= 0.5) == truth for each in (bundle, other)
    ]
    assert result.only_first == (right[0] & ~right[1]).sum() > result.only_second
    assert result.p_value == pytest.approx(binomtest(result.only_first, result.only_first + result.only_second).pvalue)
    assert result.difference[result.measures.index("roc_auc")] < 0
    assert result.same_holdout
    assert result.difference[result.measures.index("accuracy")] == pytest.approx(right[1].mean() - right[0].mean())


def test_another_hold_out_is_warned_of(service):
    shown = drawn(service.service, "two", "challenger", "yes", {"version": service.elsewhere})
    assert "may have seen these records" in shown.sentence
    assert (
        "may have seen" not in drawn(service.service, "two", "challenger", "yes", {"version": service.worse}).sentence
    )


@pytest.mark.parametrize(
    ("which", "words"), [("fewer", "other features .shoe_size."), ("other", "other outcomes .no, yes.")]
)
def test_what_cannot_be_compared_is_refused_in_words(service, which, words):
    with pytest.raises(NothingToShow, match=words):
        drawn(service.service, "two", "challenger", "yes", {"version": getattr(service, which)})


def test_the_choice_is_the_other_versions_and_nothing_else(service):
    bundle = service.service.model("two")
    listed = {version.fingerprint for version in others(bundle)}
    assert listed == {service.worse, service.elsewhere, service.fewer, service.other}
    for bad in (service.live, "00000000", "../iris", ["a"]):
        with pytest.raises(UnknownOption, match="Compare with"):
            drawn(service.service, "two", "challenger", "yes", {"version": bad})


def test_features_in_another_order_are_not_mixed_up(service):
    bundle = service.service.model("two")
    turned = SimpleNamespace(
        key="two@1", schema=Schema(bundle.schema.features[::-1]), outcomes=bundle.outcomes, offers=bundle.offers
    )
    assert "another order" in why_incomparable(bundle, turned)
    changed = SimpleNamespace(
        key="two@2",
        schema=Schema((replace(bundle.schema.features[0], kind="text"), *bundle.schema.features[1:])),
        outcomes=bundle.outcomes,
        offers=bundle.offers,
    )
    assert "income" in why_incomparable(bundle, changed)


def test_one_side_only_is_said(service):
    bundle = service.service.model("two")
    answers = evaluation_of(bundle).of("yes")
    with pytest.raises(OneOutcomeOnly):
        challenge(bundle, bundle, replace(answers, truth=np.zeros_like(answers.truth)), "yes", 0.5)
