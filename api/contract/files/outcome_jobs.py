"""Contract of jobs of outcomes: tables of any size that tell what came of decisions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import MISSING, Field

from api.contract.base import Count, ModelKey, Seconds, Shape
from api.contract.files.jobs import MULTIPART, PARQUET, JobId
from api.contract.operation import BYTES, CSV, BodySpec, Operation, ResponseSpec, as_text, in_json
from api.contract.outcomes import TAG, OutcomeJobQuery
from api.contract.predict import TSV, XLSX


class OutcomeJobLinks(Shape):
    """Addresses of a job of outcomes."""

    self: Annotated[str, Field(examples=["/api/v1/outcomes/jobs/0f8c2f6e3b1d4f5a9c7e8d6b5a4f3e2d"])]
    result: str | MISSING = MISSING
    """What became of each line, as CSV; there once the job is done."""


class OutcomeJob(Shape):
    """State and progress of a job of outcomes."""

    id: JobId
    model: ModelKey
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    name: Annotated[str | None, Field(examples=["opportunities.csv"])]
    """Of the file, for people."""
    system: Annotated[str | None, Field(examples=["salesforce"])]
    """Whose columns the file has; null until they were found."""
    done: Count
    """Lines that are seen to so far."""
    total: Count | None
    """Lines in the file; null until all of it was read."""
    stored: Count
    known: Count
    """Lines that repeat what is stored."""
    open: Count
    """Lines without an outcome: of a CRM, deals that are open."""
    errors: Count
    """Lines that are wrong, or about what the sender may not tell; the result says why."""
    message: str
    """Why it failed; empty otherwise."""
    created: Seconds
    started: Seconds | None
    finished: Seconds | None
    links: OutcomeJobLinks


STATE = in_json(OutcomeJob, "State and progress.", "RetryAfter")
PATH = "/api/v1/outcomes/jobs"

OPERATIONS = (
    Operation(
        "POST",
        PATH,
        "create_outcome_job",
        TAG,
        "Tell what came of decisions by a file of any size",
        {202: in_json(OutcomeJob, "The file was accepted.", "Location", "Replayed", "RetryAfter")},
        (400, 403, 404, 408, 409, 413, 415, 503, 507),
        query=OutcomeJobQuery,
        headers=("IdempotencyKey",),
        body=BodySpec(
            {BYTES: None},
            "A table as of `POST /api/v1/outcomes`; streamed. A form holds the file behind the options.",
            also=(CSV, TSV, XLSX, PARQUET, MULTIPART),
        ),
        description="Each line is stored for itself, in the name of who sent the file and by what they may do when "
        "it is read. A line that is done twice, as after a worker was lost, is stored once.",
    ),
    Operation("GET", f"{PATH}/{{job}}", "get_outcome_job", TAG, "Tell how far a job is", {200: STATE}, (404, 503)),
    Operation(
        "GET",
        f"{PATH}/{{job}}/result",
        "get_outcome_job_result",
        TAG,
        "Tell what became of each line",
        {
            200: as_text(
                CSV,
                "A row a line: line, state (stored, known, open, refused), record, event, problem, hint.",
                "Disposition",
            )
        },
        (404, 409, 503),
    ),
    Operation(
        "DELETE",
        f"{PATH}/{{job}}",
        "delete_outcome_job",
        TAG,
        "Cancel a job, or remove one that is over",
        {
            200: in_json(OutcomeJob, "It was stopped; ask again to remove it.", "RetryAfter"),
            204: ResponseSpec({}, "It was over, and is removed."),
        },
        (403, 404, 503),
        description="What it has stored stays: outcomes are taken back one by one, by `void`.",
    ),
)
