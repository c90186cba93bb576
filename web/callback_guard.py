"""Validation of Dash's callback requests, before Dash handles them.

Dash trusts that only its own script posts to ``/_dash-update-component``; anything else ends in a
traceback. The request's envelope is checked here: it must name a registered callback, with as many
inputs as that callback takes. The values are validated by the callbacks.
"""

import json
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

from dash import Dash
from dash.exceptions import DependencyException, InvalidCallbackReturnValue
from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from ml.errors import LikelyError
from store.errors import is_unavailable

log = logging.getLogger(__name__)

PATH = "/_dash-update-component"
MALFORMED = "malformed_request"  # code of an error
COUNTS = ("n_clicks", "n_intervals")
POSITIONS = ("at",)  # keys of patterns of ids that are numbers
MOST_COUNTED = 2**31
LONE_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class Malformed(Exception):
    """The request is not one that the page's own script sends."""


def refuse_malformed(app: Dash) -> None:
    """Answer malformed callback requests with 400 and one sentence, and wrong methods with 405."""
    server: Flask = app.server
    _refuse_other_outputs(server)

    @server.before_request
    def check() -> Response | None:
        if request.path != PATH or request.method != "POST":
            return None
        try:
            check_envelope(_read(), app.callback_map)
        except Malformed as problem:
            return error_response(400, MALFORMED, str(problem))
        return None

    @server.errorhandler(HTTPException)
    def explain(error: HTTPException) -> Response | HTTPException:
        if request.path != PATH and not isinstance(error, MethodNotAllowed):
            return error
        answer = error_response(error.code or 500, error.name.lower().replace(" ", "_"), error.description)
        if isinstance(error, MethodNotAllowed):
            answer.allow.update(error.valid_methods or ())
        return answer


def _refuse_other_outputs(server: Flask) -> None:
    """Answer 400 where a request names, of a pattern of ids, more or fewer components than the callback fills."""

    @server.errorhandler(InvalidCallbackReturnValue)
    def too_few_or_many(error: InvalidCallbackReturnValue) -> Response:
        outputs = request.get_json().get("outputs")
        if not (isinstance(outputs, list) and any(isinstance(each, list) for each in outputs)):
            raise error  # a fault of the callback
        log.warning("A callback was asked to fill other components than it fills: %s", str(error).splitlines()[0][:300])
        return error_response(400, MALFORMED, "'outputs' names other components than the page has.")


def error_response(status: int, code: str, message: str | None) -> Response:
    """An error in the shape that the pages' scripts read."""
    response: Response = jsonify(error={"code": code, "message": message})
    response.status_code = status
    return response


def answer_503_where_the_store_is_away(server: Flask) -> None:
    """Answer 503 where a page or a callback needs the store during an outage: the page says so, and tries again.

    All other errors are raised, and logged.
    """

    @server.errorhandler(Exception)
    def refuse(error: Exception) -> Response:
        if not is_unavailable(error):
            raise error
        answer = error_response(503, "store_away", "The store does not answer.")
        answer.headers["Retry-After"] = "5"
        return answer


def answer_refusals_in_words(server: Flask) -> None:
    """Answer 404 to an error of ours that a callback did not handle: what was asked for is not there."""

    @server.errorhandler(LikelyError)
    def refuse(error: LikelyError) -> Response:
        return error_response(404, error.code, error.message)

    @server.errorhandler(DependencyException)
    def unknown_file(_error: DependencyException) -> Response:
        return error_response(404, "not_found", "There is no such file.")


def _read() -> Any:
    try:
        body = request.get_json()
        if LONE_SURROGATE.search(request.get_data()):
            json.dumps(body, ensure_ascii=False).encode()
    except RecursionError:
        raise Malformed("The request is nested too deeply.") from None
    except UnicodeEncodeError:
        raise Malformed("The request holds half of a \\u pair, which is no character.") from None
    return body


def check_envelope(body: Any, callbacks: Mapping[str, Mapping[str, Any]]) -> None:
    """Check outputs, inputs and state of a callback request.

    Parameters
    ----------
    body : object
        The request's JSON.
    callbacks : mapping
        ``Dash.callback_map``: callbacks by their output.

    Raises
    ------
    Malformed
    """
    if not isinstance(body, dict):
        raise Malformed("A callback request is a JSON object.")
    output = body.get("output")
    if not isinstance(output, str) or "callback" not in callbacks.get(output, ()):  # clientside callbacks have none
        raise Malformed("The request names no callback of this page in 'output'.")
    callback = callbacks[output]
    _check_values("inputs", body.get("inputs", []), callback["inputs"])
    _check_values("state", body.get("state", []), callback["state"])
    _check_outputs(body.get("outputs"), output)
    changed = body.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(name, str) and "." in name for name in changed):
        raise Malformed("'changedPropIds' is a list of 'id.property'.")


def _check_values(part: str, values: Any, expected: Sequence[Mapping[str, Any]]) -> None:
    if not isinstance(values, list) or len(values) != len(expected):
        raise Malformed(f"{part!r} is a list of {len(expected)} for this callback.")
    for value, declared in zip(values, expected, strict=True):
        if not _fits(value, declared["id"], declared["property"]):
            raise Malformed(f"{part!r} holds something that is not {declared['id']}.{declared['property']}.")


def _check_outputs(outputs: Any, output: str) -> None:
    several = output.startswith("..")
    declared = output[2:-2].split("...") if several else [output]
    given = outputs if several else [outputs]
    if not isinstance(given, list) or len(given) != len(declared):
        raise Malformed("'outputs' names the components that the callback fills.")
    for value, name in zip(given, declared, strict=True):
        component, _, prop = name.rpartition(".")
        # @ and a hash tell apart the duplicate outputs of a property
        if not _fits(value, component.replace("\\.", "."), prop):
            raise Malformed(f"'outputs' holds something that is not {component}.{prop.partition('@')[0]}.")


def _fits(value: Any, component: str, prop: str) -> bool:
    """True when a value names the declared component: by its id, or by a pattern of ids."""
    if not component.startswith("{"):
        return _is_property(value, prop) and value["id"] == component
    pattern = json.loads(component)
    if ["ALL"] in pattern.values():
        return isinstance(value, list) and all(
            _is_property(one, prop) and _matches(one["id"], pattern) for one in value
        )
    return _is_property(value, prop) and _matches(value["id"], pattern)


def _is_property(value: Any, prop: str) -> bool:
    if not isinstance(value, dict) or value.get("property") != prop or not isinstance(value.get("id"), (str, dict)):
        return False
    if prop == "id":  # callbacks take from it which job, field or plot is meant
        return bool(value.get("value") == value["id"])
    return prop not in COUNTS or value.get("value") is None or _is_count(value["value"])


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < MOST_COUNTED


def _matches(component: Any, pattern: dict[str, Any]) -> bool:
    if not isinstance(component, dict) or component.keys() != pattern.keys():
        return False
    return all(
        _is_key(key, component[key]) if isinstance(part, list) else component[key] == part
        for key, part in pattern.items()
    )


def _is_key(name: str, given: Any) -> bool:
    """True for what may stand in the place of a wildcard: a position, or the name of a job, a model, a plot."""
    return _is_count(given) if name in POSITIONS else isinstance(given, str)
