"""Contract of the service itself: liveness, readiness, documents."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from api.contract.base import Shape
from api.contract.operation import HTML, Operation, as_text, in_json

TAG = "Service"


class Alive(Shape):
    """The process answers."""

    alive: bool
    """True in every answer: no answer comes where the process is down."""


class Ready(Shape):
    """Readiness of the service, with the faults of its parts."""

    ready: bool
    """True where every vital part is well: the store, and at least one model."""
    degraded: bool
    """True where any part has a fault."""
    parts: Annotated[dict[str, str | None], Field(examples=[{"models": None, "store": None, "cache": "It is gone."}])]
    """Fault of each part by its name; null where all is well."""


OPERATIONS = (
    Operation(
        "GET",
        "/healthz",
        "alive",
        TAG,
        "Tell that the process answers",
        {200: in_json(Alive, "The process answers.")},
        any_query=True,
    ),
    Operation(
        "GET",
        "/readyz",
        "ready",
        TAG,
        "Tell whether requests can be answered",
        {
            200: in_json(Ready, "Requests can be answered."),
            503: in_json(Ready, "A vital part is at fault.", "RetryAfter"),
        },
        any_query=True,
    ),
    Operation(
        "GET",
        "/api/openapi.json",
        "contract",
        TAG,
        "Give this OpenAPI document",
        {200: in_json(dict[str, Any], "OpenAPI document of the API; it is the same whatever the models.")},
    ),
    Operation(
        "GET",
        "/api/docs",
        "docs",
        TAG,
        "Show the API to people",
        {200: as_text(HTML, "Documentation page.")},
        any_query=True,
    ),
    Operation(
        "GET",
        "/api/docs.js",
        "docs_script",
        TAG,
        "Give the script of the documentation page",
        {200: as_text("text/javascript", "Script of the page.")},
    ),
)
