"""Preview of a file that could not be read as a table: its probable dialect and its first lines."""

from __future__ import annotations

import csv
from dataclasses import replace
from itertools import islice
from typing import IO

from ml.data.schema import Schema
from ml.errors import Misread
from ml.files.assemble_table import TOP
from ml.files.open_table import open_table, text_rows
from ml.files.text.byte_counts import ByteCounts
from ml.files.text.dialect import Dialect
from ml.files.text.read_options import ReadOptions


def raw_preview(
    file: IO[bytes], options: ReadOptions, schema: Schema, counts: ByteCounts | None = None, scanned: int | None = None
) -> tuple[Dialect, list[list[str]]]:
    """Probable dialect of a file, and the cells of its first lines.

    Parameters
    ----------
    file : binary file
    options : ReadOptions
        With which it could not be read.
    schema : Schema
        Of the model that is to read it.
    counts, scanned
        As of :func:`ml.files.open_table.open_table`.

    Raises
    ------
    Unreadable
        Whatever is said of how it is written, it is no table.
    """
    try:  # often only the header row was given wrongly
        table = open_table(file, replace(options, header_row=None), schema, counts=counts, scanned=scanned)
        return replace(table.dialect, told=frozenset(options.to_json())), list(table.top)
    except Misread:
        pass
    rows, dialect = text_rows(file, options, schema, lenient=True, counts=counts, scanned=scanned)
    cut = (next(csv.reader([line.strip("\r\n")], delimiter=rows.separator), []) for line in rows.sample)
    return replace(dialect, header_row=options.header_row or 1), list(islice(cut, TOP))
