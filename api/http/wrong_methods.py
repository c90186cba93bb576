"""Responses 405: they name the right method and address, in JSON or, for a browser, as a page.

Requests to pages with other methods than GET and HEAD come here, too: see ``web/dispatch.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from importlib import resources

from flask import Response, request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from api.http.errors import Refusal, answer, refuse_http
from api.http.query import CheckedFlask
from api.http.representations import accepted

IsPage = Callable[[str], bool]
OF_PAGES = {"GET", "HEAD", "OPTIONS"}
OF_A_MODEL = re.compile(r"/(?:(?:api/v1|v1|v2)/models/)?([a-z0-9@-]+)(?:[/:]|$)")
READS = ("GET", "HEAD")
SENDS = ("POST", "PUT", "PATCH")


class MethodsFlask(CheckedFlask):
    """Flask that knows the page addresses of the Dash application."""

    is_page: IsPage = staticmethod(lambda _path: False)
    """True when a path is a page's address."""

    def make_default_options_response(self) -> Response:
        """Response to OPTIONS, with the methods of the page where there is one."""
        made = super().make_default_options_response()
        if self.is_page(request.path):
            made.allow.update(OF_PAGES)
        return made


def register(app: MethodsFlask) -> None:
    """Register the handler of 405."""

    @app.errorhandler(MethodNotAllowed)
    def wrong_method(error: MethodNotAllowed) -> Response:
        allowed = set(error.valid_methods or ())
        return refuse_method(app, allowed | OF_PAGES if app.is_page(request.path) else allowed)

    @app.errorhandler(NotFound)
    def no_route(error: NotFound) -> Response:
        if not app.is_page(request.path) or request.method in READS:
            return refuse_http(error)
        if request.method == "OPTIONS":
            return Response(status=200, headers={"Allow": ", ".join(sorted(OF_PAGES))})
        return refuse_method(app, OF_PAGES)


def refuse_method(app: MethodsFlask, allowed: set[str]) -> Response:
    """Response to a method that an address does not allow."""
    listed = ", ".join(sorted(allowed))
    message = f"{request.method[:20]} is not accepted at {_here()}."
    hint = f"Accepted: {listed}. {_way(app, allowed)}".strip()
    refusal = Refusal(405, "method_not_allowed", message, hint, headers={"Allow": listed})
    if not wants_page():
        return answer(refusal)
    page = (resources.files("api") / "pages" / "wrong_method.html").read_text(encoding="utf-8")
    content = page.format(
        message=escape(refusal.message), hint=escape(refusal.hint), links=_links(app), root=escape(request.script_root)
    )
    return Response(content, 405, content_type="text/html; charset=utf-8", headers=refusal.headers)


def wants_page() -> bool:
    """True for a browser's request."""
    return accepted(request.headers.get("Accept", "")).best_match(["application/json", "text/html"]) == "text/html"


def _way(app: MethodsFlask, allowed: set[str]) -> str:
    """Hint: the right method and address for this request."""
    root, model = request.script_root, _model(app) or "<model>"
    if "POST" in allowed:
        return f"Use POST {_here()}."
    if request.method not in SENDS:
        return ""
    if request.path.startswith("/api/v1/jobs"):
        return f"Send files with POST {root}/api/v1/models/{model}/jobs."
    return f"Send records with POST {root}/{model}/predict."


def _here() -> str:
    """The requested path, with the path prefix."""
    return f"{request.script_root}{request.path[:200]}"


def _model(app: MethodsFlask) -> str:
    """The model named by the address; empty where there is none."""
    match = OF_A_MODEL.match(request.path)
    return match[1] if match and app.is_page(f"/{match[1]}/predict") else ""


def _links(app: MethodsFlask) -> str:
    root, model = escape(request.script_root), escape(_model(app))
    page = f'<a href="{root}/{model}/predict">The form of {model}</a>' if model else f'<a href="{root}/">The models</a>'
    return f'{page} · <a href="{root}/api/docs">Calls to copy</a>'
