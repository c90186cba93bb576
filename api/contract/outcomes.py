"""Contract of outcomes: what came of decisions, reported by programs."""

from __future__ import annotations

from typing import Annotated

from pydantic import MISSING, Field

from api.contract.base import RequestModel, Shape
from api.contract.operation import CSV, JSON, BodySpec, Operation, as_text, in_json
from api.contract.requests import FileQuery
from feedback.outcome_import.fields import OutcomeReport
from ml.data.validation.field_types import Count, Seconds

TAG = "Outcomes"


class StoredOutcome(Shape):
    """An event that was stored."""

    id: Annotated[str, Field(examples=["019ac1f2d3e4a1b2c3d4e5f7"])]
    """Id of the event."""
    known: Seconds
    """Time at which the event became known, in seconds since 1970 (UTC)."""


class StoredOutcomes(Shape):
    """The events, in the order in which they were sent; for a table also counts of the rows that were not stored."""

    stored: list[StoredOutcome]
    """Stored events, in the order in which they were sent."""
    system: Annotated[str, Field(examples=["salesforce"])] | MISSING = MISSING
    """System whose columns the table has; `plain` for those of this contract."""
    known: Count | MISSING = MISSING
    """Number of rows that repeat what is stored."""
    open: Count | MISSING = MISSING
    """Number of rows without an outcome: open deals of a CRM."""
    open_stages: dict[str, Count] | MISSING = MISSING
    """Number of rows counted as open by stage; the model's card maps the stages that mean won or lost."""


class OutcomesQuery(FileQuery):
    """Model and columns of a table of outcomes, and its read options."""

    model: Annotated[str, Field(max_length=100, examples=["loan"])] = ""
    """Model of the rows that name none; needed for columns of a CRM."""
    as_: Annotated[str, Field(alias="as", max_length=20, examples=["salesforce"])] = ""
    """System whose columns the table has: `salesforce`, `dynamics`, `hubspot`, a system of the card, or `plain`; found
    by the header where it is left out."""


class OutcomeJobQuery(OutcomesQuery):
    """Model and columns of a file of outcomes, and its read options."""

    name: Annotated[str, Field(max_length=200, examples=["opportunities.csv"])] = ""
    """Name of the file, for people."""


class ExportQuery(RequestModel):
    """Columns of a table of outcomes."""

    as_: Annotated[str, Field(alias="as", max_length=20, examples=["hubspot"])] = ""
    """System whose columns the table has: `salesforce`, `dynamics`, `hubspot`, or a system of the card; the fields of
    an outcome where it is left out."""


class TrainingQuery(RequestModel):
    """Point in time of a training table."""

    as_of: Annotated[str, Field(max_length=40, examples=["2026-06-30"])] = ""
    """Time up to which outcomes are known: a day (UTC), which counts to its end, or a time with its zone; now where it
    is left out. Not in the future."""


OPERATIONS = (
    Operation(
        "POST",
        "/api/v1/outcomes",
        "tell_outcomes",
        TAG,
        "Report outcomes of decisions",
        {
            200: in_json(
                StoredOutcomes,
                "All events are stored; one whose key was sent before, as it was stored then.",
            )
        },
        (400, 403, 404, 413, 415, 422, 503),
        query=OutcomesQuery,
        body=BodySpec(
            {JSON: OutcomeReport | list[OutcomeReport], CSV: None},
            "One event or several; a table with the names of the fields in its first line, or the columns of a CRM.",
        ),
        description="Events are stored together, or none is. An outcome that comes before its decision is kept and "
        "joined when the decision is there; name the model then. Parameters are for tables. A table may be the export "
        "of deals of Salesforce, Dynamics 365 or HubSpot, as it is: the same export sent twice stores nothing twice, a "
        "changed stage becomes a correction, a deal that is open again takes its outcome back, and open deals are "
        "counted, never taken for a no.",
    ),
    Operation(
        "GET",
        "/api/v1/models/{name}/outcomes.csv",
        "get_outcomes",
        TAG,
        "Give decisions and their outcomes as a table",
        {
            200: as_text(
                CSV,
                "A row for each reported outcome of a decision, and one without a value where none was reported. Texts "
                "that a spreadsheet would run begin with an apostrophe.",
                "Disposition",
            )
        },
        (400, 404, 503),
        query=ExportQuery,
        description="Without the values of records. Sent back as it is to `POST /api/v1/outcomes` it stores nothing; a "
        "value that was changed in it becomes a correction.",
    ),
    Operation(
        "GET",
        "/api/v1/models/{name}/training.csv",
        "get_training_table",
        TAG,
        "Give decisions whose outcomes are known, as a table to train on",
        {
            200: as_text(
                CSV,
                "A row a decision: decision, record, made, known, group, campaign, selection; the features as they "
                "stood when it was made; the truth. Texts that a spreadsheet would run begin with an apostrophe.",
                "Disposition",
            )
        },
        (400, 404, 503),
        query=TrainingQuery,
        description="An outcome counts when its time is over: before that it is neither one that came nor one that did "
        "not. `selection` is `control` or `random` where chance has drawn the record, and `chosen` where a model has: "
        "only the former are unbiased. The truth of exclusive outcomes is the column `outcome`; independent ones have "
        "a column each. Decisions whose values are not kept are left out.",
    ),
)
