"""Domain classifier: tests whether two sets of records come from one population, by telling them apart.

Its cross-fitted ROC AUC is 0.5 where nothing tells them apart (Lopez-Paz & Oquab 2017). One number with its
interval for all features together, instead of a test for each, of which one in twenty fires on unchanged data.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ml.data.array_types import Floats
from ml.data.columns import Block, as_floats, block_of_frame, quantile_parts, take
from ml.data.feature import Feature
from ml.data.schema import Schema
from ml.metrics.delong import placements
from ml.metrics.intervals import WIDTH

MOST_ROWS = 2_500  # of each set
FEWEST_ROWS = 40  # of each set: below, no interval is narrow enough to say anything
FOLDS = 5
MATTERS = 0.55  # the lower end of the interval must be above: a shift of one number by 0.18 standard deviations
MOST_FEATURES = 60  # looked at for one split of a tree
MOST_LEVELS = 250
NAMED = 3


def compare_populations(
    schema: Schema, training: pd.DataFrame, holdout: Block, hashes: tuple[np.ndarray, np.ndarray]
) -> dict[str, Any] | None:
    """ROC AUC with which a classifier tells training and hold-out apart.

    Parameters
    ----------
    training : DataFrame, shape (m, p)
    holdout : Block of n records
    hashes : pair of ndarray of uint64, shapes (m,) and (n,)
        Hashes of the rows of both: equal rows are judged by the same classifier, which saw none of them.

    Returns
    -------
    dict or None
        ``auc``, ``low``, ``high`` (95 %), ``rows`` of each set, ``differs``, and where it does the features that
        differ ``most``; None where there are too few rows.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    rng = np.random.default_rng(0)
    chosen = [np.sort(rng.permutation(len(each))[:MOST_ROWS]) for each in hashes]
    if min(map(len, chosen)) < FEWEST_ROWS:
        return None
    first = block_of_frame(schema, training.iloc[chosen[0]])
    second = take(holdout, chosen[1])
    columns = [_encoded(*each) for each in zip(schema.features, first, second, strict=True)]
    data = np.column_stack([_filled(column) for column in columns])
    is_second = np.repeat([False, True], [len(chosen[0]), len(chosen[1])])
    folds = np.concatenate([each[rows] for each, rows in zip(hashes, chosen, strict=True)]) % np.uint64(FOLDS)
    with threadpool_limits(1):  # so few rows take longer with threads where other processes work too
        auc, low, high = _cross_fitted(data, is_second, folds)
    comparison: dict[str, Any] = {"auc": round(auc, 4), "low": round(low, 4), "high": round(high, 4)}
    comparison |= {"rows": [len(rows) for rows in chosen], "differs": low > MATTERS}
    return comparison | ({"most": _most(schema, columns, is_second)} if comparison["differs"] else {})


def _encoded(feature: Feature, first: np.ndarray, second: np.ndarray) -> Floats:
    """One feature of both sets as numbers; NaN where there is no value."""
    both = np.concatenate([first, second])
    if feature.in_floats:
        return both
    if both.dtype.kind == "M":
        return as_floats(both)
    if feature.kind == "text":  # of free text its length: two sets of sentences have none in common
        return np.array([np.nan if value is None else len(str(value)) for value in both.tolist()], dtype=float)
    codes, values = pd.factorize(both)
    counts = np.bincount(codes[codes >= 0], minlength=len(values))
    # Of levels that are there as often the first is that of the alphabet: in the order in which they are met those
    # of the first set alone come before those of the second alone, which would tell the sets apart.
    rank = np.empty(len(values))
    rank[np.lexsort((np.array(list(map(str, values.tolist())), dtype=str), -counts))] = np.arange(len(values))
    ranked: Floats = np.append(np.minimum(rank, MOST_LEVELS), np.nan)  # the last is that of code -1: no value
    encoded: Floats = ranked[codes]
    return encoded


def _filled(column: np.ndarray) -> np.ndarray:
    """Fill missing values with a number below all others, which trees can split off as they do missing ones."""
    known = np.isfinite(column)
    return np.where(known, column, column[known].min() - 1.0 if known.any() else 0.0)


def _cross_fitted(data: np.ndarray, is_second: np.ndarray, folds: np.ndarray) -> tuple[float, float, float]:
    """ROC AUC within each fold by a classifier fitted on the others, averaged, with its 95 % interval.

    The variance within a fold is that of DeLong, DeLong & Clarke-Pearson 1988; that of the average is made
    larger because the folds' classifiers learned from much the same rows (Nadeau & Bengio 2003). Answers of
    different classifiers are never compared with each other.
    """
    areas, variances, weights = [], [], []
    for fold in range(FOLDS):
        inside = folds == fold
        sides = [int((is_second[inside] == side).sum()) for side in (False, True)]
        if min(sides) < 2 or len(np.unique(is_second[~inside])) < 2:
            continue
        truth = is_second[inside]
        placed = placements(truth, _fitted_on_others(data, is_second, inside))
        areas.append(placed[truth].mean())
        variances.append(placed[truth].var(ddof=1) / sides[1] + placed[~truth].var(ddof=1) / sides[0])
        weights.append(1.0 / (1.0 / sides[0] + 1.0 / sides[1]))
    if not areas:  # all rows are equal, so all are in one fold
        return 0.5, 0.5, 0.5
    share = np.array(weights) / sum(weights)
    auc = float(share @ areas)
    error = float(np.sqrt(share**2 @ variances * (1.0 + FOLDS / (FOLDS - 1.0))))
    return auc, max(0.0, auc - WIDTH * error), min(1.0, auc + WIDTH * error)


def _fitted_on_others(data: np.ndarray, is_second: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Scores of the rows of one fold, by trees fitted on the rows of the others."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    estimator = HistGradientBoostingClassifier(
        max_iter=40,
        max_leaf_nodes=8,
        min_samples_leaf=20,
        max_features=min(1.0, MOST_FEATURES / data.shape[1]),
        early_stopping=False,
        random_state=0,
    )
    estimator.fit(data[~inside], is_second[~inside])
    return np.asarray(estimator.decision_function(data[inside]))


def _most(schema: Schema, columns: list[np.ndarray], is_second: np.ndarray) -> list[str]:
    """Labels of the features with the largest total variation distance (over at most ten bins)."""
    apart = np.array([_apart(column, is_second) for column in columns])
    order = np.argsort(-apart, kind="stable")[:NAMED]
    return [schema.features[at].label for at in order if apart[at] > apart[order[0]] / 2]


def _apart(column: np.ndarray, is_second: np.ndarray) -> float:
    part = quantile_parts(column, column)
    shares = [np.bincount(part[is_second == side], minlength=part.max() + 1) / (is_second == side).sum() for side in
              (False, True)]  # fmt: skip
    return float(np.abs(shares[0] - shares[1]).sum() / 2)
