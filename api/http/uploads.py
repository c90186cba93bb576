"""Streaming uploads: the file is the body, or the one file of a form (``curl -F file=@march.csv``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from flask import request

from api.http.file_tables import mimetype_of
from api.http.multipart import is_multipart, read_form
from api.http.query import check
from ml.errors import Unreadable

BLOCK = 1024 * 1024
VAGUE = ("text/plain", "application/vnd.ms-excel")  # browsers' types of CSV files, which depend on installed programs


@dataclass(frozen=True)
class Upload:
    """A file being uploaded."""

    name: str
    """File name given by the client; may be empty."""
    content_type: str
    """Content type without parameters; may be empty."""
    blocks: Iterator[bytes]
    """The file's stream; late errors are raised here."""
    options: Mapping[str, str]
    """Query parameters, and fields of the form before the file."""


def open_upload(names: tuple[str, ...]) -> Upload:
    """Open the upload of the current request.

    Parameters
    ----------
    names : tuple of str
        Options that are accepted, as parameters or as fields.

    Raises
    ------
    BadParameter, Unreadable
    """
    sent = request.content_type or ""
    if not is_multipart(sent):
        return Upload("", request.mimetype, _blocks(), request.args)
    form = read_form(request.stream, sent)
    if form.filename is None:
        raise Unreadable("The form holds no file.", "Send the file as one part, curl -F file=@march.csv does.")
    check(names, form.fields)
    twice = [name for name in form.fields if name in request.args]
    if twice:
        raise Unreadable(f"{twice[0]} came in the address and in the form.", "Send it once.")
    mimetype = mimetype_of(form.content_type)
    kind = "" if mimetype in VAGUE else mimetype
    return Upload(PurePath(form.filename).name, kind, form.blocks, {**request.args, **form.fields})


def _blocks() -> Iterator[bytes]:
    while block := request.stream.read(BLOCK):
        yield block
