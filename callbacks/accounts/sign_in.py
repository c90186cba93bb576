"""Views of sign-in with a password, and of invitations."""

from __future__ import annotations

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from auth.passwords import SHORTEST, BadPassword
from auth.same_origin import is_foreign
from callbacks.accounts.own_account import SessionViews
from callbacks.accounts.views import is_private, safe_path
from layouts.shared import url
from ml.translation import text


class PasswordViews(SessionViews):
    """Views of who signs in with a password."""

    def sign_in_form(self, status: int = 200, problem: str = "", name: str = "", onward: str = "/") -> Response:
        """The form of sign-in."""
        values = {"name": name[:200], "next": onward, "secure": is_private(), "first": self.given.first.missing()}
        return self.shown("sign_in", status, problem=problem, **values)

    def sign_in(self) -> Response:
        """The form of sign-in."""
        return self.sign_in_form(onward=safe_path(request.args.get("next", "/")))

    def try_sign_in(self) -> AnyResponse:
        """Sign in, and go on to the page that was asked for."""
        if is_foreign(request.environ):
            return self.refuse_foreign()
        name, onward = request.form.get("name", ""), safe_path(request.form.get("next", "/"))
        person = self.accounts.sign_in(name, request.form.get("password", ""))
        if person is None:
            return self.sign_in_form(401, text("Name or password is wrong."), name, onward)
        self.begin(person)
        return redirect(url.outside(onward), 303)

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
            invited = self.accounts.invited(token)
            name = invited.name if invited else ""
            return self.shown("invitation", 400, problem=str(bad), name=name, shortest=SHORTEST)
        if person is None:
            return self.invitation(token)
        self.begin(person)
        return redirect(url.outside("/"), 303)
