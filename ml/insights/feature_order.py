"""Order of the features in a form, by permutation importance: computed once, and kept in the version's card."""

from __future__ import annotations

import numpy as np

from ml.bundle.holdout import Holdout
from ml.data.outcomes import Outcomes, Prediction
from ml.data.schema import Schema
from ml.insights.permutation_importance import (
    FEWEST_ROWS,
    MIN_REPEATS,
    Draft,
    PermutationImportance,
    permutation_importance,
)
from ml.metrics.evaluation import Evaluation
from ml.predict.predictor import Predictor
from ml.runtime.budget import SCIKIT_LEARN

DIGITS = 9


def order_of(
    schema: Schema, outcomes: Outcomes, predictor: Predictor, holdout: Holdout, answer: Prediction
) -> list[str]:
    """Names of the features of an unfinished version, the most important first.

    `predictor` is the one that will serve (compiled: many times faster, proved equal); `answer` its predictions for the
    hold-out.
    """
    draft = Draft(schema, outcomes, predictor, holdout, {"path": {"kind": "scikit-learn"}})
    truth = holdout.truth
    evaluation = Evaluation(outcomes, truth, answer.labels, answer.probabilities, np.ones(len(truth)))
    # An order needs fewer shuffles than a figure with its spread, and must not delay wide tables.
    repeats = SCIKIT_LEARN // (FEWEST_ROWS * max(len(schema.features), 1))
    return most_important_first(permutation_importance(draft, evaluation, min(max(repeats, 1), MIN_REPEATS)))


def most_important_first(importance: PermutationImportance) -> list[str]:
    """Features by the rise of the error, summed over the outcomes; features without a rise keep the schema's order.

    Rises are rounded, so a version gives the same order with every predictor and on every machine.
    """
    rise = np.maximum(np.sum(importance.mean, axis=0), 0.0).round(DIGITS)
    return [importance.features[at] for at in np.argsort(-rise, kind="stable")]
