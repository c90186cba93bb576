"""``POST /api/v1/models/<name>/predict``: the one address that must be quick."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, request

from api import more
from api.answers import choose
from api.asked import NAMES, read_asked
from api.errors import NotAcceptable
from api.ids import MODEL
from api.query import takes
from api.reading import JSON, read_body
from api.short import ShortWay
from ml.service import Service

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment


def register(app: Flask, service: Service, max_records: int) -> None:
    """Add the route, and the short way to it."""

    def read(environ: WSGIEnvironment, body: bytes) -> list[object]:
        return read_body(body, environ.get("CONTENT_TYPE", ""), max_records)

    def answer(environ: WSGIEnvironment, name: str, body: bytes) -> tuple[str, bytes, str]:
        content_type, write = choose(environ.get("HTTP_ACCEPT", ""))
        scored = service.score(name, read(environ, body))
        return content_type, write(scored), scored.model.key

    @app.post("/api/v1/models/<name>/predict")
    @takes(*NAMES)
    def predict(name: str) -> Response:
        """Score the records of the body, and more where the address asks for it."""
        body = request.get_data(cache=False)
        if request.args:
            key, made = _more(name, read(request.environ, body))
            return Response(made, content_type=JSON, headers={MODEL: key})
        content_type, made, key = answer(request.environ, name, body)
        return Response(made, content_type=content_type, headers={MODEL: key})

    def _more(name: str, raws: list[object]) -> tuple[str, bytes]:
        asked = read_asked(request.args)
        content_type, _ = choose(request.environ.get("HTTP_ACCEPT", ""))
        if content_type != JSON:
            raise NotAcceptable("What the address asks for is given as JSON only.", f"Accepted: {JSON}.")
        return more.answer(service, name, raws, asked)

    app.wsgi_app = ShortWay(app, answer)  # type: ignore[method-assign]
