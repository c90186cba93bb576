"""Headers that every response carries, whichever application gave it."""

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


def content_policy(script_hashes: Sequence[str], framers: Sequence[str] = ()) -> str:
    """Write the Content-Security-Policy: everything from here, scripts only ours, no eval, no frames.

    Parameters
    ----------
    script_hashes : sequence of str
        ``'sha256-…'`` of the inline scripts that Dash writes into the page.
    framers : sequence of str
        Who may show the pages in a frame: origins, or ``'self'``; nobody without any.
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
    """The directive that says who may frame."""
    return " ".join(("frame-ancestors", *(framers or ("'none'",))))


def frame_options(framers: Sequence[str]) -> list[tuple[str, str]]:
    """The older header for the same, which knows nobody and ourselves; for others there is no word in it."""
    if not framers:
        return [("X-Frame-Options", "DENY")]
    return [("X-Frame-Options", "SAMEORIGIN")] if list(framers) == [SELF] else []


class SafeHeaders:
    """Add the security headers to the responses of an application.

    What says nothing of caching is not to be stored: answers hold what somebody typed of a customer.

    Parameters
    ----------
    application : WSGI application
    policy : str
        The Content-Security-Policy.
    framers : sequence of str
        Who may show the pages in a frame.
    """

    def __init__(self, application: WSGIApplication, policy: str, framers: Sequence[str] = ()) -> None:
        self.application = application
        self._ancestors = ancestors(framers)
        self._headers = (*_FIXED, *frame_options(framers), ("Content-Security-Policy", policy))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            present = {name.lower() for name, _ in headers}
            if POLICY in present:
                headers = [(name, self._framed(name, value)) for name, value in headers]
            headers.extend(header for header in self._headers if header[0].lower() not in present)
            if "cache-control" not in present:
                headers.append(("Cache-Control", "no-store"))
            return start_response(status, headers, exc_info)

        return self.application(environ, start)

    def _framed(self, name: str, value: str) -> str:
        """A header; a policy of the answer's own says who may frame it, too."""
        if name.lower() != POLICY or "frame-ancestors" in value:
            return value
        return f"{value}; {self._ancestors}"
