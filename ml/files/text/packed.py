"""Text files that came compressed with gzip, decompressed in a stream."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, cast

from ml.errors import Unreadable
from ml.translation import text

UNPACKED = 8 * 1024**3  # bytes of a file that came compressed
RATIO = 200  # times a compressed file may grow; tables grow by 3 to 30
SMALL = 64 * 1024**2  # bytes that any file may have


def unpacked(file: BinaryIO) -> BinaryIO:
    """The decompressed bytes of a file, which need not be seekable; Unreadable from reading where it is damaged."""
    return cast(BinaryIO, _CheckedGzip(gzip.GzipFile(fileobj=file)))


def most_unpacked(size: int) -> int:
    """Bytes that may come out of `size` compressed ones."""
    return min(UNPACKED, max(SMALL, size * RATIO))


def too_much_unpacked(most: int) -> Unreadable:
    """The error of a file that holds more."""
    return Unreadable(
        text("Unpacked the file has more than {size} MB.", size=f"{most / 1024**2:,.0f}"), text("Send it in parts.")
    )


class _CheckedGzip(io.BufferedReader):
    """A decompressing reader that raises Unreadable where the compressed data are damaged."""

    def __init__(self, file: Any) -> None:
        super().__init__(file)

    def read(self, size: int | None = -1, /) -> bytes:
        return _told(lambda: super(_CheckedGzip, self).read(size))

    def read1(self, size: int = -1, /) -> bytes:
        return _told(lambda: super(_CheckedGzip, self).read1(size))


def _told(read: Callable[[], bytes]) -> bytes:
    try:
        return read()
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable(
            text("The compressed file is harmed: {reason}.", reason=error), text("Send it again.")
        ) from None
