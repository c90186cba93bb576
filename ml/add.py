"""Add a model that was fitted elsewhere: an estimator's file, its training rows and a hold-out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ml.build import Trained, outcomes_of
from ml.data.labels import label_of
from ml.description import Description, read_description
from ml.errors import InvalidData
from ml.infer import infer_schema
from ml.outcomes import Outcome, Outcomes
from ml.schema import text_of
from ml.training.load_estimator import load_estimator_file
from ml.trust.code import read_code
from ml.truth import read_truth


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
    code : Path, optional
        A Python file or folder with the estimator's own classes and functions; it travels with the version.
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
    code: Path | None = None


def gather(given: Given) -> Trained:
    """All that makes the model, from its files.

    Raises
    ------
    InvalidData
        When a file is missing or does not fit the estimator.
    UntrustedModel
        When the estimator's file would run code, or holds types, that nobody trusted.
    """
    code = None if given.code is None else read_code(given.code)
    estimator = load_estimator_file(given.estimator, given.trust_pickle, given.trust, code, len(given.truth))
    told = read_description(given.describe)
    training, holdout = _table(given.data, given, told), _table(given.holdout, given, told)
    columns = _columns(estimator, training, given)
    missing = [name for name in columns if name not in holdout]
    if missing:
        raise InvalidData(f"{given.holdout.name} lacks the columns {', '.join(missing)}.", "The model asks for them.")
    _try(estimator, training[columns], given)
    outcomes = _outcomes(estimator, given, told.outcomes)
    return Trained(
        name=given.name,
        title=told.title or label_of(given.name.replace("-", " ")),
        description=told.description,
        estimator=estimator,
        schema=infer_schema(
            training[columns],
            told.features,
            record_id=given.record_id,
            optional=_optional(estimator, training[columns]),
            constraints=told.constraints,
        ),
        outcomes=outcomes,
        training=training[columns],
        holdout=holdout[columns],
        truth=read_truth(given.holdout, given.truth, outcomes),
        about={"data": f"{given.data.name}, hold-out {given.holdout.name}", **told.card()},
        trusted=given.trust,
        code=code,
    )


def _table(path: Path, given: Given, told: Description) -> pd.DataFrame:
    """A file's rows, with dates and texts where they are described: a CSV file does not tell."""
    from ml.recipes.parts import read_table

    record_id = [given.record_id] if given.record_id else []
    table = read_table(
        path, [*given.truth, *(record_id if path == given.data else [])], dtype=dict.fromkeys(told.texts(), str)
    )
    for name in told.dates():
        if name in table:
            try:
                table[name] = pd.to_datetime(table[name], format="ISO8601")
            except (ValueError, TypeError) as error:
                message = f"Column {name!r} of {path.name} is described as dates: {error}."
                raise InvalidData(message, "Write dates as YYYY-MM-DD.") from None
    return table


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


def _try(estimator: Any, training: pd.DataFrame, given: Given) -> None:
    """Refuse an estimator that cannot answer for rows of its own training, or answers other questions."""
    try:
        labels = np.asarray(estimator.predict(training.head(5)))
    except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        hint = 'Describe a column of dates with kind = "date", and one of codes such as 02134 with dtype = "str".'
        if not hasattr(estimator, "feature_names_in_"):
            hint = "It was fitted without names: all columns but the truth and the record id are given to it."
        raise InvalidData(
            f"The estimator cannot score {given.data.name}: {str(error)[:300].rstrip('.')}.", hint
        ) from None
    answers = labels.shape[1] if labels.ndim > 1 else 1
    if answers != len(given.truth):
        message = f"The estimator gives {answers} labels a record, and --truth names {len(given.truth)}."
        raise InvalidData(message, "Name one column a label: --truth A --truth B, in the order of its training.")


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


def _outcomes(estimator: Any, given: Given, labels: Mapping[str, str]) -> Outcomes:
    classes = list(given.truth) if len(given.truth) > 1 else _plain(estimator.classes_)
    by_text = {text_of(value): value for value in classes}
    for name in (*labels, *([] if given.positive is None else [given.positive])):
        if name not in by_text:
            raise InvalidData(f"No outcome is called {name!r}.", f"The model's outcomes: {', '.join(by_text)}.")
    if len(given.truth) > 1:
        items = tuple(Outcome(name, labels.get(name, label_of(name)), name) for name in given.truth)
        return Outcomes(items, False, given.positive or given.truth[0])
    positive = None if given.positive is None else by_text[given.positive]
    return outcomes_of(estimator, positive, {by_text[text]: label for text, label in labels.items()})


def _plain(values: Any) -> list[Any]:
    return [value.item() if isinstance(value, np.generic) else value for value in values]
