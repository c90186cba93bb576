"""Views of sign-in, invitations and one's own account."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, request
from flask_login import current_user, logout_user
from werkzeug.wrappers import Response as AnyResponse

from auth.passwords import SHORTEST, BadPassword
from auth.same_origin import is_foreign
from callbacks.accounts.views import Views, is_private, safe_path
from layouts.accounts.pages import ACCOUNT, SIGN_IN
from layouts.accounts.words import ROLE_WORDS
from layouts.shared import url
from ml.translation import text


class SignInViews(Views):
    """Views of who signs in."""

    def sign_in(self) -> Response:
        """The form of sign-in."""
        return self.shown("sign_in", name="", next=safe_path(request.args.get("next", "/")), secure=is_private())

    def try_sign_in(self) -> AnyResponse:
        """Sign in, and go on to the page that was asked for."""
        if is_foreign(request.environ):
            return self.refuse_foreign()
        name, onward = request.form.get("name", ""), safe_path(request.form.get("next", "/"))
        person = self.accounts.sign_in(name, request.form.get("password", ""))
        if person is None:
            words = text("Name or password is wrong.")
            return self.shown("sign_in", 401, problem=words, name=name[:200], next=onward, secure=is_private())
        self.begin(person)
        return redirect(url.outside(onward), 303)

    def sign_out(self) -> AnyResponse:
        """Sign out here, and come back to sign-in."""
        if is_foreign(request.environ):
            return self.refuse_foreign()
        if token := getattr(current_user, "token", None):
            self.accounts.end_session(token)
        logout_user()
        self.given.forget()
        return redirect(url.outside(SIGN_IN), 303)

    def invitation(self, token: str) -> Response:
        """The form of an invitation."""
        person = self.accounts.invited(token)
        name = person.name if person else ""
        return self.shown("invitation", 200 if person else 404, name=name, shortest=SHORTEST)

    def accept(self, token: str) -> AnyResponse:
        """Choose the password of an invitation, and sign in."""
        if is_foreign(request.environ):
            return self.refuse_foreign()
        try:
            person = self.accounts.accept(token, request.form.get("password", ""))
        except BadPassword as bad:
            found = self.accounts.invited(token)
            name = found.name if found else ""
            return self.shown("invitation", 400, problem=str(bad), name=name, shortest=SHORTEST)
        if person is None:
            return self.invitation(token)
        self.begin(person)
        return redirect(url.outside("/"), 303)

    def account(self, **said: Any) -> Response:
        """One's own account."""
        person = self.person()
        role = text(ROLE_WORDS[person.role]) if person and person.role in ROLE_WORDS else text("no role of all models")
        status = said.pop("status", 200)
        shown = {"role": role, "changeable": bool(person and person.password), "shortest": SHORTEST}
        return self.shown("account", status, ACCOUNT, **shown, **said)

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
