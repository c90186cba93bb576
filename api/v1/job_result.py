"""Route of results: in the requested format, with ranges, so that a broken download can be resumed."""

from __future__ import annotations

import unicodedata
import zlib
from collections.abc import Iterator
from urllib.parse import quote

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import PreconditionFailed, RequestedRangeNotSatisfiable
from werkzeug.http import quote_etag, unquote_etag

from api.http.query import BadParameter, takes
from api.http.representations import accepted
from jobs.downloads import Downloads
from jobs.files.job_view import PREFIX, described
from jobs.work.stored_result import StoredResult
from ml import locale
from ml.files.write.formats import CSV, EXCEL_CSV, FORMATS, PARQUET, XLSX, Format, excel_csv, format_named
from store.job import Job

COMPRESSIONS = ("gzip", "none")
LEVEL = 3  # of gzip: nearly as small as level 6 in half the time
SOON = "2"  # seconds, Retry-After while an export is written
_MEDIA = {FORMATS[name].media_type.partition(";")[0]: name for name in (CSV, XLSX, PARQUET)}


def register(app: Flask, downloads: Downloads) -> None:
    """Add the route."""

    @app.get(f"{PREFIX}/<job>/result")
    @takes("format", "separator", "decimal", "compression")
    def job_result(job: str) -> ResponseReturnValue:
        """The result of a job, in the order of the records."""
        form, compression = _format(), _compression()
        job, form = downloads.export(job) or (job, form)  # an export job gives the result that it writes
        result = downloads.csv(job) if form.write is None else downloads.in_format(job, form)
        if isinstance(result, Job):
            return _later(job, result)
        response = _answer(result, form, compression, f"{job}-{form.tag}")
        if request.method == "GET" and response.status_code in (200, 206):
            downloads.note_download(job)
        suffix = ".gz" if compression == "gzip" else ""
        name = f"{downloads.stem(job)}{form.suffix}{suffix}"
        response.headers["Content-Disposition"] = _attached(name)
        _say_what_it_depends_on(response, form, compression)
        return response


def _format() -> Format:
    """The format of ``?format=``, else of Accept; CSV for Excel with the separators of Accept-Language."""
    name, separator, decimal = (request.args.get(each, "") for each in ("format", "separator", "decimal"))
    name = name or _accepted()
    if name == EXCEL_CSV and not separator and not decimal and request.headers.get("Accept-Language"):
        return excel_csv(locale.preferred_format(request.headers["Accept-Language"]).decimal)
    return format_named(name, separator, decimal)


def _accepted() -> str:
    """The format that Accept prefers; CSV by default."""
    types = accepted(request.headers.get("Accept", ""))
    named = {value for value, weight in types if weight > 0}
    asked = [media for media in _MEDIA if media in named]
    return _MEDIA[max(asked, key=types.quality)] if asked else CSV


def _compression() -> str:
    """The compression: "gzip" for a .gz file, "none", or "coded" for Content-Encoding by Accept-Encoding."""
    given = request.args.get("compression", "")
    if given and given not in COMPRESSIONS:
        raise BadParameter(f"compression is {given[:80]!r}.", f"Accepted: {', '.join(COMPRESSIONS)}.")
    takes_gzip = request.accept_encodings.quality("gzip") > 0 and not _is_ranged()
    return given or ("coded" if takes_gzip else "none")


def _answer(made: StoredResult, form: Format, compression: str, tag: str) -> Response:
    """The response: the file, compressed or not, a range of it, or 304; preconditions in the order of RFC 9110, 13.2.2.

    Those that name a date count for nothing: the file has none. Raises PreconditionFailed,
    RequestedRangeNotSatisfiable.
    """
    media_type = "application/gzip" if compression == "gzip" else form.media_type
    # Workbooks and Parquet are compressed already
    packed = compression == "gzip" or (compression == "coded" and form.media_type.startswith("text/"))
    tag += f"-{compression}" if packed else ""
    headers = {"ETag": quote_etag(tag), "Accept-Ranges": "none" if packed else "bytes"}
    if compression == "coded" and packed:
        headers["Content-Encoding"] = "gzip"
    if request.if_match and not request.if_match.contains(tag):
        raise PreconditionFailed("The file is not the one that If-Match names.")
    if request.if_none_match and request.if_none_match.contains_weak(tag):
        return Response(status=304, headers=headers)
    if packed:
        return Response(_gzip(made.read()), content_type=media_type, headers=headers)
    return _ranged(made, media_type, headers, tag)


def _ranged(made: StoredResult, media_type: str, headers: dict[str, str], tag: str) -> Response:
    """The response with all bytes (200), or those of Range (206); several ranges get all bytes.

    Raises RequestedRangeNotSatisfiable.
    """
    length, status = made.length, 200
    start, stop = 0, length
    asked = request.range if _is_ranged() and _same_as_before(tag) else None
    if asked is not None and asked.units == "bytes" and len(asked.ranges) == 1:
        bounds = asked.range_for_length(length)
        if bounds is None:
            raise RequestedRangeNotSatisfiable(length, description=f"The file has {length:,} bytes, none of these.")
        (start, stop), status = bounds, 206
        headers |= {"Content-Range": f"bytes {start}-{stop - 1}/{length}"}
    headers |= {"Content-Length": str(stop - start)}
    return Response(made.read(start, stop), status, content_type=media_type, headers=headers)


def _is_ranged() -> bool:
    """True where a part is asked for; of HEAD it would say nothing of the whole (RFC 9110, 14.2)."""
    return request.method == "GET" and "Range" in request.headers


def _same_as_before(tag: str) -> bool:
    """True unless If-Range names another state of the file, whose parts would not fit together."""
    named = request.headers.get("If-Range")
    return named is None or unquote_etag(named) == (tag, False)


def _gzip(blocks: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(LEVEL, wbits=31)  # gzip format, without a time stamp
    for block in blocks:
        if packed := packer.compress(block):
            yield packed
    yield packer.flush()


def _attached(name: str) -> str:
    """Content-Disposition for a name without quotes and line breaks: in ASCII, and by RFC 5987."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return f'attachment; filename="{plain}"' + ("" if plain == name else f"; filename*=UTF-8''{quote(name)}")


def _say_what_it_depends_on(response: Response, form: Format, compression: str) -> None:
    """Set ``Vary`` to the request headers on which the response depends."""
    if "format" not in request.args:
        response.vary.add("Accept")
    if form.name == EXCEL_CSV and not {"separator", "decimal"} & set(request.args):
        response.vary.add("Accept-Language")
    if compression == "coded" or "compression" not in request.args:
        response.vary.add("Accept-Encoding")


def _later(job: str, making: Job) -> ResponseReturnValue:
    """Response 202 while a worker writes the export: the same address gives it when it is done."""
    links = {"self": f"{PREFIX}/{making.id}", "result": request.full_path.rstrip("?")}
    return described(making) | {"links": links, "of": job}, 202, {"Retry-After": SOON}
