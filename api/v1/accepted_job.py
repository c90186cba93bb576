"""Responses about jobs (202 Accepted, state, Retry-After), and the idempotency key of the requests that create them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, jsonify, request

from jobs.files.job_view import PREFIX, described, pause_of
from jobs.job_service import LONGEST_KEY
from ml.errors import Unreadable
from store.job import Job

DescribeJob = Callable[[Job], Mapping[str, Any]]


def accepted_response(job: Job, new: bool, prefix: str = PREFIX, described: DescribeJob = described) -> Response:
    """Response 202 to a request that creates a job; a header says where an earlier one under the same key did.

    `prefix` is the address of jobs of this kind; `described` gives state and progress as JSON values.
    """
    response = job_response(job, described(job))
    response.status_code = 202
    response.headers["Location"] = f"{prefix}/{job.id}"
    if not new:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def job_response(job: Job, content: Mapping[str, Any] | None = None) -> Response:
    """State and progress of a job, or other content about it, with the pause before the next poll in Retry-After."""
    response = jsonify(described(job) if content is None else content)
    pause = pause_of(job)
    if pause is not None:
        response.headers["Retry-After"] = str(pause)
    return response


def idempotency_key() -> str | None:
    """The key of the request; Unreadable where it is empty or too long."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not 0 < len(key) <= LONGEST_KEY:
        raise Unreadable(f"The Idempotency-Key has {len(key)} characters.", f"Accepted: 1 to {LONGEST_KEY}.")
    return key
