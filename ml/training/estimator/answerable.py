"""Rows that an estimator answers; rows that it refuses are used neither for metrics nor as background."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ml.data.columns import Block, size, take
from ml.predict.predictor import SklearnPredictor, why_unanswered
from ml.runtime.halving import bisect_refused


def answerable(predictor: SklearnPredictor, block: Block) -> tuple[np.ndarray, str]:
    """Mask of the rows that the estimator answers, and its error for the first that it does not.

    Parameters
    ----------
    block : Block of n records

    Returns
    -------
    good : ndarray of bool, shape (n,)
    why : str
        Empty where all are good.
    """

    def why(rows: Sequence[int]) -> str | None:
        return why_unanswered(predictor, take(block, np.array(rows)))

    bad = bisect_refused(range(size(block)), why)
    good = np.ones(size(block), dtype=bool)
    good[[row for row, _ in bad]] = False
    return good, bad[0][1] if bad else ""
