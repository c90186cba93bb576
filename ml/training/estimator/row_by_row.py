"""Proof that an estimator's answer is a function of the row alone: not of chance, other rows or earlier questions.

The Prediction page asks about one record, a campaign about a whole file. `FunctionTransformer(scale)`, a rank or a mean
over the rows at hand give one customer another score on each, and cross-validation does not notice: it asks in tables.
"""

from __future__ import annotations

import time

import numpy as np

from ml.data.columns import Block, gaps_of, rows_of, take
from ml.data.outcomes import Prediction
from ml.data.schema import Schema
from ml.errors import InvalidData
from ml.predict.predictor import NEARLY_EQUAL, EstimatorFailed, SklearnPredictor

ROWS = 24
ENOUGH = 12  # rows after which no further one is asked alone where none of them differed
FEWEST = 6  # rows that are asked alone however long that takes
LONGEST = 5.0  # seconds after which no further row is asked alone
ROUNDED = 1e-4  # single precision sums in another order for one row than for a table: layers of a network add up
# Of the rows asked alone. Rounding differs with the size of a table, which breaks ties (of neighbours) in a few rows
SHARE = 0.2

ONE_CUSTOMER = "Else the score of one customer would depend on who else is in the file."


def check_row_by_row(predictor: SklearnPredictor, schema: Schema, block: Block) -> None:
    """Refuse an estimator that does not answer a row as it answered it before, or alone as among others.

    Parameters
    ----------
    block : Block of n records, n > 0
        Rows that the estimator answers; up to 24 of them are asked, half of them with gaps where there are any, and
        12 where these are answered alike.

    Raises
    ------
    InvalidData
        When any answer differs at a second time (by more than 1e-6), or when a fifth of the rows are answered
        differently alone: another label, or a probability further away than single precision rounds (1e-4).
    """
    few = take(block, _spread(block))
    first = predictor.block(few)
    again = _apart(first, predictor.block(few))
    if (again > NEARLY_EQUAL).any():
        raise InvalidData(
            "The estimator answers the same rows differently when it is asked again"
            f"{_how_far(again)}: it draws at random, or changes itself when it is asked.",
            "A step that draws needs a random_state; none may change itself in transform or predict.",
        )
    alone = _alone(predictor, schema, few, first)
    other = alone > ROUNDED
    if other.mean() >= SHARE:
        raise InvalidData(
            f"The estimator answers {other.sum()} of {len(other)} rows differently alone than among others"
            f"{_how_far(alone)}: a step of it computes with the other rows, as scale, rank or a mean of the table do.",
            f"Let it learn in fit() what it takes from a table, as StandardScaler() does. {ONE_CUSTOMER}",
        )


def _spread(block: Block) -> np.ndarray:
    """Places of the rows to ask: half of them with gaps, where there are so many, spread over the block."""
    gaps = np.any([gaps_of(array) for array in block], axis=0)
    with_gaps = _every_nth(np.flatnonzero(gaps), ROWS // 2)
    whole = _every_nth(np.flatnonzero(~gaps), ROWS - len(with_gaps))
    turns = np.concatenate([np.arange(len(with_gaps)), np.arange(len(whole))])  # the first few are of both
    return np.concatenate([with_gaps, whole])[np.argsort(turns, kind="stable")]


def _every_nth(places: np.ndarray, most: int) -> np.ndarray:
    return places[np.unique(np.linspace(0, len(places) - 1, most).astype(int))] if len(places) > most else places


def _alone(predictor: SklearnPredictor, schema: Schema, few: Block, among: Prediction) -> np.ndarray:
    """Distance of the answers of rows asked alone from those among others, shape (rows asked,)."""
    until = time.monotonic() + LONGEST
    times: list[float] = []
    for at, row in enumerate(rows_of(schema, few)):
        if (at >= FEWEST and time.monotonic() > until) or (at == ENOUGH and max(times) <= ROUNDED):
            break
        try:
            labels, probabilities = predictor.row(row)
        except EstimatorFailed as error:
            raise InvalidData(
                f"The estimator answers a row among others and not alone: {str(error)[:300].rstrip('.')}.",
                f"The Prediction page asks about one record. {ONE_CUSTOMER}",
            ) from error
        own = Prediction(np.array([labels]), None if probabilities is None else np.array([probabilities]))
        one = Prediction(among.labels[[at]], None if among.probabilities is None else among.probabilities[[at]])
        times.append(float(_apart(one, own)[0]))
    return np.array(times)


def _apart(one: Prediction, other: Prediction) -> np.ndarray:
    """Largest difference between the probabilities of each row, 1 where the labels differ; shape (n,)."""
    labels = np.asarray((one.labels != other.labels).any(axis=1), dtype=float)
    if one.probabilities is None or other.probabilities is None:
        return labels
    apart: np.ndarray = np.maximum(labels, np.abs(one.probabilities - other.probabilities).max(axis=1))
    return apart


def _how_far(apart: np.ndarray) -> str:
    """The largest difference in words; empty where labels differ."""
    return f" (by up to {apart.max():.2g})" if apart.max() < 1 else ""
