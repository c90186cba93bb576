"""Score of a record with blanks: the weighted mean of the answers with its blanks filled, and their range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.data.array_types import Floats

RANGE = (0.1, 0.9)


@dataclass(frozen=True)
class PartialScore:
    """Score of one record whose blanks were filled by m background rows."""

    value: np.ndarray
    """v(K), each 0 to 1. With nothing blank exactly the model's own probabilities. Shape (k,), float."""
    low: np.ndarray
    high: np.ndarray
    """Weighted 10 % and 90 % quantiles of the answers: where the full record's answer is to be expected. Equal to
    `value` when nothing is blank. Shape (k,), float."""
    answers: np.ndarray
    """f of the record with its blanks filled by each of the rows; one answer when nothing is blank. Shape (m, k),
    float."""
    weights: np.ndarray
    """Weight of each answer; they sum to 1. Shape (m,), float."""
    chosen: np.ndarray
    """Numbers of these rows in the value function's `background`; empty when nothing is blank. Shape (m,), int."""
    blank: tuple[int, ...]
    """Positions of the features that are not known, in schema order."""


def partial_score(answers: np.ndarray, weights: np.ndarray, chosen: np.ndarray, blank: tuple[int, ...]) -> PartialScore:
    """The score of answers by weighted background rows."""
    low, high = _quantiles(answers, weights)
    return PartialScore(mean_answer(answers, weights), low, high, answers, weights, chosen, blank)


def mean_answer(answers: Floats, weights: Floats) -> Floats:
    """The weighted mean of m answers, each 0 to 1."""
    return np.clip(weights @ answers, 0.0, 1.0)


def _quantiles(answers: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The smallest answers that at least 10 % and 90 % of the weight do not exceed: shape (2, k)."""
    order = np.argsort(answers, axis=0, kind="stable")
    shares = np.cumsum(weights[order], axis=0)
    at = [np.argmax(shares >= share - 1e-12, axis=0) for share in RANGE]
    return np.take_along_axis(np.take_along_axis(answers, order, axis=0), np.array(at), axis=0)
