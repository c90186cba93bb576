"""Permissions of a job's sender, read anew when a worker executes the job: an account or a key may have ended since."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

from auth.caller import EVERYBODY, STRANGER, Caller, Request, caller_of_key, caller_of_person, use_request
from auth.permissions import Permission
from store.db import Store

_KEY = re.compile(r"key .*\((\w+)\)", re.DOTALL)
_PERSON = re.compile(r"person (\w+)")


def caller_of(store: Store, sender: str) -> Caller:
    """The caller of an id, with what it may do now; one who may do nothing where it was ended meanwhile.

    Ids are those of :func:`auth.caller.caller_id`: empty where nobody signs in, and everybody may do everything.
    """
    if not sender:
        return EVERYBODY
    if match := _PERSON.fullmatch(sender):
        person = store.people.get(match[1])
        return caller_of_person(person) if person and person.active else STRANGER
    match = _KEY.fullmatch(sender)
    key = store.api_keys.get(match[1]) if match else None
    return caller_of_key(key) if key and key.alive(time.time()) else STRANGER


@contextmanager
def use_sender(store: Store, sender: str, needs: Permission, request: str) -> Iterator[None]:
    """Work in the name of a sender (:func:`caller_of`), who needs this permission, until the block ends."""
    with use_request(Request(caller_of(store, sender), needs, request)):
        yield
