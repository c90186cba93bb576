"""API keys: made, recognised and ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from auth.audit_log import AuditLog
from auth.permissions import SCOPES
from auth.tokens import new_key, read_key, same
from ml.errors import LikelyError
from ml.translation import text
from store.accounts.account_records import ApiKey
from store.db import Store

LIVE_OF_A_NAME = 2  # the old one and the new one, while programs change over
LONGEST_NAME = 100
DAY = 86_400.0


class BadKey(LikelyError):
    """A key cannot be made as it was asked for; the message says why and what is accepted."""

    code = "bad_key"


class ApiKeys:
    """API keys of programs."""

    def __init__(self, store: Store, audit: AuditLog, clock: Callable[[], float] = time.time) -> None:
        self._store, self._audit, self._clock = store, audit, clock

    def all(self) -> list[ApiKey]:
        """All keys, the newest first."""
        return self._store.api_keys.all()

    def make(
        self, name: str, scopes: Sequence[str], models: Sequence[str] = (), days: float | None = None, by: str = ""
    ) -> tuple[str, ApiKey]:  # fmt: skip
        """Make a key and give its text, which is kept nowhere.

        Parameters
        ----------
        name : str
            Purpose of the key; two keys of a name may be live at once.
        scopes : sequence of str
            At least one of :data:`auth.permissions.SCOPES`.
        models : sequence of str
            Names of the models it may be used for; all where there are none.
        days : float, optional
            After how many it expires.
        by : str
            Person who makes the key.

        Raises
        ------
        BadKey
        """
        name, now = " ".join(name.split()), self._clock()
        if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
            raise BadKey(text("A key has a name of 1 to {n} characters that says what it is for.", n=LONGEST_NAME))
        if not scopes or not set(scopes) <= SCOPES.keys():
            raise BadKey(text("A key has one or more of these scopes: {scopes}.", scopes=", ".join(SCOPES)))
        if models and "admin" in scopes:
            raise BadKey(text("A key with the scope admin is one of all models."))
        if days is not None and not 0 < days <= 3650:
            raise BadKey(text("A key expires after 1 to 3650 days, or never."))
        if sum(key.name == name and key.alive(now) for key in self.all()) >= LIVE_OF_A_NAME:
            raise BadKey(text("Two keys called “{name}” are live already. End one of them first.", name=name))
        whole, key, hashed = new_key()
        expires = None if days is None else now + days * DAY
        key_record = ApiKey(key, hashed, name, tuple(sorted(set(scopes))), tuple(models), by, now, expires)
        self._store.api_keys.add(key_record)
        self._audit.note("key made", f"{name} ({key})", after=", ".join([*key_record.scopes, *key_record.models]))
        return whole, key_record

    def find(self, sent: str) -> ApiKey | None:
        """The live key of a text; None where there is none."""
        read = read_key(sent)
        key_of_token = self._store.api_keys.get(read[0]) if read else None
        now = self._clock()
        if read is None or key_of_token is None or not same(key_of_token.hash, read[1]) or not key_of_token.alive(now):
            return None
        if key_of_token.used is None or key_of_token.used < now - DAY / 1440:
            self._store.api_keys.use(key_of_token.id, now)
        return key_of_token

    def end(self, key: str) -> bool:
        """End a key; False where it is ended or unknown."""
        ended = self._store.api_keys.end(key, self._clock())
        if ended:
            self._audit.note("key ended", key)
        return ended
