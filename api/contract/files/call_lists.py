"""Contract of call lists: what a list would bring, the list itself, and who was kept back by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from api.contract.base import ModelKey, Shape
from api.contract.files.campaigns import REFUSED, TAG
from api.contract.files.jobs import Job, JobId
from api.contract.models import Named
from api.contract.operation import JSON, BodySpec, Operation, ResponseSpec, in_json
from api.contract.working import LATER
from ml.campaign.forecast import ExpectedResult
from ml.campaign.list_request import ListRequest
from ml.data.validation.field_types import Count, Seconds


class GroupBrings(Shape):
    """Expected result of a list for one value of its column."""

    value: str
    """Value of the column."""
    chosen: Count
    """Number of records on the list with the value."""
    buyers: float
    """Expected number of buyers among the calls."""


class OutcomeBrings(Named):
    """Expected result of a list for one outcome."""

    chosen: Count
    """Number of records on the list for the outcome."""
    buyers: float
    """Expected number of buyers among the calls."""


@dataclass(frozen=True)
class Forecast(ExpectedResult):
    """Expected result of a list, corrected by the model's hold-out.

    Low and high are the ends of a 95 % prediction interval: it carries chance, and how surely the hold-out corrects.
    """

    left_out: Count
    """Number of calls that the request would take, left out because they are expected to lose money."""
    groups: list[GroupBrings]
    """Expected result by value of the list's column."""
    by_outcome: list[OutcomeBrings]
    """Expected result by outcome."""
    currency: Annotated[str, Field(examples=["€"])]
    """Currency of the money; may be empty."""
    sentence: str
    """Forecast in words."""
    promise: str
    """Verdict in words; empty where nobody is called."""
    notes: list[str]
    """Remarks on the list, for people."""


class ControlRecord(Shape):
    """One record that was kept back at random."""

    row: Annotated[int, Field(ge=1)]
    """Position of the record in the file, from 1."""
    id: str | None
    """Id of the record; null where the model or the file has none."""


class ListControl(Shape):
    """Control group of one list."""

    job: JobId
    """Id of the job that wrote the list."""
    model: ModelKey
    name: str
    """Name of the file."""
    made: Seconds
    """Time at which the list was made, in seconds since 1970 (UTC)."""
    share: Annotated[float, Field(ge=0, le=0.5)]
    """Share of the records that was to be kept back."""
    calls: Count
    """Number of calls of the list."""
    control: Count
    """Number of calls that were kept back; a record counts for each outcome for which it stands on the list."""
    records: list[ControlRecord]
    """Records that were kept back."""


class ControlGroups(Shape):
    """Control groups of a campaign: the records that its lists kept back."""

    campaign: JobId
    """Id of the campaign."""
    lists: list[ListControl]
    """Control groups by list, the earliest list first."""


WISH = BodySpec(
    {JSON: ListRequest},
    "Request for a call list; options that are left out come from the model's card.",
    required=False,
)

OPERATIONS = (
    Operation(
        "POST",
        "/api/v1/jobs/{job}/forecast",
        "forecast_list",
        TAG,
        "Forecast a call list",
        {200: in_json(Forecast, "Expected calls, buyers and profit."), 202: LATER},
        REFUSED,
        body=WISH,
    ),
    Operation(
        "GET",
        "/api/v1/jobs/{job}/control",
        "list_control",
        TAG,
        "List the control groups of a campaign",
        {200: in_json(ControlGroups, "Control group of each list; kept when the jobs are gone.")},
        (404, 409, 503),
    ),
    Operation(
        "DELETE",
        "/api/v1/jobs/{job}/control",
        "delete_control",
        TAG,
        "Remove the control groups of a campaign",
        {204: ResponseSpec({}, "The control groups of the campaign, which itself is gone already, are removed.")},
        (403, 404, 409, 503),
    ),
    Operation(
        "POST",
        "/api/v1/jobs/{job}/lists",
        "create_list",
        TAG,
        "Write a call list",
        {202: in_json(Job, "A job of its own, whose result is the list.", "Location", "Replayed", "RetryAfter")},
        (*REFUSED, 403, 507),
        headers=("IdempotencyKey",),
        body=WISH,
    ),
)
