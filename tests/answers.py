"""Every answer that a test client gets is held against the contract: what is not described there is a failure.

Clients of the API alone and of the whole service are (see ``tests/conftest.py``), so that an answer of the API which no
test looks at closely is checked all the same, and the document cannot part from what is answered. It takes about 1.4 ms
an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from pydantic import TypeAdapter
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule
from werkzeug.test import TestResponse

from api.contract import headers
from api.contract.document import operations
from api.contract.operation import Operation

API, SERVICE = "likely.api", "likely"  # names of the application that the contract is about, and of the whole service
OURS = ("/api/v1/", "/v1/", "/v2/")  # addresses below which there are no pages
USUAL = {"Content-Type", "Content-Length", "Connection", "Date", "Server", "Vary", "Content-Encoding"}
AROUND = {  # by the layers around the API
    "Cache-Control", "Content-Security-Policy", "Cross-Origin-Opener-Policy", "Permissions-Policy", "Referrer-Policy",
    "Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options", "RateLimit", "RateLimit-Policy",
    "Access-Control-Allow-Origin", "Access-Control-Expose-Headers",
}  # fmt: skip


def checked(send: Callable[..., TestResponse]) -> Callable[..., TestResponse]:
    """The method of a test client that sends a request, with a check of its answer."""

    @wraps(send)
    def open_and_check(client: Any, *args: Any, **kwargs: Any) -> TestResponse:
        answer = send(client, *args, **kwargs)
        name = getattr(client.application, "name", "")
        if name == API or (name == SERVICE and is_of_api(answer.request)):
            check(answer, USUAL if name == API else USUAL | AROUND)
        return answer

    return open_and_check


def is_of_api(request: Any) -> bool:
    """False for an address or a method of a page."""
    operation = operation_of(request)
    method = "GET" if request.method == "HEAD" else request.method
    return request.path.startswith(OURS) or (operation is not None and operation.method == method)


def check(answer: Any, usual: set[str]) -> None:
    """Assert that the contract tells of this answer: status, content type, headers, and each field of the body."""
    request = answer.request
    if request.method == "OPTIONS":
        return
    operation = operation_of(request)
    said = f"{request.method} {request.path} answered {answer.status_code}"
    if operation is None:
        assert answer.status_code in (401, 403, 404, 405, 500), f"{said}, which is no address of the contract"
        return
    assert answer.status_code in operation.statuses, f"{said}: {operation.id} tells of {operation.statuses}"
    given = operation.responses.get(answer.status_code)
    contents = operation.contents(answer.status_code)
    if not contents:
        assert not answer.get_data(), f"{said} with a body"
        return
    assert answer.mimetype in contents, f"{said} as {answer.mimetype}: {operation.id} tells of {tuple(contents)}"
    _check_headers(
        answer, (*given.headers,) if given else headers.STATUS_HEADERS.get(answer.status_code, ()), usual, said
    )
    kind = contents[answer.mimetype]
    if kind is not None and request.method != "HEAD":
        adapter(operation.id, answer.status_code, answer.mimetype, repr(kind)).validate_json(
            answer.get_data(), strict=True, extra="forbid"
        )


def operation_of(request: Any) -> Operation | None:
    """The operation of an address, of another method where it has none with that one; None where it has none."""
    (urls, known), method = addresses(), request.method
    while True:
        try:
            return known[urls.bind("localhost").match(request.path, method)[0]]
        except MethodNotAllowed as error:
            method = next(iter(error.valid_methods or ["GET"]))
        except HTTPException:
            return None


@cache
def addresses() -> tuple[Map, dict[str, Operation]]:
    """Addresses of all operations, which have their ids as endpoints."""
    known = {each.id: each for each in operations()}
    rules = [
        Rule(re.sub(r"{(\w+)}", r"<\1>", each.path), methods=[each.method], endpoint=name)
        for name, each in known.items()
    ]
    return Map(rules, strict_slashes=False), known


@cache
def adapter(operation: str, status: int, media: str, _: str) -> TypeAdapter[Any]:
    """What checks the body of an answer."""
    found = next(each for each in operations() if each.id == operation)
    return TypeAdapter(found.contents(status)[media])


def _check_headers(answer: Any, told: tuple[str, ...], usual: set[str], said: str) -> None:
    known = {headers.RESPONSE_HEADERS[name][0]: headers.RESPONSE_HEADERS[name][1] for name in ("RequestId", *told)}
    missing = [name for name, required in known.items() if required and name not in answer.headers]
    assert not missing, f"{said} without {missing}"
    others = {name.title() for name, _ in answer.headers} - {name.title() for name in (*known, *usual)}
    assert not others, f"{said} with headers that the contract does not tell: {others}"
