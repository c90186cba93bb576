"""Security headers of every response: Content-Security-Policy, framing, caching, referrer."""

from collections.abc import Iterable, Sequence
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_FIXED = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
POLICY = "content-security-policy"
SELF = "'self'"


def content_policy(script_hashes: Sequence[str], framers: Sequence[str]) -> str:
    """Build the Content-Security-Policy: same origin only, scripts by hash, no eval, no frames but in framers.

    The hashes (``'sha256-…'``) are those of the inline scripts that Dash writes into the page.
    """
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self'", *script_hashes)),
            "style-src 'self' 'unsafe-inline'",  # Dash components position themselves with style attributes
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            ancestors(framers),
            "form-action 'self'",
        )
    )


def ancestors(framers: Sequence[str]) -> str:
    """The frame-ancestors directive."""
    return " ".join(("frame-ancestors", *(framers or ("'none'",))))


def frame_options(framers: Sequence[str]) -> list[tuple[str, str]]:
    """X-Frame-Options, the older header for the same; it can express none and same origin only."""
    if not framers:
        return [("X-Frame-Options", "DENY")]
    return [("X-Frame-Options", "SAMEORIGIN")] if list(framers) == [SELF] else []


class SafeHeaders:
    """WSGI middleware that adds the security headers; `hsts` are seconds (Strict-Transport-Security, RFC 6797).

    Responses without Cache-Control get no-store: they hold values of a customer.
    """

    def __init__(self, application: WSGIApplication, policy: str, framers: Sequence[str], hsts: int) -> None:
        self.application = application
        self._hsts = ("Strict-Transport-Security", f"max-age={hsts}")
        self._ancestors = ancestors(framers)
        self._headers = (*_FIXED, *frame_options(framers), ("Content-Security-Policy", policy))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            present = {name.lower() for name, _ in headers}
            if POLICY in present:
                headers = [(name, self._framed(name, value)) for name, value in headers]
            headers.extend(header for header in self._headers if header[0].lower() not in present)
            # Over plain HTTP browsers ignore it, and a server must not send it
            if environ.get("wsgi.url_scheme") == "https" and self._hsts[0].lower() not in present:
                headers.append(self._hsts)
            if "cache-control" not in present:
                headers.append(("Cache-Control", "no-store"))
            return start_response(status, headers, exc_info)

        return self.application(environ, start)

    def _framed(self, name: str, value: str) -> str:
        """Add frame-ancestors to a response's own Content-Security-Policy; other headers are unchanged."""
        if name.lower() != POLICY or "frame-ancestors" in value:
            return value
        return f"{value}; {self._ancestors}"
