"""Control variates: columns known for all background rows that correct means over a sample of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ml.advice.kernel import Scale
from ml.data.array_types import Floats
from ml.data.columns import Block, gaps_of

RANK = 1e-9
MOST_ANSWERS = 2


def own_controls(scales: Sequence[Scale], background: Block, answers: np.ndarray) -> np.ndarray:
    """Two columns for each feature, of mean 0 and variance 1 (or 0 throughout): shape (n, p, 2).

    A row's rank among the numbers of the feature, and the mean answer of rows with similar values: a
    contribution depends most on the value that the record's own replaces.
    """
    rows = np.arange(len(answers)), np.full(len(answers), 1.0 / len(answers))
    answer = main_columns(answers, 1)
    found = np.zeros((len(answers), len(background), 2))
    for at, (scale, values) in enumerate(zip(scales, background, strict=True)):
        found[:, at, 0] = _places(values)
        if answer.shape[1]:
            groups = scale.groups(*rows)
            found[:, at, 1] = (np.bincount(groups, answer[:, 0]) / np.maximum(np.bincount(groups), 1))[groups]
    return _scaled(found)


def main_columns(answers: Floats, most: int = MOST_ANSWERS) -> Floats:
    """The directions in which answers vary most, uncorrelated, of mean 0 and variance 1: shape (n, at most `most`)."""
    left, sizes, _ = np.linalg.svd(answers - answers.mean(axis=0), full_matrices=False)
    kept: Floats = left[:, sizes > RANK * max(float(sizes.max(initial=0.0)), 1.0)][:, :most]
    return kept * float(np.sqrt(len(answers)))


def controls(own: np.ndarray, main: Floats, ends: np.ndarray, differs: np.ndarray) -> np.ndarray:
    """All control variates of each feature, the most predictive first: shape (n, p, q); 1, then columns of mean 0.

    `main` are the :func:`main_columns` of the answers to the background.
    """
    n, p, _ = own.shape
    shared = [np.ones((n, 1)), main, main_columns(ends)]
    wide = [np.broadcast_to(each[:, np.newaxis], (n, p, each.shape[1])) for each in shared]
    there = _scaled(differs[:, :, np.newaxis].astype(float))
    return np.concatenate([wide[0], own[:, :, :1], wide[1], own[:, :, 1:], there, wide[2]], axis=2)


def _places(values: np.ndarray) -> np.ndarray:
    if values.dtype == object:
        return np.zeros(len(values))
    known = ~gaps_of(values)
    found = np.zeros(len(values))
    if known.any():
        ordered = np.sort(values[known])
        below = np.searchsorted(ordered, values[known], "left") + np.searchsorted(ordered, values[known], "right")
        found[known] = below / (2.0 * len(ordered)) - 0.5
    return found


def _scaled(columns: np.ndarray) -> np.ndarray:
    centred = columns - columns.mean(axis=0)
    size = centred.std(axis=0)
    return np.where(size > RANK, centred / np.where(size > RANK, size, 1.0), 0.0)
