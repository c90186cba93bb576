"""Contract of outcomes: what came of decisions, reported by programs."""

from __future__ import annotations

from typing import Annotated

from pydantic import MISSING, Field

from api.contract.base import Count, RequestModel, Seconds, Shape
from api.contract.operation import CSV, JSON, BodySpec, Operation, as_text, in_json
from api.contract.requests import FileQuery
from feedback.outcome_import.fields import ToldOutcome

TAG = "Outcomes"


class StoredOutcome(Shape):
    """An event as it is stored."""

    id: Annotated[str, Field(examples=["019ac1f2d3e4a1b2c3d4e5f7"])]
    known: Seconds


class StoredOutcomes(Shape):
    """The events, in the order in which they were sent; of a table also what was not stored, and why."""

    stored: list[StoredOutcome]
    system: Annotated[str, Field(examples=["salesforce"])] | MISSING = MISSING
    """Whose columns the table has: `plain` for those of this contract."""
    known: Count | MISSING = MISSING
    """Rows that repeat what is stored."""
    open: Count | MISSING = MISSING
    """Rows without an outcome: of a CRM, deals that are open."""
    open_stages: dict[str, Count] | MISSING = MISSING
    """How often each stage was counted as open; the model's card maps the stages that mean won or lost."""


class OutcomesQuery(FileQuery):
    """What a table of outcomes is about, and how it is read."""

    model: Annotated[str, Field(max_length=100, examples=["loan"])] = ""
    """The model of rows that name none; needed for columns of a CRM."""
    as_: Annotated[str, Field(alias="as", max_length=20, examples=["salesforce"])] = ""
    """Whose columns they are: `salesforce`, `dynamics`, `hubspot`, a system of the card, or `plain`; found by the
    header where it is left out."""


class OutcomeJobQuery(OutcomesQuery):
    """What a file of outcomes is about, and how it is read."""

    name: Annotated[str, Field(max_length=200, examples=["opportunities.csv"])] = ""
    """Of the file, for people."""


class ExportQuery(RequestModel):
    """Whose columns a table of outcomes has."""

    as_: Annotated[str, Field(alias="as", max_length=20, examples=["hubspot"])] = ""
    """`salesforce`, `dynamics`, `hubspot`, or a system of the card; the fields of an outcome where it is left out."""


class TrainingQuery(RequestModel):
    """The moment up to which things are known."""

    as_of: Annotated[str, Field(max_length=40, examples=["2026-06-30"])] = ""
    """A day (UTC), which counts to its end, or a time with its zone; now where it is left out. Not in the future."""


OPERATIONS = (
    Operation(
        "POST",
        "/api/v1/outcomes",
        "tell_outcomes",
        TAG,
        "Tell what came of decisions",
        {200: in_json(StoredOutcomes, "All are stored. Those whose key came before are as they were stored then.")},
        (400, 403, 404, 413, 415, 422, 503),
        query=OutcomesQuery,
        body=BodySpec(
            {JSON: ToldOutcome | list[ToldOutcome], CSV: None},
            "One event or several; a table with the names of the fields in its first line, or the columns of a CRM.",
        ),
        description="Of several events all are stored, or none. An outcome that comes before its decision is kept, and "
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
        "Give decisions and what came of them",
        {
            200: as_text(
                CSV,
                "A row for each outcome that was told of a decision, and one without a value where none was. Texts "
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
