"""Caller of a request as a proxy in front names it."""

from __future__ import annotations

from typing import Protocol
from wsgiref.types import WSGIEnvironment

from auth.caller import STRANGER, Caller, caller_of_key, caller_of_person
from auth.elsewhere.arrivals import Arrivals, NotAdmitted
from auth.elsewhere.claims import Named
from auth.keys import ApiKeys
from auth.recent import Recent
from auth.tokens import KEY_PREFIX
from ml.translation import text
from store.accounts.account_records import Person


class CallerReader(Protocol):
    """Reads what a proxy sends."""

    def sent(self, environ: WSGIEnvironment) -> str:
        """Text that a proxy sent with a request; empty for nothing that may be believed."""

    def named(self, sent: str) -> Named:
        """Person that the text names."""


class ProxyCallers:
    """Gives the caller of a request: a person whom the proxy names, or an API key."""

    def __init__(self, reader: CallerReader, arrivals: Arrivals, keys: ApiKeys) -> None:
        self._reader = reader
        self._person: Recent[Person] = Recent(lambda sent: arrivals.admit(reader.named(sent)))
        self._key = Recent(keys.find)

    def __call__(self, environ: WSGIEnvironment) -> Caller:
        """The caller; who sends a key counts by the key alone, whatever the proxy says."""
        kind, _, sent = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if kind.lower() == "bearer" and sent.strip().startswith(KEY_PREFIX):
            key = self._key(sent.strip())
            return STRANGER if key is None else caller_of_key(key)
        try:
            return caller_of_person(self.person(environ))
        except NotAdmitted:
            return STRANGER

    def person(self, environ: WSGIEnvironment) -> Person:
        """The person whom the proxy names.

        Raises
        ------
        NotAdmitted
            It names nobody who may come in; the message says why.
        ProviderAway, StoreUnavailable
        """
        sent = self._reader.sent(environ)
        person = self._person(sent) if sent else None
        if person is None:
            raise NotAdmitted(
                text("This request did not pass the sign-in in front of this service."),
                text("Open the service at its usual address. If you did, ask who runs it."),
            )
        return person

    def forget(self) -> None:
        """Empty the caches of callers, after a change of an account or a key."""
        self._person.forget()
        self._key.forget()
