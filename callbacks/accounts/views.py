"""Base of the views of accounts: their services, the response with a page, and the address to go on to."""

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
from auth.first_administrator import FirstAdministrator
from auth.keys import ApiKeys
from auth.setup import SignInElsewhere
from layouts.accounts import pages
from layouts.accounts.pages import SIGN_IN, Frame
from store.accounts.account_records import Person


@dataclass(frozen=True)
class SignIn:
    """Services of the pages of accounts."""

    accounts: Accounts
    keys: ApiKeys
    audit: AuditLog
    models: Callable[[], Iterable[str]]
    """Gives the names of all models."""
    css: Callable[[], str]
    """Gives the address of the style sheet."""
    first: FirstAdministrator
    forget: Callable[[], None]
    """Looks sessions and keys up again, after one was ended or changed."""
    limits: str = "memory://"
    """Storage of the counts of sign-in tries: ``memory://``, or Redis for all instances."""
    elsewhere: SignInElsewhere | None = None
    """None where people have passwords here."""

    @property
    def behind_proxy(self) -> bool:
        """True where a proxy in front says who people are: they sign in and out there."""
        return bool(self.elsewhere and self.elsewhere.proxy)


class Views:
    """Base class of the views of accounts."""

    def __init__(self, given: SignIn) -> None:
        self.given, self.accounts = given, given.accounts

    def shown(self, template: str, status: int = 200, here: str = "", /, **values: Any) -> Response:
        """A page as a response; no cache keeps it."""
        asked = current_request()
        caller = asked.caller if asked else None
        frame = Frame(self.given.css(), caller.name if caller else "", signs_out=not self.given.behind_proxy)
        shown = pages.page(template, frame, here, **values)
        return Response(shown, status, content_type="text/html; charset=utf-8")

    def begin(self, person: Person) -> None:
        """Begin a session with a new token, in place of the one that the browser had."""
        if token := getattr(current_user, "token", None):
            self.accounts.end_session(token)
            self.given.forget()
        login_user(SignedIn(person, self.accounts.begin_session(person)))

    def person(self) -> Person | None:
        """The signed-in account."""
        asked = current_request()
        return asked.caller.person if asked else None

    def caller_name(self) -> str:
        """Name of who asks."""
        asked = current_request()
        return asked.caller.name if asked else ""


def safe_path(given: str) -> str:
    """A path of this service to go on to; "/" for everything that might lead elsewhere."""
    try:
        parts = urlsplit(given)
    except ValueError:  # half of an IPv6 address
        return "/"
    elsewhere = parts.scheme or parts.netloc or not given.startswith("/") or given.startswith(("//", "/\\"))
    odd = any(ord(letter) < 32 or letter == "\\" for letter in given)
    return "/" if elsewhere or odd or given.startswith(SIGN_IN) else given


def is_private() -> bool:
    """True where nobody on the way can read along: over HTTPS, or on the machine itself."""
    return request.is_secure or (request.remote_addr or "") in ("127.0.0.1", "::1")
