"""Streamed CSV response: a table that is made while it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from urllib.parse import quote

from flask import Response


def csv_answer(parts: Iterator[str], name: str) -> Response:
    """A CSV file for download; its header and first lines are made before the response begins.

    So an outage of the store becomes an error response instead of a truncated file.
    """
    header, first = next(parts), next(parts, "")
    head = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(chain((header, first), parts), content_type="text/csv; charset=utf-8", headers=head)
