"""Advice by the kind of error when an estimator refuses its own training file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ml.data.value_words import quote
from ml.training.columns.training_table import TrainingTable

DATES = r"datetime|timestamp|Timedelta"


@dataclass(frozen=True)
class FailedCall:
    """A failed call of an estimator: its error, and the table and columns that it got."""

    said: str
    estimator: Any
    table: TrainingTable
    columns: Sequence[str]


def hint_for(said: str, estimator: Any, table: TrainingTable, columns: Sequence[str]) -> str:
    """Advice for the error of an estimator that was asked with these columns of the table."""
    fault = FailedCall(said, estimator, table, columns)
    advise = next((advise for pattern, advise in _ADVICE if re.search(pattern, said, re.IGNORECASE)), _plain)
    return advise(fault)


def is_of_dates(said: str) -> bool:
    """True when an estimator's error says that it wants dates."""
    return re.search(DATES, said, re.IGNORECASE) is not None


def _plain(fault: FailedCall) -> str:
    if getattr(fault.estimator, "feature_names_in_", None) is None:
        return (
            f"It was fitted without names, so all columns but the truth and the record id were given to it: "
            f"{_listed(fault.columns)}. Leave others out of the file."
        )
    return (
        f"It was given the columns {_listed(fault.columns)}, of the types {_types(fault.table.frame, fault.columns)}."
    )


def _text_for_number(fault: FailedCall) -> str:
    cell = re.search(r"float:? ['\"](.*?)['\"]", fault.said)
    texts = [name for name in fault.columns if not pd.api.types.is_numeric_dtype(fault.table.frame[name])]
    holder = next((n for n in texts if cell and (fault.table.frame[n].astype(str) == cell[1]).any()), None)
    where = f"Column {holder!r} holds {quote(cell[1])}. " if holder and cell else ""
    return (
        f"{where}It was fitted on numbers where the file has texts ({_listed(texts)}): add the whole pipeline, "
        "with the steps that encode them, or give files of what it was fitted on. A column of dates is described with "
        'kind = "date".'
    )


def _dates(_: FailedCall) -> str:
    return 'Describe a column of dates with kind = "date" (--describe); write dates as YYYY-MM-DD.'


def _unknown_level(_: FailedCall) -> str:
    return (
        "A column holds values that the estimator did not learn: are these rows that it was fitted on? Codes such as "
        '02134 stay texts with dtype = "str"; a level such as NA or None is kept with missing = [] (--describe).'
    )


def _names(fault: FailedCall) -> str:
    return (
        f"It was given the columns {_listed(fault.columns)}. They must be called as in the frame that it was fitted on."
    )


def _number_of_columns(fault: FailedCall) -> str:
    return (
        f"It was given {len(fault.columns)} columns, all but the truth and the record id: {_listed(fault.columns)}. "
        "Leave out of the file what it was not fitted on, or name the record's id with --record-id."
    )


def _gaps(fault: FailedCall) -> str:
    gaps = [name for name in fault.columns if fault.table.frame[name].isna().any()]
    if not gaps:
        return _plain(fault)
    return (
        f"It takes no gaps, and there are some in {_listed(gaps)}. Add the pipeline with the step that fills them. "
        "Where NA or None is a level and no gap, say so with missing = [] (--describe)."
    )


def _infinite(fault: FailedCall) -> str:
    numbers = fault.table.frame[list(fault.columns)].select_dtypes("number")
    wrong = [str(name) for name in numbers if numbers[name].abs().max() > 3.4e38]
    if not wrong:
        return _plain(fault)
    return f"There are infinite values in {_listed(wrong)}: leave these rows out, or write what they stand for."


def _listed(names: Sequence[str]) -> str:
    few = ", ".join(map(str, names[:12]))
    return (few or "none") + (f" and {len(names) - 12} more" if len(names) > 12 else "")


def _types(frame: pd.DataFrame, columns: Sequence[str]) -> str:
    return _listed(list(dict.fromkeys(str(frame[name].dtype) for name in columns)))


_ADVICE = (
    (r"could not convert string to (float|number)|invalid literal", _text_for_number),
    (r"infinity|infinite|too large for dtype", _infinite),
    (r"NaN|missing value", _gaps),
    (r"unknown categor|previously unseen", _unknown_level),
    (DATES, _dates),
    (r"feature names|not in index|columns are missing|feature_names", _names),
    (r"features, but|number of features|expected: \d+, got|feature.*mismatch", _number_of_columns),
)
