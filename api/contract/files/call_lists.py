"""Contract of call lists: what a list would bring, the list itself, and who was kept back by it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.contract.base import Count, ModelKey, Probability, Seconds, Shape
from api.contract.files.campaigns import REFUSED, TAG, Money
from api.contract.files.jobs import Job, JobId
from api.contract.models import Named
from api.contract.operation import JSON, BodySpec, Operation, ResponseSpec, in_json
from api.contract.working import LATER
from ml.campaign.list_request import ListRequest


class GroupBrings(Shape):
    """Expected result of a list in one value of its column."""

    value: str
    chosen: Count
    buyers: float


class OutcomeBrings(Named):
    """Expected result of a list in one outcome."""

    chosen: Count
    buyers: float


class Forecast(Shape):
    """Expected result of a list, corrected by the model's hold-out.

    Low and high are the ends of a 95 % prediction interval: it carries chance, and how surely the hold-out corrects.
    """

    calls: Count
    control: Count
    """Records that are kept back at random, to compare with."""
    chosen: Count
    buyers: float
    """Expected among the calls."""
    buyers_low: float
    buyers_high: float
    cost: Money
    profit: Money
    """The worth of the calls: what they bring rather than making none of them."""
    profit_low: Money
    profit_high: Money
    buyers_model: Annotated[float, Field(ge=0)]
    """Expected by the model's own probabilities, by which the list is ranked."""
    profit_model: Money
    """By the same: the sum of `expected_value` over the calls of the list."""
    verdict: Literal["too_much", "too_little", "held", "too_few"]
    """Whether the model's own number holds: it promises too much or too little, it held on the hold-out, or there are
    too few records to say."""
    losing: Count
    """Calls that are expected to lose money; 0 unless `losses` allows them."""
    loss: Annotated[float, Field(ge=0)]
    """What these are expected to lose in all."""
    left_out: Count
    """Calls that the wish would take, left out because they are expected to lose money."""
    lowest: Probability | None
    """The least probability on the list; null where nobody is."""
    by_chance: float
    """Buyers among as many calls made at random."""
    groups: list[GroupBrings]
    by_outcome: list[OutcomeBrings]
    currency: Annotated[str, Field(examples=["€"])]
    smallest_effect: Annotated[float | None, Field(ge=0, le=1)]
    """Smallest difference between the shares of buyers of calls and control group that a test finds (power 80 %,
    level 5 %); null where there is no control group, or none would be found."""
    sentence: str
    promise: str
    """The verdict as a sentence; empty where nobody is called."""
    notes: list[str]


class ControlRecord(Shape):
    """One record that was kept back."""

    row: Annotated[int, Field(ge=1)]
    """Its place in the file, from 1."""
    id: str | None
    """Its id; null where the model or the file has none."""


class ListControl(Shape):
    """Control group of one list."""

    job: JobId
    """The job that wrote the list."""
    model: ModelKey
    name: str
    """Of the file."""
    made: Seconds
    share: Annotated[float, Field(ge=0, le=0.5)]
    """Share that was to be kept back."""
    calls: Count
    """Calls of the list."""
    control: Count
    """Calls that were kept back; a record counts for each outcome for which it stands on the list."""
    records: list[ControlRecord]


class ControlGroups(Shape):
    """Control groups of a campaign: the customers that its lists kept back."""

    campaign: JobId
    lists: list[ListControl]
    """The first that was made first."""


WISH = BodySpec(
    {JSON: ListRequest}, "Whom the list is to name; what is left out comes from the model's card.", required=False
)

OPERATIONS = (
    Operation(
        "POST",
        "/api/v1/jobs/{job}/forecast",
        "forecast_list",
        TAG,
        "Tell what a list would bring",
        {200: in_json(Forecast, "Calls, buyers and profit."), 202: LATER},
        REFUSED,
        body=WISH,
    ),
    Operation(
        "GET",
        "/api/v1/jobs/{job}/control",
        "list_control",
        TAG,
        "Tell who was kept back",
        {200: in_json(ControlGroups, "The control group of each list; kept when the jobs are gone.")},
        (404, 409, 503),
    ),
    Operation(
        "DELETE",
        "/api/v1/jobs/{job}/control",
        "delete_control",
        TAG,
        "Remove who was kept back",
        {204: ResponseSpec({}, "What was kept of the lists of a campaign that is gone, is removed.")},
        (403, 404, 409, 503),
    ),
    Operation(
        "POST",
        "/api/v1/jobs/{job}/lists",
        "create_list",
        TAG,
        "Write a list",
        {202: in_json(Job, "A job of its own, whose result is the list.", "Location", "Replayed", "RetryAfter")},
        (*REFUSED, 403, 507),
        headers=("IdempotencyKey",),
        body=WISH,
    ),
)
