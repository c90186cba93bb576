"""Description of an operation: path, method, request and all responses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from api.contract.errors import Error
from api.contract.security import needs_no_key
from api.http.validated import names_of

JSON, CSV, TEXT, HTML, PDF = "application/json", "text/csv", "text/plain", "text/html", "application/pdf"
BYTES = "application/octet-stream"
Method = Literal["GET", "POST", "DELETE", "PUT", "PATCH"]
Contents = Mapping[str, Any]  # media type to type of the body; None for text or bytes

WRONG_METHOD, TOO_LONG = 405, 414
UNAUTHORIZED = 401
BY_GATE = (UNAUTHORIZED, 403, 429, 503)  # of every address that is not open, by auth/gate.py in our own shape of errors
ALWAYS = (400, 405, 414, 500)  # statuses of every address: 400 for an unknown parameter


@dataclass(frozen=True)
class ResponseSpec:
    """A response that is no error."""

    contents: Contents
    """Media type to a pydantic type; None for text or bytes."""
    says: str
    headers: tuple[str, ...] = ()
    """Names in :data:`api.contract.headers.RESPONSE_HEADERS`, beside the request id, which each response has."""


@dataclass(frozen=True)
class BodySpec:
    """A request body."""

    contents: Contents
    """As of :class:`ResponseSpec`."""
    says: str = ""
    required: bool = True
    also: tuple[str, ...] = ()
    """Other accepted media types. They are in the description only: generators that do not know one of a body's types
    skip the whole operation."""

    @property
    def words(self) -> str:
        """Description of the body and its media types."""
        return f"{self.says} Also taken: {', '.join(self.also)}." if self.also else self.says


@dataclass(frozen=True)
class Operation:
    """One operation."""

    method: Method
    path: str
    """The path as OpenAPI has it: ``/api/v1/jobs/{job}``."""
    id: str
    """Function name in generated clients."""
    tag: str
    """One of :data:`api.contract.document.TAGS`."""
    summary: str
    responses: Mapping[int, ResponseSpec]
    """Status to response."""
    errors: tuple[int, ...] = ()
    """Statuses of possible errors, beside those of every address."""
    query: type[BaseModel] | None = None
    """Model whose fields are the query parameters; None for none."""
    any_query: bool = False
    """True when query parameters that are not named here are accepted, too."""
    headers: tuple[str, ...] = ()
    """Request headers, of :data:`api.contract.headers.REQUEST_HEADERS`."""
    body: BodySpec | None = None
    error: Any = Error
    """The shape of the errors."""
    description: str = ""

    @property
    def statuses(self) -> tuple[int, ...]:
        """All statuses of its responses."""
        return tuple(sorted({*self.responses, *self.errors, *self._by_gate, *ALWAYS}))

    @property
    def _by_gate(self) -> tuple[int, ...]:
        return () if needs_no_key(self.method, self.path) else BY_GATE

    def contents(self, status: int) -> Contents:
        """Contents of the response of a status; 405 may be a page, for browsers."""
        own = self.responses[status].contents if status in self.responses else None
        if status == UNAUTHORIZED:
            return {JSON: Error}
        if status in self._by_gate:
            kinds = own or {JSON: self.error}
            return kinds if kinds[JSON] is Error else {**kinds, JSON: Error | kinds[JSON]}
        if own is not None:
            return own
        if status == TOO_LONG:  # sent by Gunicorn, before our code runs
            return {HTML: None}
        return {JSON: self.error, HTML: None} if status == WRONG_METHOD else {JSON: self.error}

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the query parameters."""
        return () if self.query is None else tuple(names_of(self.query))


def in_json(kind: Any, says: str, *headers: str) -> ResponseSpec:
    """A response in JSON."""
    return ResponseSpec({JSON: kind}, says, headers)


def as_text(media: str, says: str, *headers: str) -> ResponseSpec:
    """A response in another media type."""
    return ResponseSpec({media: None}, says, headers)
