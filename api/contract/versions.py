"""Contract of versions: which there are, making one live, and rolling back."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.contract.base import ModelKey, RequestModel, Shape
from api.contract.operation import JSON, BodySpec, Operation, in_json

TAG = "Versions"
Reason = Annotated[str, Field(max_length=1000, examples=["Better on the customers of March"])]
Live = Annotated[str, Field(max_length=80, pattern="^([^@]+@)?[0-9a-f]{8}$", examples=["iris@3f9a1c2b", "3f9a1c2b"])]
Time = Annotated[str, Field(description="ISO 8601, UTC.", examples=["2026-11-25T14:02:11+00:00"])]


class PromoteRequest(RequestModel):
    """The version to make live, and the reason."""

    version: Annotated[str, Field(max_length=80, examples=["iris@3f9a1c2b", "3f9a1c2b"])]
    """Key or fingerprint of the version."""
    reason: Reason
    """Reason of the change; stored in the history and in the audit log."""
    live: Live | None = None
    """Key or fingerprint of the version that the client believes to be live; where another one is live by now, nothing
    is changed (409)."""


class RollbackRequest(RequestModel):
    """The reason of a rollback."""

    reason: Reason
    """Reason of the rollback; stored in the history and in the audit log."""
    live: Live | None = None
    """Key or fingerprint of the version that the client believes to be live; where another one is live by now, nothing
    is changed (409), so that a request that is sent twice does not go two versions back."""


class LiveVersion(Shape):
    """The live version after the request."""

    model: ModelKey
    """Key of the version that is live now."""
    previous: ModelKey | None
    """Key of the version that was live before; null where none was."""
    changed: bool
    """False where the version was live already: nothing was done."""


class ListedVersion(Shape):
    """One version."""

    model: ModelKey
    created: str
    """Time at which the version was built, ISO 8601; empty where it is not known."""
    state: Literal["live", "held", "was live", "never live"]
    """State of the version; a held one waits, and has never been live."""


class HistoryLine(Shape):
    """One entry of a model's history."""

    time: Time | None
    """Time of the action, ISO 8601, UTC; null where the pointer was changed by hand."""
    action: str
    """Action: train, add, hold, promote, rollback or remove."""
    model: ModelKey | None
    """Key of the version; null where the whole model was removed."""
    by: str
    """Person, key or process that did it."""
    why: str
    """Reason that was given; may be empty."""


class Versions(Shape):
    """Versions of a model, and its history."""

    live: ModelKey | None
    """Key of the live version; null where none is live."""
    previous: ModelKey | None
    """Key of the version to which a rollback would go; null where the history has none."""
    versions: list[ListedVersion]
    """Versions, the oldest first."""
    history: list[HistoryLine]
    """History of the model, the oldest entry first."""


CHANGES = (400, 403, 404, 409, 413, 422, 503)
OPERATIONS = (
    Operation(
        "GET",
        "/api/v1/models/{name}/versions",
        "list_versions",
        TAG,
        "List the versions of a model",
        {200: in_json(Versions, "Versions of the model, and its history.")},
        (404, 503),
    ),
    Operation(
        "POST",
        "/api/v1/models/{name}/promote",
        "promote_version",
        TAG,
        "Make a version live",
        {200: in_json(LiveVersion, "The version is live: it answers the next request.")},
        CHANGES,
        body=BodySpec({JSON: PromoteRequest}, "Version to make live, and the reason."),
    ),
    Operation(
        "POST",
        "/api/v1/models/{name}/rollback",
        "roll_back",
        TAG,
        "Make the previous live version live again",
        {
            200: in_json(
                LiveVersion,
                "The version that was live before is live again. A second rollback goes one version further back.",
            )
        },
        CHANGES,
        body=BodySpec({JSON: RollbackRequest}, "Reason of the rollback."),
    ),
)
