"""People's accounts: invited, signed in, changed, ended; each with its line in the audit log."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Mapping

from auth.audit_log import AuditLog
from auth.passwords import hash_password, needs_rehash, verify_password
from auth.permissions import ADMINISTRATOR, ROLES
from auth.tokens import hash_of, new_token
from ml.errors import LikelyError
from ml.translation import text
from store.accounts.account_records import NameTaken, Person, identity_of
from store.db import Store

HOUR, DAY = 3600.0, 86_400.0
INVITED_FOR = 2 * DAY
SIGNED_IN_FOR = 12 * HOUR
_NAME = re.compile(r"[^\s/<>\"'\\]{1,100}")


class BadAccount(LikelyError):
    """An account cannot be made or changed as asked; the message says why and what is accepted."""

    code = "bad_account"


class Accounts:
    """Accounts of people.

    Parameters
    ----------
    clock : callable
        Gives seconds since 1970.
    issuer : str
        Provider at which people sign in elsewhere; empty where they have passwords here.
    """

    def __init__(self, store: Store, audit: AuditLog, clock: Callable[[], float] = time.time, issuer: str = "") -> None:
        self._store, self._audit, self._clock, self.issuer = store, audit, clock, issuer

    def can_sign_in(self, person: Person) -> bool:
        """True where the account is open and has what the present way of signing in asks for."""
        if not self.issuer:
            return person.active and person.password is not None
        return person.active and (person.identity or "").startswith(identity_of(self.issuer, ""))

    def all(self) -> list[Person]:
        """Everybody, by name."""
        return self._store.people.all()

    def invite(self, name: str, role: str, roles: Mapping[str, str] | None = None) -> str:
        """Add a person and give the token of the invitation, which is shown once.

        Raises
        ------
        BadAccount
            The name is taken or none, or there is no such role.
        """
        name = read_name(name)
        person = Person(
            uuid.uuid4().hex, name, _checked(role, empty=True), _all_checked(roles or {}), created=self._clock()
        )
        try:
            self._store.people.add(person)
        except NameTaken:
            raise BadAccount(text("There is somebody called “{name}” already.", name=name)) from None
        self._audit.note("invited", name, after=role_words(person))
        return self._token(person)

    def reset(self, person_id: str) -> str:
        """The token of a link with which a person chooses a new password; the present one holds until then."""
        person = self._person(person_id)
        self._audit.note("password link made", person.name)
        return self._token(person)

    def invited(self, token: str) -> Person | None:
        """The person whom an invitation is for; None where it is used, expired or none."""
        return self._store.people.invited(hash_of(token), self._clock())

    def accept(self, token: str, password: str) -> Person | None:
        """Choose the password of an invitation, once; ends the person's sessions.

        Raises
        ------
        BadPassword
        """
        person = self.invited(token)
        if person is None:
            return None
        accepted = self._store.people.accept(hash_of(token), hash_password(password, person.name), self._clock())
        if accepted:
            self._audit.note("password chosen", person.name, who=person.name)
        return accepted

    def sign_in(self, name: str, password: str) -> Person | None:
        """The person of a name and a password; None for wrong ones, after the same time whichever is wrong."""
        person = self._store.people.find(name.strip().casefold())
        right = verify_password(password, person.password if person and person.active else None)
        if not right or person is None:
            # A name that nobody has is not kept: somebody may have typed a password there
            self._audit.note("sign-in refused", person.name if person else "an unknown name", who="stranger")
            return None
        if needs_rehash(person.password or ""):
            self._store.people.change(person.id, password=hash_password(password))
        return person

    def begin_session(self, person: Person) -> str:
        """Begin a session and give its token, a new one at each sign-in."""
        token, now = new_token(), self._clock()
        self._store.people.begin_session(hash_of(token), person.id, now, now + SIGNED_IN_FOR)
        self._audit.note("signed in", person.name, who=person.name)
        return token

    def in_session(self, token: str) -> Person | None:
        """The person of a session; sessions of another way of signing in count no more."""
        person = self._store.people.in_session(hash_of(token), self._clock())
        return person if person and self.can_sign_in(person) else None

    def end_session(self, token: str) -> None:
        """Sign out of one browser."""
        self._store.people.end_session(hash_of(token))

    def end_sessions(self, person_id: str) -> None:
        """Sign out everywhere."""
        person = self._person(person_id)
        self._store.people.end_sessions(person.id)
        self._audit.note("signed out everywhere", person.name)

    def change_password(self, person: Person, old: str, new: str) -> bool:
        """Change one's own password; False where the old one is wrong. Ends all sessions.

        Raises
        ------
        BadPassword
        """
        if not verify_password(old, person.password):
            return False
        self._store.people.change(person.id, password=hash_password(new, person.name))
        self._audit.note("password changed", person.name)
        return True

    def change_role(self, person_id: str, role: str, roles: Mapping[str, str]) -> None:
        """Change what a person may do.

        Raises
        ------
        BadAccount
            There is no such person or role, or nobody would be administrator any more.
        """
        person = self._person(person_id)
        new = Person(person.id, person.name, _checked(role, empty=True), _all_checked(roles), active=person.active)
        if new.role != ADMINISTRATOR:
            self._keep_an_administrator(person)
        self._store.people.change(person.id, role=new.role, roles=new.roles)
        self._audit.note("role changed", person.name, before=role_words(person), after=role_words(new))

    def set_active(self, person_id: str, *, active: bool) -> None:
        """End or give back a person's right to sign in; BadAccount for the last administrator."""
        person = self._person(person_id)
        if not active:
            self._keep_an_administrator(person)
        self._store.people.change(person.id, active=active)
        self._audit.note("account opened" if active else "account closed", person.name)

    def is_administered(self) -> bool:
        """True where an administrator can sign in."""
        return any(self.can_sign_in(each) for each in self._administrators())

    def first_invitation(self) -> str:
        """Token with which the first administrator signs up; earlier ones hold, for instances may start together."""
        token = new_token()
        invited = self._administrators()
        if not invited:
            person = Person(uuid.uuid4().hex, _free(self.all()), ADMINISTRATOR, created=self._clock())
            try:
                self._store.people.add(person)
                self._audit.note("invited", person.name, after=role_words(person))
                invited = [person]
            except NameTaken:  # another instance was quicker
                invited = self._administrators()
        self._store.people.invite(hash_of(token), invited[0].id, self._clock() + INVITED_FOR, replace=False)
        return token

    def _administrators(self) -> list[Person]:
        return [each for each in self.all() if each.role == ADMINISTRATOR and each.active]

    def _token(self, person: Person) -> str:
        token = new_token()
        self._store.people.invite(hash_of(token), person.id, self._clock() + INVITED_FOR)
        return token

    def _person(self, person_id: str) -> Person:
        person = self._store.people.get(person_id)
        if person is None:
            raise BadAccount(text("There is no such person any more."))
        return person

    def _keep_an_administrator(self, without: Person) -> None:
        others = (each for each in self.all() if each.id != without.id and self.can_sign_in(each))
        if without.role == ADMINISTRATOR and not any(each.role == ADMINISTRATOR for each in others):
            raise BadAccount(text("This is the only administrator who can sign in. Make somebody else one first."))


def read_name(typed: str) -> str:
    """A name as it is kept: without spaces, in small letters; BadAccount where it is none."""
    name = typed.strip().casefold()
    if not _NAME.fullmatch(name) or not name.isprintable():
        raise BadAccount(text("A name has 1 to 100 characters without spaces: an e-mail address, say."))
    return name


def role_words(person: Person) -> str:
    """A person's role, and roles for single models, as the audit log writes them."""
    return ", ".join([person.role or "no role", *(f"{role} of {model}" for model, role in person.roles.items())])


def _checked(role: str, *, empty: bool = False) -> str:
    if role not in ROLES and not (empty and role == ""):
        raise BadAccount(text("There is no role “{role}”. Roles: {roles}.", role=role, roles=", ".join(ROLES)))
    return role


def _all_checked(roles: Mapping[str, str]) -> dict[str, str]:
    if ADMINISTRATOR in roles.values():
        raise BadAccount(text("An administrator is one of all models."))
    return {model: _checked(role) for model, role in roles.items()}


def _free(everybody: list[Person]) -> str:
    names = {each.name for each in everybody}
    return next(name for name in ("admin", *(f"admin{at}" for at in range(2, 1000))) if name not in names)
