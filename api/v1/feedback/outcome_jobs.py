"""Routes of tables of outcomes of any size: sent as a job, polled, and what became of each line."""

from __future__ import annotations

from flask import Flask, Response, request
from werkzeug.http import parse_options_header

from api.contract.outcomes import OutcomeJobQuery
from api.http.file_tables import TYPES
from api.http.query import BadParameter, takes
from api.http.statuses import UnsupportedContent
from api.http.uploads import open_upload
from api.http.validated import names_of, read_query
from api.v1.accepted_job import accepted_response, idempotency_key, job_response
from feedback.outcome_import.outcome_jobs import PREFIX, OutcomeJobs, described
from ml.errors import Unreadable
from ml.files.text.read_options import ReadOptions

NO_LIMIT = 2**62  # bytes of a body: a file is streamed, and the job service enforces its limit
OTHERS = ("", "application/octet-stream", "application/vnd.apache.parquet")


def register(app: Flask, outcome_jobs: OutcomeJobs) -> None:
    """Add the routes."""

    @app.post(PREFIX)
    @takes(*names_of(OutcomeJobQuery))
    def accept_outcomes() -> Response:
        """Accept a table of outcomes."""
        request.max_content_length = NO_LIMIT
        upload = open_upload(tuple(names_of(OutcomeJobQuery)))
        query = read_query(OutcomeJobQuery, {"name": upload.name, **upload.options}, Unreadable)
        if not query.model:
            raise BadParameter("The address names no model.", "Name the one that the lines are about: ?model=loan")
        if upload.content_type not in (*OTHERS, *TYPES):
            raise UnsupportedContent(f"The file is sent as {upload.content_type[:80]!r}.", f"Accepted: {TYPES[0]}.")
        charset = parse_options_header(request.content_type or "")[1].get("charset", "")
        read = ReadOptions.from_mapping({"encoding": charset} | dict(upload.options)).to_json()
        options = {"as": query.as_, "read": read, "name": query.name}
        size = request.content_length or 0
        job, new = outcome_jobs.accept(query.model, upload.blocks, options, idempotency_key(), size)
        return accepted_response(job, new, PREFIX, described)

    @app.get(f"{PREFIX}/<job>")
    @takes()
    def show_outcome_job(job: str) -> Response:
        """State and progress."""
        found = outcome_jobs.get(job)
        return job_response(found, described(found))

    @app.get(f"{PREFIX}/<job>/result")
    @takes()
    def outcome_job_result(job: str) -> Response:
        """Send the result of a job as CSV, one line for each line of the table."""
        made = outcome_jobs.result(job)
        head = {"Content-Length": str(made.length)}
        head["Content-Disposition"] = 'attachment; filename="outcomes result.csv"'
        return Response(made.read(), content_type="text/csv; charset=utf-8", headers=head)

    @app.delete(f"{PREFIX}/<job>")
    @takes()
    def delete_outcome_job(job: str) -> Response:
        """Cancel a job, or delete one that is over."""
        found = outcome_jobs.delete(job)
        return Response(status=204) if found is None else job_response(found, described(found))
