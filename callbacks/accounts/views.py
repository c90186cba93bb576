"""What all views of accounts have: their services, the response with a page, and where to go on to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Response, request
from flask_login import current_user, login_user

from auth.accounts import Accounts
from auth.audit_log import AuditLog
from auth.browser_sessions import SignedIn
from auth.caller import current_request
from auth.keys import ApiKeys
from auth.permissions import Permission
from layouts.accounts import pages
from layouts.accounts.pages import SIGN_IN, Frame
from ml.translation import text
from store.account_records import Person


@dataclass(frozen=True)
class SignIn:
    """What the pages of accounts work with.

    Attributes
    ----------
    accounts : Accounts
    keys : ApiKeys
    audit : AuditLog
    models : callable
        Gives the names of all models.
    css : callable
        Gives the address of the style sheet.
    forget : callable
        Looks sessions and keys up again, after one was ended or changed.
    limits : str
        Where tries of a sign-in are counted: ``memory://``, or Redis for all instances.
    """

    accounts: Accounts
    keys: ApiKeys
    audit: AuditLog
    models: Callable[[], Iterable[str]]
    css: Callable[[], str]
    forget: Callable[[], None]
    limits: str = "memory://"


class Views:
    """What all views of accounts have.

    Parameters
    ----------
    given : SignIn
    """

    def __init__(self, given: SignIn) -> None:
        self.given, self.accounts = given, given.accounts

    def shown(self, template: str, status: int = 200, here: str = "", /, **values: Any) -> Response:
        """A page as a response; no cache keeps it."""
        asked = current_request()
        caller = asked.caller if asked else None
        frame = Frame(self.given.css(), caller.name if caller else "", bool(caller and caller.may(Permission.ADMIN)))
        shown = pages.page(template, frame, here=here, **values)
        return Response(shown, status, content_type="text/html; charset=utf-8")

    def begin(self, person: Person) -> None:
        """Begin a session with a new token, in place of the one that the browser had."""
        if token := getattr(current_user, "token", None):
            self.accounts.end_session(token)
            self.given.forget()
        login_user(SignedIn(person, self.accounts.begin_session(person)))

    def person(self) -> Person | None:
        """Who signed in."""
        found: Person | None = getattr(current_user, "person", None)
        return found

    def caller_name(self) -> str:
        """Name of who asks."""
        asked = current_request()
        return asked.caller.name if asked else ""

    def refuse_foreign(self) -> Response:
        """Refuse a form that a page of another site sent."""
        words = text("The form was sent by a page of another site. Open this page and try again.")
        return self.shown("sign_in", 403, problem=words, name="", next="/", secure=is_private())


def safe_path(given: str) -> str:
    """A path of this service to go on to; "/" for everything that might lead elsewhere."""
    parts = urlsplit(given)
    elsewhere = parts.scheme or parts.netloc or not given.startswith("/") or given.startswith(("//", "/\\"))
    odd = any(ord(letter) < 32 or letter == "\\" for letter in given)
    return "/" if elsewhere or odd or given.startswith(SIGN_IN) else given


def is_private() -> bool:
    """True where nobody on the way can read along: over HTTPS, or on the machine itself."""
    return request.is_secure or (request.remote_addr or "") in ("127.0.0.1", "::1")
