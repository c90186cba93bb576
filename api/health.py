"""Is the service alive, and can it work? Asked by routers and orchestrators."""

from __future__ import annotations

from collections.abc import Callable

import orjson
from flask import Flask, Response


def register(app: Flask, ready: Callable[[], dict[str, str | None]]) -> None:
    """Add ``/healthz`` and ``/readyz``."""

    @app.get("/healthz")
    def healthz() -> Response:
        """Alive: the process answers. No work, so that a slow cache does not get it killed."""
        return Response(b'{"alive":true}', content_type="application/json")

    @app.get("/readyz")
    def readyz() -> Response:
        """Ready: every part answers; 503 and what is wrong otherwise."""
        parts = ready()
        well = not any(parts.values())
        return Response(
            orjson.dumps({"ready": well, "parts": parts}), 200 if well else 503, content_type="application/json"
        )
