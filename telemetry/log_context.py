"""Fields of each logged line about the work in progress: a request, or a chunk of a job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from wsgiref.types import WSGIEnvironment

from telemetry.request_ids import request_id

# Keys of a request's environment, set where it is found out
ROUTE = "likely.route"  # the template of its address: /api/v1/models/<name>/predict
CALLER = "likely.caller"  # who asks: "person ID", "key NAME (ID)"; never a person's name

ALREADY_LOGGED = "likely.already_logged"  # it failed by an outage, which the circuit breaker has logged

current_request: ContextVar[WSGIEnvironment | None] = ContextVar("request_that_is_logged", default=None)
_fields: ContextVar[Mapping[str, Any] | None] = ContextVar("fields_of_a_log", default=None)


@contextmanager
def log_fields(**fields: Any) -> Iterator[None]:
    """Put fields into each line that is logged within the block; empty ones are left out."""
    token = _fields.set({**(_fields.get() or {}), **fields})
    try:
        yield
    finally:
        _fields.reset(token)


def at_work() -> bool:
    """True while a request is answered, or a chunk of a job worked on, in this context."""
    return current_request.get() is not None or bool(_fields.get())


def fields() -> dict[str, Any]:
    """Fields of what is being worked on in this context; those that are empty are left out."""
    environ = current_request.get()
    context = {} if environ is None else of_request(environ)
    return {name: value for name, value in {**context, **(_fields.get() or {})}.items() if value not in (None, "")}


def of_request(environ: WSGIEnvironment) -> dict[str, Any]:
    """Fields of a request."""
    return {
        "request_id": request_id(environ),
        "method": environ.get("REQUEST_METHOD", "")[:20],
        "route": environ.get(ROUTE, ""),
        "caller": environ.get(CALLER, ""),
    }
