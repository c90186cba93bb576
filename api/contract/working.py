"""Contract of 202 Accepted: the answer is still being computed, and where to poll for it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.contract.base import Shape
from api.contract.operation import in_json


class WorkingLinks(Shape):
    """Where the answer will be."""

    self: Annotated[str, Field(examples=["/api/v1/answers/0f8c2f6e3b1d4f5a9c7e8d6b5a4f3e2d"])]


class Working(Shape):
    """What was asked for takes longer than a request waits."""

    state: Literal["working"]
    links: WorkingLinks


LATER = in_json(
    Working,
    "It takes longer than 8 seconds, or others are being answered: ask at Location, after Retry-After.",
    "Location",
    "RetryAfter",
    "Refresh",
)
