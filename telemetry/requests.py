"""Outermost WSGI middleware: counts and times requests, and puts the current one into the context of the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from time import perf_counter
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from telemetry.log_context import ROUTE, current_request
from telemetry.metrics import count_request
from telemetry.request_ids import HEADER, request_id
from telemetry.tracing import is_on, request_span

TRACED = "likely.traced"


class ObservedRequests:
    """WSGI middleware: each response has the request's id, and each request is counted with its route and status."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if is_on() and not environ.get(TRACED):
            return self._traced(environ, start_response)
        began, said = perf_counter(), "500"

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            nonlocal said
            said = status[:3]
            named = (HEADER, request_id(environ))
            if named not in headers:
                headers.append(named)
            return start_response(status, headers, exc_info)

        def over() -> None:
            current_request.set(None)
            count_request(environ["REQUEST_METHOD"], environ.get(ROUTE, ""), said, perf_counter() - began)

        current_request.set(environ)
        try:
            answer = self.application(environ, start)
        except BaseException:
            over()
            raise
        if isinstance(answer, (tuple, list)):
            over()
            return answer
        file_wrapper: Any = environ.get("wsgi.file_wrapper", ())
        if isinstance(answer, file_wrapper):  # the server sends the file itself
            over()
        else:
            answer = _Watched(answer, over)
        return answer

    def _traced(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request within a span, which ends when the answer is made, though it may not be sent yet."""
        environ[TRACED], said = True, ["500"]

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            said.append(status[:3])
            return start_response(status, headers, exc_info)

        with request_span(environ, said):
            return self(environ, start)


class _Watched:
    """A response that is sent bit by bit; `over` is called when it is closed."""

    def __init__(self, answer: Iterable[bytes], over: Callable[[], None]) -> None:
        self._answer, self._over = answer, over

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer)

    def close(self) -> None:
        try:
            if hasattr(self._answer, "close"):
                self._answer.close()
        finally:
            self._over()
