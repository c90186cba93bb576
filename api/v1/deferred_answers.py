"""Deferred answers: 202 Accepted for a request that takes longer than 8 s, and the route that gives its answer."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, jsonify, request

from api.http.errors import internal_error, refuse
from api.http.query import takes
from api.http.record_decisions import RecordDeferredDecisions
from api.http.request_ids import MODEL
from api.v1.explanations import DeferredAnswer
from jobs.deferred_answers import DeferredAnswers
from jobs.files.job_view import pause_of
from ml.errors import LikelyError
from ml.runtime.deadline import StillWorking
from store.job import Job

PREFIX = "/api/v1/answers"
SOON = 2  # seconds, Retry-After of what is computed in this process


def register(app: Flask, answers: DeferredAnswers, late: RecordDeferredDecisions | None = None) -> None:
    """Add the route, and make jobs of requests that take too long; `late` records the decisions of answers."""

    @app.get(f"{PREFIX}/<answer>")
    @takes()
    def get_answer(answer: str) -> Response:
        """The answer to a request that took too long; 202 while it is still being computed."""
        job, content = answers.get(answer)
        if content is None:
            return _come_again(job)
        decided = late.headers(job.id, job.model, answers.asked(job), content) if late else {}
        return Response(content, content_type="application/json", headers={MODEL: job.model} | decided)

    @app.errorhandler(DeferredAnswer)
    def accept(later: DeferredAnswer) -> Response:
        try:
            return _come_again(answers.begin(later.model, later.asked))
        except LikelyError as error:
            return refuse(error)
        except Exception as error:  # noqa: BLE001 - Flask does not pass on what an error handler raises to the others
            return internal_error(error)


def accept_slow_requests(app: Flask) -> None:
    """Respond 202 while a result is still being computed: the same address gives it when it is done."""

    @app.errorhandler(StillWorking)
    def working(_error: StillWorking) -> Response:
        return _working(request.full_path.rstrip("?"), SOON)


def _come_again(job: Job) -> Response:
    return _working(f"{PREFIX}/{job.id}", pause_of(job) or SOON)


def _working(address: str, seconds: int) -> Response:
    told: dict[str, Any] = {"state": "working", "links": {"self": address}}
    made = jsonify(told)
    made.status_code = 202
    made.headers.extend({"Location": address, "Retry-After": str(seconds)})
    if request.method == "GET":
        made.headers["Refresh"] = str(seconds)  # for who opened the address in a browser
    return made
