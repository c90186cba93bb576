"""Permutation importance of the raw features on the hold-out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ml.bundle.bundle import Bundle
from ml.bundle.holdout import Holdout
from ml.data.array_types import Booleans, Floats, Positions
from ml.data.columns import Block, take
from ml.data.outcomes import Outcomes, Prediction
from ml.data.schema import Schema
from ml.metrics.evaluation import Evaluation
from ml.metrics.intervals import WIDTH
from ml.predict.predictor import Predictor
from ml.runtime.budget import predictions, sample
from ml.translation import mark

# Rows before shuffles: which records were drawn adds more to the error than which values they were given.
REPEATS, MIN_REPEATS = 10, 2
WRONG_LABELS, LOG_LOSS = mark("share of wrong labels"), mark("log-loss")
FEWEST_ROWS = 200  # with fewer the error exceeds most importances
# Floor of probabilities: a forest's 0 for one wrong record is a log-loss of 36 and dominates all others. With it the
# spread of the demo models' importances is up to half of that without, and their log-loss is the same.
SMALLEST = 0.001


@dataclass(frozen=True)
class PermutationImportance:
    """Permutation importance of p raw features for each of k outcomes."""

    features: Sequence[str]
    labels: Sequence[str]
    """Names and labels of the features, in schema order. Length p."""
    outcomes: Sequence[str]
    """Names of the outcomes. Length k."""
    measure: str
    """The error measured, for each outcome against the rest; the second where the estimator offers no probabilities.
    Probabilities count as at least 0.001 and at most 0.999. One of "log-loss" and "share of wrong labels"."""
    error: Sequence[float]
    """Error without shuffling. Length k."""
    mean: Sequence[Sequence[float]]
    low: Sequence[Sequence[float]]
    high: Sequence[Sequence[float]]
    standard_error: Sequence[Sequence[float]]
    """Rise of the error when the feature's values are shuffled: mean over records and shuffles, the 95 % interval of
    the rise among all records like these, and its standard error. Exactly 0 for unused features; else it may be
    slightly below. Shape (k, p)."""
    rows: int
    repeats: int
    """Records of the hold-out that were used, and shuffles of each feature."""


@dataclass(frozen=True)
class Draft:
    """The parts of an unfinished bundle that importance needs; attributes as of a bundle."""

    schema: Schema
    outcomes: Outcomes
    predictor: Predictor
    holdout: Holdout
    card: Mapping[str, Any]


def permutation_importance(
    bundle: Bundle | Draft, evaluation: Evaluation, repeats: int | None = None
) -> PermutationImportance:
    """Permutation importance (Breiman 2001; Fisher, Rudin & Dominici 2019) of every raw feature.

    Each column of the raw records is shuffled, so everything derived from it (one-hot columns, say)
    moves together. The rise of the error is measured for each outcome against the rest, all outcomes
    from the same predictions. The interval covers which records were drawn as well as how they were
    shuffled (:func:`_rise`). Seeded: the same version gives the same numbers.

    Parameters
    ----------
    evaluation : Evaluation
        Evaluation of the same version.
    repeats : int or None
        Shuffles of each feature; None: 2 to 10, as many as the budget of predictions allows after all
        records of the hold-out.
    """
    schema = bundle.schema
    most, repeats = _effort(len(evaluation), len(schema.features), predictions(bundle), repeats)
    chosen = sample(len(evaluation), most)
    truth, weight = evaluation.truth[chosen], evaluation.weight[chosen]
    stacked = take(take(bundle.holdout.block, chosen), np.tile(np.arange(len(chosen)), repeats))

    def losses(given: Block) -> Floats:
        return _losses(bundle.predictor.block(given), truth, repeats)

    # The unshuffled rows are predicted in a block of the same size: a matrix product may round
    # differently for another size, and an unused feature must have exactly 0.
    before = losses(stacked)
    rises = []
    for at in range(len(schema.features)):
        order = _orders(at, len(chosen), repeats)
        rises.append(_rise(losses(_shuffled(stacked, at, order)) - before, order, weight))
    mean, error = (np.stack(part, axis=-1) for part in zip(*rises, strict=True))
    return PermutationImportance(
        features=list(schema.names),
        labels=[feature.label for feature in schema.features],
        outcomes=list(bundle.outcomes.names),
        measure=WRONG_LABELS if evaluation.probabilities is None else LOG_LOSS,
        error=np.average(before[0], axis=0, weights=weight).tolist(),
        mean=mean.tolist(),
        low=(mean - WIDTH * error).tolist(),
        high=(mean + WIDTH * error).tolist(),
        standard_error=error.tolist(),
        rows=len(chosen),
        repeats=repeats,
    )


def _effort(rows: int, features: int, effort: int, repeats: int | None) -> tuple[int, int]:
    """Records that are used, and shuffles of each feature, within the budget of predictions."""
    features = max(features, 1)
    used = min(rows, max(FEWEST_ROWS, effort // (features * (repeats or MIN_REPEATS))))
    return used, repeats or min(REPEATS, max(MIN_REPEATS, effort // (features * max(used, 1))))


def _orders(at: int, rows: int, repeats: int) -> Positions:
    """For each copy, the record that gives each record its value of feature `at`: shape (repeats, n)."""
    rng = np.random.default_rng((at, 1))
    return np.stack([rng.permutation(rows) for _ in range(repeats)])


def _shuffled(stacked: Block, at: int, order: Positions) -> Block:
    """The block with column `at` shuffled within each of the stacked copies."""
    copies, rows = order.shape
    places = (order + rows * np.arange(copies)[:, None]).ravel()
    return tuple(column[places] if number == at else column for number, column in enumerate(stacked))


def _losses(answer: Prediction, truth: Booleans, repeats: int) -> Floats:
    """Error of each record in each stacked copy, for each outcome: shape (repeats, n, k)."""
    truths = np.tile(truth, (repeats, 1))
    losses: Floats
    if answer.probabilities is None:
        losses = (answer.labels != truths).astype(np.float64)
    else:
        given = np.where(truths, answer.probabilities, 1.0 - answer.probabilities)
        losses = -np.log(np.clip(given, SMALLEST, 1.0 - SMALLEST))
    return losses.reshape(repeats, *truth.shape)


def _rise(rises: Floats, order: Positions, weight: Floats) -> tuple[Floats, Floats]:
    """Weighted mean of the records' rises, shape (repeats, n, k), and its standard error: both of shape (k,).

    The mean over all shuffles is an incomplete U-statistic of pairs: the record that is judged, and the one that
    gives the value. Its variance is that of the two projections together (Hoeffding 1948), each estimated by a
    record's mean over its shuffles. These means hold the noise of few shuffles twice, the statistic holds it
    once: with e as the deviation of one pair, var = (var(judging + giving) - mean(e²) / repeats) / n.
    """
    repeats, rows, _ = rises.shape
    share = (weight / weight.mean())[:, None]
    mean = (share * rises).mean(axis=(0, 1))
    apart = share * (rises - mean)
    given = np.zeros_like(apart)
    np.put_along_axis(given, order[:, :, None], apart, axis=1)
    projected = (apart + given).mean(axis=0)
    alone = (apart**2).mean(axis=(0, 1)) / repeats  # variance of the mean if all pairs were independent
    variance = np.maximum((projected**2).sum(axis=0) / max(rows - 1, 1) - alone, alone) / rows
    return mean, np.sqrt(variance)
