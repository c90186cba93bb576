"""Is the service alive, and can it work? Asked by routers and orchestrators."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import orjson
from flask import Flask, Response

from api.http.query import ANY, takes

# Without these nothing can be answered, or something would be lost. Any other part costs time, or one model.
VITAL = ("models", "store")


def register(app: Flask, ready: Callable[[], dict[str, str | None]]) -> None:
    """Add ``/healthz`` and ``/readyz``; a prober may add to them what it likes."""

    @app.get("/healthz")
    @takes(ANY)
    def healthz() -> Response:
        """Alive: the process answers. No work, so that a slow cache does not get it killed."""
        return Response(b'{"alive":true}', content_type="application/json")

    @app.get("/readyz")
    @takes(ANY)
    def readyz() -> Response:
        """Ready to be sent requests: 200, or 503 where a vital part fails; each part and what is wrong with it.

        A broken model and a lost cache make it `degraded`, and no more: a router that took every
        instance out for them would stop the models that serve.
        """
        parts = ready()
        body = {"ready": serves(parts), "degraded": any(parts.values()), "parts": parts}
        return Response(orjson.dumps(body), 200 if serves(parts) else 503, content_type="application/json")


def serves(parts: Mapping[str, str | None]) -> bool:
    """Whether every vital part is well."""
    return not any(parts.get(part) for part in VITAL)
