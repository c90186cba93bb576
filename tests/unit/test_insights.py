"""Permutation importance against scikit-learn's, and its laws."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn import inspection
from sklearn.metrics import log_loss

from ml.bundle.bundle import Bundle
from ml.data.columns import frame_of
from ml.insights import permutation_importance as insights
from ml.insights.permutation_importance import PermutationImportance, permutation_importance
from ml.metrics.evaluation import evaluate
from ml.predict.predictor import SklearnPredictor, labels_of, probabilities_of
from ml.service import open_service
from tests.lanes import fewer
from tests.simulations.importance import coverage, true_importance
from tests.small import small_model


@pytest.fixture(scope="module")
def bundles(tmp_path_factory) -> dict[str, Bundle]:
    folder = tmp_path_factory.mktemp("models")
    service = open_service(folder)
    return {
        sort: service.model(small_model(sort, folder)) for sort in ("binary", "independent", "labels-only", "constant")
    }


def scored(bundle: Bundle, repeats: int) -> PermutationImportance:
    return permutation_importance(bundle, evaluate(bundle), repeats)


def reference(bundle: Bundle, outcome: str, loss, repeats: int):
    """scikit-learn's importances for one outcome against the rest."""
    frame, at = frame_of(bundle.schema, bundle.holdout.block), bundle.outcomes.index(outcome)

    def score(estimator, given, truth) -> float:
        return -loss(estimator, given, truth, bundle.outcomes, at)

    truth = bundle.holdout.truth[:, at]
    return inspection.permutation_importance(
        bundle.estimator, frame, truth, scoring=score, n_repeats=repeats, random_state=0
    )


def loss_of_probabilities(estimator, frame, truth, outcomes, at) -> float:
    given = probabilities_of(estimator, frame, outcomes)[:, at]
    return log_loss(truth, np.clip(given, insights.SMALLEST, 1 - insights.SMALLEST), labels=[False, True])


def loss_of_labels(estimator, frame, truth, outcomes, at) -> float:
    return float((labels_of(estimator, frame, outcomes)[:, at] != truth).mean())


@pytest.mark.parametrize(
    ("sort", "outcome", "loss"),
    [
        ("binary", "yes", loss_of_probabilities),
        ("independent", "card", loss_of_probabilities),
        ("labels-only", "yes", loss_of_labels),
    ],
)
def test_importance_is_scikit_learns_within_the_error_of_sampling(bundles, sort, outcome, loss):
    bundle, repeats = bundles[sort], 30
    ours, theirs = scored(bundle, repeats), reference(bundle, outcome, loss, repeats)
    at = bundle.outcomes.index(outcome)
    error = np.sqrt(2 / repeats) * theirs.importances_std  # both are means over as many shuffles
    assert (np.abs(np.array(ours.mean[at]) - theirs.importances_mean) <= 4 * error + 1e-9).all()


def test_error_before_shuffling_is_scikit_learns_log_loss(bundles):
    bundle = bundles["binary"]
    evaluation = evaluate(bundle)
    result = permutation_importance(bundle, evaluation, 2)
    given = np.clip(evaluation.of("yes").probabilities, insights.SMALLEST, 1 - insights.SMALLEST)
    assert result.error[bundle.outcomes.index("yes")] == pytest.approx(log_loss(evaluation.of("yes").truth, given))
    assert result.measure == "log-loss"


def test_without_probabilities_the_share_of_wrong_labels_rises(bundles):
    bundle = bundles["labels-only"]
    evaluation = evaluate(bundle)
    result = permutation_importance(bundle, evaluation, 5)
    assert result.measure == "share of wrong labels"
    assert result.error == pytest.approx((evaluation.labels != evaluation.truth).mean(axis=0))
    assert result.mean[0][result.features.index("income")] > 0.05


def test_features_that_the_model_ignores_have_exactly_zero(bundles):
    result = scored(bundles["constant"], 4)
    assert result.mean == result.low == result.high == result.standard_error == [[0.0] * 4] * 2


