"""Which format a file is of, by its first bytes and never by its name."""

from __future__ import annotations

CSV, WORKBOOK, OLD_WORKBOOK, PARQUET, GZIP = "csv", "xlsx", "xls", "parquet", "gzip"
_SIGNS = {b"PK\x03\x04": WORKBOOK, b"PAR1": PARQUET, b"\xd0\xcf\x11\xe0": OLD_WORKBOOK, b"\x1f\x8b\x08": GZIP}


def format_of(start: bytes) -> str:
    """The format of a file by its first bytes; CSV where nothing says else."""
    return next((form for sign, form in _SIGNS.items() if start.startswith(sign)), CSV)
