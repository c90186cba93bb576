"""Headers that every response carries, whichever application gave it."""

from collections.abc import Iterable, Sequence
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_FIXED = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)


def content_policy(script_hashes: Sequence[str]) -> str:
    """Write the Content-Security-Policy: everything from here, scripts only ours, no eval, no frames.

    Parameters
    ----------
    script_hashes : sequence of str
        ``'sha256-…'`` of the inline scripts that Dash writes into the page.
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
            "frame-ancestors 'none'",
            "form-action 'self'",
        )
    )


class SafeHeaders:
    """Add the security headers to the responses of an application.

    What says nothing of caching is not to be stored: answers hold what somebody typed of a customer.

    Parameters
    ----------
    application : WSGI application
    policy : str
        The Content-Security-Policy.
    """

    def __init__(self, application: WSGIApplication, policy: str) -> None:
        self.application = application
        self._headers = (*_FIXED, ("Content-Security-Policy", policy))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            present = {name.lower() for name, _ in headers}
            headers.extend(header for header in self._headers if header[0].lower() not in present)
            if "cache-control" not in present:
                headers.append(("Cache-Control", "no-store"))
            return start_response(status, headers, exc_info)

        return self.application(environ, start)
