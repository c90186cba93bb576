"""Sessions of browsers: Flask-Login on signed cookies, which hold a token of the table of sessions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager

from auth.accounts import Accounts
from auth.recent import Recent
from store.account_records import Person


class SignedIn:
    """The user of Flask-Login: a person in one session.

    Parameters
    ----------
    person : Person
    token : str
        Of the session.
    """

    is_authenticated = is_active = True
    is_anonymous = False

    def __init__(self, person: Person, token: str) -> None:
        self.person, self.token = person, token

    def get_id(self) -> str:
        """What the cookie holds."""
        return self.token


class CookieByScheme(SecureCookieSessionInterface):
    """Session cookie named by how it came: ``__Host-`` over HTTPS, which no other host or path can set.

    Under a path prefix it is ``__Secure-``, for ``__Host-`` demands the path "/"; over plain HTTP, as on one's own
    machine, it has no prefix, for browsers then refuse both.
    """

    def _name(self, request: Request) -> str:
        if not request.is_secure:
            return "likely"
        return "__Secure-likely" if request.script_root else "__Host-likely"

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """The session of a request; an empty one where the cookie is not signed by us."""
        signer = self.get_signing_serializer(app)
        sent = request.cookies.get(self._name(request))
        if signer is None or not sent:
            return self.session_class()
        try:
            return self.session_class(signer.loads(sent, max_age=int(app.permanent_session_lifetime.total_seconds())))
        except Exception:  # noqa: BLE001 - itsdangerous raises several; whatever it is, nobody is signed in
            return self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie where the session was changed, delete it where it became empty."""
        name = self._name(request)
        options: dict[str, Any] = {"secure": request.is_secure, "httponly": True, "samesite": "Lax", "path": "/"}
        if not session:
            if session.modified:
                response.delete_cookie(name, **options)
            return
        if session.modified:
            signer = self.get_signing_serializer(app)
            if signer is not None:
                response.set_cookie(name, str(signer.dumps(dict(session))), **options)
        response.vary.add("Cookie")


def use_sessions(server: Flask, accounts: Accounts, secret: str) -> Callable[[], None]:
    """Recognise people in requests of the pages.

    Parameters
    ----------
    server : Flask
    accounts : Accounts
    secret : str
        Signs the cookies; the same for all instances.

    Returns
    -------
    callable
        Looks all sessions up again: to be called where one was ended or a person changed.
    """
    server.secret_key = secret
    server.session_interface = CookieByScheme()
    manager = LoginManager(server)
    manager.session_protection = None  # it binds sessions to an address, which phones change; tokens are random
    recent = Recent(accounts.in_session)

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(token: str) -> SignedIn | None:
        person = recent(token)
        return None if person is None else SignedIn(person, token)

    return recent.forget
