"""Contract of jobs of outcomes: tables of any size that tell what came of decisions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import MISSING, Field

from api.contract.base import ModelKey, Shape
from api.contract.files.jobs import MULTIPART, PARQUET, JobId
from api.contract.operation import BYTES, CSV, BodySpec, Operation, ResponseSpec, as_text, in_json
from api.contract.outcomes import TAG, OutcomeJobQuery
from api.contract.predict import TSV, XLSX
from ml.data.validation.field_types import Count, Seconds


class OutcomeJobLinks(Shape):
    """Addresses of a job of outcomes."""

    self: Annotated[str, Field(examples=["/api/v1/outcomes/jobs/0f8c2f6e3b1d4f5a9c7e8d6b5a4f3e2d"])]
    """Address of the job."""
    result: str | MISSING = MISSING
    """Address of the result, a CSV file with the state of each line; given once the job is done."""


class OutcomeJob(Shape):
    """State and progress of a job of outcomes."""

    id: JobId
    """Id of the job."""
    model: ModelKey
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    """State of the job."""
    name: Annotated[str | None, Field(examples=["opportunities.csv"])]
    """Name of the file, for people."""
    system: Annotated[str | None, Field(examples=["salesforce"])]
    """System whose columns the file has; null until they were found."""
    done: Count
    """Number of lines that were read so far."""
    total: Count | None
    """Number of lines in the file; null until all of it was read."""
    stored: Count
    """Number of lines that were stored."""
    known: Count
    """Number of lines that repeat what is stored."""
    open: Count
    """Number of lines without an outcome: open deals of a CRM."""
    errors: Count
    """Number of lines that are wrong, or about what the sender may not report; the result says why."""
    message: str
    """Reason of the failure; empty where there was none."""
    created: Seconds
    """Time at which the job was created, in seconds since 1970 (UTC)."""
    started: Seconds | None
    """Time at which the job was started, in seconds since 1970 (UTC); null before."""
    finished: Seconds | None
    """Time at which the job was over, in seconds since 1970 (UTC); null before."""
    links: OutcomeJobLinks


STATE = in_json(OutcomeJob, "State and progress of the job.", "RetryAfter")
PATH = "/api/v1/outcomes/jobs"

OPERATIONS = (
    Operation(
        "POST",
        PATH,
        "create_outcome_job",
        TAG,
        "Report outcomes of decisions by a file of any size",
        {202: in_json(OutcomeJob, "The file was accepted.", "Location", "Replayed", "RetryAfter")},
        (400, 403, 404, 408, 409, 413, 415, 503, 507),
        query=OutcomeJobQuery,
        headers=("IdempotencyKey",),
        body=BodySpec(
            {BYTES: None},
            "A table as `POST /api/v1/outcomes` takes it; streamed. A form holds the file behind the options.",
            also=(CSV, TSV, XLSX, PARQUET, MULTIPART),
        ),
        description="Each line is stored on its own, in the name of the sender and with the permissions that the "
        "sender has when it is read. A line that is read twice, as after the loss of a worker, is stored once.",
    ),
    Operation(
        "GET", f"{PATH}/{{job}}", "get_outcome_job", TAG, "Give state and progress of a job", {200: STATE}, (404, 503)
    ),
    Operation(
        "GET",
        f"{PATH}/{{job}}/result",
        "get_outcome_job_result",
        TAG,
        "Give the state of each line of a file",
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
            200: in_json(OutcomeJob, "The job was stopped; ask again to remove it.", "RetryAfter"),
            204: ResponseSpec({}, "The job was over, and is removed."),
        },
        (403, 404, 503),
        description="Outcomes that the job has stored stay: they are taken back one by one, by `void`.",
    ),
)
