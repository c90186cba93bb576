"""Route ``GET /api/v1/jobs``: jobs, the newest first, paginated by cursor."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import math
from collections.abc import Mapping
from urllib.parse import urlencode

import orjson
from flask import Flask, Response, jsonify, request

from api.contract.requests import JobsQuery
from api.http.query import BadParameter, takes
from api.http.validated import read_query
from jobs.files.job_view import PREFIX, described
from jobs.job_service import Cursor, JobService
from store.job import STATES, JobFilter, State

FILTERS = ("model", "state", "kind", "created_after", "created_before")
WHEN = "seconds since 1970, or a date and time as in 2026-03-01T09:00:00Z"


def register(app: Flask, job_service: JobService) -> None:
    """Add the route."""

    @app.get(PREFIX)
    @takes(*JobsQuery.model_fields)
    def list_jobs() -> Response:
        """A page of jobs, the newest first."""
        query, asked = request.args, read_query(JobsQuery)
        jobs, after = job_service.page(job_filter(asked), asked.limit, cursor_of(asked.cursor))
        here = _address(query, query.get("cursor"))
        following = None if after is None else _address(query, written(after))
        body = {"jobs": [described(job) for job in jobs], "links": {"self": here, "next": following}}
        response = jsonify(body)
        if following is not None:
            response.headers["Link"] = f'<{following}>; rel="next"'
        return response


def job_filter(asked: JobsQuery) -> JobFilter:
    """The filter that the parameters ask for; BadParameter where they are invalid."""
    states = tuple(text.strip() for text in asked.state.split(",") if text.strip())
    return JobFilter(
        model=asked.model,
        states=tuple(_state(state) for state in states),
        kind=asked.kind or "",
        after=_time("created_after", asked.created_after),
        before=_time("created_before", asked.created_before),
    )


def cursor_of(text: str) -> Cursor | None:
    """Parse the cursor of the previous page, as written by :func:`written`; BadParameter where it is invalid."""
    if not text:
        return None
    try:
        created, job = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if isinstance(created, (int, float)) and isinstance(job, str) and len(job) <= 32:
            return float(created), job
    except (binascii.Error, ValueError, TypeError):
        pass
    raise BadParameter(f"cursor is {text[:80]!r}.", "Take it from links.next of the page before.")


def written(cursor: Cursor) -> str:
    """Serialize a cursor for a query parameter."""
    return base64.urlsafe_b64encode(orjson.dumps(cursor)).decode().rstrip("=")


def _state(given: str) -> State:
    if given not in STATES:
        raise BadParameter(f"state is {given[:80]!r}.", f"Accepted: {', '.join(STATES)}.")
    return given


def _time(name: str, text: str) -> float | None:
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = _of_date(text.strip())
    if not math.isfinite(seconds):
        raise BadParameter(f"{name} is {text[:80]!r}.", f"Accepted: {WHEN}.")
    return seconds


def _of_date(text: str) -> float:
    """Parse a date to seconds since 1970, in UTC without a zone; NaN where it is none."""
    try:
        moment = dt.datetime.fromisoformat(text.replace(" ", "+"))  # an unescaped + in an address
    except ValueError:
        return math.nan
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()


def _address(query: Mapping[str, str], cursor: str | None) -> str:
    filters = {name: query[name] for name in (*FILTERS, "limit") if query.get(name)}
    text = urlencode(filters | ({"cursor": cursor} if cursor else {}))
    return PREFIX + (f"?{text}" if text else "")
