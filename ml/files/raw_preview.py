"""Preview of a file that could not be read as a table: its probable dialect and its first lines."""

from __future__ import annotations

import csv
from dataclasses import replace
from itertools import islice
from typing import IO

from ml.data.schema import Schema
from ml.errors import Misread
from ml.files.assemble_table import TOP
from ml.files.open_table import first_lines, open_table
from ml.files.readers.text_process import TextReader
from ml.files.text.byte_counts import ByteCounts
from ml.files.text.dialect import Dialect
from ml.files.text.read_options import ReadOptions


def raw_preview(
    file: IO[bytes],
    options: ReadOptions,
    schema: Schema,
    counts: ByteCounts | None = None,
    reader: TextReader | None = None,
) -> tuple[Dialect, list[list[str]]]:
    """Probable dialect of a file, and the cells of its first lines.

    Parameters
    ----------
    file : binary file
    options : ReadOptions
        With which it could not be read.
    schema : Schema
        Schema of the model that is to read it.
    counts, reader
        As of :func:`ml.files.open_table.open_table`.

    Raises
    ------
    Unreadable
        Whatever is said of how it is written, it is no table.
    """
    try:  # often only the header row was given wrongly
        table = open_table(file, replace(options, header_row=None), schema, counts=counts, reader=reader)
        return replace(table.dialect, given_options=frozenset(options.to_json())), list(table.top)
    except Misread:
        pass
    lines, dialect = first_lines(file, options, schema, counts, reader)
    cut = (next(csv.reader([line.strip("\r\n")], delimiter=dialect.separator or ","), []) for line in lines)
    return replace(dialect, header_row=options.header_row or 1), list(islice(cut, TOP))
