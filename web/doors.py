"""One address, two applications: the API behind its paths, the pages behind all others."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

API_ROOTS = frozenset({"api", "healthz", "readyz", "v2", "invocations", "ping", "version"})


class Doors:
    """Send each request to the application that answers it.

    Mounting the API as an application of its own keeps its 404, 405 and 413 in JSON, while Dash
    answers every path that it does not know with a page. Unlike a mount, ``SCRIPT_NAME`` stays as
    it is: the API's routes are written in full.

    Parameters
    ----------
    pages, api : WSGI application
    """

    def __init__(self, pages: WSGIApplication, api: WSGIApplication) -> None:
        self.pages = pages
        self.api = api

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        root = environ.get("PATH_INFO", "").lstrip("/").split("/", 1)[0]
        door = self.api if root in API_ROOTS else self.pages
        return door(environ, start_response)
