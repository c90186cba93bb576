"""Check of an upload: text formats by their first bytes while the rest arrives, others when complete."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any

from jobs.files.source import RECORDS, opened
from ml.batch.check_header import check_header
from ml.errors import Misread, NoRecords, OtherTable, Unreadable
from ml.files.file_kinds import CSV, GZIP, PARQUET, format_of, no_table
from ml.files.readers.json_records import json_form_of, json_records, names_in
from ml.files.readers.parquet import check_parquet
from ml.service import Bundle
from ml.translation import text

HEAD = 256 * 1024  # bytes
CHECKED_RECORDS = 200  # at the head of a file
FEWEST = 1_024  # bytes of a head that is read again because it ended within a cell


def take_head(blocks: Iterable[bytes]) -> tuple[bytes, bool, Iterator[bytes]]:
    """Return the first bytes of a file, True if they are all of it, and an iterator of all its blocks.

    Raises
    ------
    NoRecords
        Nothing was sent.
    """
    rest = (block for block in blocks if block)
    taken: list[bytes] = []
    size = 0
    while size < HEAD and (block := next(rest, b"")):
        taken.append(block)
        size += len(block)
    head = b"".join(taken)
    if size < HEAD and not head.strip():
        raise NoRecords(
            text("There is nothing in the file."), text("Send a table with a header and a line for each record.")
        )
    return head[:HEAD], size < HEAD, chain(taken, rest)


def form_of(start: bytes) -> str:
    """Format of a file by its first bytes."""
    is_json = no_table(start) is None  # a link to a document of Google is JSON, too
    return (json_form_of(start) if is_json else None) or format_of(start)


def is_checkable_by_head(form: str) -> bool:
    """True for formats that can be read while they arrive, and checked by their first bytes."""
    return form in (CSV, GZIP, *RECORDS)


def check_head(head: bytes, whole: bool, options: Mapping[str, Any], bundle: Bundle, held: bool) -> bool:
    """Refuse a text file that cannot be read, or in which no column matches a feature.

    Parameters
    ----------
    head : bytes
        The first bytes.
    whole : bool
        True when they are the whole file.
    options : mapping
        As of :func:`jobs.files.source.opened`.
    held : bool
        Columns and read options can be corrected later: column names are not checked, and a text that cannot be read
        with the detected options is accepted.

    Returns
    -------
    bool
        False where its columns cannot be told by these bytes: they end within the cells of the first record.

    Raises
    ------
    LikelyError
    """
    try:
        if options.get("format") in RECORDS:
            _check_records(head, whole, options, bundle)
            return True
        start = _unpacked(head) if options.get("format") == GZIP else head
        if not whole:
            return _check_start(start, options, bundle, held)
        check_file(io.BytesIO(head), options, bundle, held, None)
    except Misread:
        if not held:
            raise
    return True


def check_kept(file: Any, options: Mapping[str, Any], bundle: Bundle, held: bool, marked_up: bool) -> None:
    """Like :func:`check_head`, for a complete file of a format that cannot be checked by its first bytes.

    Workbooks are read whole when they are opened; so are web pages and XML (`marked_up`), and of Parquet every page.
    """
    try:
        check_file(file, options, bundle, held, None if marked_up else CHECKED_RECORDS)
    except Misread:
        if not held:
            raise
    if options.get("format") == PARQUET:
        check_parquet(file)


def check_file(file: Any, options: Mapping[str, Any], bundle: Bundle, held: bool, records: int | None) -> None:
    """Like :func:`check_head`, for a complete file, of which `records` are read; None reads all."""
    table = opened(file, options, bundle)
    if not held:
        check_header(bundle, table.names, table.twice)
    for _ in islice(table.lines, records):
        pass


def _unpacked(head: bytes) -> bytes:
    """The head of a compressed file, decompressed."""
    try:
        unpacked = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(head, HEAD)
    except zlib.error as error:
        raise Unreadable(text("The compressed file is harmed: {error}.", error=error), text("Send it again.")) from None
    if form_of(unpacked) != CSV:
        raise Unreadable(
            text("The file is compressed."), text("Unpack it and send it as it is, or with Content-Encoding: gzip.")
        )
    return unpacked


def _check_start(head: bytes, options: Mapping[str, Any], bundle: Bundle, held: bool) -> bool:
    """Check the complete lines of the head; fewer of them where the head ends within a quoted cell.

    False where that leaves none: only whoever reads on can tell what is wrong.
    """
    while len(head) >= FEWEST:
        try:
            check_file(io.BytesIO(_lines_of(head)), options, bundle, held, CHECKED_RECORDS)
            return True
        except OtherTable:
            raise
        except Misread:
            head = head[: len(head) // 4]
    return held


def _lines_of(head: bytes) -> bytes:
    """The complete lines of a head; all of it where there is none."""
    end = max(head.rfind(b"\n"), head.rfind(b"\r")) + 1
    return head[: end + end % 2] or head  # an even number of bytes: UTF-16 characters have two


class _Ends(BaseException):
    """Read beyond the head."""


class _Head(io.BytesIO):
    """The head as a file object; reading beyond it raises an error that no reader catches."""

    def read(self, size: int | None = -1, /) -> bytes:
        return self._more(super().read(size))

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        return line if line.endswith(b"\n") else self._more(b"")

    def _more(self, came: bytes) -> bytes:
        if not came:
            raise _Ends
        return came


def _check_records(head: bytes, whole: bool, options: Mapping[str, Any], bundle: Bundle) -> None:
    records: list[object] = []
    try:
        lines = json_records(io.BytesIO(head) if whole else _Head(head), str(options["format"]))
        records.extend(lines if whole else islice(lines, CHECKED_RECORDS))
    except _Ends:
        pass  # a JSON text of one long line: valid as far as it was read
    if not records:
        if whole:
            raise NoRecords(
                text("There is no record in the body."), text("Send a list of records, or one in each line.")
            )
        return
    columns = options.get("columns") or {}
    names = [columns.get(name) or name for name in names_in(iter(records))]
    check_header(bundle, names)
