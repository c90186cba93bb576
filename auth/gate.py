"""The gate: WSGI middleware that lets a request in where its caller may do what its route asks for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote

import orjson
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.routing import Map

from auth.access import refused
from auth.caller import Caller, Request, use_request
from auth.permissions import Permission
from auth.same_origin import READS, is_foreign
from auth.table import ROUTES
from store.errors import StoreUnavailable

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

SIGN_IN = "/sign-in"
OF_STATUS = {401: [("WWW-Authenticate", 'Bearer realm="likely"')], 503: [("Retry-After", "5")]}
Identify = Callable[["WSGIEnvironment"], Caller]


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
    """

    def __init__(
        self,
        application: WSGIApplication,
        routes: Callable[[WSGIEnvironment], Map],
        identify: Identify,
        request_id: Callable[[WSGIEnvironment], str],
    ) -> None:
        self.application = application
        self._routes, self._identify, self._request_id = routes, identify, request_id

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        needs = self.needs(environ)
        if needs is Permission.OPEN:
            return self.application(environ, start_response)
        try:
            caller = self._identify(environ)
        except StoreUnavailable:
            log.warning("The store does not answer, so nobody can be recognised.")
            return self._refuse(environ, start_response, 503, "store_away", "The store does not answer.")
        if caller.person and environ["REQUEST_METHOD"] not in READS and is_foreign(environ):
            words = "A page of another site may not do this in your name."
            return self._refuse(environ, start_response, 403, "foreign_site", words)
        if needs is not None and caller.may(needs):
            with use_request(Request(caller, needs, self._request_id(environ))):
                return self.application(environ, start_response)
        if caller.may(Permission.SIGNED_IN):
            error = refused(needs or Permission.SIGNED_IN)
            return self._refuse(environ, start_response, 403, error.code, error.message, error.hint)
        return self._to_sign_in(environ, start_response)

    def needs(self, environ: WSGIEnvironment) -> Permission | None:
        """What the route of a request asks for; None where it is in no row of the table, and nobody may use it.

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
        return ROUTES.get(f"{asked} {rule.rule}")

    def _to_sign_in(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Send a browser that opens a page to sign-in, and tell programs and scripts what is accepted."""
        path = environ.get("PATH_INFO", "") or "/"
        if environ["REQUEST_METHOD"] in ("GET", "HEAD") and "text/html" in environ.get("HTTP_ACCEPT", ""):
            query = environ.get("QUERY_STRING", "")
            here = quote(f"{path}?{query}" if query else path, safe="/@=&?")
            start_response("303 See Other", [("Location", f"{SIGN_IN}?next={quote(here, safe='/')}"), _LENGTH_0])
            return ()
        hint = "Send an API key (Authorization: Bearer lk_…), or sign in."
        return self._refuse(environ, start_response, 401, "not_signed_in", "Who asks is not known.", hint)

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


_LENGTH_0 = ("Content-Length", "0")
