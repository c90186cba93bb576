"""Views of sign-in at a provider of OpenID Connect."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from auth.elsewhere.arrivals import Arrivals, NotAdmitted
from auth.elsewhere.oidc import OidcProvider
from auth.elsewhere.signing import ProviderAway
from callbacks.accounts.own_account import SessionViews
from callbacks.accounts.views import SignIn, safe_path
from layouts.accounts.pages import SIGN_IN, SIGN_IN_CALLBACK, SIGN_IN_START
from layouts.shared import url


class OidcViews(SessionViews):
    """Views of who signs in at a provider."""

    signed_out = f"{SIGN_IN}?out=1"

    def __init__(self, given: SignIn, provider: OidcProvider, arrivals: Arrivals) -> None:
        super().__init__(given)
        self._provider, self._arrivals = provider, arrivals

    def sign_in_form(self, status: int = 200, problem: str = "", onward: str = "/") -> Response:
        """The page with the button of sign-in; after signing out, with the link that signs out at the provider."""
        start = f"{url.outside(SIGN_IN_START)}?next={quote(onward, safe='/')}"
        end = self._provider.end_address() if "out" in request.args else ""
        shown = {"host": self._provider.host, "start": start, "end": end}
        return self.shown("sign_in_elsewhere", status, problem=problem, **shown)

    def sign_in(self) -> Response:
        """The page of sign-in."""
        return self.sign_in_form(onward=request.args.get("next", "/"))

    def start(self) -> AnyResponse:
        """Go to the provider."""
        onward = request.args.get("next", "/")
        back = f"{request.host_url.rstrip('/')}{url.outside(SIGN_IN_CALLBACK)}"
        try:
            return redirect(self._provider.begin(back, onward), 303)
        except ProviderAway as away:
            return self.sign_in_form(503, str(away), onward)

    def come_back(self) -> AnyResponse:
        """Come back from the provider, and go on to the page that was asked for."""
        try:
            named, onward = self._provider.finish()
        except ProviderAway as away:
            return self.sign_in_form(503, str(away))
        except NotAdmitted as refused:
            self.given.audit.note("sign-in refused", self._provider.host, who="stranger")
            return self.sign_in_form(401, str(refused))
        try:
            person = self._arrivals.admit(named)
        except NotAdmitted as refused:
            self.given.audit.note("sign-in refused", named.name, who="stranger")
            return self.sign_in_form(403, str(refused))
        finally:
            self.given.forget()  # roles may have changed
        self.begin(person)
        return redirect(url.outside(safe_path(onward)), 303)
