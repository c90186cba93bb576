"""Catalogue of classifiers that can be compiled."""

from __future__ import annotations

from typing import Any

from sklearn.ensemble import RandomForestClassifier

from ml.predict.compiled.build.builder import Builder, unwrap
from ml.predict.compiled.build.classifiers import TREES_AND_LINEAR
from ml.predict.compiled.build.from_boosters import BOOSTERS
from ml.predict.compiled.build.from_combined import COMBINED
from ml.predict.compiled.build.from_others import OTHERS
from ml.predict.compiled.models import models
from ml.predict.compiled.trace.symbolic_columns import CannotCompile
from ml.predict.compiled.trace.traced import Traced

MODELS = {**TREES_AND_LINEAR, **COMBINED, **OTHERS}


def model_of(estimator: Any, given: Traced, builder: Builder) -> models.Model:
    """One classifier of exclusive classes.

    Raises
    ------
    CannotCompile
        When the estimator, a step before it, or one of its settings is not supported.
    """
    estimator, given = unwrap(estimator, given, builder)
    kind = type(estimator)
    make = MODELS.get(kind) or BOOSTERS.get((kind.__module__.partition(".")[0], kind.__name__))
    if make is None and kind.__module__.startswith("imblearn.") and kind.__name__ == "BalancedRandomForestClassifier":
        make = MODELS[RandomForestClassifier]  # only its training differs
    if make is None:
        raise CannotCompile(f"{type(estimator).__name__} is a classifier that cannot be compiled.")
    return make(estimator, given, builder)
