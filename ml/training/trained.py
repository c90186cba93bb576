"""A fitted estimator with all that makes it a model, as recipes and :mod:`ml.training.assemble` hand it over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ml.data.array_types import native
from ml.data.feature import text_of
from ml.data.outcomes import Outcome, Outcomes
from ml.data.schema import Schema
from ml.errors import InvalidData
from ml.metrics.custom import Function
from ml.predict.calling_convention import CallingConvention
from ml.trust.code import Code


@dataclass(frozen=True)
class Trained:
    """A fitted estimator with all that makes it a model."""

    name: str
    title: str
    description: str
    estimator: Any
    """Takes frames with the schema's columns. Fitted scikit-learn classifier."""
    schema: Schema
    outcomes: Outcomes
    """In the order of ``classes_`` (exclusive) or of the columns of y (independent)."""
    training: pd.DataFrame
    """Raw training rows; the background is sampled from them where `background` is not given. Shape (m, p)."""
    holdout: pd.DataFrame
    """Raw rows that the estimator did not see. Shape (n, p)."""
    truth: pd.Series | pd.DataFrame
    """Shape (n, k) with 0 and 1."""
    about: dict[str, Any] = field(default_factory=dict)
    """Goes into the card as it is: data, owner, intended use, limits, metrics, bands, payoff, cut_offs."""
    trusted: Sequence[str] = ()
    """Names beyond those that any estimator may hold, which the adder has looked at and trusts."""
    code: Code | None = None
    """Code from which the estimator's own classes and functions are imported; travels with the version."""
    measures: Mapping[str, Function] = field(default_factory=dict)
    """Measures of your own, worked out here for each outcome's yes/no question on the hold-out and kept in the card.
    Functions by label, called as (truth: bool (n,), probabilities (n,), weight (n,)) -> float."""
    convention: CallingConvention = field(default_factory=CallingConvention)
    """How the estimator is asked."""
    notes: Sequence[str] = ()
    """Remarks for the person who adds the model, a sentence each."""
    background: pd.DataFrame | None = None
    """Raw rows that the estimator did not see, for the background: it knows those of the training by heart."""


def outcomes_of(estimator: Any, positive: Any = None, labels: dict[Any, str] | None = None) -> Outcomes:
    """The exclusive outcomes of a fitted classifier, in the order of its ``classes_``.

    `positive` is the class that a page opens with; without one, the last class.
    """
    classes = list(map(native, estimator.classes_))
    times = np.asarray(estimator.classes_).dtype.kind in "mM"  # the item of a nanosecond is a number
    odd = next((value for value in classes if times or not isinstance(value, str | int | float)), None)
    if odd is not None:
        kind = type(estimator.classes_[0]).__name__
        raise InvalidData(
            f"The estimator's classes are of the type {kind} ({odd}); an outcome is a text or a number.",
            "Fit it on texts: estimator.fit(X, y.astype(str)).",
        )
    labels = labels or {}
    items = tuple(Outcome(text_of(value), labels.get(value, text_of(value)), value) for value in classes)
    twice = [name for name, count in Counter(item.name for item in items).items() if count > 1]
    if twice:
        raise InvalidData(
            f"More than one class of the estimator is called {', '.join(map(repr, twice))} without spaces at the ends.",
            "Make them one class before the estimator is fitted, or give each its own name.",
        )
    return Outcomes(items, True, text_of(classes[-1] if positive is None else positive))
