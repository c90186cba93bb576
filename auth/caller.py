"""The caller of a request: who it is, and what it may do with which model."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass, field

from auth.permissions import ROLES, SCOPES, Permission
from ml.context import holding
from store.accounts.account_records import ApiKey, Person

Granted = frozenset[Permission]
OF_ALL_MODELS = (Permission.ADMIN, Permission.METRICS)  # people, keys, audit and metrics are those of all models
NOTHING: Granted = frozenset()


@dataclass(frozen=True)
class Caller:
    """Caller of a request, and its permissions."""

    name: str
    """As the audit log names it: a person's name, "key NAME (ID)"; empty where nobody signed in."""
    granted: Granted = NOTHING
    """Permissions for models that `models` does not name, and beside models."""
    models: Mapping[str, Granted] = field(default_factory=dict)
    """Permissions for these models instead."""
    person: Person | None = None
    is_key: bool = False

    @property
    def id(self) -> str:
        """Caller in logs, without a person's name: "person ID", "key NAME (ID)"; empty where nobody signed in."""
        return f"person {self.person.id}" if self.person else self.name if self.is_key else ""

    def may(self, permission: Permission, model: str | None = None) -> bool:
        """True where the caller may do this: with the model of this name, or with any one where none is named."""
        if permission is Permission.OPEN:
            return True
        if permission is Permission.SIGNED_IN:
            return self.name != ""
        if permission in OF_ALL_MODELS:
            return permission in self.granted
        if model is not None:
            return permission in self.models.get(model, self.granted)
        return permission in self.granted or any(permission in granted for granted in self.models.values())


STRANGER = Caller("")
EVERYBODY = Caller("anybody", frozenset(Permission))  # with AUTH=none, on this machine
ANYBODY = Caller("anybody", frozenset(Permission))  # with AUTH=none, where other machines reach the service


def caller_of_person(person: Person) -> Caller:
    """The caller that a person is."""
    models = {model: ROLES.get(role, NOTHING) for model, role in person.roles.items()}
    return Caller(person.name, ROLES.get(person.role, NOTHING), models, person)


def caller_of_key(key: ApiKey) -> Caller:
    """The caller that a key is."""
    granted = frozenset().union(*(SCOPES.get(scope, NOTHING) for scope in key.scopes))
    name = f"key {key.name} ({key.id})"
    if key.models:
        return Caller(name, NOTHING, dict.fromkeys(key.models, granted), is_key=True)
    return Caller(name, granted, is_key=True)


@dataclass(frozen=True)
class Request:
    """A request that was let in."""

    caller: Caller
    needs: Permission
    id: str = ""
    """For the audit log."""
    count_key: str = ""
    """Key under which it counts towards limits: a person, an API key or an IP address; empty where there are none."""


_request: ContextVar[Request | None] = ContextVar("request_of_a_caller", default=None)


def use_request(request: Request | None) -> AbstractContextManager[None]:
    """Answer this request until the block ends, in this context only."""
    return holding(_request, request)


_open_request_id: ContextVar[str] = ContextVar("id_of_an_open_request", default="")


def use_open_request(request_id: str) -> AbstractContextManager[None]:
    """Answer a request of an open route, as sign-in is: it has an id, and nobody has been recognised."""
    return holding(_open_request_id, request_id)


def current_request_id() -> str:
    """Id of the request that is being answered; empty outside of requests."""
    request = _request.get()
    return request.id if request else _open_request_id.get()


def signed_in_as() -> str:
    """Name of the person of the current request; empty for programs, and where nobody signs in."""
    request = _request.get()
    return request.caller.name if request and request.caller.person else ""


def counted_for() -> str:
    """Key under which the rate limit counts the current request, see :class:`Request`; empty outside of requests."""
    request = _request.get()
    return request.count_key if request else ""


def caller_id() -> str:
    """Id of the current caller, see :attr:`Caller.id`; empty where nobody signed in, and outside of requests."""
    request = _request.get()
    return request.caller.id if request else ""


def current_request() -> Request | None:
    """The request that is being answered; None in jobs, threads of the service, and the command line."""
    return _request.get()
