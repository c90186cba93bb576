"""Contract of jobs: files of any size, scored outside the request."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import MISSING, Field

from api.contract.base import ModelKey, Shape
from api.contract.errors import Error
from api.contract.files.dialect import Dialect, LeftOut
from api.contract.operation import BYTES, CSV, BodySpec, Operation, ResponseSpec, in_json
from api.contract.predict import TSV, XLSX
from api.contract.requests import JobQuery, JobsQuery, ResultQuery
from ml.data.validation.field_types import Count, Seconds

TAG = "Jobs"
PARQUET = "application/vnd.apache.parquet"
NDJSON = "application/x-ndjson"
GZIP, MULTIPART = "application/gzip", "multipart/form-data"
JobId = Annotated[str, Field(examples=["0f8c2f6e3b1d4f5a9c7e8d6b5a4f3e2d"])]


class JobLinks(Shape):
    """Addresses of a job."""

    self: Annotated[str, Field(examples=["/api/v1/jobs/0f8c2f6e3b1d4f5a9c7e8d6b5a4f3e2d"])]
    """Address of the job."""
    result: str | MISSING = MISSING
    """Address of the scored file; given once the job is done, as those of its other formats."""
    result_csv: str | MISSING = MISSING
    """Address of the result as CSV for programs."""
    result_csv_excel: str | MISSING = MISSING
    """Address of the result as CSV that Excel opens by itself."""
    result_xlsx: str | MISSING = MISSING
    """Address of the result as a workbook."""
    result_parquet: str | MISSING = MISSING
    """Address of the result as Parquet."""


class Callback(Shape):
    """Webhook: the call of the client's address when the job is over."""

    url: Annotated[str, Field(examples=["https://example.com/done"])]
    """Address without its query string, which may be secret."""
    state: Literal["waiting", "delivered", "failed"]
    """State of the delivery."""
    attempts: Count
    """Number of attempts so far."""
    status: int | None
    """HTTP status of the last attempt's answer; null where there was none."""
    message: str
    """Error of the last attempt; empty where there was none."""


class Job(Shape):
    """State and progress of a job."""

    id: JobId
    """Id of the job."""
    model: ModelKey
    kind: Literal["score", "campaign", "list", "export", "answer"]
    """Kind of the job: it scores a file (`score`), scores a file for call lists (`campaign`), writes a call list
    (`list`), writes a result in another format (`export`), or answers a request that took too long (`answer`)."""
    campaign: bool
    """True for a campaign."""
    state: Literal["held", "waiting", "running", "done", "failed", "cancelled"]
    """State of the job; a held one waits for `start`."""
    name: Annotated[str | None, Field(examples=["march.csv"])]
    """Name of the file, for people; null where the job has none."""
    done: Count
    """Number of records that were scored or refused so far."""
    total: Count | None
    """Number of records in the file; null until all of it was read."""
    errors: Count
    """Number of records that could not be scored."""
    notes: list[str]
    """Remarks on the file and its records, for people."""
    dialect: Dialect | None
    """Dialect of the file; null until all of it was read, and for jobs without a file."""
    missing: list[str]
    """Names of the features that no column gives."""
    left_out: LeftOut | None
    """Lines that are no records; null until all of it was read."""
    gaps: Annotated[dict[str, Count], Field(examples=[{"income": 12}])]
    """Number of records that were scored without a value which every row of training had, by feature."""
    unread: Annotated[dict[str, Count], Field(examples=[{"income": 3}])]
    """Number of values that could not be read, by feature."""
    rate: Annotated[float | None, Field(ge=0, examples=[21500.0])]
    """Records scored a second; null before the job started."""
    message: str
    """Reason of the failure; empty where there was none."""
    created: Seconds
    """Time at which the job was created, in seconds since 1970 (UTC)."""
    started: Seconds | None
    """Time at which the job was started, in seconds since 1970 (UTC); null before."""
    finished: Seconds | None
    """Time at which the job was over, in seconds since 1970 (UTC); null before."""
    request_id: Annotated[str | None, Field(examples=["crm-call-7"])]
    """X-Request-Id of the request that sent it, also in the log of the workers; null for jobs of earlier releases."""
    callback: Callback | None
    """Webhook of the job; null where none was requested."""
    links: JobLinks
    result_columns: (
        Annotated[dict[str, str], Field(examples=[{"label": "label", "problems": "problems"}])] | MISSING
    ) = MISSING
    """Names of the added columns in the result, by their default names; given once the job is done."""


class Export(Job):
    """A job that writes a result in a format; ask for the result again when it is done."""

    of: JobId
    """Id of the job whose result is written."""


class JobPageLinks(Shape):
    """Addresses of this page and the next one."""

    self: Annotated[str, Field(examples=["/api/v1/jobs?state=done"])]
    """Address of this page."""
    next: str | None
    """Address of the next page; null where there is none."""


class Jobs(Shape):
    """A page of jobs, the newest first."""

    jobs: list[Job]
    """Jobs of this page."""
    links: JobPageLinks


JOB = in_json(Job, "State and progress of the job; Retry-After says when to ask again.", "RetryAfter")

OPERATIONS = (
    Operation(
        "GET",
        "/api/v1/jobs",
        "list_jobs",
        TAG,
        "List jobs",
        {200: in_json(Jobs, "Jobs, the newest first; Link leads to the next page.", "Link")},
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
            "Content-Type may be left out. A form holds the file behind the options, which may be its fields, too.",
            also=(CSV, TSV, XLSX, PARQUET, "application/json", NDJSON, MULTIPART),
        ),
    ),
    Operation("GET", "/api/v1/jobs/{job}", "get_job", TAG, "Give state and progress of a job", {200: JOB}, (404, 503)),
    Operation(
        "POST",
        "/api/v1/jobs/{job}/cancel",
        "cancel_job",
        TAG,
        "Cancel a job",
        {200: in_json(Job, "The cancelled job; one that was over stays as it was.", "RetryAfter")},
        (403, 404, 503),
    ),
    Operation(
        "DELETE",
        "/api/v1/jobs/{job}",
        "delete_job",
        TAG,
        "Cancel a job, or remove one that is over",
        {
            200: in_json(Job, "The job was stopped; ask again to remove it.", "RetryAfter"),
            204: ResponseSpec({}, "The job was over, and is removed."),
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
                "The rows of the file in their order, with label, probabilities and problems; or the call list.",
                ("Disposition", "ETag", "AcceptRanges"),
            ),
            202: in_json(
                Export, "The result is being written in that format; ask again after Retry-After.", "RetryAfter"
            ),
            206: ResponseSpec(
                {CSV: None, XLSX: None, PARQUET: None},
                "The bytes that Range asked for.",
                ("Disposition", "ETag", "AcceptRanges", "ContentRange"),
            ),
            304: ResponseSpec(
                {}, "The file is the one that If-None-Match names.", ("Disposition", "ETag", "AcceptRanges")
            ),
            416: in_json(Error, "The file has no such range.", "ContentRange"),
        },
        (404, 409, 412, 422, 503),
        query=ResultQuery,
        headers=("Range", "IfRange", "IfMatch", "IfNoneMatch"),
        description="Accept chooses the format where the parameter does not; Range continues a broken download.",
    ),
)
