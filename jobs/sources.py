"""The file that was sent, as a table: CSV, and spreadsheets and Parquet where their package is there."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Iterator
from typing import IO, Any

from ml.errors import InvalidData, LikelyError, Unreadable
from ml.schema import text_of
from ml.tables import Table, header_of, read_table, twice_in

CSV, XLSX, PARQUET, OLD_EXCEL, GZIP = "csv", "xlsx", "parquet", "old excel", "gzip"
BATCH = 5_000
MOST_ROWS = 1_048_576  # of a sheet, by Excel's own limit
LARGEST_PART = 100 * 1024 * 1024  # bytes of a workbook's texts and styles, which are held in memory
LARGEST_SHEET = 4 * 1024**3  # bytes; it is read as it is unpacked
SAVE = "Save it as CSV UTF-8."
_SIGNS = {b"PK\x03\x04": XLSX, b"PAR1": PARQUET, b"\xd0\xcf\x11\xe0": OLD_EXCEL, b"\x1f\x8b\x08": GZIP}


def format_of(start: bytes) -> str:
    """The format of a file by its first bytes; CSV where nothing says else."""
    return next((form for sign, form in _SIGNS.items() if start.startswith(sign)), CSV)


def read_source(file: IO[bytes], form: str) -> Table:
    """Begin to read a file.

    Parameters
    ----------
    file : binary file
    form : str
        As :func:`format_of` gives it.

    Raises
    ------
    Unreadable
        At once or from the lines.
    InvalidData
        Where the package for the format is not installed.
    """
    return _READERS[form](file)


def _csv(file: IO[bytes]) -> Table:
    return read_table(_lines(file))


def _lines(file: IO[bytes]) -> Iterator[str]:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    try:
        yield from text
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise Unreadable(
            f"The file is not UTF-8 text: it holds the byte {byte:#04x}.", "Save it as CSV UTF-8."
        ) from None
    finally:
        text.close()


def _xlsx(file: IO[bytes]) -> Table:
    try:
        import openpyxl
    except ImportError:
        raise InvalidData("Excel files cannot be read here.", f"{SAVE[:-1]}, or install openpyxl.") from None

    def rows() -> Iterator[tuple[Any, ...]]:
        _check_size(file)
        sheet = openpyxl.load_workbook(file, read_only=True, data_only=True).worksheets[0]
        sheet.reset_dimensions()  # programs write wrong ones, and what is beyond them would be left out
        for number, row in enumerate(sheet.iter_rows(values_only=True)):
            if number >= MOST_ROWS:
                raise Unreadable(f"The sheet has more than {MOST_ROWS:,} rows.", SAVE)
            if any(cell is not None and cell != "" for cell in row):  # sheets end in rows of nothing
                yield row

    return _typed(_told(rows(), "The file is no Excel workbook that can be read"))


def _check_size(file: IO[bytes]) -> None:
    """A few kB may hold many GB of blanks. Nothing is unpacked beyond the size that the archive states."""
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
    sheets = [part for part in parts if part.filename.startswith("xl/worksheets/")]
    held = sum(part.file_size for part in parts) - sum(part.file_size for part in sheets)
    if held > LARGEST_PART or any(part.file_size > LARGEST_SHEET for part in sheets):
        size = sum(part.file_size for part in parts) / 1024**2
        raise Unreadable(f"Unpacked the workbook has {size:,.0f} MB, too much to be read.", SAVE)
    file.seek(0)


def _parquet(file: IO[bytes]) -> Table:
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        raise InvalidData("Parquet files cannot be read here.", f"{SAVE[:-1]}, or install pyarrow.") from None

    def rows() -> Iterator[tuple[Any, ...]]:
        source = parquet.ParquetFile(file)
        yield tuple(source.schema_arrow.names)
        for batch in source.iter_batches(BATCH):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)

    return _typed(_told(rows(), "The file is no Parquet file that can be read"))


def _told(rows: Iterator[tuple[Any, ...]], what: str) -> Iterator[tuple[Any, ...]]:
    """Rows, and whatever goes wrong with them as a sentence: trying again would not help."""
    try:
        yield from rows
    except (LikelyError, MemoryError):
        raise
    except Exception as error:
        raise Unreadable(f"{what}: {type(error).__name__}.", SAVE) from error


def _typed(rows: Iterator[tuple[Any, ...]]) -> Table:
    """A table out of typed cells: as text, so that the schema reads them as it reads all files."""
    names = [_cell(name).strip() for name in next(rows, ())]
    while names and not names[-1]:
        names.pop()
    header = header_of(names)
    return Table(header, (_fitted(list(map(_cell, row)), len(header)) for row in rows), twice_in(names, header))


def _fitted(cells: list[str], width: int) -> list[str]:
    """Without the empty cells that spreadsheets have beyond the last column, and with those they leave out."""
    while len(cells) > width and not cells[-1]:
        cells.pop()
    return [*cells, *[""] * (width - len(cells))]


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    if isinstance(value, float) and value != value:
        return ""
    return text_of(value) if isinstance(value, (int, float, bool, dt.date, type(None))) else str(value)


def _refuse(what: str, hint: str) -> Callable[[IO[bytes]], Table]:
    def refuse(_: IO[bytes]) -> Table:
        raise Unreadable(what, hint)

    return refuse


_READERS: dict[str, Callable[[IO[bytes]], Table]] = {
    CSV: _csv,
    XLSX: _xlsx,
    PARQUET: _parquet,
    OLD_EXCEL: _refuse("The file is an Excel workbook with a password, or of an old kind (.xls).", SAVE),
    GZIP: _refuse("The file is compressed.", "Unpack it and send it as it is."),
}
