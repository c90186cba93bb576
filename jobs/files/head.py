"""Early check of an upload: an unreadable file is refused, by its first bytes while the rest arrives, or by its end."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any

from jobs.files.source import RECORDS, opened
from ml.batch.check_header import check_header
from ml.errors import LikelyError, Misread, NoRecords, Unreadable
from ml.files.file_kinds import CSV, GZIP, format_of
from ml.files.readers.json_records import json_form_of, json_records, names_in
from ml.service import Bundle

HEAD = 256 * 1024  # bytes
LOOKED_AT = 200  # records
# Bytes up to which a file is read to its end before it is accepted: a few seconds (decision 39)
READ_TO_END = {CSV: 256 * 1024**2, GZIP: 32 * 1024**2, **dict.fromkeys(RECORDS, 64 * 1024**2)}
FEWEST = 1_024  # bytes of a head that is read again because it ended within a cell


def take_head(blocks: Iterable[bytes]) -> tuple[bytes, bool, Iterator[bytes]]:
    """Return the first bytes of a file, True if they are all of it, and an iterator of all its blocks.

    Raises
    ------
    NoRecords
        The file is empty.
    """
    rest = (block for block in blocks if block)
    taken: list[bytes] = []
    size = 0
    while size < HEAD and (block := next(rest, b"")):
        taken.append(block)
        size += len(block)
    head = b"".join(taken)
    if size < HEAD and not head.strip():
        raise NoRecords("The body is empty.", "Send a table with a header and a line for each record.")
    return head[:HEAD], size < HEAD, chain(taken, rest)


def form_of(start: bytes) -> str:
    """Format of a file by its first bytes."""
    return json_form_of(start) or format_of(start)


def told_by_head(form: str) -> bool:
    """True for formats that can be checked by their first bytes."""
    return form in (CSV, GZIP, *RECORDS)


def check_head(head: bytes, whole: bool, options: Mapping[str, Any], bundle: Bundle, held: bool) -> None:
    """Refuse a text file that cannot be read, or in which no column matches a feature.

    Parameters
    ----------
    head : bytes
        The first bytes.
    whole : bool
        True when they are the whole file.
    options : mapping
        As of :func:`jobs.files.source.opened`.
    bundle : Bundle
    held : bool
        Columns and read options can be corrected later: column names are not checked, and a text that cannot be read
        with the detected options is accepted.

    Raises
    ------
    LikelyError
    """
    try:
        _check_text(head, whole, options, bundle, held)
    except Misread:
        if not held:
            raise


def _check_text(head: bytes, whole: bool, options: Mapping[str, Any], bundle: Bundle, held: bool) -> None:
    if options.get("format") in RECORDS:
        _check_records(head, whole, options, bundle)
        return
    start = _unpacked(head) if options.get("format") == GZIP else head
    if whole:
        check_file(io.BytesIO(head), options, bundle, held, None)
    else:
        _check_start(start, options, bundle, held)


def may_read_to_end(form: str, size: int) -> bool:
    """True for a file of `size` bytes that is read to its end within a few seconds."""
    return size <= READ_TO_END.get(form, 0)


def check_file(
    file: Any, options: Mapping[str, Any], bundle: Bundle, held: bool, records: int | None = LOOKED_AT
) -> None:
    """As :func:`check_head`, for a complete file, of which `records` are read; None reads all."""
    table = opened(file, options, bundle)
    if not held:
        check_header(bundle, table.names, table.twice)
    for _ in islice(table.lines, records):
        pass


def _unpacked(head: bytes) -> bytes:
    """The head of a compressed file, decompressed."""
    try:
        found = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(head, HEAD)
    except zlib.error as error:
        raise Unreadable(f"The compressed file is harmed: {error}.", "Send it again.") from None
    if form_of(found) != CSV:
        raise Unreadable("The file is compressed.", "Unpack it and send it as it is, or with Content-Encoding: gzip.")
    return found


def _check_start(head: bytes, options: Mapping[str, Any], bundle: Bundle, held: bool) -> None:
    """Check the complete lines of the head; fewer of them where the head ends within a quoted cell."""
    first: LikelyError | None = None
    while True:
        try:
            check_file(io.BytesIO(_lines_of(head)), options, bundle, held)
            return
        except Unreadable as error:
            first = first or error
            head = head[: len(head) // 4]
            if len(head) < FEWEST:
                raise first from None


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
        found = json_records(io.BytesIO(head) if whole else _Head(head), str(options["format"]))
        records.extend(found if whole else islice(found, LOOKED_AT))
    except _Ends:
        pass  # a JSON text of one long line: valid as far as it was read
    if not records:
        if whole:
            raise NoRecords("There is no record in the body.", "Send a list of records, or one in each line.")
        return
    columns = options.get("columns") or {}
    names = [columns.get(name) or name for name in names_in(iter(records))]
    check_header(bundle, names)
