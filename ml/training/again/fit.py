"""Fits an estimator on decisions, and says what it refuses."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

from ml.data.array_types import Booleans
from ml.data.outcomes import Outcomes
from ml.errors import InvalidData
from ml.runtime.foreign_code import first_line, foreign


def target(outcomes: Outcomes, truth: Booleans) -> Any:
    """The truth as an estimator learns it: a Series of classes, or a frame with a column an independent outcome."""
    if outcomes.exclusive:
        classes = [outcomes.items[at].value for at in truth.argmax(axis=1).tolist()]
        return pd.Series(classes, name="truth")
    return pd.DataFrame({item.value: truth[:, at].astype(int) for at, item in enumerate(outcomes.items)})


def fit(estimator: Any, X: Any, y: Any, outcomes: Outcomes) -> None:
    """Fit an estimator; InvalidData where it fails, or learns other classes than its outcomes are."""
    _refuse_words_for_yes(outcomes)
    with warnings.catch_warnings(action="ignore"), foreign(_refusal):
        estimator.fit(X, y)
    if outcomes.exclusive and set(np.asarray(estimator.classes_).tolist()) != {item.value for item in outcomes.items}:
        known = ", ".join(map(str, np.asarray(estimator.classes_).tolist()))
        raise InvalidData(f"The estimator has learned the classes {known}; the model has {', '.join(outcomes.names)}.")


def _refusal(error: BaseException) -> InvalidData:
    return InvalidData(f"The estimator cannot be fitted on these decisions: {first_line(error)}.")


def _refuse_words_for_yes(outcomes: Outcomes) -> None:
    """InvalidData where an independent outcome has a word for yes: the one for no is not kept, so cannot be learned."""
    named = {item.value: item.yes for item in outcomes.items if item.yes not in (None, 1, True)}
    if named and not outcomes.exclusive:
        raise InvalidData(
            f"The outcomes {', '.join(map(str, named))} have words for yes, and what means no is not kept.",
            "Fit the model where it was made, on training.csv, and add it with python -m ml add.",
        )
