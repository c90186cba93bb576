"""People, API keys and events of the audit log as plain dataclasses, without SQLAlchemy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


class NameTaken(ValueError):
    """Somebody has this name already, or this identity."""


def identity_of(issuer: str, subject: str) -> str:
    """Key of a person elsewhere: the subject alone is unique with one issuer only, and an address may change hands.

    Issuers are addresses without spaces, so no two pairs give the same text.
    """
    return f"{issuer} {subject}"


@dataclass(frozen=True)
class Person:
    """A person who signs in."""

    id: str
    name: str
    """As typed at sign-in, in small letters: an e-mail address, say."""
    role: str
    """For all models that `roles` does not name; empty for none."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """Model to role."""
    password: str | None = None
    """Hash of the password; None until an invitation is accepted."""
    active: bool = True
    """Whether the person may sign in."""
    created: float = 0.0
    """Seconds since 1970."""
    identity: str | None = None
    """Issuer and subject, for who signs in elsewhere; see :func:`identity_of`."""
    roles_at: float | None = None
    """When the roles were said there, in seconds since 1970."""


@dataclass(frozen=True)
class ApiKey:
    """A key of a program."""

    id: str
    """Public part of the key."""
    hash: str
    """SHA-256 of the secret, in hex."""
    name: str
    """Purpose in words."""
    scopes: tuple[str, ...]
    models: tuple[str, ...]
    """Permissions, and the models that they are for; all of them where there are none."""
    made_by: str
    """Name of the person who made it."""
    created: float
    """Seconds since 1970."""
    expires: float | None = None
    used: float | None = None
    ended: float | None = None
    """When it expires, was last used, and was ended; None for never."""

    def alive(self, now: float) -> bool:
        """True until it expires or is ended."""
        return self.ended is None and (self.expires is None or now < self.expires)


@dataclass(frozen=True)
class AuditEvent:
    """One event of the audit log; it holds no values of records."""

    who: str
    """Name of a person or a key."""
    what: str
    """Action: "cut-off changed", "signed in"."""
    about: str = ""
    """Object of the action: a model, a person, a key, a job."""
    before: str = ""
    after: str = ""
    """Value before and after a change."""
    why: str = ""
    """The reason that was given."""
    request: str = ""
    """Id of the request."""
    at: float = 0.0
    """Seconds since 1970."""
    number: int = 0
    """Position in the log, from 1."""
