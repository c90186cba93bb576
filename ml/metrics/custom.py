"""Custom measures of a recipe: computed when a version is made, read from its card while serving.

A server never runs a recipe's code, so the card keeps each value with its interval.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ml.errors import InvalidData
from ml.metrics.intervals import percentile_interval

Function = Callable[[np.ndarray, np.ndarray, np.ndarray], float]
REPEATS = 300
LONGEST = 60
CARD = "measures"
TAKES = "It takes truth (bool), probabilities and weight, each of shape (n,), and gives one number."


@dataclass(frozen=True)
class CustomMeasure:
    """Value and interval of one custom measure for one outcome."""

    label: str
    value: float
    """On the hold-out."""
    low: float | None
    high: float | None
    """95 % bootstrap interval over its rows; None where most resamplings leave it undefined."""


def custom_measures_of(card: Mapping[str, Any], outcome: str) -> tuple[CustomMeasure, ...]:
    """Custom measures of an outcome, from the card; empty where the version has none."""
    measures = card.get(CARD, {})
    return tuple(CustomMeasure(label, **each[outcome]) for label, each in measures.items() if outcome in each)


def compute_measures(
    measures: Mapping[str, Function], outcomes: Sequence[str], truth: np.ndarray, probabilities: np.ndarray | None
) -> dict[str, dict[str, dict[str, float | None]]]:
    """Compute each custom measure of each outcome on the hold-out, for the card.

    Parameters
    ----------
    outcomes : sequence of str, length k
        Names.
    truth : ndarray of bool, shape (n, k)
    probabilities : ndarray of float, shape (n, k), or None

    Returns
    -------
    dict
        By label, then by name of the outcome: "value", "low", "high". Outcomes that all rows have,
        or none, are left out.

    Raises
    ------
    InvalidData
        When the model has no probabilities, or a measure fails or gives no finite number.
    """
    if not measures:
        return {}
    if probabilities is None:
        raise InvalidData(
            "The model has measures of its own, but no probabilities to measure.",
            "Wrap the estimator in scikit-learn's CalibratedClassifierCV, or leave the measures out.",
        )
    _check_labels(measures)
    two_sided = [at for at in range(len(outcomes)) if 0 < truth[:, at].sum() < len(truth)]
    return {
        label: {outcomes[at]: _one(label, function, truth[:, at], probabilities[:, at]) for at in two_sided}
        for label, function in measures.items()
    }


def _one(label: str, function: Function, truth: np.ndarray, probabilities: np.ndarray) -> dict[str, float | None]:
    weight = np.ones(len(truth))
    value = _ask(label, function, truth, probabilities, weight)
    if not math.isfinite(value):
        raise InvalidData(f"The measure {label!r} gives {value} on the hold-out.", TAKES)
    rng, samples = np.random.default_rng(0), []
    for _ in range(REPEATS):
        rows = rng.integers(0, len(truth), len(truth))
        drawn = truth[rows]
        # Most measures are undefined with one side only, and many raise an error.
        known = 0 < drawn.sum() < len(drawn)
        samples.append(_ask(label, function, drawn, probabilities[rows], weight) if known else math.nan)
    finite = np.array([sample if math.isfinite(sample) else math.nan for sample in samples])
    low, high = (float(end) for end in percentile_interval(finite))
    return {"value": value, "low": None if math.isnan(low) else low, "high": None if math.isnan(high) else high}


def _ask(label: str, function: Function, truth: np.ndarray, probabilities: np.ndarray, weight: np.ndarray) -> float:
    # Copies: a function that sorts in place must not change the input of the next one.
    try:
        return float(function(truth.copy(), probabilities.copy(), weight.copy()))
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        raise InvalidData(f"The measure {label!r} cannot be worked out: {error}.", TAKES) from error


def _check_labels(measures: Mapping[str, Function]) -> None:
    bad = [label for label in measures if not isinstance(label, str) or not 0 < len(label.strip()) <= LONGEST]
    if bad:
        raise InvalidData(
            f"A measure is called {str(bad[0])[:80]!r}.", f"It needs a name of at most {LONGEST} characters."
        )
