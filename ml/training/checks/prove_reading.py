"""Proof that a file is read alike when a model is evaluated on it and when it is scored.

Training frames come from pandas, scored files cell by cell through the schema. Both follow one set of rules
(:mod:`ml.training.columns.training_table`); here the two are compared on the hold-out itself.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from ml.data.columns import block_of_frame, rows_of
from ml.data.feature import Feature, text_of
from ml.data.records import Records, read_records
from ml.data.schema import Row, Schema
from ml.data.value_words import quote
from ml.errors import InvalidData, Problem, Unreadable
from ml.files.open_table import AUTO, open_table
from ml.files.text.read_options import ReadOptions
from ml.training.columns.training_table import PARQUET

ROWS = 2_000


def prove_reading(schema: Schema, frame: pd.DataFrame, path: Path, options: ReadOptions = AUTO) -> list[str]:
    """Compare the first rows of a file, as they are scored, with the frame that was made of them.

    Parameters
    ----------
    frame : DataFrame, shape (n, p)
        Rows of the file as training reads them, by their number in it.
    path : Path
        File of the rows. The cells of a Parquet file are typed, and nothing is compared.
    options : ReadOptions
        Read options that somebody gave for the file.

    Returns
    -------
    list of str
        A sentence where rows would be refused when they are scored.

    Raises
    ------
    InvalidData
        When a value would be another one.
    """
    if path.suffix.lower() in PARQUET:
        return []
    try:
        with path.open("rb") as file:
            read = read_records(
                schema, list(islice(open_table(file, options, schema, blanks=True).rows, ROWS)), extra=True
            )
    except (OSError, Unreadable) as error:
        raise InvalidData(f"{path.name} could not be scored: {error}", "Save it as CSV UTF-8 with a header.") from None
    first = frame.loc[frame.index < len(read.rows)]
    for at, judged in zip(first.index.tolist(), rows_of(schema, block_of_frame(schema, first)), strict=True):
        scored = read.rows[at]
        if scored is not None and not all(map(_alike, schema.features, scored, judged)):
            raise _difference(schema, path, at, scored, judged)
    return _refused(read, path)


def _difference(schema: Schema, path: Path, at: int, scored: Row, judged: Row) -> InvalidData:
    feature, one, other = next(
        (feature, one, other)
        for feature, one, other in zip(schema.features, scored, judged, strict=True)
        if not _alike(feature, one, other)
    )
    return InvalidData(
        f"Column {feature.name!r} of {path.name}, record {at + 1}: judging the model it is read as {_shown(other)}, "
        f"scoring the file as {_shown(one)}.",
        "Say what the column holds: kind, dtype or missing in the description (--describe).",
    )


def _alike(feature: Feature, scored: Any, judged: Any) -> bool:
    """True when the estimator gets the same: a value that is none of its pandas categories is a gap to it."""
    stranger = feature.dtype == "category" and scored not in feature.values_of_levels
    return bool(scored == judged) or (stranger and judged is None)


def _shown(value: Any) -> str:
    return "not known" if value is None else quote(text_of(value))


def _refused(read: Records, path: Path) -> list[str]:
    bad: dict[int, Problem] = {}
    for problem in read.problems:
        bad.setdefault(problem.row, problem)
    if not bad:
        return []
    first = bad[min(bad)]
    where = f"{first.feature}: " if first.feature else ""
    count = f"{len(bad):,} of the first {len(read.rows):,} records" if len(read.rows) > 1 else "The record"
    return [f"{count} of {path.name} would be refused when the file is scored: {where}{first.message} {first.hint}"]
