"""Opens any table that people or programs send, as columns and lines: one reader for all entry points.

Page, API, jobs and command line open files here, so that the same file is the same table everywhere.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import IO, BinaryIO, cast

from ml.data.schema import Schema
from ml.errors import Unreadable
from ml.files.assemble_table import ReadRequest, Source, assemble_table
from ml.files.file_kinds import CSV, GZIP, LINK, LOCK, PARQUET, format_of, no_table
from ml.files.readers.json_records import json_form_of
from ml.files.readers.text_process import ServedRows, TextReader
from ml.files.table import Table
from ml.files.text.begin_text import TextRequest, begin_text
from ml.files.text.byte_counts import BLOCK, ByteCounts
from ml.files.text.dialect import Dialect
from ml.files.text.encodings import SEND, UTF8, TextScan, spoken
from ml.files.text.packed import unpacked
from ml.files.text.plain_name import plain_name
from ml.files.text.read_options import BadReadOption, ReadOptions
from ml.files.text.text_rows import TextRows
from ml.translation import mark, plural, text

AUTO = ReadOptions()
INSTEAD = {
    LINK: mark("Open it, download the table as a workbook or CSV, and send that."),
    LOCK: mark("Send the workbook itself: the file of the same name without “~$” or “.~lock.” in front."),
}
FORMAT_BYTES = 512  # at the beginning, by which the format is told
_CHARSET = re.compile(r"""(?:charset|encoding)\s*=\s*["']?([\w-]+)""")


def open_table(
    file: IO[bytes],
    options: ReadOptions = AUTO,
    schema: Schema | None = None,
    columns: Mapping[str, str] | None = None,
    *,
    blanks: bool = False,
    known: Collection[str] = (),
    as_written: bool = False,
    bounded: bool = False,
    counts: ByteCounts | None = None,
    reader: TextReader | None = None,
) -> Table:
    """Begin to read a table: CSV in any dialect, a workbook, Parquet, or one of these compressed with gzip.

    Parameters
    ----------
    file : binary file
        Read from its beginning; it has to stay open while the lines are read.
    options : ReadOptions
        Read options that somebody gave; the rest is detected.
    schema : Schema, optional
        Schema of the model that is to read it: its names tell which row is the header and which column gives what, its
        kinds how cells are read. Without it cells stay as they are.
    columns : mapping of str to str, optional
        Column to feature, as somebody chose; to "" where a column is to be left out.
    blanks : bool
        Whether a line in which no feature has a value is a record all the same: with a name to be found by.
    known : collection of str
        Further names of columns that are expected: the header stands where most of them are.
    as_written : bool
        Whether names keep the spaces at their ends.
    bounded : bool
        Whether lines that are no records have bounds, as in a request, which has few records.
    counts : ByteCounts, optional
        Counts of all bytes of a text, where it was read to its end before; without them they are counted now.
    reader : TextReader, optional
        Reads a text in a process with limits, until the reader is left; here by default.

    Raises
    ------
    Unreadable
        At once for a file or header that cannot be used; from the lines where quotes are broken.
    InvalidData
        Where the package for the format is not installed.
    BadColumns
    """
    source = _seekable(file)
    start = source.read(FORMAT_BYTES)
    source.seek(0)
    form = format_of(start)
    compressed = form == GZIP
    if compressed:
        start = unpacked(source).read(FORMAT_BYTES)
        form = format_of(start)
    other = no_table(start)
    if other:
        told = text("The file is {kind}, which is not read here.", kind=text(other))
        raise Unreadable(told, text(INSTEAD.get(other, SEND)))
    if form == CSV and json_form_of(start):  # records of programs are read by ml/files/readers/json_table.py
        raise Unreadable(text("The file is JSON, which programs send to the API."), text(SEND))
    names = known_names(schema, columns, known)
    wanted = ReadRequest(options, schema, columns, names, blanks, as_written, bounded, counts, reader)
    if form == CSV:
        table = assemble_table(_text_source(source, compressed, wanted), wanted)
    elif compressed:
        raise Unreadable(text("The file is compressed."), text("Unpack it and send it as it is."))
    else:
        table = assemble_table(_typed_source(source, form, wanted), wanted)
    return replace(table, dialect=replace(table.dialect, compressed=compressed))


def known_names(schema: Schema | None, columns: Mapping[str, str] | None, more: Collection[str] = ()) -> frozenset[str]:
    """Names of columns that are expected, plain."""
    names: list[str] = [*(columns or ()), *more]
    if schema is not None:
        names += [word for feature in schema.given for word in (feature.name, *feature.aliases, feature.label)]
        names += [schema.record_id or ""]
    return frozenset(filter(None, map(plain_name, names)))


