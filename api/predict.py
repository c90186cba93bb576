"""``POST /api/v1/models/<name>/predict``: the one address that must be quick."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, request

from api.answers import choose
from api.reading import read_body
from api.short import ShortWay
from ml.service import Service

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment


def register(app: Flask, service: Service, max_records: int) -> None:
    """Add the route, and the short way to it."""

    def answer(environ: WSGIEnvironment, name: str, body: bytes) -> tuple[str, bytes]:
        content_type, write = choose(environ.get("HTTP_ACCEPT", ""))
        coding = environ.get("HTTP_CONTENT_ENCODING", "")
        raws = read_body(body, environ.get("CONTENT_TYPE", ""), coding, max_records)
        return content_type, write(service.score(name, raws))

    @app.post("/api/v1/models/<name>/predict")
    def predict(name: str) -> Response:
        """Score the records of the body."""
        content_type, made = answer(request.environ, name, request.get_data(cache=False))
        return Response(made, content_type=content_type)

    app.wsgi_app = ShortWay(app, answer)  # type: ignore[method-assign]
