"""Request body to raw records: JSON, a table or a form."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import PurePath
from urllib.parse import parse_qsl

from werkzeug.http import parse_options_header

from api.http.containers import check_containers
from api.http.errors import check_count
from api.http.file_tables import WORKBOOKS, is_table, mimetype_of
from api.http.json_tables import Known, records_in
from api.http.multipart import MULTIPART, Form, is_multipart, read_form
from api.http.statuses import UnsupportedContent
from ml.errors import NoRecords, Unreadable
from ml.files.open_table import open_table
from ml.files.readers.json_text import SEND, parse_json, repeated, utf8_text

JSON = "application/json"
Tables = Callable[[bytes, str], Sequence[object]]
FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 10_000


def read_body(
    body: bytes,
    content_type: str,
    most: int,
    known: Known,
    *,
    lenient: bool = False,
    tables: Tables | None = None,
) -> Sequence[object]:
    """Read the records of a body.

    Parameters
    ----------
    content_type : str
        The header's value; empty means JSON.
    known : callable
        Returns the model's names.
    lenient : bool
        True accepts JSON with the content type of a form, the default of ``curl -d``.
    tables : callable, optional
        Reads a table (body, content type) by the model's schema; without it cells stay texts.

    Raises
    ------
    UnsupportedContent, Unreadable, NoRecords, TooManyRecords
    """
    if content_type != JSON and is_multipart(content_type):
        raws: Sequence[object] = _read_multipart(body, content_type, most, known, tables)
    elif tables is not None and content_type != JSON and is_table(content_type) and body.strip():
        raws = tables(body, content_type)
    else:
        read = _read_json if content_type == JSON else _reader(content_type)
        text = _text(body)
        if lenient and read is _read_form and looks_like_json(text):
            read = _read_json
        raws = list(islice(read(text, known, most), most + 1))
    if not raws:
        raise NoRecords("There is no record in the body.", SEND)
    check_count(len(raws), most)
    return raws


def is_form(content_type: str) -> bool:
    """True for the content type of HTML forms."""
    return is_multipart(content_type) or mimetype_of(content_type) == FORM


def looks_like_json(text: str) -> bool:
    """True when a text begins like JSON, and unlike a form."""
    return text.lstrip()[:1] in ("{", "[")


def _read_multipart(
    body: bytes, content_type: str, most: int, known: Known, tables: Tables | None
) -> Sequence[object]:  # fmt: skip
    """Read a form with files: one record of fields, or the records of a file."""
    form = read_form(io.BytesIO(body), content_type)
    if form.filename is None:
        return [form.fields] if form.fields else []
    data = b"".join(form.blocks)
    if form.fields:
        raise Unreadable(
            f"Beside the file came {', '.join(form.fields)[:200]}.", "Send the file alone, or fields alone."
        )
    return read_body(data, _type_of(form, data), most, known, tables=tables)


def _type_of(form: Form, data: bytes) -> str:
    """Content type of a file in a form: as declared, else by its name, else by its content."""
    said = mimetype_of(form.content_type)
    if said in _READERS and said:
        return form.content_type
    by_name = _TYPES.get(PurePath(form.filename or "").suffix.lower())
    if by_name is None and said not in ("", "text/plain", "application/octet-stream", "application/vnd.ms-excel"):
        return form.content_type
    return by_name or (JSON if looks_like_json(data[:100].decode("utf-8-sig", "replace")) else "text/csv")


def text_of_body(body: bytes, content_type: str) -> str:
    """Decode the body of a supported content type; errors as :func:`read_body`."""
    _reader(content_type)
    return _text(body)


def _text(body: bytes) -> str:
    text = utf8_text(body)
    if not text or text.isspace():
        raise NoRecords("There is nothing in the body.", SEND)
    return text


def _reader(content_type: str) -> Callable[[str, Known, int], Iterable[object]]:
    """The reader of a content type; its only parameter may be a UTF-8 charset."""
    mimetype, options = parse_options_header(content_type)
    charset = options.get("charset", "utf-8").lower()
    read = _READERS.get(mimetype.lower())
    if read is None and not (mimetype.startswith("application/") and mimetype.endswith("+json")):
        accepted = ", ".join([*filter(None, _READERS), WORKBOOKS[".xlsx"], MULTIPART])
        raise UnsupportedContent(f"The body is sent as {mimetype[:80]!r}.", f"Accepted: {accepted}.")
    if charset not in ("utf-8", "utf8", "us-ascii", "ascii"):
        raise UnsupportedContent(f"The body is sent in the charset {charset[:80]!r}.", "Accepted: utf-8.")
    return read or _read_json


def _read_json(text: str, known: Known, most: int) -> list[object]:
    """Read records in any shape of :mod:`api.http.json_tables`, or in a JSON string of one."""
    check_containers(text, most, known)
    data = parse_json(text, "The body")
    if isinstance(data, str):
        check_containers(data, most, known)
        data = parse_json(data, "The text in the JSON string")
    return records_in(data, most, known)


def _read_form(text: str, _known: Known, _most: int) -> list[object]:
    """Read one record of form fields."""
    if looks_like_json(text):
        raise UnsupportedContent(
            "The body looks like JSON but is sent as a form.", f"Send it with Content-Type: {JSON}."
        )
    try:
        pairs = parse_qsl(text.strip(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except UnicodeDecodeError:
        raise Unreadable("The form is not UTF-8 text.", "Encode its fields as UTF-8.") from None
    except ValueError:
        raise Unreadable(f"The form has more than {MOST_FIELDS:,} fields.", "A form holds one record.") from None
    twice = repeated(name for name, _ in pairs)
    if twice:
        hint = f"A form holds one record; send several as {JSON} or text/csv."
        raise Unreadable(f"Fields came more than once: {', '.join(repr(name[:80]) for name in twice[:10])}.", hint)
    return [dict(pairs)]


def _read_csv(text: str, _known: Known, _most: int) -> Iterable[object]:
    return open_table(io.BytesIO(text.encode()), bounded=True).rows


_READERS: dict[str, Callable[[str, Known, int], Iterable[object]]] = {
    "": _read_json,
    JSON: _read_json,
    FORM: _read_form,
    "text/csv": _read_csv,
    "text/tab-separated-values": _read_csv,
}
_TYPES = {
    ".json": JSON, ".csv": "text/csv", ".txt": "text/csv", ".tsv": "text/tab-separated-values"
} | WORKBOOKS  # fmt: skip
