"""Add a model that was fitted elsewhere: an estimator's file, its training rows and a hold-out."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ml.build import Trained, outcomes_of, refuse_strangers
from ml.errors import InvalidData, UntrustedModel
from ml.infer import infer_schema, label_of
from ml.outcomes import Outcome, Outcomes

PICKLES = {".joblib", ".pkl", ".pickle"}


@dataclass(frozen=True)
class Given:
    """What the person who adds a model says.

    Attributes
    ----------
    estimator : Path
        A skops file; a joblib or pickle file only together with `trust_pickle`.
    data, holdout : Path
        CSV files with the features and the truth: rows that the estimator learned from, and rows
        that it did not see.
    truth : sequence of str
        Columns with the truth: one for exclusive outcomes, several (of 0 and 1) for independent ones.
    describe : Path, optional
        TOML file with title, description, labels, units, help, limits: what data cannot tell.
    """

    name: str
    estimator: Path
    data: Path
    holdout: Path
    truth: Sequence[str]
    positive: str | None = None
    record_id: str | None = None
    describe: Path | None = None
    trust: Sequence[str] = ()
    trust_pickle: bool = False


def gather(given: Given) -> Trained:
    """All that makes the model, from its files.

    Raises
    ------
    InvalidData
        When a file is missing or does not fit the estimator.
    UntrustedModel
        When the estimator's file would run code, or holds types, that nobody trusted.
    """
    estimator = _load(given)
    training, holdout = _table(given.data, given.truth), _table(given.holdout, given.truth)
    columns = _columns(estimator, training, given)
    described = _described(given.describe)
    schema = infer_schema(
        training[columns],
        described.get("features"),
        record_id=given.record_id,
        optional=_optional(estimator, training[columns]),
    )
    truth = holdout[list(given.truth)] if len(given.truth) > 1 else holdout[given.truth[0]]
    return Trained(
        name=given.name,
        title=described.get("title", label_of(given.name.replace("-", " "))),
        description=described.get("description", ""),
        estimator=estimator,
        schema=schema,
        outcomes=_outcomes(estimator, given, described.get("outcomes", {})),
        training=training[columns],
        holdout=holdout[columns],
        truth=truth,
        about={"data": f"{given.data.name}, hold-out {given.holdout.name}", **described.get("about", {})},
        trusted=given.trust,
    )


def _load(given: Given) -> Any:
    if not given.estimator.is_file():
        raise InvalidData(f"There is no file {given.estimator}.", "Save the fitted estimator with skops.io.dump.")
    if given.estimator.suffix in PICKLES:
        if not given.trust_pickle:
            message = f"{given.estimator.name} is a pickle: loading it runs whatever code it holds."
            raise UntrustedModel(
                message, "Save it with skops.io.dump; or, if you made it yourself, say --trust-pickle."
            )
        import joblib

        return joblib.load(given.estimator)
    import skops.io

    unknown = skops.io.get_untrusted_types(file=given.estimator)
    refuse_strangers(unknown, given.trust)
    return skops.io.load(given.estimator, trusted=list(unknown))


def _table(path: Path, truth: Sequence[str]) -> pd.DataFrame:
    from ml.recipes.parts import read_table

    return read_table(path, truth)


def _columns(estimator: Any, training: pd.DataFrame, given: Given) -> list[str]:
    names = getattr(estimator, "feature_names_in_", None)
    others = {*given.truth, given.record_id}
    columns = [str(name) for name in names] if names is not None else [name for name in training if name not in others]
    missing = [name for name in columns if name not in training]
    if missing:
        raise InvalidData(
            f"{given.data.name} lacks the columns {', '.join(missing)}.", "The estimator was fitted on them."
        )
    return columns


def _described(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidData(f"{path} cannot be read as TOML: {error}.") from None


def _optional(estimator: Any, training: pd.DataFrame) -> set[str]:
    """The columns that the estimator can do without: those whose gap it answers."""
    record = training.dropna().head(1)
    if record.empty:
        record = training.head(1)
    found = set()
    for name in training:
        gap = record.assign(**{str(name): _gap(record[name])})
        try:
            estimator.predict(gap)
        except (ValueError, TypeError, AttributeError):
            continue
        found.add(str(name))
    return found


def _gap(series: pd.Series) -> pd.Series:
    """The same column without its value; integers and booleans become floats, as in any file with gaps."""
    whole = pd.api.types.is_integer_dtype(series) or pd.api.types.is_bool_dtype(series)
    return (series.astype(float) if whole else series).mask(np.ones(len(series), dtype=bool))


def _outcomes(estimator: Any, given: Given, labels: dict[str, str]) -> Outcomes:
    if len(given.truth) > 1:
        items = tuple(Outcome(name, labels.get(name, label_of(name)), name) for name in given.truth)
        return Outcomes(items, False, given.positive or given.truth[0])
    classes = [value.item() if isinstance(value, np.generic) else value for value in estimator.classes_]
    by_text = {str(value): value for value in classes}
    if given.positive is not None and given.positive not in by_text:
        raise InvalidData(
            f"No outcome is called {given.positive!r}.", f"The estimator's outcomes: {', '.join(by_text)}."
        )
    positive = None if given.positive is None else by_text[given.positive]
    return outcomes_of(estimator, positive, {by_text[text]: label for text, label in labels.items() if text in by_text})
