"""Output of estimators: labels and probabilities of outcomes from what they answer, each validated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ml.data.outcomes import Outcomes

SLACK = 1e-6  # single precision: what some libraries calculate in
TRUE = (1, True)
TOLERANCE = 1e-9  # largest difference between probabilities that count as equal


class EstimatorFailed(ValueError):
    """The estimator fails for a record, or its answer is no probability or no known class."""


def labels_of(estimator: Any, given: Any, outcomes: Outcomes) -> np.ndarray:
    """The estimator's own labels as bool of shape (n, k).

    Raises
    ------
    EstimatorFailed
        When a label is none of the outcomes.
    """
    return read_labels(estimator.predict(given), outcomes, size_of(given))


def size_of(given: Any) -> int:
    """Number of records of a frame, an array or a series."""
    return int(given.shape[0])


def read_labels(predicted: Any, outcomes: Outcomes, rows: int) -> np.ndarray:
    """Answers of ``predict`` as bool of shape (n, k); errors as :func:`labels_of`."""
    predicted = np.asarray(predicted.toarray() if hasattr(predicted, "toarray") else predicted)
    if not outcomes.exclusive:
        predicted = predicted.reshape(rows, len(outcomes))
        return np.column_stack([means_yes(predicted[:, at], item.yes) for at, item in enumerate(outcomes.items)])
    predicted = predicted.reshape(rows)  # some libraries answer (n, 1)
    labels = np.column_stack([predicted == outcome.value for outcome in outcomes.items])
    if labels.shape != (rows, len(outcomes)) or not (labels.sum(axis=1) == 1).all():
        raise EstimatorFailed("its label is none of the outcomes.")
    return labels


def means_yes(answers: np.ndarray, yes: Any) -> np.ndarray:
    """Mask of independent answers that mean yes; without a class for yes, 1 or True do."""
    if yes is None:
        return np.isin(answers, TRUE) if answers.dtype != object else np.array([each in TRUE for each in answers])
    return np.asarray(answers == yes, dtype=bool)


def probabilities_of(estimator: Any, given: Any, outcomes: Outcomes) -> np.ndarray | None:
    """The estimator's probabilities as float of shape (n, k), or None where it has none.

    Multi-output estimators give a list of k arrays of shape (n, 2), or (n, 1) where training saw
    one side only; multi-label ones give (n, k) already.

    Raises
    ------
    EstimatorFailed
        When a probability is no finite number from 0 to 1.
    """
    ask = getattr(estimator, "predict_proba", None)  # looked up once: a pipeline asks its last step what it can do
    if ask is None:
        return None
    answered = ask(given)
    if not outcomes.exclusive and isinstance(answered, list):
        sides = classes_of_outputs(estimator, len(answered))
        columns = zip(answered, sides, outcomes.items, strict=True)
        answered = np.column_stack([_column_of(array, classes, item.yes) for array, classes, item in columns])
    elif outcomes.exclusive and hasattr(answered, "columns"):
        answered = _in_order(answered, outcomes)
    return check_probabilities(np.asarray(answered, dtype=np.float64), outcomes, size_of(given))


def _in_order(answered: Any, outcomes: Outcomes) -> np.ndarray:
    """Columns of a frame in the order of the outcomes, where they bear the names of these."""
    names, wanted = list(map(str, answered.columns)), [str(item.value) for item in outcomes.items]
    array = np.asarray(answered)
    return array[:, [names.index(name) for name in wanted]] if sorted(names) == sorted(wanted) else array


def check_probabilities(probabilities: np.ndarray, outcomes: Outcomes, rows: int) -> np.ndarray:
    """The probabilities, if they are finite and from 0 to 1; EstimatorFailed otherwise."""
    if probabilities.shape != (rows, len(outcomes)):
        raise EstimatorFailed(f"its answer has the shape {probabilities.shape}, not {(rows, len(outcomes))}.")
    if rows == 1 and all(-SLACK <= each <= 1 + SLACK for each in probabilities[0].tolist()):
        return probabilities  # a fifth of the time of two reductions
    # NaN is the least and the greatest of what it is among, and within no limits.
    if probabilities.size and not (probabilities.min() >= -SLACK and probabilities.max() <= 1 + SLACK):
        wrong = probabilities[~((probabilities >= -SLACK) & (probabilities <= 1 + SLACK))][0]
        raise EstimatorFailed(f"it gives {wrong} where a probability from 0 to 1 is due.")
    return probabilities


def classes_of_outputs(estimator: Any, count: int) -> Sequence[Any]:
    """The classes of each output of a multi-output estimator, in order; 0 and 1 where it does not say."""
    last = estimator
    while hasattr(last, "steps"):
        last = last.steps[-1][1]
    for holder in (estimator, last):
        classes = getattr(holder, "classes_", None)
        if classes is not None and len(classes) == count and np.ndim(classes[0]) == 1:
            return list(classes)
    members = getattr(last, "estimators_", None)
    if members is not None and len(members) == count and all(hasattr(member, "classes_") for member in members):
        return [member.classes_ for member in members]
    return [np.array([0, 1])] * count


def _column_of(array: np.ndarray, classes: Any, yes: Any) -> np.ndarray:
    """Probabilities of the class that means yes; 0 where training never saw it."""
    where = np.flatnonzero(means_yes(np.asarray(classes), yes))
    return np.asarray(array[:, where[0]] if len(where) else np.zeros(len(array)), dtype=np.float64)
