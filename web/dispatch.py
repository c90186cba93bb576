"""Dispatcher of requests to two applications: the API, and the pages for browsers' GET."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

API_ROOTS = frozenset({"api", "healthz", "readyz", "predict", "score", "v1", "v2", "invocations", "ping", "version"})
OF_API = "/metrics"  # itself only: a model may have that name
OF_PAGES = ("GET", "HEAD")
OF_DASH = ("/_", "/assets/")


class Dispatcher:
    """WSGI dispatcher: the API's paths and methods to the API, all else to the pages.

    The API is an application of its own so that its 404, 405 and 413 are JSON, while Dash answers every unknown path
    with a page. Unlike a mount, ``SCRIPT_NAME`` is unchanged: the API's routes are written in full. Pages take GET and
    HEAD; other methods at their addresses go to the API: ``POST /iris/predict`` scores. Paths that begin with one of
    `forms`, those of accounts, take POST as pages.
    """

    def __init__(self, pages: WSGIApplication, api: WSGIApplication, forms: tuple[str, ...] = ()) -> None:
        self.pages = pages
        self.api = api
        self._forms = forms

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        application = self.pages if self.is_of_pages(environ) else self.api
        return application(environ, start_response)

    def is_of_pages(self, environ: WSGIEnvironment) -> bool:
        """True where the pages answer, else the API does."""
        path = environ.get("PATH_INFO", "")
        root = path.lstrip("/").split("/", 1)[0]
        if f"/{root}" in self._forms:
            return True
        return (
            root not in API_ROOTS
            and path != OF_API
            and (environ["REQUEST_METHOD"] in OF_PAGES or path.startswith(OF_DASH))
        )
