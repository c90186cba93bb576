"""Errors of records, and those that the model itself expects: by its probabilities, recalibrated as a whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.data.array_types import Floats, Positions
from ml.insights.permutation_importance import SMALLEST
from ml.metrics.evaluation import OneVsRest, need_probabilities
from ml.metrics.recalibration.line import recalibrate
from ml.slices.segments import acted

WRONG, LOSS = "wrong", "log_loss"


@dataclass(frozen=True)
class Errors:
    """Errors of n records, and what is expected of them under the null hypothesis."""

    held: Floats
    expected: Floats
    """The error of each record, and its mean. Shape (n,)."""
    variance: Floats
    """Shape (n,)."""
    having: Floats | None
    """Recalibrated probability that the record has the outcome; None where errors are permuted instead. Shape (n,)."""
    with_it: Floats
    without: Floats
    """The error if it has the outcome, and if not. Shape (n,)."""

    def of(self, chosen: Positions) -> Errors:
        """The errors of the chosen records."""
        having = None if self.having is None else self.having[chosen]
        held, expected, variance, with_it, without = (
            each[chosen] for each in (self.held, self.expected, self.variance, self.with_it, self.without)
        )
        if having is None:  # of a sample permuted, the mean is its own
            expected = np.full(len(held), held.mean())
        return Errors(held, expected, variance, having, with_it, without)

    def draw(self, rng: np.random.Generator) -> Floats:
        """Errors less expected errors of one draw from the null hypothesis."""
        if self.having is None:
            return rng.permutation(self.held) - self.expected
        return np.where(rng.random(len(self.held)) < self.having, self.with_it, self.without) - self.expected


def expected_errors(answers: OneVsRest, by: str, cut_off: float) -> Errors:
    """The error of each record, and the one that the model expects; NoProbabilities for the log-loss of labels."""
    with_it, without = _errors_by_truth(answers, by, cut_off)
    held = np.where(answers.truth, with_it, without)
    if answers.probabilities is None:
        everywhere, variance = np.full(len(held), held.mean()), np.full(len(held), held.var())
        return Errors(held, everywhere, variance, None, with_it, without)
    having = recalibrate(answers.probabilities, answers.truth, answers.weight).apply(answers.probabilities)
    return Errors(
        held=held,
        expected=having * with_it + (1 - having) * without,
        variance=having * (1 - having) * (with_it - without) ** 2,
        having=having,
        with_it=with_it,
        without=without,
    )


def _errors_by_truth(answers: OneVsRest, by: str, cut_off: float) -> tuple[Floats, Floats]:
    """The error of each record if it has the outcome, and if it has not."""
    if by == WRONG:
        selected = acted(answers, cut_off)
        return (~selected).astype(np.float64), selected.astype(np.float64)
    given = np.clip(need_probabilities(answers.probabilities), SMALLEST, 1.0 - SMALLEST)
    return -np.log(given), -np.log1p(-given)
