"""File format detection by the first bytes (magic numbers), never by the name."""

from __future__ import annotations

from ml.translation import mark

CSV, WORKBOOK, OLD_WORKBOOK, PARQUET, GZIP = "csv", "xlsx", "xls", "parquet", "gzip"
_SIGNS = {b"PK\x03\x04": WORKBOOK, b"PAR1": PARQUET, b"\xd0\xcf\x11\xe0": OLD_WORKBOOK, b"\x1f\x8b\x08": GZIP}


def format_of(start: bytes) -> str:
    """Format of a file by its first bytes; CSV where no signature matches."""
    return next((form for sign, form in _SIGNS.items() if start.startswith(sign)), CSV)


_NO_TABLES = {
    b"%PDF": mark("a PDF"), b"\x89PNG": mark("a picture"), b"\xff\xd8\xff": mark("a picture"),
    b"GIF8": mark("a picture"),
    b"{\\rtf": mark("a text document"), b"SQLite f": mark("a database"), b"7z\xbc\xaf": mark("an archive"),
    b"Rar!\x1a": mark("an archive"),
    b"BZh91AY": mark("an archive"), b"\xfd7zXZ\0": mark("an archive"), b"\x28\xb5\x2f\xfd": mark("an archive"),
}  # fmt: skip


def no_table(start: bytes) -> str | None:
    """Description of a file that is no table (PDF, image, …), by its first bytes; None where it may be one."""
    return next((name for sign, name in _NO_TABLES.items() if start.startswith(sign)), None)
