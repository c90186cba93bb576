"""Hold-out of a version and its predictions: a CSV file where it is small, memory-mapped columns where it is large.

A CSV of 20,000 rows is read in a quarter of a second, and a person can look into it. A million rows take
12 s and 1 GB; as columns (``ml/runtime/array_file.py``) they are there at once:
docs/decisions/0022-a-large-hold-out.md.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ml.data.columns import Block, read_csv, write_csv
from ml.data.outcomes import Outcomes, Prediction
from ml.data.schema import Schema
from ml.errors import BrokenModel
from ml.runtime.array_file import read_arrays, write_arrays
from ml.translation import text

TABLE, COLUMNS, SCORES = "holdout.csv", "holdout.columns", "scores.columns"
MOST_IN_A_TABLE = 20_000


@dataclass(frozen=True)
class Holdout:
    """Rows with known truth that the model did not see in training."""

    block: Block
    """Read-only. n records."""
    truth: np.ndarray
    """Shape (n, k), bool."""


def is_large(rows: int) -> bool:
    """True when so many rows are kept as columns, together with their predictions."""
    return rows > MOST_IN_A_TABLE


def write_holdout(folder: Path, schema: Schema, outcomes: Outcomes, holdout: Holdout) -> None:
    """Write the hold-out into a version's folder."""
    if not is_large(len(holdout.truth)):
        cells = np.where(holdout.truth, "1", "0").T.tolist()
        truth = dict(zip(truth_columns(outcomes), cells, strict=True))
        write_csv(folder / TABLE, schema, holdout.block, truth)
        return
    columns = dict(zip(schema.names, map(_numbered, holdout.block), strict=True))
    values = {name: values for name, (values, _) in columns.items() if values is not None}
    arrays = {f"feature {name}": numbers for name, (_, numbers) in columns.items()}
    write_arrays(folder / COLUMNS, values, arrays | {"truth": holdout.truth.T})


def read_holdout(folder: Path, files: Collection[str], schema: Schema, outcomes: Outcomes) -> Holdout:
    """Read a hold-out of :func:`write_holdout`; `files` are those in the manifest."""
    if COLUMNS not in files:
        block, cells = read_csv(folder / TABLE, schema, truth_columns(outcomes))
        return Holdout(block, np.column_stack([np.array(column) == "1" for column in cells.values()]))
    try:
        values, arrays = read_arrays(folder / COLUMNS)
        block = tuple(_valued(values.get(name), arrays[f"feature {name}"]) for name in schema.names)
        return Holdout(block, arrays["truth"].T)
    except (OSError, ValueError, KeyError) as error:
        raise _unreadable(folder, COLUMNS) from error


def write_scores(folder: Path, said: Prediction) -> None:
    """Write the predictions of a large hold-out."""
    probabilities = {} if said.probabilities is None else {"probabilities": said.probabilities.T}
    write_arrays(folder / SCORES, {}, {"labels": said.labels.T} | probabilities)


def read_scores(folder: Path, files: Collection[str]) -> Prediction | None:
    """Predictions of the hold-out; None where they are not kept."""
    if SCORES not in files:
        return None
    try:
        _, arrays = read_arrays(folder / SCORES)
        probabilities = arrays.get("probabilities")
        return Prediction(arrays["labels"].T, None if probabilities is None else probabilities.T)
    except (OSError, ValueError, KeyError) as error:
        raise _unreadable(folder, SCORES) from error


def truth_columns(outcomes: Outcomes) -> list[str]:
    """Names of the table's columns that hold the truth, one an outcome, 1 or 0."""
    return [f"is {name}" for name in outcomes.names]


def _numbered(array: np.ndarray) -> tuple[list[Any] | None, np.ndarray]:
    """Numbers and dates as they are; choices and texts as a list of distinct values and each row's index in it."""
    if array.dtype != object:
        return None, array
    cells = array.tolist()
    values = list(dict.fromkeys(cells))
    place = {value: at for at, value in enumerate(values)}
    return values, np.array([place[value] for value in cells], dtype=np.int32)


def _valued(values: list[Any] | None, array: np.ndarray) -> np.ndarray:
    """The inverse of :func:`_numbered`."""
    if values is None:
        return array
    table = np.empty(len(values), dtype=object)
    table[:] = values
    valued: np.ndarray = table[array]
    return valued


def _unreadable(folder: Path, name: str) -> BrokenModel:
    key = f"{folder.parent.name}@{folder.name}"
    return BrokenModel(
        text("{key}: {name} is not readable.", key=key, name=name),
        text("Restore the folder, or train or add the model again."),
    )
