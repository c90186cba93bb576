"""Rows that an estimator answers; rows that it refuses are used neither for metrics nor as background."""

from __future__ import annotations

import numpy as np

from ml.data.columns import Block, size, take
from ml.predict.predictor import NoAnswer, SklearnPredictor


def answerable(predictor: SklearnPredictor, block: Block) -> tuple[np.ndarray, str]:
    """Mask of the rows that the estimator answers, and its error for the first that it does not.

    Parameters
    ----------
    predictor : SklearnPredictor
    block : Block of n records

    Returns
    -------
    good : ndarray of bool, shape (n,)
    why : str
        Empty where all are good.
    """
    good = np.ones(size(block), dtype=bool)
    said: list[str] = []
    _look(predictor, block, np.arange(size(block)), good, said)
    return good, said[0] if said else ""


def _look(predictor: SklearnPredictor, block: Block, rows: np.ndarray, good: np.ndarray, said: list[str]) -> None:
    """Find the rows that fail by bisection, for most rows are good."""
    if not len(rows):
        return
    try:
        predictor.block(take(block, rows))
    except NoAnswer as error:
        if len(rows) == 1:
            good[rows] = False
            said.append(str(error))
            return
        middle = len(rows) // 2
        _look(predictor, block, rows[:middle], good, said)
        _look(predictor, block, rows[middle:], good, said)
