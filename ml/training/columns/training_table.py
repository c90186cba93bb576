"""Training and hold-out files as typed frames, by the rules by which files are scored later.

Encoding, separator and header are found as :mod:`ml.files` finds them when a file is scored; dtypes come as
``pandas.read_csv`` gives them, because models are fitted on its frames.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.api import types

from ml.errors import InvalidData, LikelyError
from ml.files.file_kinds import CSV
from ml.files.open_table import AUTO, open_table
from ml.files.text.dialect import Dialect
from ml.files.text.read_options import ReadOptions

# What pandas.read_csv takes for "not known"; the version's schema keeps it, and serving reads by it.
MISSING = (
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan", "null",
)  # fmt: skip
AS_TEXT = {"dtype": str, "keep_default_na": False, "na_values": []}
DECIMAL = "."
UTF8S = ("utf-8", "utf-8-sig")
PARQUET = (".parquet", ".pq")


@dataclass(frozen=True)
class TrainingTable:
    """Rows of a training or hold-out file, or of a frame in memory."""

    frame: pd.DataFrame
    """Shape (n, p)."""
    path: Path | None = None
    """None for a frame that never was a file."""
    markers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """For each column of texts the missing markers that stand in it, beside the empty cell: levels or gaps, which only
    the estimator can tell."""
    padded: frozenset[str] = frozenset()
    """Columns of whole numbers of which some cells begin with a zero, as 02134 does."""
    spelled: Mapping[str, str] = field(default_factory=dict)
    """Names that were changed to those in the file."""
    label: str = "the data"
    """Name for people of a frame that never was a file."""
    options: ReadOptions = AUTO
    """Read options that somebody gave for the file."""
    known: tuple[str, ...] = ()
    """Names of columns by which its header was found."""
    dialect: Dialect | None = None
    """How the file is written; None for Parquet, and what never was a file."""

    @property
    def name(self) -> str:
        """Name of the table in errors and notes."""
        return self.path.name if self.path else self.label

    def texts(self, columns: Collection[str]) -> pd.DataFrame:
        """Columns as the texts that stand in the file, nothing taken for a gap."""
        if self.path is None or self.path.suffix.lower() in PARQUET:
            return self.frame[list(columns)]
        written = [self.spelled.get(name, name) for name in columns]
        cells, _ = read_frame(self.path, self.options, self.known, usecols=written, **AS_TEXT)
        return cells[written].set_axis(list(columns), axis=1)

    def renamed(self, names: Mapping[str, str]) -> TrainingTable:
        """Rename some columns."""
        return replace(
            self,
            frame=self.frame.rename(columns=dict(names)),
            markers={names.get(name, name): texts for name, texts in self.markers.items()},
            padded=frozenset(names.get(name, name) for name in self.padded),
            spelled={**self.spelled, **{new: old for old, new in names.items()}},
        )


def read_training_table(
    path: Path, texts: Collection[str] = (), options: ReadOptions = AUTO, known: Collection[str] = ()
) -> TrainingTable:
    """Read a file as :func:`ml.files.open_table.open_table` does, as a frame.

    Parameters
    ----------
    path : Path
        CSV in any dialect, a workbook, or Parquet, which is told by its suffix.
    texts : collection of str
        Columns whose cells are texts even where they look like numbers.
    options : ReadOptions
        Read options that somebody gave.
    known : collection of str
        Names of columns that it has for sure: the header stands where they are.

    Raises
    ------
    InvalidData
        When the file is not there or cannot be read.
    """
    if not path.is_file():
        raise InvalidData(f"There is no file {path}.", "Give a CSV file, a workbook or a Parquet file with a header.")
    if path.suffix.lower() in PARQUET:
        return TrainingTable(refuse_empty(_read_parquet(path), path.name), path)
    pandas_options = {"keep_default_na": False, "na_values": list(MISSING), "low_memory": False}
    frame, dialect = read_frame(path, options, known, dtype=dict.fromkeys(texts, str), **pandas_options)
    refuse_empty(frame, path.name)
    doubtful = [name for name in frame if is_text(frame[name]) or types.is_integer_dtype(frame[name])]
    table = TrainingTable(frame, path, options=options, known=tuple(known), dialect=dialect)
    return _looked_into(table, doubtful)


def _looked_into(table: TrainingTable, doubtful: list[str]) -> TrainingTable:
    """The table with its missing markers and zero-padded columns, which its typed cells no longer show."""
    if not doubtful:
        return table
    cells = table.texts(doubtful)
    markers, padded = {}, set()
    for name in doubtful:
        texts = set(cells[name].unique().tolist())
        if is_text(table.frame[name]):
            markers[name] = frozenset(texts & set(MISSING)) - {""}
        if any(len(text) > 1 and text.startswith("0") and text.isdecimal() for text in texts):
            padded.add(name)
    return replace(table, markers={k: v for k, v in markers.items() if v}, padded=frozenset(padded))


def refuse_empty(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """The frame, or InvalidData where it has no rows."""
    if not len(frame):
        raise InvalidData(f"{name} has no rows.", "Give rows with values and their truth.")
    return frame


def is_text(series: pd.Series) -> bool:
    """True when a column holds texts (and gaps) only."""
    if isinstance(series.dtype, pd.StringDtype):
        return True
    return series.dtype == object and bool(series.dropna().map(type).eq(str).all())


def read_frame(
    path: Path, options: ReadOptions = AUTO, known: Collection[str] = (), **pandas_options: Any
) -> tuple[pd.DataFrame, Dialect]:
    """The file as ``pandas.read_csv`` types it with `pandas_options`, without lines of nothing but separators."""
    try:
        with path.open("rb") as file:
            table = open_table(file, options, known=known, as_written=True)
            names = list(table.header)
            pandas_options = {**pandas_options, "dtype": _dtypes(pandas_options.get("dtype"), names)}
            if _plain(table.dialect):
                frame = _parsed(path, table.dialect.separator, names, **pandas_options)
                if not (frame.isna() | frame.eq("")).all(axis=1).any():
                    return frame, table.dialect
            lines = [cells for cells in table.lines if any(map(str.strip, cells))]
            text = io.StringIO(newline="")
            csv.writer(text).writerows([names, *lines])
            text.seek(0)
            return _parsed(text, ",", names, **pandas_options), table.dialect
    except LikelyError as error:
        raise InvalidData(f"{path.name} cannot be read: {error.message}", error.hint) from None
    except Exception as error:  # noqa: BLE001 - a parser fails in any way
        raise _unreadable(path, error) from None


def _dtypes(wanted: Any, names: list[str]) -> Any:
    """The types of columns that are there."""
    return {name: kind for name, kind in wanted.items() if name in names} if isinstance(wanted, dict) else wanted


def _plain(dialect: Dialect) -> bool:
    """True when pandas can read the file without help."""
    return dialect.format == CSV and dialect.encoding in UTF8S and dialect.header_row == 1 and not dialect.compressed


def _parsed(source: Any, separator: str | None, names: list[str], **pandas_options: Any) -> pd.DataFrame:
    return pd.read_csv(
        source, sep=separator, encoding="utf-8-sig", header=0, names=names, index_col=False, **pandas_options
    )


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        frame = pd.read_parquet(path)
    except ImportError:
        hint = "Install pyarrow (requirements-parquet.txt), or save the file as CSV."
        raise InvalidData(f"{path.name} is a Parquet file, and pyarrow is not installed here.", hint) from None
    except Exception as error:  # noqa: BLE001 - a parser fails in any way
        raise _unreadable(path, error) from None
    return frame.rename(columns=str)


def _unreadable(path: Path, error: Exception) -> InvalidData:
    said = str(error).strip().splitlines() or [type(error).__name__]
    kind = "a Parquet file" if path.suffix.lower() in PARQUET else "CSV"
    return InvalidData(f"{path.name} cannot be read as {kind}: {said[0][:300]}.", "Save it as CSV UTF-8 with a header.")
