"""Dialect of a file, detected or given: encoding, separator, decimal mark, header row, sheet, dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ml.files.text.encodings import spoken
from ml.files.text.read_options import NAMES
from ml.translation import mark, text

FORMATS = {
    "csv": "CSV", "xlsx": "Excel", "xls": "Excel (.xls)", "xlsb": "Excel (.xlsb)", "ods": "OpenDocument",
    "html": mark("Web page"), "xml": "XML",
}  # fmt: skip
_TYPED = {
    "parquet": "Parquet",
    "json": "JSON",
    "ndjson": mark("JSON, a record in each line"),
}  # self-describing formats
_SEPARATORS = {"\t": mark("tab"), " ": mark("space")}
_DECIMALS = {",": mark("decimal comma"), ".": mark("decimal point")}
_DATES = {"dmy": mark("dates day first"), "mdy": mark("dates month first"), "ymd": mark("dates year first")}


@dataclass(frozen=True)
class Dialect:
    """Dialect of a file, detected or given."""

    format: str = "csv"
    """"csv", "xlsx", "xls", "xlsb", "ods", "html", "xml", "parquet", "json" or "ndjson"."""
    encoding: str | None = None
    separator: str | None = None
    """Of CSV."""
    decimal: str | None = None
    """Mark of decimals of the file's numbers; None where no number needs one, or where columns differ. One of "," and
    "."."""
    header_row: int = 1
    """From 1, as a spreadsheet counts."""
    sheet: str | None = None
    """Name of the sheet that was taken."""
    sheets: tuple[str, ...] = ()
    """All that can be seen."""
    dates: str | None = None
    """Order of day, month and year where dates are not written as 2025-12-31."""
    compressed: bool = False
    """Whether it came as gzip."""
    given_options: frozenset[str] = field(default_factory=frozenset)
    """Names of the attributes that were given, "told" in JSON; the others were detected."""
    notes: tuple[str, ...] = ()
    """What is worth saying: what was doubtful, and what was taken."""

    def sentence(self) -> str:
        """The dialect in words, such as "Separator ;  decimal comma  Windows-1252  header in row 3"."""
        said: list[str | bool | None] = [
            self.separator and text("Separator {separator}", separator=_in_words(_SEPARATORS, self.separator)),
            self.sheet and text("{format} sheet “{sheet}”", format=_in_words(FORMATS, self.format), sheet=self.sheet),
            self.decimal and text(_DECIMALS[self.decimal]),
            self.dates and text(_DATES[self.dates]),
            self.encoding and spoken(self.encoding),
            text(_TYPED[self.format]) if self.format in _TYPED else text("header in row {row}", row=self.header_row),
            self.compressed and "gzip",
        ]
        return "  ".join(str(part) for part in said if part)

    def to_json(self) -> dict[str, Any]:
        """The dialect as JSON has it."""
        return {
            "format": self.format,
            **{name: getattr(self, name) for name in NAMES},
            "sheets": list(self.sheets),
            "compressed": self.compressed,
            "told": sorted(self.given_options),
            "notes": list(self.notes),
            "sentence": self.sentence(),
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Dialect:
        """The dialect that :meth:`to_json` gave."""
        kept = {name: value for name, value in given.items() if name in cls.__dataclass_fields__}
        lists = {name: tuple(given.get(name, ())) for name in ("sheets", "notes")}
        return cls(**{**kept, **lists, "given_options": frozenset(given.get("told", ()))})


def _in_words(names: Mapping[str, str], key: str) -> str:
    return text(names[key]) if key in names else key
