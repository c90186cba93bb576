"""A small HTTP server for the metrics of processes that serve nothing else: workers of jobs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from prometheus_client.exposition import ThreadingWSGIServer

Page = Callable[[str], tuple[bytes, str]]
SECONDS = 5  # within which a request has to come


class _Handler(WSGIRequestHandler):
    timeout = SECONDS

    def log_message(self, *_: object) -> None:
        """Nothing: the router's log has it, or nobody needs it."""


def application(page: Page, may_read: Callable[[WSGIEnvironment], bool]) -> WSGIApplication:
    """The WSGI application: metrics at ``/metrics``, to those who may read them."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status, content_type, body = "404 Not Found", "text/plain", b"GET /metrics\n"
        if environ.get("PATH_INFO") == "/metrics" and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            if may_read(environ):
                status, (body, content_type) = "200 OK", page(environ.get("HTTP_ACCEPT", ""))
            else:
                status, body = (
                    "401 Unauthorized",
                    b"Send an API key with the scope metrics: Authorization: Bearer lk_...\n",
                )
        start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(body)))])
        return () if environ["REQUEST_METHOD"] == "HEAD" else (body,)

    return answer


def serve(page: Page, may_read: Callable[[WSGIEnvironment], bool], host: str, port: int) -> ThreadingWSGIServer:
    """Serve in threads that end with the process; OSError where the port is taken."""
    server = make_server(host, port, application(page, may_read), ThreadingWSGIServer, _Handler)
    threading.Thread(target=server.serve_forever, daemon=True, name="metrics").start()
    return server