def test_a_weight_of_zero_takes_the_feature_out_exactly(bundles):
    """Also through a matrix product, whose rounding may depend on the size of the block."""
    bundle = bundles["labels-only"]
    bundle.estimator[-1].coef_[:, 2] = 0.0  # the standardised shoe size
    asked = SimpleNamespace(
        schema=bundle.schema,
        card=bundle.card,
        outcomes=bundle.outcomes,
        holdout=bundle.holdout,
        scores=None,
        predictor=SklearnPredictor(bundle.estimator, bundle.schema, bundle.outcomes),
    )
    assert scored(asked, 3).mean[0][bundle.schema.names.index("shoe_size")] == 0.0


def test_the_spread_holds_the_mean_and_the_numbers_come_again(bundles):
    first, again = (scored(bundles["independent"], 10) for _ in range(2))
    assert first == again
    low, mean, high = (np.array(part) for part in (first.low, first.mean, first.high))
    assert ((low <= mean) & (mean <= high)).all()
    assert mean.shape == (2, 4)
    assert (first.rows, first.repeats) == (150, 10)
    card = dict(zip(first.features, first.mean[first.outcomes.index("card")], strict=True))
    assert max(card, key=card.get) == "income"  # the card is decided by income alone


def test_all_records_come_before_more_shuffles_and_time_is_bounded():
    assert insights._effort(2_113, 19, 100_000, None) == (2_113, 2)
    assert insights._effort(300, 8, 100_000, None) == (300, 10)
    assert insights._effort(1_000_000, 8, 100_000, None) == (6_250, 2)
    assert insights._effort(1_000_000, 5_000, 20_000, None) == (insights.FEWEST_ROWS, 2)
    assert insights._effort(30, 8, 100_000, 5) == (30, 5)


def test_shuffling_moves_one_column_within_each_copy_only():
    block = (np.tile(np.arange(6.0), 3), np.tile(np.arange(6.0), 3))
    same, moved = insights._shuffled(block, 1, insights._orders(1, 6, 3))
    assert same is block[0]
    copies = moved.reshape(3, 6)
    assert (np.sort(copies, axis=1) == np.arange(6)).all()
    assert len({tuple(copy) for copy in copies.tolist()}) == 3


def test_with_all_pairs_the_standard_error_is_that_of_the_u_statistic():
    """Shuffles that give every record each of the values once: the variance of the projections, by hand."""
    rng, rows = np.random.default_rng(3), 7
    pairs = rng.normal(size=(rows, rows))  # judged record, giving record
    order = np.array([(np.arange(rows) + turn) % rows for turn in range(rows)])
    rises = pairs[np.arange(rows), order][:, :, None]
    mean, error = insights._rise(rises, order, np.ones(rows))
    judged, giving = pairs.mean(axis=1) - pairs.mean(), pairs.mean(axis=0) - pairs.mean()
    noise = np.square(pairs - pairs.mean()).mean() / rows
    variance = max(np.square(judged + giving).sum() / (rows - 1) - noise, noise) / rows
    assert mean[0] == pytest.approx(pairs.mean())
    assert error[0] == pytest.approx(np.sqrt(variance))


def test_a_record_of_double_weight_counts_as_two():
    rises = np.array([[[1.0], [4.0], [-2.0]]])
    mean, _ = insights._rise(rises, np.array([[1, 2, 0]]), np.array([1.0, 2.0, 1.0]))
    assert mean[0] == pytest.approx((1 + 4 + 4 - 2) / 4)


def test_the_interval_holds_the_importance_among_all_records():
    """A simulation with known truth; the whole one is in tests/simulations/importance.py."""
    truth = true_importance(2.0, 100_000)
    shares = coverage(500, 2.0, 2, fewer(1_000, 150), truth)
    assert (np.abs(shares[:4] - 0.95) <= 4 * np.sqrt(0.95 * 0.05 / fewer(1_000, 150)) + 0.01).all()
    assert shares[4] == 1  # unused: exactly 0


def test_importing_needs_no_scikit_learn():
    modules = "ml.insights.permutation_importance, ml.metrics.curves"
    code = f"import {modules}, sys; assert not {{'sklearn', 'pandas', 'plotly'}} & set(sys.modules)"
    root = Path(insights.__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
