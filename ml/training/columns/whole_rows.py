"""Leaves out rows with gaps that an estimator does not take, as its training code did by ``dropna``."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from ml.errors import InvalidData


def whole_rows(frame: pd.DataFrame, columns: Collection[str]) -> np.ndarray:
    """True for rows without a gap in these columns, as bool of shape (n,)."""
    whole: np.ndarray = frame[sorted(columns)].notna().all(axis=1).to_numpy()
    return whole


def left_out(whole: np.ndarray, columns: Collection[str], file: str) -> list[str]:
    """A sentence on the rows of a file that are left out, where there are any.

    Raises
    ------
    InvalidData
        When no row is left.
    """
    gone, count = int((~whole).sum()), len(whole)
    where = f"in {', '.join(sorted(columns))}, where the estimator takes none"
    if gone == count:
        raise InvalidData(f"Every row of {file} has a gap {where}.", "Add the pipeline with the step that fills them.")
    return [f"{gone:,} of the {count:,} rows of {file} have a gap {where}: they are left out."] if gone else []
