"""Request bodies, read completely or refused: the only reader of ``wsgi.input``.

Werkzeug's own limit ends a body of unknown length (``Transfer-Encoding: chunked``) at
``MAX_CONTENT_LENGTH`` silently when it is read in one go, and accepts a truncated one. Here each body is all that
was sent, or an error: too large, truncated, malformed, late.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn
from wsgiref.types import WSGIEnvironment

from flask import Request
from werkzeug.exceptions import (
    BadRequest,
    ClientDisconnected,
    HTTPException,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)
from werkzeug.utils import cached_property
from werkzeug.wsgi import get_content_length

from api.http.decompress import CODINGS, ByteReader, ByteSource, CorruptBody, Decompressor


class IncompleteBody(BadRequest):
    """The body is truncated, or its chunks or its compression are malformed."""


class UnknownCoding(UnsupportedMediaType):
    """The body's Content-Encoding is not supported."""


def open_body(environ: WSGIEnvironment, most: int | None) -> ByteReader:
    """Open the body of a request as a stream.

    Parameters
    ----------
    most : int or None
        Size limit in bytes, compressed and decompressed.

    Raises
    ------
    RequestEntityTooLarge
        Content-Length is over the limit; nothing was read.
    UnknownCoding
        The coding of the body is none of `CODINGS`.
    """
    coding = _coding(environ)
    length = get_content_length(environ)
    if length is None and not environ.get("wsgi.input_terminated"):
        length = 0  # without either header there is no body
    if length is not None and most is not None and length > most:
        raise too_large(most)
    body = Body(environ["wsgi.input"], length, most)
    return _DecompressedBody(body, coding, most) if coding else body


class OptionsTooLarge(RequestEntityTooLarge):
    """A body of options, which are no data, is over the limit of these."""


def too_large(most: int) -> RequestEntityTooLarge:
    """Error for a body over the limit."""
    return RequestEntityTooLarge(f"The body is larger than {most:,} bytes.")


class Body(ByteReader):
    """A stream that ends where the body ends, and fails on a truncated one.

    Parameters
    ----------
    stream : object
        ``wsgi.input``.
    length : int or None
        Content-Length; None for a chunked body.
    most : int or None
        Size limit of a chunked body.

    Raises
    ------
    RequestEntityTooLarge, IncompleteBody, ClientDisconnected
        On reading; ClientDisconnected after a timeout.
    """

    def __init__(self, stream: ByteSource, length: int | None, most: int | None) -> None:
        self._stream, self._length, self._most = stream, length, most
        self._read = 0

    def next_bytes(self, size: int) -> bytes:
        """Read up to `size` bytes more."""
        limit = self._most if self._length is None else self._length
        if limit is not None and self._read == limit:
            if self._length is None and self._ask(1):
                raise too_large(limit)
            return b""
        wanted = size if limit is None else min(size, limit - self._read)
        came = self._ask(wanted)
        self._read += len(came)
        if not came and wanted and self._length is not None:
            raise IncompleteBody(f"The body broke off: {self._read:,} of {self._length:,} bytes came.")
        return came

    def _ask(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except HTTPException:
            raise
        except Exception as error:  # noqa: BLE001 - each server has errors of its own for what is no chunk
            _explain(error)


class _DecompressedBody(Decompressor):
    """A compressed body that raises HTTP errors."""

    def next_bytes(self, size: int) -> bytes:
        """Decompress up to `size` bytes more."""
        with _body_errors():
            return super().next_bytes(size)


@contextmanager
def _body_errors() -> Iterator[None]:
    try:
        yield
    except CorruptBody as error:
        raise IncompleteBody(str(error)) from None


def _coding(environ: WSGIEnvironment) -> str:
    """Content-Encoding of a body; a Transfer-Encoding other than chunked, which servers decode, is refused."""
    transfer, coding = environ.get("HTTP_TRANSFER_ENCODING"), environ.get("HTTP_CONTENT_ENCODING")
    if transfer and transfer.strip().lower() not in ("", "identity", "chunked"):
        raise UnknownCoding(f"The body is encoded as {transfer[:80]!r}.")
    if not coding:
        return ""
    named: str = coding.strip().lower()
    if named in ("", "identity"):
        return ""
    if named not in CODINGS:
        raise UnknownCoding(f"The body is encoded as {named[:80]!r}.")
    return named


def _explain(error: Exception) -> NoReturn:
    """Raise a server's read error as one of ours, without its message, which may hold bytes of the body."""
    if isinstance(error, (TimeoutError, BlockingIOError)):
        raise ClientDisconnected from error
    if isinstance(error, OSError) and error.errno != errno.EBADMSG:  # web/deadline_socket.py
        raise IncompleteBody("The body broke off before its end.") from error
    raise IncompleteBody("The chunks of the body are malformed.") from error


class WholeRequest(Request):
    """Flask request that always reads its body through :class:`Body`."""

    @cached_property
    def stream(self) -> ByteReader:  # type: ignore[override]
        """The body's stream; see :func:`open_body`."""
        return open_body(self.environ, self.max_content_length)
