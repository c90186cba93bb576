"""Contract of versions: which there are, making one live, and rolling back."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.contract.base import ModelKey, RequestModel, Shape
from api.contract.operation import JSON, BodySpec, Operation, in_json

TAG = "Versions"
Reason = Annotated[str, Field(max_length=1000, examples=["Better on the customers of March"])]
Fingerprint = Annotated[str, Field(pattern="^[0-9a-f]{8}$", examples=["3f9a1c2b"])]
Time = Annotated[str, Field(description="ISO 8601, UTC.", examples=["2026-11-25T14:02:11+00:00"])]


class PromoteRequest(RequestModel):
    """The version to make live, and the reason."""

    version: Annotated[str, Field(max_length=80, examples=["iris@3f9a1c2b", "3f9a1c2b"])]
    """Its key or its fingerprint."""
    reason: Reason
    """It stands in the history and in the audit log."""
    live: Fingerprint | None = None
    """The version that the client takes for live: where another one is live by now, nothing is changed (409)."""


class RollbackRequest(RequestModel):
    """The reason of a rollback."""

    reason: Reason
    """It stands in the history and in the audit log."""
    live: Fingerprint | None = None
    """As of promote. With it a request that is sent twice does not go two versions back."""


class LiveVersion(Shape):
    """What is live after the request."""

    model: ModelKey
    """What is live now."""
    previous: ModelKey | None
    """What was live before; null where nothing was."""
    changed: bool
    """False where that version was live already: nothing was done."""


class ListedVersion(Shape):
    """One version."""

    model: ModelKey
    created: str
    """ISO 8601; empty where that is not known."""
    state: Literal["live", "held", "was live", "never live"]
    """A held one waits, and has never been live."""


class HistoryLine(Shape):
    """One thing that was done."""

    time: Time | None
    """Null where the pointer was changed by hand."""
    action: str
    model: ModelKey | None
    """Null where the whole model was removed."""
    by: str
    why: str


class Versions(Shape):
    """The versions of a model, and what was done to them."""

    live: ModelKey | None
    """Null where none is live."""
    previous: ModelKey | None
    """To which a rollback would go; null where the history has none."""
    versions: list[ListedVersion]
    """The oldest first."""
    history: list[HistoryLine]
    """The oldest first."""


CHANGES = (400, 403, 404, 409, 413, 422, 503)
OPERATIONS = (
    Operation(
        "GET",
        "/api/v1/models/{name}/versions",
        "list_versions",
        TAG,
        "List the versions of a model",
        {200: in_json(Versions, "The versions, and their history.")},
        (404, 503),
    ),
    Operation(
        "POST",
        "/api/v1/models/{name}/promote",
        "promote_version",
        TAG,
        "Make a version live",
        {200: in_json(LiveVersion, "It is live: the next request is answered by it.")},
        CHANGES,
        body=BodySpec({JSON: PromoteRequest}, "Which, and why."),
    ),
    Operation(
        "POST",
        "/api/v1/models/{name}/rollback",
        "roll_back",
        TAG,
        "Make the version live that was live before",
        {200: in_json(LiveVersion, "That version is live again. Done again it goes further back.")},
        CHANGES,
        body=BodySpec({JSON: RollbackRequest}, "Why."),
    ),
)
