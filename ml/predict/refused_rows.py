"""Rows that an estimator refuses, found by few questions: scikit-learn checks all rows at once for finite numbers.

Among n features that an estimator does not take without a value, halving asks 2 n times; this asks once.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ml.data.columns import Block, size, take

_MODULE, _CHECK = "sklearn.utils.validation", "_assert_all_finite_element_wise"


def rows_refused(ask: Callable[[Block], object], block: Block) -> np.ndarray:
    """Rows of a block that the estimator refuses, whatever stands in the others.

    A row with a number that is not finite would be refused alone: the step that checks it takes the same numbers. Where
    the estimator refuses for another reason, halves are asked.

    Parameters
    ----------
    ask : callable
        Asks the estimator, and raises what it raises, or an error caused by that.
    block : Block of n records

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    refused = np.zeros(size(block), dtype=bool)
    left = np.arange(size(block))
    while len(left):
        try:
            ask(take(block, left))
            break
        except Exception as error:  # noqa: BLE001 - foreign code refuses in any way it likes
            alone = np.ones(1, dtype=bool) if len(left) == 1 else _not_finite(error, len(left))
        refused[left[alone]] = True
        left = left[~alone]
        if not alone.any():
            for half in np.array_split(left, 2):
                refused[half] = rows_refused(ask, take(block, half))
            break
    return refused


def _not_finite(error: BaseException, rows: int) -> np.ndarray:
    """Rows with numbers for which the check raised this error, read from its frame."""
    cause: BaseException | None = error
    while cause is not None:
        trace = cause.__traceback__
        while trace is not None:
            code, given = trace.tb_frame.f_code, trace.tb_frame.f_locals
            if code.co_name == _CHECK and trace.tb_frame.f_globals.get("__name__") == _MODULE:
                checked = given.get("X")
                if isinstance(checked, np.ndarray) and checked.ndim == 2 and len(checked) == rows:
                    bad = np.isinf(checked) if given.get("allow_nan") else ~np.isfinite(checked)
                    return np.asarray(bad.any(axis=1))
            trace = trace.tb_next
        cause = cause.__cause__
    return np.zeros(rows, dtype=bool)
