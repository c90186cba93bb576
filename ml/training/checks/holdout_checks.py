"""Checks of a hold-out against the training data: shared rows, repeats, drift, rare outcomes.

What is found goes into the card as plain JSON (``holdout_checks``); ``ml/text/holdout_words.py`` makes sentences
of it. Thresholds and their false-alarm rates: docs/decisions/0031-checks-of-the-hold-out.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.bundle.holdout import Holdout
from ml.data.columns import Block, block_of_frame
from ml.data.feature import Feature, text_of
from ml.data.outcomes import Outcomes
from ml.data.schema import Schema
from ml.training.checks.domain_classifier import compare_populations

Hashes = npt.NDArray[np.uint64]

FEWEST_RECORDS = 100
FEWEST_OF_AN_OUTCOME = 30
RUN = 8  # consecutive rows: by chance no eight rows follow one another in both files
ERRORS = 3.0  # standard errors above what chance explains
_MISSING = np.uint64(0x9E3779B97F4A7C15)
_FACTOR = np.uint64(0xC2B2AE3D27D4EB4F)


def check_holdout(schema: Schema, outcomes: Outcomes, training: pd.DataFrame, holdout: Holdout) -> dict[str, Any]:
    """Compare a hold-out with the training data.

    Parameters
    ----------
    training : DataFrame, shape (m, p)
        Raw training rows.
    holdout : Holdout
        n records with their truth.

    Returns
    -------
    dict
        Plain JSON: ``shared`` (records with a twin in training), ``repeats`` (records with a twin in the
        hold-out), ``population`` (AUC of a domain classifier) and ``few`` (what is there too rarely).
    """
    ours = row_hashes(schema.features, holdout.block)
    theirs = frame_hashes(schema.features, training)
    return {
        "records": len(ours),
        "shared": _shared(ours, theirs),
        "repeats": _repeats(ours, theirs),
        "population": compare_populations(schema, training, holdout.block, (theirs, ours)),
        "few": _few(outcomes, holdout.truth),
    }


def row_hashes(features: Sequence[Feature], block: Block) -> Hashes:
    """A hash of all values of each record: uint64 of shape (n,), equal where all values are."""
    return _combined(map(_column_hash, features, block))


def frame_hashes(features: Sequence[Feature], frame: pd.DataFrame) -> Hashes:
    """:func:`row_hashes` of a frame, column by column, so that a large file is never in memory twice."""
    return _combined(_series_hash(feature, frame[feature.name]) for feature in features)


def _combined(columns: Iterable[Hashes]) -> Hashes:
    return reduce(lambda found, hashed: found * _FACTOR + hashed, columns)


def _series_hash(feature: Feature, series: pd.Series) -> Hashes:
    if feature.in_floats or feature.kind == "date":
        return _column_hash(feature, _typed(feature, series))
    codes, values = pd.factorize(series)  # each value is read once, however often it is there
    hashes: Hashes = np.append(_column_hash(feature, _typed(feature, pd.Series(values))), _MISSING)[codes]
    return hashes


def _typed(feature: Feature, series: pd.Series) -> np.ndarray:
    return block_of_frame(Schema((feature,)), pd.DataFrame({feature.name: series}))[0]


def _column_hash(feature: Feature, array: np.ndarray) -> Hashes:
    if feature.in_floats:
        return np.where(np.isnan(array), _MISSING, pd.util.hash_array(array + 0.0))  # -0.0 becomes 0.0
    if array.dtype.kind == "M":
        return np.where(np.isnat(array), _MISSING, pd.util.hash_array(array.astype(np.int64)))
    codes, values = pd.factorize(array)
    texts = np.empty(len(values), dtype=object)
    texts[:] = [text_of(value) for value in values]
    hashes: Hashes = np.append(pd.util.hash_array(texts, categorize=False), _MISSING)[codes]  # of code -1: no value
    return hashes


# Twins: rows that are equal in every value.


def _shared(ours: np.ndarray, theirs: np.ndarray) -> dict[str, Any]:
    """Records of the hold-out that stand in the training data too, and how many would by chance.

    A new record has a twin in training about as often as a training row has one among the others. Where
    training was oversampled that says too much; then the hold-out's own twins bound it, for the chance of
    a twin grows at most in proportion to the number of rows.
    """
    rows = int(np.isin(ours, theirs).sum())
    among = int(_has_twin(theirs).sum())
    own = int(_has_twin(ours).sum())
    bound = (own + ERRORS * np.sqrt(own) + 5.0) / len(ours) * len(theirs) / max(len(ours) - 1, 1)
    expected = min((among + 1.0) / (len(theirs) + 1.0), bound)
    copied = _copied(ours, theirs)
    return {
        "rows": max(rows, copied),
        "among_training": round(among / max(len(theirs), 1), 6),
        "copied": copied,
        "more_than_chance": bool(copied) or _exceeds(rows, expected, len(ours), len(theirs)),
    }


def _repeats(ours: np.ndarray, theirs: np.ndarray) -> dict[str, Any]:
    """Records that have a twin in the hold-out itself, and whether these are more than in training."""
    rows = int(_has_twin(ours).sum())
    if len(theirs) >= len(ours):
        few = np.random.default_rng(0).permutation(len(theirs))[: len(ours)]
        alike = int(_has_twin(theirs[few]).sum())
        expected = (alike + 1.0) / (len(ours) + 1.0)
    else:
        expected = (_has_twin(theirs).sum() + 1.0) / (len(theirs) + 1.0) * len(ours) / max(len(theirs), 1)
    return {"rows": rows, "more_than_chance": _exceeds(rows, expected, len(ours), min(len(theirs), len(ours)))}


def _exceeds(rows: int, expected: float, n: int, m: int) -> bool:
    """True when `rows` of n exceed the expected share by chance, which itself was counted among m."""
    expected = min(expected, 1.0)
    # Twins come in pairs at least: what is counted varies twice as much as single rows would.
    error = np.sqrt(2.0 * expected * (1.0 - expected) * (1.0 / n + 1.0 / max(m, 1)))
    return bool(rows / n > expected + ERRORS * error)


def _has_twin(hashes: np.ndarray) -> np.ndarray:
    """Mask of rows with a duplicate: bool of shape (n,)."""
    return np.asarray(pd.Series(hashes).duplicated(keep=False))


def _copied(ours: np.ndarray, theirs: np.ndarray) -> int:
    """Rows of the hold-out that stand in the training data in the same order, in runs of eight or more.

    This tells a copied part of the file where features are so coarse that nearly every record has a twin.
    """
    if min(len(ours), len(theirs)) < RUN:
        return 0
    halves = theirs[::2], theirs[1::2]
    if min(map(len, halves)) >= RUN and np.isin(_runs(halves[0]), _runs(halves[1])).any():
        return 0  # of a sorted file even two halves follow the same order
    runs, others = _runs(ours), _runs(theirs)
    copied = np.isin(runs, others[~_has_twin(others)])
    rows = np.zeros(len(ours), dtype=bool)
    for shift in range(RUN):
        rows[shift : shift + len(copied)] |= copied
    return int(rows.sum())


def _runs(hashes: np.ndarray) -> np.ndarray:
    """A hash of each eight consecutive rows: shape (n - 7,)."""
    count = len(hashes) - RUN + 1
    runs = hashes[:count].copy()
    for shift in range(1, RUN):
        runs = runs * _FACTOR + hashes[shift : shift + count]
    return runs


def _few(outcomes: Outcomes, truth: np.ndarray) -> dict[str, Any]:
    """Counts that are too low: of all records, and of records with and without each outcome."""
    with_it: Sequence[int] = truth.sum(axis=0).tolist()
    rare: list[dict[str, Any]] = []
    for item, count in zip(outcomes.items, with_it, strict=True):
        named = {"outcome": item.name, "label": item.label}
        without = len(truth) - count
        if count < FEWEST_OF_AN_OUTCOME:
            rare.append(named | {"with": int(count)})
        # Of two exclusive outcomes, without the one is with the other.
        if without < FEWEST_OF_AN_OUTCOME and not (outcomes.exclusive and len(outcomes) == 2):
            rare.append(named | {"without": int(without)})
    return {"records": len(truth) < FEWEST_RECORDS, "outcomes": rare}
