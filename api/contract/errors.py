"""Contract of errors: one shape at our own addresses, and the meaning of each status."""

from __future__ import annotations

from typing import Annotated

from pydantic import MISSING, Field

from api.contract.base import Scalar, Shape
from ml.data.validation.field_types import Count

ERROR_STATUSES = {
    400: "The request cannot be read, or asks for what is not offered.",
    401: "The caller is not known: send an API key, or sign in.",
    403: "The key or the person may not do this; or a page of another site asks for a change (ALLOWED_ORIGINS).",
    404: "There is no such model, version, plot or job.",
    405: "The method is not accepted here; Allow names those that are.",
    406: "Accept takes none of the types that are given.",
    408: "The request did not come whole in time.",
    409: "The state of the job does not allow it, or the key belongs to another file.",
    412: "The file is not the one that If-Match names.",
    413: "The body, or the number of records, is too large.",
    415: "The body is of a type, charset or coding that is not read.",
    414: "The address is too long.",
    422: "Values cannot be scored: see problems.",
    429: "Too many requests came within a minute, too many jobs are open, or another report is being made; Retry-After "
    "says when to ask again.",
    500: "Internal error; its number stands in the log of the service.",
    503: "The model's files are at fault, or a part of the service is busy; Retry-After may say when to ask again.",
    507: "The file cannot be kept.",
}


class Problem(Shape):
    """One thing that is wrong with one value of one record."""

    row: Count
    """The record, counted from 0 in the order in which they were sent."""
    feature: Annotated[str | None, Field(examples=["income"])]
    """Name of the feature; null where the whole record is meant."""
    value: Annotated[Scalar, Field(examples=["x"])]
    """Value that was sent, cut at 100 characters."""
    message: Annotated[str, Field(examples=["“x” is not a number."])]
    """Error message: the fault of the value, in words."""
    hint: Annotated[str, Field(examples=["Accepted: a number from 0 to 500 k€."])]
    """Accepted values, or what to do."""


class Fault(Shape):
    """The error: its code and message."""

    code: Annotated[str, Field(pattern="^[a-z0-9_]+$", examples=["invalid_record"])]
    """Error code, for programs."""
    message: Annotated[str, Field(examples=["income: “x” is not a number."])]
    """Error message: the value that was sent, and its fault."""
    hint: Annotated[str, Field(examples=["Accepted: a number from 0 to 500 k€."])]
    """Accepted values, or what to do; may be empty."""


class FaultOfRequest(Fault):
    """The error of a request, with the problems of its records."""

    problems: Annotated[list[Problem], Field(max_length=100)]
    """Problems of all records, the first 100."""
    more: Count | MISSING = MISSING
    """Number of problems beyond those that are listed."""


class Error(Shape):
    """The request was refused; nothing was done in part."""

    error: FaultOfRequest
