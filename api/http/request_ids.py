"""Each answer has a number, under which a refused or failed request stands in the log; never its values."""

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
SANE = re.compile(r"[A-Za-z0-9._:-]{1,64}")  # what a client may call its request: it goes into a header and a log
_KEPT = "likely.request_id"


def request_id(environ: WSGIEnvironment) -> str:
    """The client's own name for its request if it sent a sane one, else a new one; the same for a whole request."""
    found = environ.get(_KEPT)
    if found is None:
        sent = environ.get("HTTP_X_REQUEST_ID", "")
        found = environ[_KEPT] = sent if sent and SANE.fullmatch(sent) else os.urandom(8).hex()
    return found


def register(app: Flask) -> None:
    """Put the number on each answer, and into the log where a request was refused."""

    @app.after_request
    def name_answer(response: Response) -> Response:
        number = request_id(request.environ)
        response.headers[ID] = number
        if response.status_code >= 400:
            # The address without its query, which holds values as the body does; as a literal, so that it is one line
            path = ascii(request.path[:200])
            log.info("request %s: %s %s was answered %s", number, request.method[:20], path, response.status_code)
        return response
