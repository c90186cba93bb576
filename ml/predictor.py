"""The predictor: labels and probabilities of rows, whichever path serves them.

Two paths, one interface. :class:`SklearnPredictor` asks the estimator itself and serves every
classifier. A compiled program (``ml/program.py``) serves where it was proved equal to it.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from ml.blocks import Block, block_of, frame_of, size, take
from ml.outcomes import Outcomes, Prediction
from ml.schema import Row, Schema

ROWS_AT_ONCE = 100_000  # what steps make of a row may be many times as large
RowScore = tuple[tuple[bool, ...], tuple[float, ...] | None]


class Predictor(Protocol):
    """Labels and probabilities; columns follow the outcomes."""

    @property
    def description(self) -> str:
        """What serves, in a few words."""

    def row(self, row: Row) -> RowScore:
        """Labels (k) and probabilities (k, each 0 to 1; None where there are none) of one row."""

    def block(self, block: Block) -> Prediction:
        """The same for n rows: arrays of shape (n, k)."""


class SklearnPredictor:
    """The estimator's own ``predict`` and ``predict_proba``, on frames like those of its training."""

    description = "scikit-learn"

    def __init__(self, estimator: Any, schema: Schema, outcomes: Outcomes) -> None:
        self._estimator = estimator
        self._schema = schema
        self._outcomes = outcomes

    def row(self, row: Row) -> RowScore:
        """Labels and probabilities of one row."""
        answer = self.block(block_of(self._schema, [row]))
        labels = tuple(answer.labels[0].tolist())
        return labels, None if answer.probabilities is None else tuple(answer.probabilities[0].tolist())

    def block(self, block: Block) -> Prediction:
        """Labels and probabilities of n rows."""
        rows = size(block)
        if rows > ROWS_AT_ONCE:
            return joined(
                [self.block(take(block, slice(at, at + ROWS_AT_ONCE))) for at in range(0, rows, ROWS_AT_ONCE)]
            )
        frame: Any = frame_of(self._schema, block)
        if not hasattr(self._estimator, "feature_names_in_"):
            frame = frame.to_numpy()  # fitted on an array: scikit-learn warns at names it has not seen
        with warnings.catch_warnings():
            # An unknown or missing category encoded as zeros is what the recipe asked for.
            warnings.filterwarnings("ignore", message="Found unknown categories")
            labels = labels_of(self._estimator, frame, self._outcomes)
            return Prediction(labels, probabilities_of(self._estimator, frame, self._outcomes))


def joined(parts: Sequence[Prediction]) -> Prediction:
    """What a model says of parts of a block, as one."""
    labels = np.concatenate([part.labels for part in parts])
    given = [part.probabilities for part in parts if part.probabilities is not None]
    return Prediction(labels, np.concatenate(given) if given else None)


def offers(estimator: Any) -> str:
    """What the estimator gives beside labels: "probabilities", "scores" or only "labels"."""
    if hasattr(estimator, "predict_proba"):
        return "probabilities"
    return "scores" if hasattr(estimator, "decision_function") else "labels"


def labels_of(estimator: Any, frame: Any, outcomes: Outcomes) -> np.ndarray:
    """The estimator's own labels as bool of shape (n, k)."""
    predicted = np.asarray(estimator.predict(frame))
    if not outcomes.exclusive:
        return predicted.reshape(len(predicted), len(outcomes)).astype(bool)
    return np.column_stack([predicted == outcome.value for outcome in outcomes.items])


def probabilities_of(estimator: Any, frame: Any, outcomes: Outcomes) -> np.ndarray | None:
    """The estimator's probabilities as float of shape (n, k), or None where it has none.

    Multi-output estimators give a list of k arrays of shape (n, 2), or (n, 1) where training saw
    one side only; multi-label ones give (n, k) already.
    """
    if not hasattr(estimator, "predict_proba"):
        return None
    given = estimator.predict_proba(frame)
    if outcomes.exclusive:
        return np.asarray(given, dtype=np.float64)
    if not isinstance(given, list):
        return np.asarray(given, dtype=np.float64)
    sides = _classes(estimator, len(given))
    return np.column_stack([_yes(array, classes) for array, classes in zip(given, sides, strict=True)])


def _classes(estimator: Any, count: int) -> list[Any]:
    classes = getattr(estimator, "classes_", None)
    return list(classes) if classes is not None and len(classes) == count else [np.array([0, 1])] * count


def _yes(array: np.ndarray, classes: Any) -> np.ndarray:
    where = np.flatnonzero(np.asarray(classes).astype(bool))
    return np.asarray(array[:, where[0]] if len(where) else np.zeros(len(array)), dtype=np.float64)
