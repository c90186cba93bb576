"""Proof that rows come back from the schema's typed columns as the estimator was handed them.

A version keeps columns as typed arrays and makes frames of them again (:mod:`ml.data.frames`). Another dtype or order
of categories there is another answer, and golden rows do not notice, as they are made of the same arrays.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ml.data.columns import block_of_frame, frame_of
from ml.data.outcomes import Prediction
from ml.errors import InvalidData
from ml.predict.calling_convention import contained
from ml.predict.predictor import NEARLY_EQUAL, SklearnPredictor
from ml.training.estimator.single_call import answer_of
from ml.training.trained import Trained

ROWS = 200


def prove_round_trip(trained: Trained, estimator: Any, predictor: SklearnPredictor) -> None:
    """Compare the estimator's answers on the rows as they were given with those on the rows as they will be served.

    Parameters
    ----------
    trained : Trained
        Its hold-out has the types of training; the first 200 rows are asked, unless the estimator does not take them.
    predictor : SklearnPredictor
        Of this estimator, whose answers do not depend on chance.

    Raises
    ------
    InvalidData
        When a probability differs by more than 1e-6, or a label.
    """
    rows, schema = trained.holdout.head(ROWS), trained.schema
    given = answer_of(estimator, contained(rows, trained.convention.container), trained.outcomes)
    if isinstance(given, str):
        return
    block = block_of_frame(schema, rows)
    other = _differ(given, predictor.block(block))
    if other.any():
        named = ", ".join(map(repr, _changed(rows, frame_of(schema, block)))) or "a column"
        raise InvalidData(
            f"The estimator answers {other.sum()} of {len(rows)} rows of the hold-out otherwise than it would be "
            f"served: {named} cannot be kept as the type that it has.",
            "Fit it on numbers, texts, truth values, dates, or categories of texts.",
        )


def _differ(one: Prediction, other: Prediction) -> np.ndarray:
    """True for rows with another label or probability, shape (n,)."""
    differ: np.ndarray = np.asarray((one.labels != other.labels).any(axis=1))
    if one.probabilities is None or other.probabilities is None:
        return differ
    with np.errstate(invalid="ignore"):
        differ |= np.abs(one.probabilities - other.probabilities).max(axis=1) > NEARLY_EQUAL
    return differ


def _changed(given: pd.DataFrame, made: pd.DataFrame) -> list[str]:
    """Columns whose gaps or dtype are others."""
    return [
        name
        for name in made
        if made[name].dtype != given[name].dtype
        or (made[name].isna().to_numpy() != given[name].isna().to_numpy()).any()
    ]
