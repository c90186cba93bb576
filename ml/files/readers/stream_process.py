"""Child process that reads a text file from standard input to its end, while it is still being sent.

Run as ``python -m ml.files.readers.stream_process '{"format": …}'``.

It holds one record at a time, ends at the first fault, and writes one line of JSON: {"error": [message, hint], "kind":
class of error}; {"later": true} for what can only be read as a whole; {"separator": …} or {"names": […]} of a file that
can be read. A text that is read to its end has its {"counts": …} with it.
"""

from __future__ import annotations

import io
import json
import sys
from typing import Any, BinaryIO, cast

from ml.errors import LikelyError, Misread
from ml.files.file_kinds import GZIP
from ml.files.readers.json_records import JSON, NDJSON, json_records, names_in
from ml.files.readers.process_limits import limit
from ml.files.readers.refused import TOO_LONG
from ml.files.text.byte_counts import BLOCK, ByteCounter
from ml.files.text.code_pages import PAGES
from ml.files.text.encodings import MIXED, UTF8, TextScan, begins_as
from ml.files.text.packed import most_unpacked, too_much_unpacked, unpacked
from ml.files.text.separators import HEADER_ROWS
from ml.files.text.text_rows import TextRows
from ml.translation import ALL_READERS, serialize_messages, text, use_language

MEMORY = 1024**3  # bytes of addresses
NOISE = b"\0\x1a"  # NUL characters, and the Ctrl-Z with which old programs end a file


def main() -> None:
    """Read standard input as the first argument says, and write what was found."""
    limit(MEMORY)
    with use_language(ALL_READERS):  # whoever asked says it to a reader
        found = _found(json.loads(sys.argv[1]))
    sys.stdout.write(json.dumps(found))


def _found(asked: dict[str, Any]) -> dict[str, Any]:
    try:
        return check_stream(sys.stdin.buffer, asked)
    except LikelyError as error:
        return _fault(error)
    except MemoryError:
        message = text(TOO_LONG)
        return {"error": serialize_messages([message, text("Send a line for each record.")]), "kind": "Unreadable"}


def _fault(error: LikelyError) -> dict[str, Any]:
    return {"error": serialize_messages(error.kept), "kind": type(error).__name__}


def check_stream(stream: BinaryIO, asked: dict[str, Any]) -> dict[str, Any]:
    """Read a file to its end.

    Parameters
    ----------
    stream : binary file
        Need not be seekable.
    asked : dict
        ``format``: "csv", "gzip", "json" or "ndjson"; ``encoding`` and ``separator``, None where nobody gave them;
        ``known``: names of columns that are expected, plain; ``patient``: whether the bytes are counted to the end also
        where it cannot be read so, but perhaps otherwise.

    Raises
    ------
    LikelyError
        The file cannot be read.
    """
    if asked["format"] in (JSON, NDJSON):
        return {"names": names_in(json_records(stream, asked["format"]))}
    file = _Text(stream, asked["encoding"], packed=asked["format"] == GZIP)
    try:
        result = _read(file, asked)
    except Misread as error:
        if not asked["patient"]:
            raise
        result = _fault(error)
    return {**result, "counts": file.counts()}


def _read(file: _Text, asked: dict[str, Any]) -> dict[str, Any]:
    scan = TextScan(asked["encoding"] or file.begins, size=len(file.start))
    scan.noise = not file.drop_noise(scan.encoding)
    if scan.encoding in PAGES or (scan.encoding == UTF8 and asked["encoding"] is None):
        scan.errors = MIXED  # whatever else it is, quotes, separators and line ends are the same bytes
    rows = TextRows(cast(BinaryIO, file), scan)
    if "".join(rows.sample[:HEADER_ROWS]).lstrip("\ufeff \t\r\n").startswith("<"):
        return {"later": True}  # a web page or XML
    rows.find_separator(asked["separator"], frozenset(asked["known"]))
    rows.check()
    return {"separator": rows.separator}


class _Counted(io.RawIOBase):
    """Bytes of a stream, and how many they were."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self.count = stream, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        came = self._stream.read(len(buffer))
        buffer[: len(came)] = came
        self.count += len(came)
        return len(came)


class _Text(io.BufferedIOBase):
    """A text that is read once, but for its start: separator and quotes are found by that, before all is read.

    Attributes
    ----------
    start : bytes
        The first megabyte.
    begins : str
        Encoding by it.
    """

    def __init__(self, stream: BinaryIO, encoding: str | None, packed: bool) -> None:
        self._came = _Counted(stream)
        self._packed = packed
        self._stream = unpacked(cast(BinaryIO, self._came)) if packed else cast(BinaryIO, self._came)
        start = b""
        while len(start) < BLOCK and (block := self._stream.read(BLOCK - len(start))):
            start += block
        self.start, self.begins = start, begins_as(start, encoding)
        self._counter = ByteCounter(self.begins)
        self._count(start)
        self._at, self._noise = 0, b""

    def drop_noise(self, encoding: str) -> bool:
        """Leave out the bytes of NUL and Ctrl-Z, where each is a character; else False."""
        self._noise = b"" if encoding.startswith(("utf-16", "utf-32")) else NOISE
        return bool(self._noise)

    def readable(self) -> bool:
        """True: it is read from."""
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go back to the beginning, as long as no more than the start was read."""
        if offset or whence or self._at > len(self.start):
            raise io.UnsupportedOperation("seek")
        self._at = 0
        return 0

    def read(self, size: int | None = -1, /) -> bytes:  # noqa: ARG002 - as many as there are at once
        """The next bytes, of the start up to its end."""
        block = self.start[self._at : self._at + BLOCK] or self._more(BLOCK)
        self._at += len(block)
        return block.translate(None, self._noise) or (self.read() if block else b"")

    read1 = read

    def counts(self) -> dict[str, Any]:
        """Counts of all bytes, as JSON; reads those that are left."""
        while self._more(BLOCK):
            pass
        return self._counter.end().to_json()

    def _more(self, size: int) -> bytes:
        block = self._stream.read(size)
        self._count(block)
        return block

    def _count(self, block: bytes) -> None:
        self._counter.take(block)
        if self._packed and self._counter.counts.size > most_unpacked(self._came.count):
            raise too_much_unpacked(most_unpacked(self._came.count))


if __name__ == "__main__":
    main()
