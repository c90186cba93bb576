"""People who sign in, their invitations and their sessions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from store.accounts.account_records import NameTaken, Person
from store.database_table import DatabaseTable
from store.tables import invitations, people, sessions


class PeopleTable(DatabaseTable):
    """The tables of people, invitations and sessions. Tokens come and are kept as hashes only."""

    def all(self) -> list[Person]:
        """Everybody, by name."""
        return [_person(row) for row in self._all(select(people).order_by(people.c.name))]

    def find(self, name: str) -> Person | None:
        """The person of that name."""
        return self._one(select(people).where(people.c.name == name))

    def get(self, person: str) -> Person | None:
        """The person of that id."""
        return self._one(select(people).where(people.c.id == person))

    def of_identity(self, identity: str) -> Person | None:
        """The person of that issuer and subject."""
        return self._one(select(people).where(people.c.identity == identity))

    def add(self, person: Person) -> None:
        """Add a person; NameTaken where there is one of that name or identity."""
        row = vars(person) | {"roles": json.dumps(dict(person.roles)), "active": int(person.active)}
        try:
            self._change(insert(people).values(row))
        except IntegrityError:
            raise NameTaken(person.name) from None

    def change(
        self, person: str, *, role: str | None = None, roles: Mapping[str, str] | None = None,
        password: str | None = None, active: bool | None = None, roles_at: float | None = None,
    ) -> None:  # fmt: skip
        """Change what is given. A new password and the end of the right to sign in end all sessions and invitations."""
        new: dict[str, object] = {"role": role, "password": password, "roles_at": roles_at}
        new |= {"roles": None if roles is None else json.dumps(dict(roles))}
        new |= {"active": None if active is None else int(active)}
        with self._transaction() as connection:
            values = {name: value for name, value in new.items() if value is not None}
            connection.execute(update(people).where(people.c.id == person).values(values))
            if password is not None or active is False:
                _sign_out(connection, person)

    def invite(self, token_hash: str, person: str, expires: float, *, replace: bool = True) -> None:
        """Keep an invitation, in place of the person's others or beside them."""
        with self._transaction() as connection:
            if replace:
                connection.execute(delete(invitations).where(invitations.c.person == person))
            connection.execute(insert(invitations).values(hash=token_hash, person=person, expires=expires))

    def invited(self, token_hash: str, now: float) -> Person | None:
        """The active person whom an invitation that has not expired is for."""
        return self._by_token(invitations, token_hash, now)

    def accept(self, token_hash: str, password: str, now: float) -> Person | None:
        """Set the password of an invited person and use all invitations up; None where this one is used or expired.

        Where two accept one invitation at the same time, one succeeds.
        """
        person = self.invited(token_hash, now)
        if person is None:
            return None
        with self._transaction() as connection:
            if not connection.execute(delete(invitations).where(invitations.c.hash == token_hash)).rowcount:
                return None
            connection.execute(update(people).where(people.c.id == person.id).values(password=password))
            _sign_out(connection, person.id)
        return person

    def begin_session(self, token_hash: str, person: str, now: float, expires: float) -> None:
        """Keep a session; those that have expired are deleted."""
        with self._transaction() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires <= now))
            connection.execute(insert(sessions).values(hash=token_hash, person=person, created=now, expires=expires))

    def in_session(self, token_hash: str, now: float) -> Person | None:
        """The active person of a session that has not expired."""
        return self._by_token(sessions, token_hash, now)

    def end_session(self, token_hash: str) -> None:
        """Sign out here."""
        self._change(delete(sessions).where(sessions.c.hash == token_hash))

    def end_sessions(self, person: str) -> None:
        """Sign out everywhere."""
        self._change(delete(sessions).where(sessions.c.person == person))

    def _by_token(self, table: Table, token_hash: str, now: float) -> Person | None:
        valid = (table.c.hash == token_hash) & (table.c.expires > now) & (people.c.active == 1)
        return self._one(select(people).join(table, table.c.person == people.c.id).where(valid))

    def _one(self, query: Select[Any]) -> Person | None:
        row = self._first(query)
        return _person(row) if row else None


def _sign_out(connection: Connection, person: str) -> None:
    """End all sessions and invitations of a person."""
    for table in (sessions, invitations):
        connection.execute(delete(table).where(table.c.person == person))


def _person(row: Row[Any]) -> Person:
    names = ("id", "name", "role", "password", "created", "identity", "roles_at")
    fields = {name: getattr(row, name) for name in names}
    return Person(**fields, roles=json.loads(row.roles), active=bool(row.active))
