"""The gate: WSGI middleware that lets a request in where its caller may do what its route asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import orjson
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.routing import Map

from auth.access import refused
from auth.caller import EVERYBODY, Caller, Request, use_open_request, use_request
from auth.elsewhere.signing import ProviderAway
from auth.permissions import Permission
from auth.rate_limit import RateLimiter, count_key
from auth.same_origin import READS, may_be_forged
from auth.table import ROUTES
from store.errors import StoreUnavailable
from telemetry.log_context import CALLER, ROUTE

SIGN_IN = "/sign-in"
OF_STATUS = {401: [("WWW-Authenticate", 'Bearer realm="likely"')], 503: [("Retry-After", "5")]}
IdentifyCaller = Callable[[WSGIEnvironment], Caller]


class Gate:
    """WSGI middleware that checks each request against the table of permissions.

    Parameters
    ----------
    application : WSGI application
        The dispatcher to pages and API.
    routes : callable
        Gives the routes of the application that answers an environment.
    identify : callable
        Gives the caller of an environment; may raise StoreUnavailable.
    request_id : callable
        Gives the id of the request of an environment, for the audit log.
    limiter : RateLimiter or None
        Counts what is not open to everybody; without it nobody is limited.
    """

    def __init__(
        self,
        application: WSGIApplication,
        routes: Callable[[WSGIEnvironment], Map],
        identify: IdentifyCaller,
        request_id: Callable[[WSGIEnvironment], str],
        limiter: RateLimiter | None,
    ) -> None:
        self.application = application
        self._routes, self._identify, self._request_id = routes, identify, request_id
        self._limiter = limiter

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        needs = self.needs(environ)
        if needs is Permission.OPEN:
            with use_open_request(self._request_id(environ)):
                return self.application(environ, start_response)
        try:
            caller = self._identify(environ)
        except StoreUnavailable:
            return self._refuse(environ, start_response, 503, "store_away", "The store does not answer.")
        except ProviderAway as away:
            return self._refuse(environ, start_response, 503, away.code, away.message, away.hint)
        if self._limiter is None:
            return self._let_in(environ, start_response, caller, needs)
        taken = self._limiter.hit(count_key(caller, environ.get("REMOTE_ADDR", "")))
        start_response = _with_headers(start_response, taken.headers)
        if taken.allowed:
            return self._let_in(environ, start_response, caller, needs)
        words, hint = "Too many requests came from you within a minute.", "Retry-After says when to go on."
        return self._refuse(environ, start_response, 429, "too_many_requests", words, hint)

    def _let_in(
        self, environ: WSGIEnvironment, start_response: StartResponse, caller: Caller, needs: Permission | None
    ) -> Iterable[bytes]:
        """Answer a request of a caller who may do what its route needs, and refuse it to others."""
        environ[CALLER] = caller.id
        if caller.person and environ["REQUEST_METHOD"] not in READS and may_be_forged(environ):
            words = "A page of another site may not do this in your name."
            hint = "Programs send an API key. Browsers say by Origin or Sec-Fetch-Site where a request comes from."
            return self._refuse(environ, start_response, 403, "foreign_site", words, hint)
        if needs is not None and caller.may(needs):
            who = "" if caller is EVERYBODY else count_key(caller, environ.get("REMOTE_ADDR", ""))
            with use_request(Request(caller, needs, self._request_id(environ), who)):
                return self.application(environ, start_response)
        if caller.may(Permission.SIGNED_IN):
            error = refused(needs or Permission.SIGNED_IN)
            return self._refuse(environ, start_response, 403, error.code, error.message, error.hint)
        return self._to_sign_in(environ, start_response)

    def needs(self, environ: WSGIEnvironment) -> Permission | None:
        """Permission that the route of a request needs; None where it is in no row of the table, and nobody may use it.

        An address without a route, or with another method, is answered to those who signed in: by 404 or 405.
        """
        method = environ["REQUEST_METHOD"]
        if method == "OPTIONS":
            return Permission.OPEN  # it says what is accepted, and does nothing
        asked = "GET" if method == "HEAD" else method
        try:
            adapter = self._routes(environ).bind("")
            rule, _ = adapter.match(environ.get("PATH_INFO", "") or "/", asked, return_rule=True)
        except HTTPException:  # and redirects to the address with or without a slash
            return Permission.SIGNED_IN
        environ[ROUTE] = rule.rule
        return ROUTES.get(f"{asked} {rule.rule}")

    def _to_sign_in(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Send a browser that opens a page, or sends its form, to sign-in; tell programs what is accepted."""
        path = environ.get("PATH_INFO", "") or "/"
        # Forms are sent to the address of a page, which is opened after signing in
        form = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
        page = form or environ["REQUEST_METHOD"] in ("GET", "HEAD")
        if page and "text/html" in environ.get("HTTP_ACCEPT", ""):
            query = environ.get("QUERY_STRING", "")
            here = quote(path, safe="/@") + (f"?{query}" if query else "")  # a query comes as it was encoded
            start_response("303 See Other", [("Location", f"{SIGN_IN}?next={quote(here, safe='/')}"), _LENGTH_0])
            return ()
        words, hint = _not_known(environ.get("HTTP_AUTHORIZATION", ""))
        return self._refuse(environ, start_response, 401, "not_signed_in", words, hint)

    def _refuse(
        self, environ: WSGIEnvironment, start_response: StartResponse, status: int, code: str, message: str,
        hint: str = "",
    ) -> Iterable[bytes]:  # fmt: skip
        """An error in the shape of the API's, see ``api/contract/errors.py``."""
        body = orjson.dumps({"error": {"code": code, "message": message, "hint": hint, "problems": []}})
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        headers += [("X-Request-Id", self._request_id(environ)), *OF_STATUS.get(status, ())]
        start_response(f"{status} {HTTP_STATUS_CODES[status]}", headers)
        return (body,)


def _with_headers(start_response: StartResponse, more: list[tuple[str, str]]) -> StartResponse:
    """Start responses with these headers, too."""

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        return start_response(status, [*headers, *more], exc_info)

    return start


def _not_known(authorization: str) -> tuple[str, str]:
    """Reason why the caller is not known, and what to do. Nothing of the header with the key is told."""
    hint = "Send an API key (Authorization: Bearer lk_…), or sign in."
    scheme, _, sent = authorization.strip().partition(" ")
    if not scheme:
        return "Who asks is not known.", hint
    if scheme.lower() != "bearer":
        return "The Authorization header does not begin with the scheme Bearer, so it holds no API key.", hint
    if not sent.strip():
        return "The Authorization header has no API key after the scheme Bearer.", hint
    return "The API key is none that counts here: it is mistyped, was ended, or is over.", hint


_LENGTH_0 = ("Content-Length", "0")
