"""A client that holds every answer against the contract: what is not described there is a failure.

Every ``app.test_client()`` of the tests is one (see ``tests/conftest.py``), so that an answer of the API which no test
looks at closely is checked all the same, and the document cannot part from what is answered.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from flask.testing import FlaskClient
from pydantic import TypeAdapter
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Rule

from api.contract import headers
from api.contract.document import operations
from api.contract.operation import Operation

API = "likely.api"  # the name of the application that the contract is about
USUAL = {"Content-Type", "Content-Length", "Connection", "Date", "Server", "Vary", "Content-Encoding"}


class CheckedClient(FlaskClient):
    """Asserts that each answer of the API is one that the contract tells."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request, and check its answer."""
        answer = super().open(*args, **kwargs)
        if self.application.name == API:
            check(self.application, answer)
        return answer


def check(app: Any, answer: Any) -> None:
    """Assert that the contract tells of this answer: status, content type, headers, and each field of the body."""
    request = answer.request
    if request.method == "OPTIONS":
        return
    operation = operation_of(app, request)
    said = f"{request.method} {request.path} answered {answer.status_code}"
    if operation is None:
        assert answer.status_code in (404, 405, 500), f"{said}, which is no address of the contract"
        return
    assert answer.status_code in operation.statuses, f"{said}: {operation.id} tells of {operation.statuses}"
    given = operation.responses.get(answer.status_code)
    contents = operation.contents(answer.status_code)
    if not contents:
        assert not answer.get_data(), f"{said} with a body"
        return
    assert answer.mimetype in contents, f"{said} as {answer.mimetype}: {operation.id} tells of {tuple(contents)}"
    _check_headers(answer, (*given.headers,) if given else headers.STATUS_HEADERS.get(answer.status_code, ()), said)
    kind = contents[answer.mimetype]
    if kind is not None and request.method != "HEAD":
        adapter(operation.id, answer.status_code, answer.mimetype, repr(kind)).validate_json(
            answer.get_data(), strict=True, extra="forbid"
        )


def operation_of(app: Any, request: Any) -> Operation | None:
    """The operation of an address; None where it has none, or not with that method."""
    urls = app.url_map.bind("localhost")
    try:
        rule, values = urls.match(request.path, request.method, return_rule=True)
    except MethodNotAllowed as error:
        rule, values = urls.match(request.path, next(iter(error.valid_methods or ["GET"])), return_rule=True)
    except HTTPException:
        return None
    method = "GET" if request.method == "HEAD" else request.method
    known = by_address()
    path = described_path(rule, values)
    found = known.get((method, path))
    return found or next((each for (_, place), each in known.items() if place == path), None)


def described_path(rule: Rule, values: dict[str, Any]) -> str:
    """A rule of Flask as the path of OpenAPI; of a part that is one of some words, the word."""
    path = re.sub(r"<any\([^)]*\):(\w+)>", lambda found: str(values[found[1]]), rule.rule)
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)


@cache
def by_address() -> dict[tuple[str, str], Operation]:
    """Every operation by method and path."""
    return {(each.method, each.path): each for each in operations()}


@cache
def adapter(operation: str, status: int, media: str, _: str) -> TypeAdapter[Any]:
    """What checks the body of an answer."""
    found = next(each for each in operations() if each.id == operation)
    return TypeAdapter(found.contents(status)[media])


def _check_headers(answer: Any, told: tuple[str, ...], said: str) -> None:
    known = {headers.RESPONSE_HEADERS[name][0]: headers.RESPONSE_HEADERS[name][1] for name in ("RequestId", *told)}
    missing = [name for name, required in known.items() if required and name not in answer.headers]
    assert not missing, f"{said} without {missing}"
    others = {name.title() for name, _ in answer.headers} - {name.title() for name in (*known, *USUAL)}
    assert not others, f"{said} with headers that the contract does not tell: {others}"
