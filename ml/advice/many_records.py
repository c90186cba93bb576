"""The value function of many records with blanks at once, for files: the same numbers in a fraction of the time.

The records of a block are weighed together, and the model is asked for all of them in one call. What is asked is each
different row once: where a blank has few values, most rows that fill it are equal.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ml.advice.value_function import ValueFunction
from ml.data.array_types import Floats, Positions
from ml.data.columns import Block, block_of
from ml.data.schema import Row

RECORDS_AT_ONCE = 32  # with 500 background rows each: as many rows as a compiled model answers in one piece
NUMBERS_AT_ONCE = 4_000_000  # 32 MB of values


def values_of_rows(value_function: ValueFunction, rows: Sequence[Row]) -> np.ndarray:
    """The value function v of each record; equal to :meth:`ml.advice.value_function.ValueFunction.score` to 1e-12.

    Parameters
    ----------
    rows : sequence of Row, length m
        Typed values in schema order; a None is a blank.

    Returns
    -------
    ndarray of float, shape (m, k)
        Each 0 to 1.

    Raises
    ------
    ValueError
        When the model refuses a value of any record.
    """
    known = np.array([[value is not None for value in row] for row in rows], dtype=bool).reshape(
        len(rows), len(value_function.background)
    )
    means = np.tile(value_function.base, (len(rows), 1))
    some = np.flatnonzero(known.any(axis=1))
    most = len(value_function.answers) * len(value_function.background)
    step = min(max(NUMBERS_AT_ONCE // most, 1), RECORDS_AT_ONCE)
    codes = _codes(value_function)
    for start in range(0, len(some), step):
        part = some[start : start + step]
        means[part] = _block(value_function, [rows[at] for at in part.tolist()], known[part], codes)
    return means


def _block(value_function: ValueFunction, rows: Sequence[Row], known: np.ndarray, codes: np.ndarray) -> Floats:
    chosen, shares, places, first = [], [], [], 0
    for blank, (numbers, weights) in zip(~known, value_function.weighed_rows(rows, known), strict=True):
        _, one, which = np.unique(codes[blank][:, numbers].sum(axis=0), return_index=True, return_inverse=True)
        chosen.append(numbers[one])
        shares.append(np.bincount(which, weights))
        places.append(slice(first, first := first + len(one)))
    answers = value_function.ask(_filled(value_function, rows, known, chosen))
    values: Floats = np.array([share @ answers[place] for share, place in zip(shares, places, strict=True)])
    return values.clip(0.0, 1.0)


def _filled(
    value_function: ValueFunction, rows: Sequence[Row], known: np.ndarray, chosen: Sequence[Positions]
) -> Block:
    """Copies of each record, its blanks filled by its background rows, one record after the other."""
    numbers, record = np.concatenate(chosen), np.repeat(np.arange(len(rows)), list(map(len, chosen)))
    own = block_of(value_function.schema, rows)
    return tuple(
        np.where(mine[record], values[record], filling[numbers])
        for mine, values, filling in zip(known.T, own, value_function.background, strict=True)
    )


def _codes(value_function: ValueFunction) -> np.ndarray:
    """A random number for each value of each feature of the background: shape (p, n).

    Rows are equal in some features where the sums of these numbers are: of 2,000 rows that differ, the chance that any
    two have one sum is below 1e-12.
    """
    draw = np.random.default_rng(0)
    codes = np.empty((len(value_function.background), len(value_function.answers)), dtype=np.uint64)
    for at, values in enumerate(value_function.background):
        # A missing value is no value of its own kind: NaN and NaT are not equal to themselves
        keys = [None if value != value else value for value in values.tolist()]
        places = {key: place for place, key in enumerate(dict.fromkeys(keys))}
        random = draw.integers(0, 2**64 - 1, len(places), dtype=np.uint64, endpoint=True)
        codes[at] = random[[places[key] for key in keys]]
    return codes
