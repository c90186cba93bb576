"""Request ids: a header of each response, and of the log entry of a refused or failed request."""

from __future__ import annotations

import logging
import os
import re
from typing import TYPE_CHECKING

from flask import Flask, Response, request

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

log = logging.getLogger(__name__)

ID, MODEL = "X-Request-Id", "X-Model"
SANE = re.compile(r"[A-Za-z0-9._:-]{1,64}")  # allowed ids of clients: they are written into a header and a log
_KEPT = "likely.request_id"


def request_id(environ: WSGIEnvironment) -> str:
    """The client's request id if it sent a valid one, else a new one; constant during a request."""
    found = environ.get(_KEPT)
    if found is None:
        sent = environ.get("HTTP_X_REQUEST_ID", "")
        found = environ[_KEPT] = sent if sent and SANE.fullmatch(sent) else os.urandom(8).hex()
    return found


def register(app: Flask) -> None:
    """Add the request id to each response, and log refused requests."""

    @app.after_request
    def name_answer(response: Response) -> Response:
        number = request_id(request.environ)
        response.headers[ID] = number
        if response.status_code >= 400:
            # The path without its query, which holds personal values, as the body does; ASCII, so one line
            path = ascii(request.path[:200])
            log.info("request %s: %s %s was answered %s", number, request.method[:20], path, response.status_code)
        return response
