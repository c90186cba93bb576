"""Health checks for routers and orchestrators: liveness and readiness."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, request

from api.http.query import ANY, takes
from telemetry.log_context import ALREADY_LOGGED

# Vital parts: without them nothing works, or data is lost. Any other costs time, or one model.
VITAL = ("models", "store")


def register(app: Flask, ready: Callable[[], dict[str, str | None]]) -> None:
    """Add ``/healthz`` and ``/readyz``; both accept any query parameters."""

    @app.get("/healthz")
    @takes(ANY)
    def healthz() -> dict[str, Any]:
        """Liveness: the process answers. It checks nothing, so that a slow cache does not get it killed."""
        return {"alive": True}

    @app.get("/readyz")
    @takes(ANY)
    def readyz() -> tuple[dict[str, Any], int]:
        """Readiness: 200, or 503 where a vital part fails, with the fault of each part.

        A broken model or a lost cache only make it `degraded`: a router that removed every instance for them would
        stop the models that serve.
        """
        parts = ready()
        if parts.get("store"):
            request.environ[ALREADY_LOGGED] = True
        body = {"ready": serves(parts), "degraded": any(parts.values()), "parts": parts}
        return body, 200 if serves(parts) else 503


def without_names(parts: Mapping[str, str | None]) -> dict[str, str | None]:
    """The parts without names of models and versions: health checks are open where people sign in, too."""
    own = {part: fault for part, fault in parts.items() if part.startswith(("model ", "version "))}
    summary = f"With a fault: {sum(map(bool, own.values()))}. The log names them." if any(own.values()) else None
    return {part: fault for part, fault in parts.items() if part not in own} | {"single models": summary}


def serves(parts: Mapping[str, str | None]) -> bool:
    """True when every vital part is well."""
    return not any(parts.get(part) for part in VITAL)
