"""Sellers: who may tell outcomes of a model, and names of those who did."""

from __future__ import annotations

from collections.abc import Mapping

from auth.caller import caller_of_person
from auth.permissions import Permission
from ml.translation import text
from store.db import Store

PERSON = "person "


def sellers_of(store: Store, model: str) -> dict[str, str]:
    """Names of the people who may report outcomes of a model, by their ``auth.caller.caller_id``."""
    return {
        caller_of_person(each).id: each.name
        for each in store.people.all()
        if each.active and caller_of_person(each).may(Permission.OUTCOMES, model)
    }


class Names:
    """Names of callers, of whom tables keep ids only. Everybody is read once, at the first question."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._people: Mapping[str, str] | None = None

    def of(self, caller: str) -> str:
        """The name of a caller: a person's, or a key's with its id; empty where nobody signed in."""
        if not caller.startswith(PERSON):
            return caller
        if self._people is None:
            self._people = {f"{PERSON}{each.id}": each.name for each in self._store.people.all()}
        return self._people.get(caller) or text("Somebody who is no longer here")
