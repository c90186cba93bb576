"""Training and hold-out files as typed frames, by the rules by which files are scored later.

Separator, header, missing markers and numbers are read as :mod:`ml.tables` and :mod:`ml.values` read them when a
file is scored; dtypes come as ``pandas.read_csv`` gives them, because models are fitted on its frames.
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

from ml.errors import InvalidData, Unreadable
from ml.files.separators import separator_of
from ml.files.table import header_of

# What pandas.read_csv takes for "not known"; the version's schema keeps it, and serving reads by it.
MISSING = (
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan", "null",
)  # fmt: skip
DECIMAL = "."
PARQUET = (".parquet", ".pq")


@dataclass(frozen=True)
class TrainingTable:
    """A file's rows.

    Attributes
    ----------
    frame : DataFrame, shape (n, p)
    path : Path or None
        None for a frame that never was a file.
    markers : dict of str to set of str
        For each column of texts the missing markers that stand in it, beside the empty cell: levels or gaps, which
        only the estimator can tell.
    padded : frozenset of str
        Columns of whole numbers of which some cells begin with a zero, as 02134 does.
    spelled : dict of str to str
        Names that were changed to those in the file.
    label : str
        What people call a frame that never was a file.
    """

    frame: pd.DataFrame
    path: Path | None = None
    markers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    padded: frozenset[str] = frozenset()
    spelled: Mapping[str, str] = field(default_factory=dict)
    label: str = "the data"

    @property
    def name(self) -> str:
        """What people call it."""
        return self.path.name if self.path else self.label

    def texts(self, columns: Collection[str]) -> pd.DataFrame:
        """Columns as the texts that stand in the file, nothing taken for a gap."""
        if self.path is None or self.path.suffix.lower() in PARQUET:
            return self.frame[list(columns)]
        written = [self.spelled.get(name, name) for name in columns]
        cells = _read_csv(self.path, usecols=written, dtype=str, keep_default_na=False, na_values=[])
        return cells[written].set_axis(list(columns), axis=1)

    def renamed(self, names: Mapping[str, str]) -> TrainingTable:
        """The same table with other names for some columns."""
        return replace(
            self,
            frame=self.frame.rename(columns=dict(names)),
            markers={names.get(name, name): found for name, found in self.markers.items()},
            padded=frozenset(names.get(name, name) for name in self.padded),
            spelled={**self.spelled, **{new: old for old, new in names.items()}},
        )


def read_training_table(path: Path, texts: Collection[str] = ()) -> TrainingTable:
    """Read a CSV or Parquet file.

    Parameters
    ----------
    path : Path
        CSV in UTF-8, separated by commas, semicolons or tabs; or Parquet, by its suffix.
    texts : collection of str
        Columns whose cells are texts even where they look like numbers.

    Raises
    ------
    InvalidData
        When the file is not there or cannot be read.
    """
    if not path.is_file():
        raise InvalidData(f"There is no file {path}.", "Give a CSV or Parquet file with a header.")
    if path.suffix.lower() in PARQUET:
        return TrainingTable(refuse_empty(_read_parquet(path), path.name), path)
    told = {"keep_default_na": False, "na_values": list(MISSING), "low_memory": False}
    header = _header(path)
    frame = _read_csv(path, dtype={name: str for name in header if name in set(texts)}, **told)
    refuse_empty(frame, path.name)
    doubtful = [name for name in frame if is_text(frame[name]) or types.is_integer_dtype(frame[name])]
    return _looked_into(TrainingTable(frame, path), doubtful)


def _looked_into(table: TrainingTable, doubtful: list[str]) -> TrainingTable:
    """The table with what its typed cells no longer tell."""
    if not doubtful:
        return table
    cells = table.texts(doubtful)
    markers, padded = {}, set()
    for name in doubtful:
        found = set(cells[name].unique().tolist())
        if is_text(table.frame[name]):
            markers[name] = frozenset(found & set(MISSING)) - {""}
        if any(len(text) > 1 and text.startswith("0") and text.isdecimal() for text in found):
            padded.add(name)
    return TrainingTable(table.frame, table.path, {k: v for k, v in markers.items() if v}, frozenset(padded))


def refuse_empty(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """The frame, or InvalidData where it has no rows."""
    if not len(frame):
        raise InvalidData(f"{name} has no rows.", "Give rows with values and their truth.")
    return frame


def is_text(series: pd.Series) -> bool:
    """Whether a column holds texts (and gaps) only."""
    if isinstance(series.dtype, pd.StringDtype):
        return True
    return series.dtype == object and bool(series.dropna().map(type).eq(str).all())


def _header(path: Path) -> tuple[str, ...]:
    return _columns_of(*_first_line(path))


def _first_line(path: Path) -> tuple[str, str]:
    """The header line, which may hold line breaks in quotes, and the separator."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            start = file.readline()
            separator = separator_of([start])
            while start.count('"') % 2 and (more := file.readline()):
                start += more
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from None
    return start, separator


def _columns_of(line: str, separator: str) -> tuple[str, ...]:
    try:
        return header_of(next(csv.reader(io.StringIO(line), delimiter=separator), []), strip=False)
    except Unreadable as error:
        raise InvalidData(error.message, error.hint) from None


def _read_csv(path: Path, **options: Any) -> pd.DataFrame:
    line, separator = _first_line(path)
    try:
        return pd.read_csv(
            path, sep=separator, encoding="utf-8-sig", header=0, names=list(_columns_of(line, separator)),
            index_col=False, **options,
        )  # fmt: skip
    except Exception as error:  # noqa: BLE001 - a parser fails in any way
        raise _unreadable(path, error) from None


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
