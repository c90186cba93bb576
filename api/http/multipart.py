"""Streaming parser of ``multipart/form-data``: a form with a file, never held in memory as a whole.

Forms of browsers, ``curl -F`` and ``requests.post(url, files=…)`` send this. Werkzeug's own parser
writes files to disk first; here a file's bytes are passed on block by block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData, Preamble

from api.http.decompress import ByteSource
from ml.errors import Unreadable

MULTIPART = "multipart/form-data"
STEP = 64 * 1024
MOST_HELD = 1024 * 1024  # bytes of one field, and of the buffer before a file
MOST_PARTS = 10_000
LONGEST_BOUNDARY = 200
# End of a block at which the decoder must not stop; why: :func:`_unsplit`
_INCOMPLETE_END = re.compile(rb"(\r|-{1,2})?\Z")
SEND = "Send fields of one record, or one file; curl -F and browsers' forms do."


@dataclass
class Form:
    """A parsed form: its fields, and name, type and bytes of its file."""

    fields: dict[str, str] = field(default_factory=dict)
    """Fields before the file; all of them, where there is none."""
    filename: str | None = None
    """None where there is no file."""
    content_type: str = ""
    """The file's own."""
    blocks: Iterator[bytes] = field(default_factory=lambda: iter(()))
    """The file's stream; to be read to the end, where faults of the rest are found."""


def is_multipart(content_type: str) -> bool:
    """True for the content type of forms with files."""
    return content_type[: len(MULTIPART)].lower() == MULTIPART


def read_form(stream: ByteSource, content_type: str) -> Form:
    """Parse a form up to its file.

    Parameters
    ----------
    stream : ByteSource
        The body.
    content_type : str
        Includes the boundary.

    Raises
    ------
    Unreadable
        Here or from `blocks`: not a form, a repeated field, a second file, a field after the file.
    """
    events = _events(stream, _boundary(content_type))
    form = Form()
    for event in events:
        if isinstance(event, Field):
            _add(form, _name(event), _text(events))
        elif isinstance(event, File):
            blocks = _blocks(events)
            first = next(blocks, b"")
            if not event.filename and not first:
                continue  # browsers send this where no file was chosen
            form.filename, form.content_type = event.filename, event.headers.get("content-type", "")
            form.blocks = _file(first, blocks, events)
            return form
    return form


def _add(form: Form, name: str, text: str) -> None:
    if name in form.fields:
        raise Unreadable(f"Fields came more than once: {name[:80]!r}.", "A form holds one record.")
    form.fields[name] = text


def _file(first: bytes, blocks: Iterator[bytes], events: Iterator[Event]) -> Iterator[bytes]:
    """Yield the bytes of the file, then check the end of the form."""
    yield first
    yield from blocks
    for event in events:
        if isinstance(event, File):
            if event.filename or next(_blocks(events), b""):
                raise Unreadable("The form holds more than one file.", "Send one file in a request.")
        elif isinstance(event, Field):
            raise Unreadable(f"Behind the file came the field {_name(event)[:80]!r}.", "Send fields before the file.")


def _blocks(events: Iterator[Event]) -> Iterator[bytes]:
    """Yield the bytes of the current part."""
    for event in events:
        if isinstance(event, Data):
            if event.data:
                yield event.data
            if not event.more_data:
                return


def _text(events: Iterator[Event]) -> str:
    held = bytearray()
    for block in _blocks(events):
        held += block
        if len(held) > MOST_HELD:
            raise Unreadable(f"A field has more than {MOST_HELD:,} bytes.", SEND)
    try:
        return held.decode()
    except UnicodeDecodeError:
        raise Unreadable("The form is not UTF-8 text.", "Encode its fields as UTF-8.") from None


def _name(event: Field | File) -> str:
    name: Any = event.name
    if not isinstance(name, str):
        raise Unreadable("A field of the form has no name.", SEND)
    return name


def _boundary(content_type: str) -> bytes:
    boundary = parse_options_header(content_type)[1].get("boundary", "")
    if not 0 < len(boundary) <= LONGEST_BOUNDARY or not boundary.isascii():
        raise Unreadable("The form names no boundary between its parts.", SEND)
    return boundary.encode()


def _events(stream: ByteSource, boundary: bytes) -> Iterator[Event]:
    """Yield the decoder's events while the body is read to its end."""
    decoder, blocks = MultipartDecoder(boundary, MOST_HELD, max_parts=MOST_PARTS), _unsplit(stream)
    while True:
        event = _next(decoder)
        if isinstance(event, NeedData):
            _feed(decoder, next(blocks, None))
        elif isinstance(event, Epilogue):
            return
        elif not isinstance(event, Preamble):
            yield event


def _unsplit(stream: ByteSource) -> Iterator[bytes]:
    """Yield the body in blocks that end neither between CR and LF nor before the last dashes.

    Werkzeug's decoder fails there: it sees two line breaks, or takes a byte of the end for one of the file.
    """
    held = b""
    while block := stream.read(STEP):
        block = held + block
        end = next(_INCOMPLETE_END.finditer(block, max(0, len(block) - 2))).start()
        held = block[end:]
        if end:
            yield block[:end]
    if held:
        yield held


def _next(decoder: MultipartDecoder) -> Event:
    try:
        return decoder.next_event()
    except Exception as error:  # noqa: BLE001 - a foreign reader on foreign bytes
        _explain(error)


def _feed(decoder: MultipartDecoder, block: bytes | None) -> None:
    try:
        decoder.receive_data(block)
    except Exception as error:  # noqa: BLE001 - as above
        _explain(error)


def _explain(error: Exception) -> NoReturn:
    if isinstance(error, HTTPException):
        message = f"The form has more than {MOST_PARTS:,} parts, or a head of more than {MOST_HELD:,} bytes."
        raise Unreadable(message, SEND) from None
    raise Unreadable("The form is malformed, or breaks off.", SEND) from None
