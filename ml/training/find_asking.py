"""Find out how a fitted estimator is asked: with which reading of its training file, in which container.

An estimator seldom tells: one whose first step is somebody's own has no ``feature_names_in_``, one that was fitted
on texts wants a series, one of another library its categories. So it is asked, with rows of its own training, and
of the ways in which it answers the one is taken that knows the truth of these rows best.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ml.data.training_table import TrainingTable
from ml.errors import InvalidData, LikelyError
from ml.outcomes import Outcomes, Prediction
from ml.predict.answers import labels_of, probabilities_of
from ml.predict.asking import Container, contained
from ml.training.hints import hint_for
from ml.training.known_levels import Known
from ml.training.variants import Variant, variants_of

ROWS = 500  # of training, that tell one reading from another
BETTER = 1e-6  # of the loss: less is rounding
WITHOUT_NAMES = "fitted without feature names"
SMALLEST = 1e-15


@dataclass(frozen=True)
class Way:
    """One way to ask an estimator, and how well its answers fit the truth."""

    variant: Variant
    container: Container
    loss: float


def find_asking(
    estimator: Any,
    table: TrainingTable,
    columns: Sequence[str],
    outcomes: Outcomes,
    truth: np.ndarray | None,
    known: Known,
) -> Way:
    """The way in which an estimator is to be asked.

    Parameters
    ----------
    estimator : fitted classifier
    table : TrainingTable
        Rows that it learned from.
    columns : sequence of str
        Its columns, in order.
    outcomes : Outcomes
    truth : ndarray of bool, shape (n, k), or None
        Of the table's rows; without it the first way that works is taken.
    known : Known
        Levels that the estimator knows.

    Raises
    ------
    InvalidData
        When it answers in no way; says what the plainest attempt ran into.
    """
    rows = _spread(len(table.frame))
    ways: list[Way] = []
    failed: list[tuple[Variant, str]] = []
    for variant in variants_of(table, columns, known):
        try:
            frame = variant.apply(table)[list(columns)].iloc[rows]
        except LikelyError as error:
            failed.append((variant, error.message))
            continue
        for container in _containers(estimator, frame):
            asked = _ask(estimator, contained(frame, container), outcomes)
            if isinstance(asked, str):
                failed.append((variant, asked))
            else:
                ways.append(Way(variant, container, _loss(asked, None if truth is None else truth[rows])))
    if not ways:
        raise _refusal(estimator, table, columns, failed)
    best = ways[0]
    for way in ways[1:]:
        best = way if way.loss < best.loss - BETTER else best
    return best


def _spread(count: int) -> np.ndarray:
    return np.unique(np.linspace(0, count - 1, min(count, ROWS)).astype(int))


def _containers(estimator: Any, frame: pd.DataFrame) -> Iterator[Container]:
    """Containers to try, the likeliest first."""
    if getattr(estimator, "feature_names_in_", None) is None and _ignores_names(estimator, frame.head(2)):
        yield "array"
    yield "frame"
    if getattr(estimator, "feature_names_in_", None) is None:
        yield "array"
        if frame.shape[1] == 1:
            yield "series"


def _ignores_names(estimator: Any, frame: pd.DataFrame) -> bool:
    """Whether scikit-learn warns that the estimator was fitted without names: on an array."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            estimator.predict(frame)
        except Exception:  # noqa: BLE001 - foreign code fails in any way; it is asked again with reasons kept
            return False
    return any(WITHOUT_NAMES in str(each.message) for each in said)


def _ask(estimator: Any, given: Any, outcomes: Outcomes) -> Prediction | str:
    """The answers, or why there are none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
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
    asked = 1 if outcomes.exclusive else len(outcomes)
    if answers != asked:
        message = f"The estimator gives {answers} labels a record, and --truth names {asked}."
        raise InvalidData(message, "Name one column a label: --truth A --truth B, in the order of its training.")


def _loss(answer: Prediction, truth: np.ndarray | None) -> float:
    """Mean log-loss, or the share of wrong labels where there are no probabilities; lower is better."""
    if truth is None:
        return 0.0
    if answer.probabilities is None:
        return float((answer.labels != truth).mean())
    clipped = np.clip(answer.probabilities, SMALLEST, 1 - SMALLEST)
    return -float(np.where(truth, np.log(clipped), np.log1p(-clipped)).mean())


def _refusal(
    estimator: Any, table: TrainingTable, columns: Sequence[str], failed: Sequence[tuple[Variant, str]]
) -> InvalidData:
    said = failed[0][1] if failed else "it was not asked"
    first = next((line.strip() for line in said.splitlines() if line.strip()), said)[:300].rstrip(".")
    tried = list(dict.fromkeys(variant.words for variant, _ in failed[1:]))
    also = f" Tried as well: {'; '.join(tried)}." if len(tried) > 1 else ""
    return InvalidData(
        f"The estimator cannot score {table.name}: {first}.{also}", hint_for(said, estimator, table, columns)
    )
