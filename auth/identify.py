"""Caller of a request, identified by an API key in its Authorization header, or by a session in its cookie."""

from __future__ import annotations

from wsgiref.types import WSGIEnvironment

from flask import Flask
from flask_login import current_user

from auth.browser_sessions import CookieSecret
from auth.caller import STRANGER, Caller, caller_of_key, caller_of_person
from auth.keys import ApiKeys
from auth.recent import Recent


class Identify:
    """Gives the caller of a request, by an API key or by a session of `pages` (Flask-Login)."""

    def __init__(self, pages: Flask, keys: ApiKeys, secret: CookieSecret) -> None:
        self._pages, self._secret = pages, secret
        self._key = Recent(keys.find)

    def __call__(self, environ: WSGIEnvironment) -> Caller:
        """The caller; who sends a key that is wrong is a stranger, whatever cookie comes with it."""
        kind, _, sent = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if kind.lower() == "bearer":
            key = self._key(sent.strip())
            return STRANGER if key is None else caller_of_key(key)
        if "HTTP_COOKIE" not in environ:
            return STRANGER
        self._secret()  # who has a session is no stranger while the store is away: StoreUnavailable
        with self._pages.request_context(environ):
            person = getattr(current_user, "person", None)
        return STRANGER if person is None else caller_of_person(person)

    def forget(self) -> None:
        """Look all keys up again: one was ended."""
        self._key.forget()
