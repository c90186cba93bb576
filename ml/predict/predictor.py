"""Predictors: labels and probabilities of rows, from scikit-learn or from a compiled program.

Two paths, one interface. :class:`SklearnPredictor` asks the estimator itself and serves every
classifier. A compiled program (``ml/predict/program.py``) serves where it was proved equal to it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Protocol, TypeVar

import numpy as np

from ml.data.columns import Block, block_of, size, take
from ml.data.outcomes import Outcomes, Prediction
from ml.data.schema import Row, Schema
from ml.predict.calling_convention import CallingConvention
from ml.predict.estimator_output import EstimatorFailed, labels_of, probabilities_of
from ml.predict.inputs import input_of
from ml.runtime.foreign_code import missing_module

__all__ = [
    "EstimatorFailed",
    "Predictor",
    "RowScore",
    "SklearnPredictor",
    "joined",
    "labels_of",
    "offers",
    "probabilities_of",
]

ROWS_AT_ONCE = 100_000  # preprocessing may make a row many times as large
NEARLY_EQUAL = 1e-6  # single precision: closer probabilities do not decide a label
Answer = TypeVar("Answer")
RowScore = tuple[tuple[bool, ...], tuple[float, ...] | None]


class Predictor(Protocol):
    """Labels and probabilities; columns follow the outcomes."""

    @property
    def description(self) -> str:
        """The serving path in a few words."""

    def row(self, row: Row) -> RowScore:
        """Labels (k) and probabilities (k, each 0 to 1; None where there are none) of one row."""

    def block(self, block: Block) -> Prediction:
        """Answers for n rows: arrays of shape (n, k)."""


class SklearnPredictor:
    """The estimator's own ``predict`` and ``predict_proba``, on input like that of its training.

    Parameters
    ----------
    estimator : fitted classifier
    convention : CallingConvention or None
        Calling convention; None where it was not recorded.
    """

    description = "scikit-learn"

    def __init__(
        self, estimator: Any, schema: Schema, outcomes: Outcomes, convention: CallingConvention | None = None
    ) -> None:
        self._estimator = estimator
        self._schema = schema
        self._outcomes = outcomes
        # An estimator that was fitted on an array warns at names that it has not seen.
        _expect_unknown_categories()
        self._convention = convention or CallingConvention(
            "frame" if hasattr(estimator, "feature_names_in_") else "array"
        )

    def row(self, row: Row) -> RowScore:
        """Labels and probabilities of one row."""
        block = block_of(self._schema, [row])
        return answering(lambda: self._answer_one(input_of(self._schema, block, self._convention.container)))

    def block(self, block: Block) -> Prediction:
        """Labels and probabilities of n rows.

        Raises
        ------
        EstimatorFailed
            When the estimator fails for a row, whatever it raises, or answers with no probability.
        """
        rows = size(block)
        if rows > ROWS_AT_ONCE:
            return joined(
                [self.block(take(block, slice(at, at + ROWS_AT_ONCE))) for at in range(0, rows, ROWS_AT_ONCE)]
            )
        return answering(lambda: self._answer(input_of(self._schema, block, self._convention.container)))

    def _answer_one(self, given: Any) -> RowScore:
        """Like :meth:`_answer` of one row, without the cost of arrays of one row."""
        array = probabilities_of(self._estimator, given, self._outcomes)
        probabilities = None if array is None else tuple(array[0].tolist())
        followed = labels_of_one(probabilities, self._outcomes.exclusive) if self._convention.labels_follow else None
        labels = followed or tuple(labels_of(self._estimator, given, self._outcomes)[0].tolist())
        return labels, probabilities

    def _answer(self, given: Any) -> Prediction:
        probabilities = probabilities_of(self._estimator, given, self._outcomes)
        if probabilities is None or not self._convention.labels_follow:
            return Prediction(labels_of(self._estimator, given, self._outcomes), probabilities)
        labels, close = labels_that_follow(probabilities, self._outcomes.exclusive)
        if close.any():
            labels[close] = labels_of(self._estimator, given[close], self._outcomes)
        return Prediction(labels, probabilities)


@cache
def _expect_unknown_categories() -> None:
    """Keep scikit-learn from warning at each record that an unknown category is encoded as zeros: that is asked for.

    Once for the process: to change and restore the filters at each question costs as much as a small model, and
    threads would undo each other's.
    """
    warnings.filterwarnings("ignore", message="Found unknown categories", category=UserWarning)


def labels_that_follow(probabilities: np.ndarray, exclusive: bool) -> tuple[np.ndarray, np.ndarray]:
    """Labels by the highest probability, or above one half, and a mask of near ties.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n, k)

    Returns
    -------
    labels : ndarray of bool, shape (n, k)
    close : ndarray of bool, shape (n,)
        Rows in which rounding may decide the label.
    """
    if not exclusive:
        near: np.ndarray = np.abs(probabilities - 0.5) < NEARLY_EQUAL
        return probabilities > 0.5, np.logical_or.reduce(near, axis=1)
    # The highest one is alone within the tolerance, or the row is a near tie
    best = probabilities.max(axis=1, keepdims=True)
    labels: np.ndarray = best - probabilities < NEARLY_EQUAL
    close: np.ndarray = np.count_nonzero(labels, axis=1) > 1
    if close.any():
        labels[close] = False
        labels[close, probabilities[close].argmax(axis=1)] = True
    return labels, close


def labels_of_one(probabilities: Sequence[float] | None, exclusive: bool) -> tuple[bool, ...] | None:
    """Like :func:`labels_that_follow` of one row; None for a near tie, or where there are no probabilities."""
    if probabilities is None:
        return None
    if not exclusive:
        near = any(abs(each - 0.5) < NEARLY_EQUAL for each in probabilities)
        return None if near else tuple(each > 0.5 for each in probabilities)
    best = max(probabilities)
    labels = tuple(best - each < NEARLY_EQUAL for each in probabilities)
    return labels if labels.count(True) == 1 else None


def answering(ask: Callable[[], Answer]) -> Answer:
    """An estimator's answer; its exceptions become EstimatorFailed with the reason.

    A missing module or a lack of memory is no fault of the record and is raised as it is: see :mod:`ml.bundle.guard`.
    """
    try:
        return ask()
    except EstimatorFailed:
        raise
    except Exception as error:
        if isinstance(error, MemoryError) or missing_module(error):
            raise
        said = str(error).strip() or type(error).__name__
        raise EstimatorFailed(said) from error


def joined(parts: Sequence[Prediction]) -> Prediction:
    """Predictions of parts of a block, concatenated."""
    labels = np.concatenate([part.labels for part in parts])
    given = [part.probabilities for part in parts if part.probabilities is not None]
    return Prediction(labels, np.concatenate(given) if given else None)


def offers(estimator: Any) -> str:
    """Kind of the estimator's answers: "probabilities", "scores" (decision values) or only "labels"."""
    if hasattr(estimator, "predict_proba"):
        return "probabilities"
    return "scores" if hasattr(estimator, "decision_function") else "labels"


def why_unanswered(predictor: SklearnPredictor, block: Block) -> str | None:
    """Reason why the estimator gives no answer for some records; None where it gives one."""
    try:
        predictor.block(block)
    except EstimatorFailed as error:
        return str(error)
    return None
