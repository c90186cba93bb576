"""Contract of 202 Accepted: the answer is still being computed, and where to poll for it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.contract.base import Shape
from api.contract.operation import in_json


class WorkingLinks(Shape):
    """Address at which to ask for the answer."""

    self: Annotated[str, Field(examples=["/api/v1/answers/0f8c2f6e3b1d4f5a9c7e8d6b5a4f3e2d"])]
    """Address of the answer: poll it until it no longer answers 202."""


class Working(Shape):
    """The answer is still being computed: it takes longer than a request waits."""

    state: Literal["working"]
    """State of the answer; always `working`."""
    links: WorkingLinks


LATER = in_json(
    Working,
    "The answer takes longer than 8 seconds, or waits for others: ask for it at Location, after Retry-After.",
    "Location",
    "RetryAfter",
    "Refresh",
)
