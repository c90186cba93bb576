"""Contract of jobs: files of any size, scored outside the request."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import MISSING, Field

from api.contract.base import Count, ModelKey, Seconds, Shape
from api.contract.files.dialect import Dialect, LeftOut
from api.contract.operation import BYTES, CSV, BodySpec, Operation, ResponseSpec, in_json
from api.contract.predict import TSV, XLSX
from api.contract.requests import JobQuery, JobsQuery, ResultQuery

TAG = "Jobs"
PARQUET = "application/vnd.apache.parquet"
NDJSON = "application/x-ndjson"
GZIP, MULTIPART = "application/gzip", "multipart/form-data"
JobId = Annotated[str, Field(examples=["0f8c2f6e3b1d4f5a9c7e8d6b5a4f3e2d"])]


class JobLinks(Shape):
    """Addresses of a job."""

    self: Annotated[str, Field(examples=["/api/v1/jobs/0f8c2f6e3b1d4f5a9c7e8d6b5a4f3e2d"])]
    result: str | MISSING = MISSING
    """The scored file; there once the job is done, as those below."""
    result_csv: str | MISSING = MISSING
    """As CSV for programs."""
    result_csv_excel: str | MISSING = MISSING
    """As CSV that Excel opens by itself."""
    result_xlsx: str | MISSING = MISSING
    """As a workbook."""
    result_parquet: str | MISSING = MISSING
    """As Parquet."""


class Callback(Shape):
    """The call of an address when the job is over."""

    url: Annotated[str, Field(examples=["https://example.com/done"])]
    """Without its query string, which may be secret."""
    state: Literal["waiting", "delivered", "failed"]
    attempts: Count
    status: int | None
    """HTTP status of the last answer; null where there was none."""
    message: str
    """What went wrong last; empty otherwise."""


class Job(Shape):
    """State and progress of a job."""

    id: JobId
    model: ModelKey
    kind: Literal["score", "campaign", "list", "export", "answer"]
    """It scores a file; scores one of which lists can be made; writes such a list; writes a result in a format; or
    answers a request that took too long."""
    campaign: bool
    """Whether it is a campaign."""
    state: Literal["held", "waiting", "running", "done", "failed", "cancelled"]
    """A held one waits for start."""
    name: Annotated[str | None, Field(examples=["march.csv"])]
    """Of the file, for people."""
    done: Count
    """Records that are scored or refused so far."""
    total: Count | None
    """Records in the file; null until all of it was read."""
    errors: Count
    """Records that could not be scored."""
    notes: list[str]
    """What is worth saying of the file and its records, for people."""
    dialect: Dialect | None
    """How the file is written; null until all of it was read, and for jobs without a file."""
    missing: list[str]
    """Features that no column gives."""
    left_out: LeftOut | None
    """Lines that are no records; null until all of it was read."""
    gaps: Annotated[dict[str, Count], Field(examples=[{"income": 12}])]
    """By feature, records that were scored without its value, where in training every row had one."""
    unread: Annotated[dict[str, Count], Field(examples=[{"income": 3}])]
    """By feature, values that could not be read."""
    rate: Annotated[float | None, Field(ge=0, examples=[21500.0])]
    """Records a second; null before it began."""
    message: str
    """Why it failed; empty otherwise."""
    created: Seconds
    started: Seconds | None
    finished: Seconds | None
    request_id: Annotated[str | None, Field(examples=["crm-call-7"])]
    """X-Request-Id of the request that sent it, also in the log of the workers; null for jobs of earlier releases."""
    callback: Callback | None
    """The callback; null where none was requested."""
    links: JobLinks
    result_columns: (
        Annotated[dict[str, str], Field(examples=[{"label": "label", "problems": "problems"}])] | MISSING
    ) = MISSING
    """Of a job that is done: names of the added columns in its result, by their default names."""


class Export(Job):
    """A job that writes a result in a format; ask for the result again when it is done."""

    of: JobId
    """The job whose result it is."""


class JobPageLinks(Shape):
    """Addresses of pages."""

    self: Annotated[str, Field(examples=["/api/v1/jobs?state=done"])]
    next: str | None
    """The page after this one; null where there is none."""


class Jobs(Shape):
    """A page of jobs, the newest first."""

    jobs: list[Job]
    links: JobPageLinks


JOB = in_json(Job, "The job; Retry-After says when it is worth asking again.", "RetryAfter")

OPERATIONS = (
    Operation(
        "GET",
        "/api/v1/jobs",
        "list_jobs",
        TAG,
        "List jobs",
        {200: in_json(Jobs, "The newest first; Link leads to the next page.", "Link")},
        (503,),
        query=JobsQuery,
    ),
    Operation(
        "POST",
        "/api/v1/models/{name}/jobs",
        "create_job",
        TAG,
        "Score a file",
        {202: in_json(Job, "The file was accepted.", "Location", "Replayed", "RetryAfter")},
        (400, 403, 404, 408, 409, 413, 415, 503, 507),
        query=JobQuery,
        headers=("IdempotencyKey",),
        body=BodySpec(
            {BYTES: None},
            "A table with a header and a line for each record, or records as JSON or as lines of JSON; streamed. "
            "Its type may be left to us. A form holds the file behind the options, which may be its fields, too.",
            also=(CSV, TSV, XLSX, PARQUET, "application/json", NDJSON, MULTIPART),
        ),
    ),
    Operation("GET", "/api/v1/jobs/{job}", "get_job", TAG, "Tell how far a job is", {200: JOB}, (404, 503)),
    Operation(
        "POST",
        "/api/v1/jobs/{job}/cancel",
        "cancel_job",
        TAG,
        "Cancel a job",
        {200: in_json(Job, "The job; one that was over stays as it was.", "RetryAfter")},
        (403, 404, 503),
    ),
    Operation(
        "DELETE",
        "/api/v1/jobs/{job}",
        "delete_job",
        TAG,
        "Cancel a job, or remove one that is over",
        {
            200: in_json(Job, "It was stopped; ask again to remove it.", "RetryAfter"),
            204: ResponseSpec({}, "It was over, and is removed."),
        },
        (403, 404, 503),
    ),
    Operation(
        "GET",
        "/api/v1/jobs/{job}/result",
        "get_job_result",
        TAG,
        "Give the scored file",
        {
            200: ResponseSpec(
                {CSV: None, XLSX: None, PARQUET: None, GZIP: None},
                "The rows of the file in their order, with label, probabilities and problems; or the list.",
                ("Disposition", "ETag", "AcceptRanges"),
            ),
            202: in_json(Export, "It is being written in that format; ask again after Retry-After.", "RetryAfter"),
            206: ResponseSpec(
                {CSV: None, XLSX: None, PARQUET: None},
                "The bytes that Range asked for.",
                ("Disposition", "ETag", "AcceptRanges", "ContentRange"),
            ),
            304: ResponseSpec({}, "It is as If-None-Match has it.", ("Disposition", "ETag", "AcceptRanges")),
            416: ResponseSpec(
                {}, "The file has no such range.", ("Disposition", "ETag", "AcceptRanges", "ContentRange")
            ),
        },
        (404, 409, 422, 503),
        query=ResultQuery,
        headers=("Range", "IfNoneMatch"),
        description="Accept chooses the format where the address does not; a broken download goes on with Range.",
    ),
)