def _words(schema: Schema | None) -> frozenset[str]:
    """Choices with letters beyond ASCII, plain."""
    choices = (choice for feature in schema.given for choice in feature.by_text) if schema else ()
    return frozenset(plain_name(choice) for choice in choices if not choice.isascii())


def _text_source(file: BinaryIO, packed: bool, wanted: ReadRequest) -> Source:
    rows = _begun(file, packed, wanted)
    if rows.markup:
        file.seek(0)
        return _markup_source(unpacked(file) if packed else file, rows.scan, rows.markup, wanted)
    return Source(iter(rows), _dialect(rows, wanted.options), text=rows, skipped=int(rows.stated is not None))


def _begun(file: BinaryIO, packed: bool, wanted: ReadRequest, lenient: bool = False) -> TextRows | ServedRows:
    asked = TextRequest(
        packed, wanted.options.encoding, wanted.options.separator, wanted.known, _words(wanted.schema), wanted.counts,
        lenient=lenient,
    )  # fmt: skip
    return wanted.reader.open(file, asked) if wanted.reader else begin_text(file, asked)


def first_lines(
    file: IO[bytes], options: ReadOptions, schema: Schema, counts: ByteCounts | None = None,
    reader: TextReader | None = None,
) -> tuple[list[str], Dialect]:  # fmt: skip
    """The first lines of a text that cannot be read as a table, and how it is written; bytes that are none are let be.

    Parameters are those of :func:`open_table`.
    """
    source = _seekable(file)
    wanted = ReadRequest(options, schema, None, known_names(schema, None), counts=counts, reader=reader)
    rows = _begun(source, format_of(source.read(8)) == GZIP, wanted, lenient=True)
    return rows.sample, _dialect(rows, options)


def _dialect(rows: TextRows | ServedRows, options: ReadOptions) -> Dialect:
    told = frozenset(options.to_json())
    return Dialect(encoding=rows.scan.encoding, separator=rows.separator, given_options=told, notes=_odd(rows.scan))


def _markup_source(file: BinaryIO, scan: TextScan, first: str, wanted: ReadRequest) -> Source:
    """Tables of a web page or XML; the encoding that it declares counts where the bytes are not UTF-8."""
    from ml.files.readers.excel import open_markup

    said = _CHARSET.search(first)
    if said and scan.guessed:
        with suppress(BadReadOption):
            scan.encoding = ReadOptions.from_mapping({"encoding": said[1]}).encoding or scan.encoding
    table = open_markup(file, scan.encoding, scan.errors, wanted.options.sheet, wanted.known)
    given = frozenset(wanted.options.to_json())
    dialect = Dialect(
        table.format, scan.encoding, sheet=table.sheet, sheets=table.sheets, given_options=given, notes=table.notes
    )
    return Source(table.rows, dialect)


def _odd(scan: TextScan) -> tuple[str, ...]:
    if not scan.whole:
        said = text("Its encoding was told by the first {size} MB of the file.", size=f"{scan.size / BLOCK:,.0f}")
        return (said, *_odd(replace(scan, whole=True)))
    if scan.odd and scan.encoding == UTF8:
        said = plural(
            "The file is UTF-8 with {n} byte that is none; read as Windows-1252.",
            "The file is UTF-8 with {n} bytes that are none; read as Windows-1252.",
            scan.odd,
            n=f"{scan.odd:,}",
        )
        return (said,)
    if scan.guessed:
        said = text(
            "The file is not UTF-8; it was taken for {encoding}. Where letters look wrong, say its encoding.",
            encoding=spoken(scan.encoding),
        )
        return (said,)
    return ()


def _typed_source(file: BinaryIO, form: str, wanted: ReadRequest) -> Source:
    if form == PARQUET:
        from ml.files.readers.parquet import parquet_rows

        return Source(parquet_rows(file), Dialect(PARQUET))
    from ml.files.readers.excel import open_workbook

    workbook = open_workbook(file, wanted.options.sheet, wanted.known)
    given = frozenset(wanted.options.to_json())
    dialect = Dialect(
        workbook.format, sheet=workbook.sheet, sheets=workbook.sheets, given_options=given, notes=workbook.notes
    )
    return Source(workbook.rows, dialect)


def _seekable(file: IO[bytes]) -> BinaryIO:
    """The file itself, or a seekable copy of one that can be read only once, such as standard input."""
    if file.seekable():
        file.seek(0)
        return cast(BinaryIO, file)
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - it goes with the table
    shutil.copyfileobj(file, copy)
    copy.seek(0)
    return cast(BinaryIO, copy)
