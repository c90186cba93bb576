"""Routes of jobs: send a file of any size, poll, cancel and delete."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request

from api.contract.requests import JobQuery
from api.http.file_tables import TYPES as TABLES
from api.http.query import takes
from api.http.reader import in_language
from api.http.statuses import UnsupportedContent
from api.http.uploads import open_upload
from api.http.validated import read_query
from api.v1.accepted_job import accepted_response, idempotency_key, job_response
from auth.caller import caller_id
from jobs.campaign_service import CampaignService
from jobs.downloads import Downloads
from jobs.files.job_view import PREFIX, described
from jobs.job_service import JobService
from jobs.work.decided_records import DECISIONS
from ml.errors import Unreadable
from ml.files.readers.json_records import JSON, NDJSON
from ml.files.text.read_options import ReadOptions

NO_LIMIT = 2**62  # bytes of a body: a file is streamed, and the job service enforces its limit
TYPES = dict.fromkeys((*TABLES, "application/octet-stream", "application/vnd.apache.parquet")) | {
    "application/json": JSON, "application/x-ndjson": NDJSON, "application/ndjson": NDJSON,
    "application/jsonl": NDJSON, "application/x-jsonlines": NDJSON,
}  # fmt: skip
"""What files are sent as, and the format; None where the file itself tells it."""


def register(app: Flask, job_service: JobService, campaigns: CampaignService, downloads: Downloads) -> None:
    """Add the routes."""

    @app.post("/api/v1/models/<name>/jobs")
    @takes(*JobQuery.model_fields)
    @in_language
    def accept_job(name: str) -> Response:
        """Accept a file for scoring."""
        request.max_content_length = NO_LIMIT
        upload = open_upload(tuple(JobQuery.model_fields))
        read = ReadOptions.from_mapping(upload.options).to_json()
        query = read_query(JobQuery, {"name": upload.name, **upload.options}, Unreadable)
        options: dict[str, Any] = {"name": query.name, "columns": query.columns or {}, "read": read}
        options["blanks"] = query.blanks
        if query.decisions:
            options[DECISIONS] = _who(query)
        accept = campaigns.hold if query.held else job_service.accept
        options["format"] = _format(upload.content_type)
        key, size = idempotency_key(), request.content_length or 0
        return accepted_response(*accept(name, upload.blocks, options, key, callback_url=query.callback_url, size=size))

    @app.get(f"{PREFIX}/<job>")
    def show_job(job: str) -> Response:
        """State and progress of a job."""
        found = job_service.get(job)
        ours = {"result_columns": downloads.columns(found)} if found.state == "done" else {}
        return job_response(found, described(found) | ours)

    @app.post(f"{PREFIX}/<job>/cancel")
    def cancel_job(job: str) -> Response:
        """Cancel a job; one that is over is unchanged."""
        return job_response(job_service.cancel(job))

    @app.delete(f"{PREFIX}/<job>")
    def delete_job(job: str) -> Response:
        """Cancel a job, or delete one that is over."""
        found = job_service.delete(job)
        return Response(status=204) if found is None else job_response(found)


def _who(asked: JobQuery) -> str:
    """The caller to record with the decisions of a job; Unreadable where the job is a campaign."""
    if asked.held:
        message = "decisions is true, and held is true."
        raise Unreadable(message, "One of both: a held file becomes a campaign, whose call lists are recorded.")
    return caller_id()


def _format(mimetype: str) -> str | None:
    if mimetype and mimetype.lower() not in TYPES:
        raise UnsupportedContent(f"The file is sent as {mimetype[:80]!r}.", f"Accepted: {', '.join(TYPES)}.")
    return TYPES.get(mimetype.lower())
