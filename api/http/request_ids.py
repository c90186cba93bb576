"""Request ids: a header of each response, and of the log entry of a refused or failed request."""

from __future__ import annotations

import logging

from flask import Flask, Response, request

from telemetry.log_context import ALREADY_LOGGED
from telemetry.request_ids import HEADER, request_id

log = logging.getLogger(__name__)

ID, MODEL = HEADER, "X-Model"


def register(app: Flask) -> None:
    """Add the request id to each response, and log refused requests."""

    @app.after_request
    def name_answer(response: Response) -> Response:
        number = request_id(request.environ)
        response.headers[ID] = number
        if response.status_code >= 400 and ALREADY_LOGGED not in request.environ:
            # The path without its query, which holds personal values, as the body does; ASCII, so one line
            path = ascii(request.path[:200])
            log.info("request %s: %s %s was answered %s", number, request.method[:20], path, response.status_code)
        return response
