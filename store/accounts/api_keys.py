"""API keys: their hashes, scopes and times."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Row, insert, or_, select, update

from store.accounts.account_records import ApiKey
from store.database_table import DatabaseTable
from store.tables import api_keys

USED_EVERY = 60.0  # seconds; the time of the last use is written no more often


class ApiKeyTable(DatabaseTable):
    """The table of API keys."""

    def all(self) -> list[ApiKey]:
        """All keys, the newest first."""
        return [_key(row) for row in self._all(select(api_keys).order_by(api_keys.c.created.desc(), api_keys.c.id))]

    def get(self, key: str) -> ApiKey | None:
        """The key of that id, ended ones too."""
        row = self._first(select(api_keys).where(api_keys.c.id == key))
        return _key(row) if row else None

    def add(self, key: ApiKey) -> None:
        """Add a key."""
        row = vars(key) | {"scopes": json.dumps(key.scopes), "models": json.dumps(key.models)}
        self._change(insert(api_keys).values(row))

    def use(self, key: str, now: float) -> None:
        """Note the time of a use, at most once a minute."""
        last = api_keys.c.used
        due = (api_keys.c.id == key) & or_(last.is_(None), last < now - USED_EVERY)
        self._change(update(api_keys).where(due).values(used=now))

    def end(self, key: str, now: float) -> bool:
        """End a key; False where it is ended or unknown."""
        live = (api_keys.c.id == key) & api_keys.c.ended.is_(None)
        return self._change(update(api_keys).where(live).values(ended=now)) > 0


def _key(row: Row[Any]) -> ApiKey:
    lists = (tuple(json.loads(row.scopes)), tuple(json.loads(row.models)))
    return ApiKey(row.id, row.hash, row.name, *lists, row.made_by, row.created, row.expires, row.used, row.ended)
