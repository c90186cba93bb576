"""Formats of results, by the names that programs use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ml.errors import LikelyError
from ml.files.write.csv_for_excel import write_csv_for_excel
from ml.files.write.parquet import check_pyarrow, write_parquet
from ml.files.write.result import Result
from ml.files.write.xlsx import check_records, write_xlsx

CSV, EXCEL_CSV, XLSX, PARQUET = "csv", "csv-excel", "xlsx", "parquet"
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
DECIMALS = {"point": ".", "comma": ","}
ENDINGS = ".csv, .csv.gz, .xlsx, .parquet"
OTHERS = (
    ".tsv", ".tab", ".xls", ".xlsb", ".xlsm", ".ods", ".json", ".jsonl", ".ndjson", ".feather", ".arrow", ".orc",
    ".avro", ".zip", ".bz2", ".xz", ".zst", ".pkl",
)  # fmt: skip
_OF_ENDING = {".xlsx": XLSX, ".parquet": PARQUET, ".pq": PARQUET}


class UnknownFormat(LikelyError):
    """No result is written in that format."""

    code = "bad_parameter"


@dataclass(frozen=True)
class Format:
    """A format of results."""

    name: str
    suffix: str
    """Ending of file names, with its point."""
    media_type: str
    write: Callable[..., None] | None
    """Writes a result into a file; None for CSV, in which results are kept."""
    check: Callable[[int], None] = lambda _: None
    """Called with the number of records; raises a LikelyError where the format cannot be had."""
    separator: str = ","
    decimal: str = "."
    """Of CSV for Excel."""
    gzipped: bool = False
    """Whether the file is to be compressed with gzip as a whole."""

    @property
    def tag(self) -> str:
        """Short key of the format and its options."""
        marks = {",": "c", ";": "s", "\t": "t", ".": "p"}
        return f"{self.name}-{marks[self.separator]}{marks[self.decimal]}" if self.name == EXCEL_CSV else self.name

    def make(self, result: Result, target: Path) -> None:
        """Write a result into a file; errors as those of the format's module."""
        if self.write is not None:
            options = {"separator": self.separator, "decimal": self.decimal} if self.name == EXCEL_CSV else {}
            self.write(result, target, **options)


FORMATS = {
    each.name: each
    for each in (
        Format(CSV, ".csv", "text/csv; charset=utf-8; header=present", None),
        Format(EXCEL_CSV, ".csv", "text/csv; charset=utf-8; header=present", write_csv_for_excel),
        Format(
            XLSX,
            ".xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            write_xlsx,
            check_records,
        ),
        Format(PARQUET, ".parquet", "application/vnd.apache.parquet", write_parquet, lambda _: check_pyarrow()),
    )
}


def format_named(name: str, separator: str = "", decimal: str = "") -> Format:
    """Format by name and options; UnknownFormat where there is none.

    The separator ("", "comma", "semicolon" or "tab") and decimal ("", "point" or "comma") are of CSV for Excel; a
    semicolon goes with a decimal comma where nothing is said.
    """
    chosen = FORMATS.get(name)
    if chosen is None:
        raise UnknownFormat(f"The format is {name[:80]!r}.", f"Accepted: {', '.join(FORMATS)}.")
    if (separator or decimal) and name != EXCEL_CSV:
        raise UnknownFormat(f"{name} has no separator and no decimal mark to choose.", f"{EXCEL_CSV} has.")
    _check("separator", separator, SEPARATORS)
    _check("decimal", decimal, DECIMALS)
    mark = DECIMALS[decimal or ("comma" if separator == "semicolon" else "point")]
    between = SEPARATORS[separator or ("semicolon" if mark == "," else "comma")]
    return replace(chosen, separator=between, decimal=mark) if name == EXCEL_CSV else chosen


def excel_csv(decimal: str) -> Format:
    """CSV for the Excel of a reader who writes decimals with that mark: it separates by semicolons beside a comma."""
    comma = decimal == ","
    return format_named(EXCEL_CSV, *(("semicolon", "comma") if comma else ("comma", "point")))


def format_of_path(path: Path, name: str = "", separator: str = "", decimal: str = "") -> Format:
    """The format of a file that is to be written.

    Parameters
    ----------
    path : Path
        File whose ending gives the format where none is named: an unknown one is CSV, that of another kind is refused.
        With .gz behind, the file is compressed.
    name, separator, decimal : str
        As :func:`format_named` takes them.

    Raises
    ------
    UnknownFormat
    """
    gzipped = path.suffix.lower() == ".gz"
    ending = (path.with_suffix("") if gzipped else path).suffix.lower()
    if not name and ending in OTHERS:
        raise UnknownFormat(f"No result is written as {ending}.", f"Accepted: {ENDINGS}; or say which with --format.")
    return replace(format_named(name or _OF_ENDING.get(ending, CSV), separator, decimal), gzipped=gzipped)


def _check(what: str, given: str, accepted: dict[str, str]) -> None:
    if given and given not in accepted:
        raise UnknownFormat(f"{what} is {given[:80]!r}.", f"Accepted: {', '.join(accepted)}.")
