"""Views of one's own account, and of signing out."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, request
from flask_login import current_user, logout_user
from werkzeug.wrappers import Response as AnyResponse

from auth.passwords import SHORTEST, BadPassword
from auth.same_origin import is_foreign
from callbacks.accounts.views import Views
from layouts.accounts.pages import ACCOUNT, SIGN_IN
from layouts.accounts.words import ROLE_WORDS
from layouts.shared import url
from ml.translation import text


class AccountViews(Views):
    """Views of one's own account."""

    def account(self, **said: Any) -> Response:
        """One's own account."""
        person = self.person()
        role = text(ROLE_WORDS[person.role]) if person and person.role in ROLE_WORDS else text("no role for all models")
        status = said.pop("status", 200)
        shown = {
            "role": role,
            "changeable": bool(person and person.password),
            "shortest": SHORTEST,
            "sessions": not self.given.behind_proxy,
        }
        return self.shown("account", status, ACCOUNT, **shown, **said)


class SessionViews(AccountViews):
    """Views of sign-in and sign-out, with a password or at a provider."""

    signed_out = SIGN_IN  # where one comes to by signing out

    def sign_in_form(self, status: int = 200, problem: str = "") -> Response:
        """The page of sign-in."""
        raise NotImplementedError

    def sign_in(self) -> Response:
        """The page of sign-in, before anybody tried."""
        raise NotImplementedError

    def refuse_foreign(self) -> Response:
        """Refuse a form that a page of another site sent."""
        words = text("The form was sent by a page of another site. Open this page and try again.")
        return self.sign_in_form(403, words)

    def sign_out(self) -> AnyResponse:
        """Sign out here, and come back to sign-in."""
        if is_foreign(request.environ):
            return self.refuse_foreign()
        if token := getattr(current_user, "token", None):
            self.accounts.end_session(token)
        logout_user()
        self.given.forget()
        return redirect(url.outside(self.signed_out), 303)

    def change_account(self) -> AnyResponse:
        """Change one's password, or sign out everywhere."""
        person = self.person()
        if person is None:
            return redirect(url.outside(SIGN_IN), 303)
        if request.form.get("do") == "everywhere":
            self.accounts.end_sessions(person.id)
            return self.sign_out()
        try:
            right = self.accounts.change_password(person, request.form.get("old", ""), request.form.get("new", ""))
        except BadPassword as bad:
            return self.account(problem=str(bad), status=400)
        if not right:
            return self.account(problem=text("The present password is wrong."), status=400)
        self.given.forget()
        self.begin(person)  # the change ended all sessions, this one too
        return self.account(done=text("The password is changed. All other browsers are signed out."))
