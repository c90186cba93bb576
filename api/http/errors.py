"""Errors as responses: one JSON shape; their HTTP codes are in ``statuses.py``."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, current_app, jsonify, request
from werkzeug.exceptions import (
    ClientDisconnected,
    HTTPException,
    NotFound,
    RequestedRangeNotSatisfiable,
    RequestEntityTooLarge,
)

from api.http.request_body import IncompleteBody, OptionsTooLarge, UnknownCoding
from api.http.statuses import RETRY_AFTER, StoreAway, UnsupportedContent, status_of
from ml.bundle.score_json import short
from ml.errors import InvalidRecord, LikelyError, Problem, TooManyRecords, Unreadable
from store.errors import is_unavailable
from telemetry.log_context import ALREADY_LOGGED
from telemetry.request_ids import request_id

log = logging.getLogger(__name__)

MOST_PROBLEMS = 100
_SHAPES = "likely.error_shapes"
CODINGS = "gzip, deflate"
A_JOB = "a file of any size as a job: POST /api/v1/models/<name>/jobs"
SERVICE_UNAVAILABLE = 503


@dataclass(frozen=True)
class Refusal:
    """Response to a request that was refused or failed."""

    status: int
    """HTTP code."""
    code: str
    """Error code, for programs."""
    message: str
    hint: str = ""
    """Problem; remedy or accepted values."""
    problems: Sequence[Problem] = ()
    """Each value that cannot be scored."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers of the response: ``Allow``, ``Accept-Encoding``."""

    @property
    def words(self) -> str:
        """Message, hint and problems as one text, for protocols whose errors are a text."""
        if self.problems:
            return InvalidRecord(self.problems).in_words()
        return f"{self.message} {self.hint}".strip()


Shape = Callable[[Refusal], Any]
LATE = Refusal(
    408, "late", "The request did not come whole in time.", "Send it again.", headers={"Connection": "close"}
)


def register(app: Flask) -> None:
    """Register the error handlers; each response has the shape of the protocol of its address."""
    app.extensions[_SHAPES] = []
    app.register_error_handler(LikelyError, refuse)
    app.register_error_handler(HTTPException, refuse_http)
    app.register_error_handler(Exception, internal_error)
    app.after_request(_say_when_to_come_again)


def _say_when_to_come_again(response: Response) -> Response:
    """Set Retry-After where something is away, health checks included."""
    if response.status_code == SERVICE_UNAVAILABLE:
        response.headers.setdefault("Retry-After", str(RETRY_AFTER[StoreAway]))
    return response


def register_error_shape(app: Flask, addresses: str, shape: Shape) -> None:
    """Set the shape of errors below some addresses, unknown addresses included.

    Parameters
    ----------
    addresses : str
        Regular expression that a path begins with.
    shape : callable
        Gives the JSON of a refusal.
    """
    app.extensions[_SHAPES].append((re.compile(addresses), shape))


def refuse_http(error: HTTPException) -> Response:
    """Response to an HTTP error of Werkzeug."""
    return answer(_of_http(error))


def _of_http(error: HTTPException) -> Refusal:
    said = error.description or error.name
    if isinstance(error, OptionsTooLarge):
        return Refusal(413, "too_large", said, "Options are no data: send the file itself as a job.")
    if isinstance(error, RequestEntityTooLarge):
        return Refusal(413, "too_large", said, f"Send fewer records at a time, or {A_JOB}.")
    if isinstance(error, UnknownCoding):
        hint = "Send it as it is, or with Content-Encoding: gzip or deflate."
        return Refusal(415, UnsupportedContent.code, said, hint, headers={"Accept-Encoding": CODINGS})
    if isinstance(error, IncompleteBody):
        return Refusal(400, Unreadable.code, said, "Send it again.")
    if isinstance(error, ClientDisconnected):
        return LATE
    if isinstance(error, RequestedRangeNotSatisfiable):
        hint = "Send it without Range for the whole file."
        return Refusal(416, "no_such_range", said, hint, headers={"Content-Range": f"bytes */{error.length}"})
    if isinstance(error, NotFound):
        return Refusal(404, "not_found", "There is nothing at this address.", "GET /api/v1/models lists the models.")
    return Refusal(error.code or 500, error.name.lower().replace(" ", "_").replace("'", ""), said)


def check_count(count: int, most: int, job: str = A_JOB) -> None:
    """Raise TooManyRecords, which names the job that takes any number, for more than `most` records in one request."""
    if count > most:
        message = f"More than {most:,} records in one request."
        raise TooManyRecords(message, f"Send up to {most:,} at a time, or {job}.")


def refuse(error: LikelyError) -> Response:
    """Response to one of our errors, whose message may be shown to the client."""
    return answer(refusal_of(error))


def refusal_of(error: LikelyError) -> Refusal:
    """Content of the response to an error."""
    problems = error.problems if isinstance(error, InvalidRecord) else ()
    hint = error.hint or next((each.hint for each in problems), "")  # the message is of the first of them
    seconds = RETRY_AFTER.get(type(error))
    headers = {"Retry-After": str(seconds)} if seconds else {}
    return Refusal(status_of(error), error.code, error.message, hint, problems, headers)


def internal_error(error: Exception) -> Response:
    """Response 500 to an unexpected error: an id that is in the log, and no details."""
    if is_unavailable(error):  # the circuit breaker logs the outage, once
        request.environ[ALREADY_LOGGED] = True
        return refuse(StoreAway("The store does not answer.", "Send it again in a moment."))
    return answer(Refusal(500, "unexpected", "Something went wrong here.", logged(error)))


def logged(error: Exception) -> str:
    """Log an unexpected error and return its id in the log."""
    number = request_id(request.environ)
    log.error("request %s: %s %s failed", number, request.method, ascii(request.path[:200]), exc_info=error)
    return f"It is in our log as request {number}."


def answer(refusal: Refusal) -> Response:
    """A refusal as a response, in the error shape of the request's address."""
    shapes: list[tuple[re.Pattern[str], Shape]] = current_app.extensions[_SHAPES]
    shape = next((shape for addresses, shape in shapes if addresses.match(request.path)), default_error_shape)
    made = jsonify(shape(refusal))
    made.status_code = refusal.status
    made.headers.extend(refusal.headers)
    return made


def default_error_shape(refusal: Refusal) -> dict[str, Any]:
    """The error shape of our own addresses: at most 100 problems, and the number of further ones."""
    problems = refusal.problems
    body: dict[str, Any] = {
        "code": refusal.code,
        "message": refusal.message,
        "hint": refusal.hint,
        "problems": list(map(_plain, problems[:MOST_PROBLEMS])),
    }
    if len(problems) > MOST_PROBLEMS:
        body["more"] = len(problems) - MOST_PROBLEMS
    return {"error": body}


def describe(error: LikelyError) -> dict[str, str]:
    """An error within a successful response, such as a broken model in the list of models."""
    return {"code": error.code, "message": error.message, "hint": error.hint}


def _plain(problem: Problem) -> dict[str, Any]:
    return {
        "row": problem.row,
        "feature": None if problem.feature is None else short(problem.feature),
        "value": short(problem.value),
        "message": problem.message,
        "hint": problem.hint,
    }
