"""One address, two applications: the API behind its paths and for programs, the pages for browsers' GET."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

API_ROOTS = frozenset({"api", "healthz", "readyz", "predict", "score", "v1", "v2", "invocations", "ping", "version"})
OF_PAGES = ("GET", "HEAD")
OF_DASH = ("/_", "/assets/")


class Dispatcher:
    """Send each request to the application that answers it.

    Mounting the API as an application of its own keeps its 404, 405 and 413 in JSON, while Dash
    answers every path that it does not know with a page. Unlike a mount, ``SCRIPT_NAME`` stays as
    it is: the API's routes are written in full. A page is for GET and HEAD; what else comes to its
    address is a program's, and the API answers: ``POST /iris/predict`` scores.

    Parameters
    ----------
    pages, api : WSGI application
    """

    def __init__(self, pages: WSGIApplication, api: WSGIApplication) -> None:
        self.pages = pages
        self.api = api

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path = environ.get("PATH_INFO", "")
        root = path.lstrip("/").split("/", 1)[0]
        of_pages = environ["REQUEST_METHOD"] in OF_PAGES or path.startswith(OF_DASH)
        door = self.pages if of_pages and root not in API_ROOTS else self.api
        return door(environ, start_response)
