"""Who a request comes from: an API key in its Authorization header, or a session in its cookie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask
from flask_login import current_user

from auth.caller import EVERYBODY, STRANGER, Caller, caller_of_key, caller_of_person
from auth.keys import ApiKeys
from auth.recent import Recent

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment


class Identify:
    """Gives the caller of a request.

    Parameters
    ----------
    pages : Flask
        The application whose sessions they are, with Flask-Login.
    keys : ApiKeys
    """

    def __init__(self, pages: Flask, keys: ApiKeys) -> None:
        self._pages = pages
        self._key = Recent(keys.find)

    def __call__(self, environ: WSGIEnvironment) -> Caller:
        """The caller; who sends a key that is wrong is a stranger, whatever cookie comes with it."""
        kind, _, sent = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if kind.lower() == "bearer":
            key = self._key(sent.strip())
            return STRANGER if key is None else caller_of_key(key)
        if "HTTP_COOKIE" not in environ:
            return STRANGER
        with self._pages.request_context(environ):
            person = getattr(current_user, "person", None)
        return STRANGER if person is None else caller_of_person(person)

    def forget(self) -> None:
        """Look all keys up again: one was ended."""
        self._key.forget()


def everybody(_environ: WSGIEnvironment) -> Caller:
    """The caller where nobody signs in (AUTH=none)."""
    return EVERYBODY
