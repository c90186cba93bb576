"""The path prefix under which the service is reached: ``/apps/likely`` behind a reverse proxy, else empty.

WSGI splits the path into ``SCRIPT_NAME``, the prefix, and ``PATH_INFO``. Routes, pages and the API see the latter
only; addresses in responses begin with the prefix.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

_LINK = re.compile(r"<(?=/(?!/))")
_COOKIE_PATH = re.compile(r"(;\s*path=)/(?=;|$)", re.IGNORECASE)


class Mount:
    """WSGI middleware that serves an application under a path prefix.

    The prefix is the operator's setting `root`, else the server's (Gunicorn takes ``SCRIPT_NAME``), else
    ``X-Forwarded-Prefix`` where proxies are trusted (`hops` above 0). A path that still begins with the prefix loses
    it, so that proxies may strip it or pass it on. `read` normalizes a prefix, or raises ValueError: a prefix is
    written into pages and ``Location``, so a header that holds ``//host`` or a quotation mark is refused.
    """

    def __init__(self, application: WSGIApplication, root: str, hops: int, read: Callable[[str], str]) -> None:
        self.application = application
        self._root, self._hops, self._read = root, hops, read
        self._warned = False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        root = self._root or self._given(environ) or self._forwarded(environ)
        if not root:
            return self.application(environ, start_response)
        path = environ.get("PATH_INFO", "")
        if path == root or path.startswith(f"{root}/"):
            environ["PATH_INFO"] = path[len(root) :] or "/"
        environ["SCRIPT_NAME"] = root

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            outside = [(name, _outside(name.lower(), value, root)) for name, value in headers]
            return start_response(status, outside, exc_info)

        return self.application(environ, start)

    def _given(self, environ: WSGIEnvironment) -> str:
        """The prefix of the WSGI server; empty for one that is no path, as a client's header may be."""
        try:
            return self._read(environ.get("SCRIPT_NAME", ""))
        except ValueError:
            return ""

    def _forwarded(self, environ: WSGIEnvironment) -> str:
        """The prefix set by the outermost trusted proxy; there may be fewer values than proxies: most set none."""
        forwarded = environ.get("HTTP_X_FORWARDED_PREFIX", "") if self._hops else ""
        named = [text.strip() for text in forwarded.split(",") if text.strip()][-self._hops :]
        try:
            return self._read(named[0]) if named else ""
        except ValueError:
            if not self._warned:  # once: a client that sends it could fill the log
                log.warning("X-Forwarded-Prefix %s is no path prefix and is not used.", ascii(named[0][:200]))
                self._warned = True
            return ""


def _outside(name: str, value: str, root: str) -> str:
    """A response header with the prefix before its path: the applications write paths without it."""
    if name == "location" and value.startswith("/") and not value.startswith(("//", f"{root}/")) and value != root:
        return root + value
    if name == "link":
        return _LINK.sub(f"<{root}", value)
    if name == "set-cookie":
        return _COOKIE_PATH.sub(rf"\g<1>{root}/", value)
    return value


_ADDRESS = re.compile(r'\b(src|href|content)="(?=/(?!/))')


def prefixed_addresses(html: str, root: str) -> str:
    """Tags of the index page, with the prefix before their addresses."""
    return _ADDRESS.sub(rf"\g<0>{root}", html) if root else html
