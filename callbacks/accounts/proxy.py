"""Views where a proxy in front says who people are."""

from __future__ import annotations

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from auth.elsewhere.arrivals import NotAdmitted
from auth.elsewhere.proxy_callers import ProxyCallers
from auth.elsewhere.signing import ProviderAway
from callbacks.accounts.own_account import AccountViews
from callbacks.accounts.views import SignIn, safe_path
from layouts.shared import url


class ProxyViews(AccountViews):
    """Views of who comes by way of a proxy."""

    def __init__(self, given: SignIn, proxy: ProxyCallers) -> None:
        super().__init__(given)
        self._proxy = proxy

    def sign_in_form(self, status: int = 200, problem: str = "") -> Response:
        """The page that says why somebody is not let in."""
        return self.shown("sign_in_elsewhere", status, problem=problem, host="", start="", end="")

    def sign_in(self) -> AnyResponse:
        """Go on to the page that was asked for, or say why not: nobody signs in here."""
        try:
            self._proxy.person(request.environ)
        except ProviderAway as away:
            return self.sign_in_form(503, str(away))
        except NotAdmitted as refused:
            return self.sign_in_form(403, str(refused))
        return redirect(url.outside(safe_path(request.args.get("next", "/"))), 303)
