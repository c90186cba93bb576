"""The file of a request: its body, or the one file of a form (``curl -F file=@march.csv``), streamed either way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from flask import request

from api.http.multipart import is_multipart, read_form
from api.http.query import check
from ml.errors import Unreadable

BLOCK = 1024 * 1024
VAGUE = ("text/plain", "application/vnd.ms-excel")  # what browsers say of a CSV file, depending on what is installed


@dataclass(frozen=True)
class Upload:
    """A file on its way.

    Attributes
    ----------
    name : str
        What the client calls it; empty where it does not say.
    content_type : str
        Its own type, without parameters; empty where it is not said.
    blocks : iterator of bytes
        The file; errors of what comes late are raised here.
    options : mapping of str to str
        Parameters of the address, and fields of the form that came before the file.
    """

    name: str
    content_type: str
    blocks: Iterator[bytes]
    options: Mapping[str, str]


def open_upload(names: tuple[str, ...]) -> Upload:
    """Begin to read the file of the request at hand.

    Parameters
    ----------
    names : tuple of str
        Options that it takes, as parameters or as fields.

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
    mimetype = form.content_type.partition(";")[0].strip().lower()
    kind = "" if mimetype in VAGUE else mimetype
    return Upload(PurePath(form.filename).name, kind, form.blocks, {**request.args, **form.fields})


def _blocks() -> Iterator[bytes]:
    while block := request.stream.read(BLOCK):
        yield block
