"""Streaming decompression of request bodies, with a limit (protection against zip bombs).

A thousand bytes of gzip may hold a megabyte of zeros, so measuring after decompression is too late. Here at
most the requested number of bytes is decompressed at a time, which bounds memory by the reader's step.
"""

from __future__ import annotations

import io
import zlib
from typing import Any, Protocol

from werkzeug.exceptions import RequestEntityTooLarge

STEP = 64 * 1024
MOST_TIMES = 200  # largest compression ratio of a body without another limit; tables have 5 to 50
FREE = 64 * 1024 * 1024  # bytes that are allowed at any ratio
CODINGS = ("gzip", "x-gzip", "deflate")


class CorruptBody(Exception):
    """The compressed bytes are malformed or truncated."""


class ByteSource(Protocol):
    """Source of compressed bytes."""

    def read(self, size: int, /) -> bytes:
        """Read up to `size` bytes; none at the end."""


class ByteReader(io.RawIOBase):
    """A raw stream implemented by one method, :meth:`next_bytes`."""

    def next_bytes(self, size: int) -> bytes:
        """Return up to `size` bytes; none only at the end."""
        raise NotImplementedError

    def readable(self) -> bool:
        """True: the stream can be read."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Read up to as many bytes as the buffer has; 0 at the end of the body."""
        came = self.next_bytes(len(buffer))
        buffer[: len(came)] = came
        return len(came)

    def readall(self) -> bytes:
        """Read to the end."""
        blocks = []
        while block := self.next_bytes(STEP):
            blocks.append(block)
        return b"".join(blocks)


class Decompressor(ByteReader):
    """A stream of the decompressed bytes of a body.

    Parameters
    ----------
    coding : str
        One of `CODINGS`.
    most : int or None
        Limit of decompressed bytes; None limits the compression ratio to `MOST_TIMES`.

    Raises
    ------
    RequestEntityTooLarge, CorruptBody
        On reading.
    """

    def __init__(self, packed: ByteSource, coding: str, most: int | None) -> None:
        self._packed, self._coding, self._most = packed, coding, most
        self._came = self._made = 0
        self._pending = self._take()
        self._decoder = _decoder(coding, self._pending)

    def next_bytes(self, size: int) -> bytes:
        """Decompress up to `size` bytes more."""
        output = b""
        while size and not output and not self._at_end():
            data = self._pending or self._take()
            output = self._unpack(data, size)
            if not data and not output:
                raise CorruptBody(f"The {self._coding} body broke off before its end.")
        self._count(len(output))
        return output

    def _take(self) -> bytes:
        came = self._packed.read(STEP)
        self._came += len(came)
        return came

    def _unpack(self, data: bytes, size: int) -> bytes:
        try:
            made: bytes = self._decoder.decompress(data, size)
        except zlib.error:
            raise CorruptBody(f"The body is said to be {self._coding}, and is not.") from None
        self._pending = self._decoder.unconsumed_tail or self._decoder.unused_data
        return made

    def _at_end(self) -> bool:
        """True at the end of the data; a gzip file may have several members, one after the other."""
        if not self._decoder.eof:
            return False
        if not self._pending:
            self._pending = self._take()
        if not self._pending:
            return True
        if self._coding == "deflate":
            raise CorruptBody("Behind the deflate body came something else.")
        self._decoder = _decoder(self._coding, self._pending)
        return False

    def _count(self, more: int) -> None:
        self._made += more
        if self._most is not None and self._made > self._most:
            raise RequestEntityTooLarge(f"The body holds more than {self._most:,} bytes, unpacked.")
        if self._made > FREE and self._made > MOST_TIMES * self._came:
            raise RequestEntityTooLarge(f"The body holds more than {MOST_TIMES} times as much as was sent.")


def _decoder(coding: str, start: bytes) -> Any:
    """A decompressor; "deflate" means zlib's format, and some clients send raw deflate."""
    if coding != "deflate":
        return zlib.decompressobj(16 + zlib.MAX_WBITS)
    headed = len(start) > 1 and start[0] & 0x0F == 8 and int.from_bytes(start[:2]) % 31 == 0
    return zlib.decompressobj(zlib.MAX_WBITS if headed else -zlib.MAX_WBITS)
