"""Route ``/metrics``, which Prometheus reads. Not in the OpenAPI document: it is for operators."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, request

from api.http.query import ANY, takes


def register(app: Flask, page: Callable[[str], tuple[bytes, str]]) -> None:
    """Add the route; `page` gives the page and its content type for an Accept header."""

    @app.get("/metrics")
    @takes(ANY)
    def metrics() -> Response:
        body, content_type = page(request.headers.get("Accept", ""))
        return Response(body, content_type=content_type)
