"""Fast path of the predict endpoint around Flask, for a record or a few.

Creating Flask's request and response objects takes longer than scoring a record (see
``docs/decisions/0011-fast-path-of-predict.md``). Small, valid requests are answered here; everything else, errors
included, is passed on to Flask unchanged.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.wsgi import get_content_length

from api.http.representations import ResponseBody
from api.http.request_body import open_body
from api.http.request_ids import ID, MODEL
from telemetry.request_ids import request_id

PATH = re.compile(r"/api/v1/models/([a-z0-9@-]+)/predict")
SHORT = 2048  # bytes of a body; responses to longer ones are worth compressing, which Flask does


class FastPath:
    """WSGI middleware that answers small prediction requests, and passes on all others.

    Parameters
    ----------
    app : Flask
        Answers the others. While it has before_request hooks of its own, it answers all: the fast path never bypasses
        them. Sign-in and rate limit are no such hooks: ``auth/gate.py`` stands in front of both ways.
    answer : callable
        Function of environment, model and body that returns the response or raises.
    """

    def __init__(self, app: Flask, answer: Callable[[WSGIEnvironment, str, bytes], ResponseBody]) -> None:
        self._hooks = app.before_request_funcs
        self._flask = app.wsgi_app
        self._longest = min(SHORT, app.config["MAX_CONTENT_LENGTH"])
        self._answer = answer

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        match = PATH.fullmatch(environ.get("PATH_INFO", ""))
        length = get_content_length(environ) or 0  # 0 for a chunked body, too
        short = 0 < length <= self._longest and not environ.get("QUERY_STRING")
        short = short and not environ.get("HTTP_CONTENT_ENCODING")  # a compressed body may be a long one
        if match is None or environ["REQUEST_METHOD"] != "POST" or not short or self._hooks:
            return self._flask(environ, start_response)
        try:
            body = open_body(environ, self._longest).read()
        except HTTPException as error:
            environ["wsgi.input"] = FailedBody(error)
            return self._flask(environ, start_response)
        try:
            content_type, content, key = self._answer(environ, match[1], body)
        except Exception:  # noqa: BLE001 - whatever it is happens again there, where it is answered and logged
            environ["wsgi.input"] = io.BytesIO(body)
            return self._flask(environ, start_response)
        headers = [("Vary", "Accept-Encoding"), (ID, request_id(environ)), (MODEL, key)]
        start_response("200 OK", [("Content-Type", content_type), ("Content-Length", str(len(content))), *headers])
        return (content,)


class FailedBody:
    """Body of a request whose reading failed: reading it again raises the same error."""

    def __init__(self, error: HTTPException) -> None:
        self._error = error

    def read(self, _size: int = -1) -> bytes:
        """Raise the error."""
        raise self._error
