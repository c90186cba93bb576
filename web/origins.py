"""CORS: pages of other sites may read responses only where ALLOWED_ORIGINS names them.

https://fetch.spec.whatwg.org/#http-cors-protocol. Credentials are never allowed: an allowed page
reads what any client of the service may read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

ANY = "*"
ALLOWED_METHODS = "GET, HEAD, POST, DELETE, OPTIONS"
ALLOWED_HEADERS = (
    "Accept, Authorization, Content-Encoding, Content-Type, Idempotency-Key, If-None-Match, "
    "Inference-Header-Content-Length, Range, X-Request-Id"
)
EXPOSED_HEADERS = (
    "Accept-Encoding, Accept-Ranges, Allow, Content-Disposition, Content-Range, Decision-Id, ETag, "
    "Idempotency-Replayed, Inference-Header-Content-Length, Link, Location, RateLimit, RateLimit-Policy, Retry-After, "
    "X-Model, X-Request-Id"
)
MAX_AGE = "600"  # seconds for which a browser may cache a preflight
PREFLIGHT_VARY = "Access-Control-Request-Method, Access-Control-Request-Headers"


class Origins:
    """WSGI middleware that adds the CORS headers for origins such as ``https://shop.example.com``, or ``*`` for all."""

    def __init__(self, application: WSGIApplication, allowed: Collection[str]) -> None:
        self.application = application
        self.allowed = frozenset(allowed)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, a preflight among them."""
        if not self.allowed:
            return self.application(environ, start_response)
        granted = self._granted(environ.get("HTTP_ORIGIN", ""))
        if granted and environ["REQUEST_METHOD"] == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ:
            start_response("204 No Content", [*self._preflight(granted), ("Cache-Control", "no-store")])
            return ()

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            extra = [("Access-Control-Allow-Origin", granted), ("Access-Control-Expose-Headers", EXPOSED_HEADERS)]
            return start_response(status, [*headers, *(extra if granted else ()), *self._vary()], exc_info)

        return self.application(environ, start)

    def _granted(self, origin: str) -> str:
        """Value of Access-Control-Allow-Origin for an origin; empty where it is not allowed."""
        if not origin:
            return ""
        return ANY if ANY in self.allowed else origin if origin in self.allowed else ""

    def _vary(self, *also: str) -> list[tuple[str, str]]:
        """``Vary: Origin``, so that no cache gives one site's answer to another; none with ``*``."""
        named = [*(() if ANY in self.allowed else ("Origin",)), *also]
        return [("Vary", ", ".join(named))] if named else []

    def _preflight(self, granted: str) -> list[tuple[str, str]]:
        return [
            ("Access-Control-Allow-Origin", granted),
            ("Access-Control-Allow-Methods", ALLOWED_METHODS),
            ("Access-Control-Allow-Headers", ALLOWED_HEADERS),
            ("Access-Control-Max-Age", MAX_AGE),
            *self._vary(PREFLIGHT_VARY),
        ]
