"""How one operation is described: an address, a method, what it takes and every answer that it may give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from api.contract.errors import Error

JSON, CSV, TEXT, HTML, PDF = "application/json", "text/csv", "text/plain", "text/html", "application/pdf"
BYTES = "application/octet-stream"
Method = Literal["GET", "POST", "DELETE", "PUT", "PATCH"]
Contents = Mapping[str, Any]  # media type to the type of its body, None where it is text or bytes

WRONG_METHOD, TOO_LONG = 405, 414
ALWAYS = (400, 405, 414, 500)  # any address may answer so: 400 where a parameter comes that it does not take


@dataclass(frozen=True)
class ResponseSpec:
    """An answer that is no error.

    Attributes
    ----------
    contents : mapping
        Media type to a type that pydantic knows; None is a text, or bytes.
    says : str
    headers : tuple of str
        Names in :data:`api.contract.headers.ANSWERED`, beside the request's number, which each answer has.
    """

    contents: Contents
    says: str
    headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class BodySpec:
    """What is sent.

    Attributes
    ----------
    contents : mapping
        As of :class:`ResponseSpec`.
    says : str
    required : bool
    also : tuple of str
        Other media types that are read. They are told in words: a generator that does not know one of the types of a
        body leaves the whole operation out.
    """

    contents: Contents
    says: str = ""
    required: bool = True
    also: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What is sent, and as what."""
        return f"{self.says} Also taken: {', '.join(self.also)}." if self.also else self.says


@dataclass(frozen=True)
class Operation:
    """One operation.

    Attributes
    ----------
    method, path : str
        The path as OpenAPI has it: ``/api/v1/jobs/{job}``.
    id : str
        Generated clients call their function so.
    tag : str
        One of :data:`api.contract.document.TAGS`.
    summary : str
    answers : mapping
        Status to what is given.
    refusals : tuple of int
        Statuses of the errors that can occur, beside those that any address may give.
    query : type of BaseModel or None
        Its fields are the parameters of the address; None has none.
    free : bool
        Whether the address takes any other parameter, too.
    headers : tuple of str
        Request headers that count, of :data:`api.contract.headers.ASKED`.
    body : BodySpec or None
    error : type
        The shape of the errors.
    description : str
    """

    method: Method
    path: str
    id: str
    tag: str
    summary: str
    answers: Mapping[int, ResponseSpec]
    refusals: tuple[int, ...] = ()
    query: type[BaseModel] | None = None
    free: bool = False
    headers: tuple[str, ...] = ()
    body: BodySpec | None = None
    error: Any = Error
    description: str = ""

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every status that it may answer."""
        return tuple(sorted({*self.answers, *self.refusals, *ALWAYS}))

    def contents(self, status: int) -> Contents:
        """What an answer of that status holds; a wrong method is told to a browser as a page."""
        if status in self.answers:
            return self.answers[status].contents
        if status == TOO_LONG:  # the server itself says so, before anything of ours is asked
            return {HTML: None}
        return {JSON: self.error, HTML: None} if status == WRONG_METHOD else {JSON: self.error}

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters of the address."""
        return () if self.query is None else tuple(self.query.model_fields)


def in_json(kind: Any, says: str, *headers: str) -> ResponseSpec:
    """An answer in JSON."""
    return ResponseSpec({JSON: kind}, says, headers)


def as_text(media: str, says: str, *headers: str) -> ResponseSpec:
    """An answer that is no JSON."""
    return ResponseSpec({media: None}, says, headers)
