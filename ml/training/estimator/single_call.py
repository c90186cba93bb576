"""Ask a fitted estimator once, in one container, and measure how well its answers fit the truth."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from ml.data.outcomes import Outcomes, Prediction
from ml.errors import InvalidData, LikelyError
from ml.predict.calling_convention import Container
from ml.predict.estimator_output import labels_of, probabilities_of

WITHOUT_NAMES = "fitted without feature names"
SMALLEST = 1e-15


def containers_of(estimator: Any, frame: pd.DataFrame) -> Iterator[Container]:
    """Containers to try, the likeliest first."""
    if getattr(estimator, "feature_names_in_", None) is None and _ignores_names(estimator, frame.head(2)):
        yield "array"
    yield "frame"
    if getattr(estimator, "feature_names_in_", None) is None:
        yield "array"
        if frame.shape[1] == 1:
            yield "series"


def _ignores_names(estimator: Any, frame: pd.DataFrame) -> bool:
    """True when scikit-learn warns that the estimator was fitted without names: on an array."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            estimator.predict(frame)
        except Exception:  # noqa: BLE001 - foreign code fails in any way; it is asked again with reasons kept
            return False
    return any(WITHOUT_NAMES in str(each.message) for each in said)


def answer_of(estimator: Any, given: Any, outcomes: Outcomes) -> Prediction | str:
    """The prediction, or the reason why there is none."""
    with warnings.catch_warnings(action="ignore"):
        try:
            _check_count(estimator.predict(given[:2]), outcomes)
            return Prediction(labels_of(estimator, given, outcomes), probabilities_of(estimator, given, outcomes))
        except LikelyError:
            raise
        except Exception as error:  # noqa: BLE001 - foreign code fails in any way
            return str(error).strip() or type(error).__name__


def _check_count(predicted: Any, outcomes: Outcomes) -> None:
    shape = np.shape(predicted)
    answers = shape[1] if len(shape) > 1 else 1
    expected = 1 if outcomes.exclusive else len(outcomes)
    if answers != expected:
        message = f"The estimator gives {answers} labels a record, and --truth names {expected}."
        raise InvalidData(message, "Name one column a label: --truth A --truth B, in the order of its training.")


def loss_of(answer: Prediction, truth: np.ndarray | None) -> float:
    """Mean log-loss, or the share of wrong labels where there are no probabilities; lower is better."""
    if truth is None:
        return 0.0
    if answer.probabilities is None:
        return float((answer.labels != truth).mean())
    clipped = np.clip(answer.probabilities, SMALLEST, 1 - SMALLEST)
    return -float(np.where(truth, np.log(clipped), np.log1p(-clipped)).mean())


def sums_of(answer: Prediction, outcomes: Outcomes) -> tuple[float, float]:
    """The least and the greatest sum of a row's probabilities; 1 where there are none, or outcomes are independent."""
    if answer.probabilities is None or not outcomes.exclusive or not len(answer.probabilities):
        return 1.0, 1.0
    sums = answer.probabilities.sum(axis=1)
    return float(sums.min()), float(sums.max())
