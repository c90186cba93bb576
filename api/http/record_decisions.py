"""Decisions of an answer: recorded before it goes out, and named in its header ``Decision-Id``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import orjson

from feedback.recorder import Recorder, RequestDecisions, recording
from ml.service import Bundle
from store.outcome_records import answer_of_job

HEADER = "Decision-Id"


class RecordDeferredDecisions:
    """Records the decisions of a deferred answer each time it is fetched; the store keeps each once."""

    def __init__(self, recorder: Recorder, model: Callable[[str], Bundle]) -> None:
        self._recorder, self._model = recorder, model

    def headers(self, job: str, key: str, asked: Sequence[object], content: bytes) -> dict[str, str]:
        """The header that names the decisions; none where they cannot be recorded.

        Parameters
        ----------
        job : str
            Id of the job, of which the decisions have theirs.
        key : str
            Key of the version.
        asked : sequence of object
            The raw records.
        content : bytes
            The answer, as JSON.
        """
        bundle, response = self._model(key), orjson.loads(content)
        scores = [(each["id"], _in_order(bundle, each["probabilities"])) for each in response["predictions"]]
        with recording(answer_of_job(job)) as answer:
            self._recorder.record_scores(bundle, asked, lambda: scores, response.get("cutoffs"))
        return {HEADER: answer.id} if self._recorder.keep(answer) else {}


def _in_order(bundle: Bundle, probabilities: Mapping[str, float] | None) -> list[float] | None:
    return None if probabilities is None else [probabilities[name] for name in bundle.outcomes.names]


class RecordDecisions:
    """WSGI middleware: what an answer of status 200 decided is recorded, and its id stands in the header.

    Record n of the answer, from 0, is the decision ``<id>-<n>``.
    """

    def __init__(self, application: WSGIApplication, recorder: Recorder) -> None:
        self.application, self._recorder = application, recorder

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if environ["REQUEST_METHOD"] != "POST":
            return self.application(environ, start_response)
        with recording() as answer:
            return self.application(environ, self._started(answer, start_response))

    def _started(self, answer: RequestDecisions, start_response: StartResponse) -> Any:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            if status.startswith("200") and self._recorder.keep(answer):
                headers = [*headers, (HEADER, answer.id)]
            return start_response(status, headers, exc_info)

        return start
