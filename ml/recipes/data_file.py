"""Data file of a recipe: read with its columns, or refused where the recipe brings its own data."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from ml.errors import InvalidData
from ml.training.columns.training_table import read_frame


def no_file(name: str, data: Path | None) -> None:
    """Refuse a file where the recipe brings its own data."""
    if data is not None:
        raise InvalidData(f"The recipe {name!r} brings its own data and takes no file.", "Leave --data out.")


def read_table(path: Path, columns: Iterable[str], **options: Any) -> pd.DataFrame:
    """A table with at least these columns, in any dialect; InvalidData says which are missing.

    `options` go to ``pandas.read_csv``.
    """
    wanted = list(columns)
    table, _ = read_frame(path, known=wanted, **options)
    missing = [column for column in wanted if column not in table.columns]
    if missing:
        raise InvalidData(f"{path.name} lacks the columns {', '.join(missing)}.", f"It has {', '.join(table.columns)}.")
    return table
