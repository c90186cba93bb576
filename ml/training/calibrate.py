"""Calibration of the probabilities of a fitted classifier: Platt scaling (sigmoid) or isotonic regression.

Fitted on records that the classifier did not learn from, and kept where it improves the probabilities. The candidates
are judged by cross-fitting: each record of the file by a curve that was fitted on the others.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ml.data.array_types import Floats
from ml.errors import InvalidData
from ml.runtime.foreign_code import first_line, foreign

FOLDS = 5
FEWEST_OF_A_CLASS = 10  # two in each part
METHODS = ("sigmoid", "isotonic")  # the simpler first
SMALLEST = 1e-6  # of a probability, where its logarithm is taken
BINS = 10
HINT = "Give a file of records that it did not learn from, and that are not the hold-out."


@dataclass(frozen=True)
class ProbabilityQuality:
    """Quality of probabilities: log-loss, Brier score, calibration error; each is 0 at best."""

    log_loss: float
    """Mean of minus the logarithm of the true class's probability."""
    brier: float
    """Mean squared difference (of two classes of one of them, of more the sum over all)."""
    error: float
    """Expected calibration error (ECE): distance of mean probability and share in ten groups of equal size, mean over
    classes."""


@dataclass(frozen=True)
class CalibrationResult:
    """Result of calibration: the estimator, the method, and the quality before and after."""

    estimator: Any
    """Wrapped; the given one where no curve is better. Classifier."""
    method: str
    """"sigmoid", "isotonic" or "none"."""
    records: int
    before: ProbabilityQuality | None
    """None where it gave no probabilities."""
    after: ProbabilityQuality
    """Cross-fitted."""


def calibrate(estimator: Any, X: Any, y: Sequence[Any]) -> CalibrationResult:
    """Wrap a fitted classifier in the calibration curve that is better by cross-fitting, if any is.

    A less simple candidate is taken where its log-loss is lower by more than the standard error of the difference.

    Parameters
    ----------
    estimator : fitted classifier of exclusive classes
        With ``predict_proba`` or ``decision_function``.
    X : DataFrame, array or Series of n records
        As the estimator takes it.
    y : sequence of n classes
        As in the estimator's ``classes_``.

    Raises
    ------
    InvalidData
        When the estimator gives no scores, or a class has fewer than 10 records.
    """
    estimator = _inner(estimator)
    classes = list(estimator.classes_)
    place = {value: at for at, value in enumerate(classes)}
    truth = np.array([place[value] for value in y], dtype=np.intp)
    _check(estimator, classes, truth)
    labels = np.asarray(estimator.classes_)[truth]
    with warnings.catch_warnings(action="ignore"):
        given = {}
        if hasattr(estimator, "predict_proba"):
            given["none"] = _as_array(_foreign(lambda: estimator.predict_proba(X)))
        given |= {each: _foreign(partial(_cross_fitted, estimator, X, labels, each)) for each in METHODS}
        method = _best(given, truth)
        before = _quality(given["none"], truth) if "none" in given else None
        after = _quality(given[method], truth)
        wrapped = estimator
        if method != "none":
            wrapped = _foreign(lambda: _calibrator(estimator, method).fit(X, labels))
    return CalibrationResult(wrapped, method, len(truth), before, after)


def _inner(estimator: Any) -> Any:
    """The estimator itself: a search answers by its best one."""
    best = getattr(estimator, "best_estimator_", None)
    return estimator if best is None else best


def _check(estimator: Any, classes: list[Any], truth: np.ndarray) -> None:
    if not any(hasattr(estimator, method) for method in ("predict_proba", "decision_function")):
        message = f"{type(estimator).__name__} gives labels only: there is nothing to calibrate."
        raise InvalidData(message, "It needs predict_proba or decision_function; leave --calibrate out.")
    counts = np.bincount(truth, minlength=len(classes))
    few = [f"{count} with {str(value)!r}" for value, count in zip(classes, counts.tolist(), strict=True)
           if count < FEWEST_OF_A_CLASS]  # fmt: skip
    if few:
        message = f"There are too few records to calibrate by: {', '.join(few)}."
        raise InvalidData(message, f"Each class needs {FEWEST_OF_A_CLASS} at least. {HINT}")


def _as_array(answer: Any) -> np.ndarray:
    """The probabilities; InvalidData for a table, which scikit-learn's calibration does not read."""
    if hasattr(answer, "columns"):
        message = f"predict_proba gives a {type(answer).__name__}; scikit-learn's calibration needs an array."
        raise InvalidData(message, "Let it give an array of shape (n, k), or leave --calibrate out.")
    return np.asarray(answer)


def _foreign(ask: Callable[[], Any]) -> Any:
    hint = "Leave --calibrate out."
    with foreign(lambda error: InvalidData(f"The estimator cannot be calibrated: {first_line(error)}.", hint)):
        return ask()


def _calibrator(estimator: Any, method: str) -> Any:
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.frozen import FrozenEstimator
    from sklearn.model_selection import StratifiedKFold

    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    return CalibratedClassifierCV(FrozenEstimator(estimator), method=method, cv=folds, ensemble=False)


def _cross_fitted(estimator: Any, X: Any, labels: np.ndarray, method: str) -> np.ndarray:
    """Probabilities of each record by a curve that was fitted on the other folds, shape (n, k)."""
    from sklearn.model_selection import StratifiedKFold

    scores = np.empty((len(labels), len(estimator.classes_)))
    # Not cross_val_predict: it gives numbers for the classes, and a fitted estimator knows its own.
    for others, own in StratifiedKFold(FOLDS, shuffle=True, random_state=1).split(np.empty(len(labels)), labels):
        curve = _calibrator(estimator, method).fit(_rows(X, others), labels[others])
        scores[own] = curve.predict_proba(_rows(X, own))
    return scores


def _rows(X: Any, which: np.ndarray) -> Any:
    return X.iloc[which] if hasattr(X, "iloc") else X[which]


def _best(given: dict[str, np.ndarray], truth: np.ndarray) -> str:
    names = list(given)
    best = names[0]
    for name in names[1:]:
        gained = _losses(given[best], truth) - _losses(given[name], truth)
        if gained.mean() > gained.std(ddof=1) / np.sqrt(len(gained)):
            best = name
    return best


def _losses(probabilities: Floats, truth: np.ndarray) -> Floats:
    own: Floats = probabilities[np.arange(len(truth)), truth]
    logarithms: Floats = np.log(np.clip(own, SMALLEST, 1.0))
    return -logarithms


def _quality(probabilities: np.ndarray, truth: np.ndarray) -> ProbabilityQuality:
    k = probabilities.shape[1]
    is_class = np.arange(k) == truth[:, np.newaxis]
    squares = ((probabilities - is_class) ** 2).sum(axis=1)
    apart = [_calibration_error(probabilities[:, at], is_class[:, at]) for at in range(k)]
    return ProbabilityQuality(
        float(_losses(probabilities, truth).mean()), float(squares.mean() / (2 if k == 2 else 1)), float(np.mean(apart))
    )


def _calibration_error(probabilities: np.ndarray, truth: np.ndarray) -> float:
    groups = np.array_split(np.argsort(probabilities, kind="stable"), BINS)
    apart = (len(each) * abs(float(probabilities[each].mean() - truth[each].mean())) for each in groups if len(each))
    return sum(apart) / len(truth)
