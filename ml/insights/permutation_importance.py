"""Permutation importance of the raw features on the hold-out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ml.data.array_types import Booleans, Floats
from ml.data.columns import Block, take
from ml.data.outcomes import Prediction
from ml.metrics.evaluation import Evaluation
from ml.runtime.budget import predictions, sample

if TYPE_CHECKING:
    from ml.bundle.bundle import Bundle
    from ml.insights.feature_order import Draft

REPEATS, MIN_REPEATS = 10, 5
MOST_ROWS = 5_000
FEWEST_ROWS = 200  # with fewer the spread exceeds most importances
# Floor of probabilities: a forest's 0 for one wrong record is a log-loss of 36 and dominates all others. With it the
# spread of the demo models' importances is up to half of that without, and their log-loss is the same.
SMALLEST = 0.001


@dataclass(frozen=True)
class PermutationImportance:
    """Permutation importance of p raw features for each of k outcomes.

    Attributes
    ----------
    features, labels : sequence of str, length p
        Names and labels of the features, in schema order.
    outcomes : sequence of str, length k
        Names of the outcomes.
    measure : {"log-loss", "share of wrong labels"}
        The error measured, for each outcome against the rest; the second where the estimator offers no
        probabilities. Probabilities count as at least 0.001 and at most 0.999.
    error : sequence of float, length k
        Error without shuffling.
    mean, low, high, deviation : sequence of sequences of float, shape (k, p)
        Rise of the error when the feature's values are shuffled: mean, 5 % and 95 % quantile and
        standard deviation over the shuffles. About 0 for unused features; it may be
        slightly below.
    rows, repeats : int
        Records of the hold-out that were used, and shuffles of each feature.
    """

    features: Sequence[str]
    labels: Sequence[str]
    outcomes: Sequence[str]
    measure: str
    error: Sequence[float]
    mean: Sequence[Sequence[float]]
    low: Sequence[Sequence[float]]
    high: Sequence[Sequence[float]]
    deviation: Sequence[Sequence[float]]
    rows: int
    repeats: int


def permutation_importance(
    bundle: Bundle | Draft, evaluation: Evaluation, repeats: int | None = None
) -> PermutationImportance:
    """Permutation importance (Breiman 2001; Fisher, Rudin & Dominici 2019) of every raw feature.

    Each column of the raw records is shuffled, so everything derived from it (one-hot columns, say)
    moves together. The rise of the error is measured for each outcome against the rest, all outcomes
    from the same predictions. The spread is that of the shuffles, not of other hold-outs. Seeded:
    the same version gives the same numbers.

    Parameters
    ----------
    bundle : Bundle
    evaluation : Evaluation
        Of that bundle.
    repeats : int or None
        Shuffles of each feature; None: 5 to 10, within the budget of predictions.
    """
    schema, effort = bundle.schema, predictions(bundle)
    if repeats is None:
        repeats = min(REPEATS, max(MIN_REPEATS, effort // (FEWEST_ROWS * max(len(schema.features), 1))))
    chosen = _sample(len(evaluation), len(schema.features), repeats, effort)
    block = take(bundle.holdout.block, chosen)
    truth = np.tile(evaluation.truth[chosen], (repeats, 1))
    weight = np.tile(evaluation.weight[chosen], repeats)
    stacked = take(block, np.tile(np.arange(len(chosen)), repeats))

    def errors(given: Block) -> np.ndarray:
        return _errors(bundle.predictor.block(given), truth, weight, repeats)

    # The unshuffled rows are predicted in a block of the same size: a matrix product may round
    # differently for another size, and an unused feature must have exactly 0.
    before = errors(stacked)
    shuffled = (_shuffled(stacked, at, len(chosen), repeats) for at in range(len(schema.features)))
    rises = np.stack([errors(block) - before for block in shuffled], axis=-1)
    low, high = np.quantile(rises, [0.05, 0.95], axis=0)
    return PermutationImportance(
        features=list(schema.names),
        labels=[feature.label for feature in schema.features],
        outcomes=list(bundle.outcomes.names),
        measure="share of wrong labels" if evaluation.probabilities is None else "log-loss",
        error=before[0].tolist(),
        mean=rises.mean(axis=0).tolist(),
        low=low.tolist(),
        high=high.tolist(),
        deviation=rises.std(axis=0).tolist(),
        rows=len(chosen),
        repeats=repeats,
    )


def _sample(rows: int, features: int, repeats: int, effort: int) -> np.ndarray:
    """Rows of the hold-out that are used: all, or a random sample within the budget of predictions."""
    return sample(rows, min(MOST_ROWS, max(FEWEST_ROWS, effort // (repeats * max(features, 1)))))


def _shuffled(stacked: Block, at: int, rows: int, repeats: int) -> Block:
    """The block with column `at` shuffled within each of the stacked copies."""
    rng = np.random.default_rng((at, 1))
    order = np.concatenate([rng.permutation(rows) + copy * rows for copy in range(repeats)])
    return tuple(column[order] if number == at else column for number, column in enumerate(stacked))


def _errors(answer: Prediction, truth: Booleans, weight: Floats, repeats: int) -> Floats:
    """Mean error of each stacked copy and outcome: shape (repeats, k)."""
    losses: Floats
    if answer.probabilities is None:
        losses = (answer.labels != truth).astype(np.float64)
    else:
        given = np.where(truth, answer.probabilities, 1.0 - answer.probabilities)
        losses = -np.log(np.clip(given, SMALLEST, 1.0 - SMALLEST))
    parts = np.reshape(losses * weight[:, None], (repeats, -1, truth.shape[1]))
    sums: Floats = parts.sum(axis=1)
    return sums / (float(weight.sum()) / repeats)
