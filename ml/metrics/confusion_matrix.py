"""Counts of true and false positives at every cut-off, and the confusion matrix of the estimator's labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.errors import OneOutcomeOnly
from ml.locale import localized
from ml.metrics.evaluation import Evaluation, OneVsRest, need_probabilities
from ml.translation import text


@dataclass(frozen=True)
class CountsByCutOff:
    """True and false positives at all m cut-offs at which they change, from "act on none" to "act on all"."""

    cut_off: np.ndarray
    """Falling. We act on a record when its probability is at least this; the first is infinite. Shape (m,), float."""
    true_positive: np.ndarray
    false_positive: np.ndarray
    """Weight of the records acted on, with and without the outcome. Never falling. Shape (m,), float."""
    positive: float
    negative: float
    """Weight of all records with and without the outcome; both above 0."""


def counts_by_cut_off(answers: OneVsRest, outcome: str) -> CountsByCutOff:
    """Counts at every distinct probability; records with equal probabilities are acted on together.

    Parameters
    ----------
    outcome : str
        Label of the outcome, for the error's text.

    Raises
    ------
    NoProbabilities
    OneOutcomeOnly
        When all rows, or none, have the outcome.
    """
    probabilities = need_probabilities(answers.probabilities)
    positive = float(answers.weight[answers.truth].sum())
    negative = float(answers.weight[~answers.truth].sum())
    if not positive or not negative:
        raise one_outcome_only(len(answers.truth), bool(positive), outcome)
    order = np.argsort(-probabilities, kind="stable")
    falling, weight = probabilities[order], answers.weight[order]
    last = np.append(np.flatnonzero(np.diff(falling)), len(falling) - 1)  # last row of each run of equals
    hits = np.cumsum(weight * answers.truth[order])[last]
    alarms = np.cumsum(weight * ~answers.truth[order])[last]
    cut_off, hits, alarms = np.append(np.inf, falling[last]), np.append(0.0, hits), np.append(0.0, alarms)
    return CountsByCutOff(cut_off, hits, alarms, positive, negative)


@dataclass(frozen=True)
class ConfusionMatrix:
    """Confusion matrix: weight of records by true outcome and the estimator's label."""

    names: Sequence[str]
    """Names of rows and columns: labels of all outcomes where they are exclusive, else "no" and "yes" to the one
    outcome. Length c."""
    counts: Sequence[Sequence[float]]
    """Weight of the records; the row is the truth, the column the estimator's own label. Shape (c, c)."""
    focus: int
    """Row and column of the outcome that was asked about."""


def confusion(evaluation: Evaluation, outcome: str) -> ConfusionMatrix:
    """Confusion matrix for the outcome: k x k where outcomes are exclusive, else 2 x 2."""
    outcomes = evaluation.outcomes
    if outcomes.exclusive:
        names = [item.label for item in outcomes.items]
        truth, labels, focus = evaluation.truth, evaluation.labels, outcomes.index(outcome)
    else:
        answers = evaluation.of(outcome)
        names = ["no", "yes"]
        truth, labels, focus = _both(answers.truth), _both(answers.labels), 1
    table = (truth * evaluation.weight[:, None]).T @ labels.astype(np.float64)
    return ConfusionMatrix(names, table.tolist(), focus)


def one_outcome_only(rows: int, present: bool, outcome: str) -> OneOutcomeOnly:
    """OneOutcomeOnly, the error for a hold-out in which all rows, or none, have the outcome."""
    slots = {"n": localized(f"{rows:,}"), "outcome": outcome}
    which = text("None of the {n} records of the hold-out has the outcome “{outcome}”.", **slots)
    if present:
        which = text("All {n} records of the hold-out have the outcome “{outcome}”.", **slots)
    return OneOutcomeOnly(
        which, text("This needs records with it and records without it: train again with a hold-out that has both.")
    )


def _both(column: np.ndarray) -> np.ndarray:
    return np.column_stack([~column, column])
