"""Sessions of browsers: Flask-Login on signed cookies, which hold a token of the table of sessions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager
from itsdangerous import URLSafeTimedSerializer

from auth.accounts import Accounts
from auth.recent import Recent
from auth.tokens import new_token
from store.accounts.account_records import Person
from store.db import Store


class SignedIn:
    """The user of Flask-Login: a person in one session."""

    is_authenticated = is_active = True
    is_anonymous = False

    def __init__(self, person: Person, token: str) -> None:
        self.person, self.token = person, token

    def get_id(self) -> str:
        """Token of the session, which the cookie holds."""
        return self.token


class CookieSecret:
    """The secret that signs cookies: the one that is set, or else one that is made once and kept in the store.

    It is read when it is first needed, so that the service starts while the store is away.
    """

    def __init__(self, store: Store, given: str) -> None:
        self._store, self._secret = store, given

    def __call__(self) -> str:
        """The secret; StoreUnavailable where it cannot be read yet."""
        self._secret = self._secret or self._store.secrets.get("cookies", new_token)
        return self._secret


class CookieByScheme(SecureCookieSessionInterface):
    """Session cookie named by how it came: ``__Host-`` over HTTPS, which no other host or path can set.

    Under a path prefix it is ``__Secure-``, for ``__Host-`` demands the path "/"; over plain HTTP, as on one's own
    machine, it has no prefix, for browsers then refuse both.
    """

    def __init__(self, secret: CookieSecret) -> None:
        self._secret = secret

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Serializer that signs and checks cookies."""
        app.secret_key = self._secret()
        return super().get_signing_serializer(app)

    def _name(self, request: Request) -> str:
        if not request.is_secure:
            return "likely"
        return "__Secure-likely" if request.script_root else "__Host-likely"

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """The session of a request; an empty one where the cookie is not signed by us.

        When it ends the table of sessions says. The age of the signature says nothing of that: by a clock that is a
        second behind that of the instance which signed it, it is of the future, and itsdangerous refuses it.
        """
        sent = request.cookies.get(self._name(request))
        if not sent:
            return self.session_class()
        try:
            signer = self.get_signing_serializer(app)
            assert signer is not None  # noqa: S101 - there is a secret
            return self.session_class(signer.loads(sent))
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


def use_sessions(server: Flask, accounts: Accounts, secret: CookieSecret) -> Callable[[], None]:
    """Recognise people in requests of the pages.

    Returns
    -------
    callable
        Looks all sessions up again: to be called where one was ended or a person changed.
    """
    server.session_interface = CookieByScheme(secret)
    manager = LoginManager(server)
    manager.session_protection = None  # it binds sessions to an address, which phones change; tokens are random
    recent = Recent(accounts.in_session)

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(token: str) -> SignedIn | None:
        person = recent(token)
        return None if person is None else SignedIn(person, token)

    return recent.forget
