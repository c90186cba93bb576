"""Responses about a job, and the idempotency key of requests that accept one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, request

from jobs.files.job_view import PREFIX, described, pause_of
from jobs.job_service import LONGEST_KEY
from ml.errors import Unreadable
from store.job import Job


def accepted(job: Job, new: bool) -> Response:
    """The 202 of a job, which says whether an earlier request of the same key made it."""
    response = answer(job, 202)
    response.headers["Location"] = f"{PREFIX}/{job.id}"
    if not new:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def answer(job: Job, status: int = 200, more: Mapping[str, Any] | None = None) -> Response:
    """State and progress of a job, and when to ask again."""
    response = jsonify(described(job) | dict(more or {}))
    response.status_code = status
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
