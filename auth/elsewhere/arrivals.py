"""Accounts of those who sign in elsewhere: made when they first come, with the roles that their groups give."""

from __future__ import annotations

import time
import uuid
from dataclasses import replace
from itertools import count

from auth.accounts import role_words
from auth.audit_log import SYSTEM, AuditLog
from auth.elsewhere.claims import Named
from auth.elsewhere.group_roles import GroupRoles
from ml.errors import LikelyError
from ml.translation import text
from store.accounts.account_records import NameTaken, Person
from store.db import Store

BY_GROUPS = "groups at the sign-in service"  # the reason of changed roles, in the audit log


class NotAdmitted(LikelyError):
    """The caller is not known, or may not come in; the message says why, and what to do."""

    code = "not_admitted"


class Arrivals:
    """Lets people in whom another service names."""

    def __init__(self, store: Store, audit: AuditLog, roles: GroupRoles) -> None:
        self._store, self._audit, self._roles = store, audit, roles

    def admit(self, named: Named) -> Person:
        """The account of a person, with the roles of today.

        It is found by issuer and subject, never by a name or an e-mail address: these may pass to somebody else.

        Raises
        ------
        NotAdmitted
            An administrator closed the account, or no group gives a role.
        """
        person = self._store.people.of_identity(named.identity)
        role, roles = self._roles.of(named.groups) or ("", {})
        if person and named.at < (person.roles_at or 0.0):
            role, roles = person.role, dict(person.roles)  # a token of before a group was taken away
        if person is None and (role or roles):
            person = self._add(named, role, roles)
        if person and not person.active:
            raise NotAdmitted(text("Your account is closed. An administrator can open it again."))
        if person and (person.role, dict(person.roles)) != (role, roles):
            new = replace(person, role=role, roles=roles)
            self._store.people.change(person.id, role=role, roles=roles, roles_at=named.at)
            before, after = role_words(person), role_words(new)
            self._audit.note("role changed", person.name, before=before, after=after, why=BY_GROUPS, who=SYSTEM)
            person = new
        if person is None or not (role or roles):
            raise NotAdmitted(
                text("You are {name}, and in no group that may use this service.", name=named.name),
                text("Ask an administrator for a group that may."),
            )
        return person

    def _add(self, named: Named, role: str, roles: dict[str, str]) -> Person:
        """Add a person, by another name where somebody else has this one."""
        person = Person(
            uuid.uuid4().hex, named.name, role, roles, created=time.time(), identity=named.identity, roles_at=named.at
        )
        for number in count(2):
            try:
                self._store.people.add(person)
            except NameTaken:
                if there := self._store.people.of_identity(named.identity):
                    return there  # who signed in twice at once
                person = replace(person, name=f"{named.name} ({number})")
            else:
                break
        self._audit.note("account made", person.name, after=role_words(person), why=BY_GROUPS, who=person.name)
        return person
