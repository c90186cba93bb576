"""Errors as answers: one shape, and the only place where situations become HTTP codes."""

from __future__ import annotations

import logging
import math
import reprlib
from collections.abc import Sequence
from typing import Any

import orjson
from flask import Flask, Response, request
from werkzeug.exceptions import (
    ClientDisconnected,
    HTTPException,
    MethodNotAllowed,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)

from api.bodies import NotWhole
from api.ids import request_id
from jobs import campaigns, intake, lists
from ml import errors
from ml.errors import InvalidRecord, LikelyError, Problem, TooManyRecords
from ml.report.files import ReportBusy

log = logging.getLogger(__name__)

MOST_PROBLEMS = 100
LONGEST_VALUE = 100
A_JOB = "a file of any size as a job: POST /api/v1/models/<name>/jobs"


class UnsupportedContent(LikelyError):
    """The body's content type, charset or encoding is none of those that we read."""

    code = "unsupported_content"


class NotAcceptable(LikelyError):
    """The client takes none of the content types that we write."""

    code = "not_acceptable"


_STATUS: dict[type[LikelyError], int] = {
    errors.UnknownModel: 404,
    errors.UnknownPlot: 404,
    errors.BrokenModel: 503,
    errors.UntrustedModel: 503,
    errors.InvalidRecord: 422,
    errors.Unreadable: 400,
    errors.NoRecords: 400,
    errors.TooManyRecords: 413,
    ReportBusy: 503,
    intake.UnknownJob: 404,
    intake.NotDone: 409,
    intake.KeyTaken: 409,
    intake.NoRoom: 507,
    campaigns.NotHeld: 409,
    campaigns.NoCampaign: 409,
    lists.CampaignGone: 404,
    UnsupportedContent: 415,
    NotAcceptable: 406,
    LikelyError: 400,
}


def register(app: Flask) -> None:
    """Answer every error of the application in the one shape."""

    def refuse_http(error: HTTPException) -> Response:
        if isinstance(error, RequestEntityTooLarge):
            return refusal(413, "too_large", _sentence(error), f"Send fewer records at a time, or {A_JOB}.")
        if isinstance(error, UnsupportedMediaType):
            return refusal(415, UnsupportedContent.code, _sentence(error), "Send it without Content-Encoding.")
        if isinstance(error, NotWhole):
            return refusal(400, errors.Unreadable.code, _sentence(error), "Send it again.")
        if isinstance(error, ClientDisconnected):
            return late()
        response = refusal(error.code or 500, _slug(error.name), _sentence(error), _way_out(error))
        allowed = getattr(error, "valid_methods", None)
        if allowed:
            response.headers["Allow"] = ", ".join(sorted(allowed))
        return response

    app.register_error_handler(LikelyError, refuse)
    app.register_error_handler(HTTPException, refuse_http)
    app.register_error_handler(Exception, apologise)


def late() -> Response:
    """The answer to a request that did not come whole: it stood still for too long, or who sent it is gone."""
    response = refusal(408, "late", "The request did not come whole in time.", "Send it again.")
    response.headers["Connection"] = "close"
    return response


def too_many(most: int) -> TooManyRecords:
    """More records than one request may bring; a job takes any number."""
    message = f"More than {most:,} records in one request."
    return TooManyRecords(message, f"Send up to {most:,} at a time, or {A_JOB}.")


def refuse(error: LikelyError) -> Response:
    """The answer to an error that the client may be shown word for word."""
    problems = error.problems if isinstance(error, InvalidRecord) else ()
    return refusal(status_of(error), error.code, error.message, error.hint, problems)


def status_of(error: LikelyError) -> int:
    """The HTTP code of a situation."""
    return next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)


def apologise(error: Exception) -> Response:
    """The answer to what we did not foresee: a number to ask us about, and nothing else."""
    return refusal(500, "unexpected", "Something went wrong here.", logged(error))


def logged(error: Exception) -> str:
    """Write what we did not foresee into the log, and say under which number it stands there."""
    number = request_id(request.environ)
    log.error("request %s: %s %s failed", number, request.method, ascii(request.path[:200]), exc_info=error)
    return f"It is in our log as request {number}."


def refusal(status: int, code: str, message: str, hint: str = "", problems: Sequence[Problem] = ()) -> Response:
    """An error as an answer: at most 100 problems, and how many more there are."""
    body: dict[str, Any] = {
        "code": code,
        "message": message,
        "hint": hint,
        "problems": list(map(_plain, problems[:MOST_PROBLEMS])),
    }
    if len(problems) > MOST_PROBLEMS:
        body["more"] = len(problems) - MOST_PROBLEMS
    return Response(orjson.dumps({"error": body}), status, content_type="application/json")


def describe(error: LikelyError) -> dict[str, str]:
    """An error inside an answer: a model in a list that cannot be served."""
    return {"code": error.code, "message": error.message, "hint": error.hint}


def _plain(problem: Problem) -> dict[str, Any]:
    return {
        "row": problem.row,
        "feature": None if problem.feature is None else short(problem.feature),
        "value": short(problem.value),
        "message": problem.message,
        "hint": problem.hint,
    }


def short(value: object) -> Any:
    """A value as JSON may hold it, cut where it is long."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, int) and abs(value) < 2**53:
        return value
    text = value if isinstance(value, str) else reprlib.repr(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def _slug(name: str) -> str:
    return name.lower().replace(" ", "_").replace("'", "")


def _sentence(error: HTTPException) -> str:
    if error.code == 404:
        return "There is nothing at this address."
    if isinstance(error, MethodNotAllowed):
        return f"{request.method[:20]} is not accepted at this address."
    return error.description or error.name


def _way_out(error: HTTPException) -> str:
    if isinstance(error, MethodNotAllowed):
        return f"Accepted: {', '.join(sorted(error.valid_methods or ()))}."
    return "GET /api/v1/models lists the models." if error.code == 404 else ""
