"""``POST /api/v1/models/<name>/predict``: the one address that must be quick."""

from __future__ import annotations

from flask import Flask, Response, request

from api.answers import choose
from api.reading import read_body
from ml.service import Service


def register(app: Flask, service: Service, max_records: int) -> None:
    """Add the route."""

    @app.post("/api/v1/models/<name>/predict")
    def predict(name: str) -> Response:
        """Score the records of the body.

        Headers are read from the environment of the request: building Werkzeug's header objects
        costs as much as scoring a record.
        """
        environ = request.environ
        content_type, write = choose(environ.get("HTTP_ACCEPT", ""))
        body = request.get_data(cache=False)
        coding = environ.get("HTTP_CONTENT_ENCODING", "")
        raws = read_body(body, environ.get("CONTENT_TYPE", ""), coding, max_records)
        return Response(write(service.score(name, raws)), content_type=content_type)
