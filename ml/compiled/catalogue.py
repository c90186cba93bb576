"""Which classifiers can be compiled, and by what."""

from __future__ import annotations

from typing import Any

from sklearn.ensemble import RandomForestClassifier

from ml.compiled import models
from ml.compiled.builder import Builder, unwrap
from ml.compiled.classifiers import TREES_AND_LINEAR
from ml.compiled.from_boosters import BOOSTERS
from ml.compiled.from_combined import COMBINED
from ml.compiled.from_others import OTHERS
from ml.compiled.symbols import CannotCompile
from ml.compiled.traced import Traced

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
