"""Validation errors of pydantic models in words: the value received, and what is accepted.

Accepted values come from the model's JSON schema, which is also in the API's contract.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache, reduce
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ml.data.validation.bounded import TOO_LONG, TOO_MANY_NAMES
from ml.translation import mark, text

MOST_TOLD = 5
LONGEST = 80
_SIMPLE = {"boolean": mark("true or false"), "string": mark("a text"), "null": "null"}
ANOTHER = mark("another value")


def in_words(error: ValidationError, kind: type[BaseModel], whole: str) -> tuple[str, str]:
    """Message and hint of a validation error of the model `kind`: the first few faults, without repetitions.

    `whole` names the input, with a capital letter: "The body".
    """
    errors = error.errors(include_url=False, include_context=False)
    problems = [_problem_and_hint(each, kind, whole) for each in errors if each["type"] != "extra_forbidden"]
    strangers = [each for each in errors if each["type"] == "extra_forbidden"]
    if strangers:
        problems.insert(0, _unknown(strangers, kind))
    messages, hints = zip(*problems[:MOST_TOLD], strict=True)
    return " ".join(dict.fromkeys(messages)), " ".join(dict.fromkeys(filter(None, hints)))


def accepted(schema: dict[str, Any], definitions: dict[str, Any] | None = None) -> str:
    """Accepted values of a JSON schema, as the end of "It is …": "a whole number from 0 to 9"."""
    schema = _followed(schema, definitions or {})
    if "enum" in schema:
        return text("one of {values}", values=", ".join(map(str, schema["enum"])))
    if "const" in schema:
        return str(schema["const"])
    if "anyOf" in schema:
        ways = (accepted(each, definitions) for each in schema["anyOf"] if each.get("type") != "null")
        return reduce(lambda said, last: text("{parts} or {last}", parts=said, last=last), dict.fromkeys(ways))
    kind, inner = schema.get("type"), schema.get("additionalProperties")
    if kind in ("integer", "number"):
        return _number(text("a whole number") if kind == "integer" else text("a number"), schema)
    if kind == "array":
        return _of(_up_to(text("a list"), schema.get("maxItems")), schema.get("items"), definitions)
    if kind == "object":
        return _of(_up_to(text("an object"), schema.get("maxProperties")), inner, definitions)
    if schema.get("contentMediaType") == "application/json":
        return f"JSON: {accepted(schema.get('contentSchema', {'type': 'object'}), definitions)}"
    return _length(text(_SIMPLE.get(str(kind), ANOTHER)), schema)


def _problem_and_hint(error: ErrorDetails, kind: type[BaseModel], whole: str) -> tuple[str, str]:
    place, wanted = _reached(kind, error["loc"])
    name = ".".join(map(str, place))
    if error["type"] == "missing":
        return text("There is no {name}.", name=name), text("It is {wanted}.", wanted=wanted)
    if not name:
        if error["type"] in ("model_type", "model_attributes_type"):
            hint = text("Send one with any of {names}.", names=", ".join(_names(kind)))
            return text("{whole} is no JSON object.", whole=whole), hint
        if error["type"] == TOO_MANY_NAMES:
            known = text("Known: {names}.", names=", ".join(_names(kind)) or text("nothing"))
            return text("{whole} has {n} names.", whole=whole, n=f"{len(error['input']):,}"), known
        return text("{whole} is not accepted: {reason}.", whole=whole, reason=error["msg"]), ""
    if error["type"] == TOO_LONG:
        said = text("{field} has {n} members.", field=name, n=f"{len(error['input']):,}")
        return said, text("It is {wanted}.", wanted=wanted)
    said = text("{field} is {value}.", field=name, value=_shown(error["input"]))
    return said, text("It is {wanted}.", wanted=wanted)


def _shown(value: Any) -> str:
    """A value as received, truncated."""
    shown = repr(value) if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def _unknown(strangers: list[ErrorDetails], kind: type[BaseModel]) -> tuple[str, str]:
    named = ", ".join(".".join(map(str, each["loc"]))[:LONGEST] for each in strangers[:MOST_TOLD])
    more = len(strangers) - MOST_TOLD
    known = ", ".join(_names(kind)) or text("nothing")
    named = text("{names} and {n} more", names=named, n=f"{more:,}") if more > 0 else named
    return text("Unknown: {names}.", names=named), text("Known: {names}.", names=known)


def _reached(kind: type[BaseModel], place: tuple[int | str, ...]) -> tuple[tuple[int | str, ...], str]:
    """A location without the parts that pydantic adds for unions, and the accepted values there."""
    schema = schema_of(kind)
    definitions = schema.get("$defs", {})
    part = schema
    for depth, step in enumerate(place):
        inner = next(_inside(_followed(part, definitions), step, definitions), None)
        if inner is None:
            return place[: depth or None], accepted(part, definitions)
        part = inner
    return place, accepted(part, definitions)


def _inside(schema: dict[str, Any], step: int | str, definitions: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for way in [schema, *(_followed(each, definitions) for each in schema.get("anyOf", []))]:
        if isinstance(step, str) and step in way.get("properties", {}):
            yield way["properties"][step]
        elif isinstance(step, str) and isinstance(way.get("additionalProperties"), dict):
            yield way["additionalProperties"]
        elif isinstance(step, int) and isinstance(way.get("items"), dict):
            yield way["items"]


@lru_cache(32)
def schema_of(kind: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a model, by the names under which its fields are sent."""
    return kind.model_json_schema()


def _names(kind: type[BaseModel]) -> list[str]:
    return list(schema_of(kind).get("properties", {}))


def _followed(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    followed: dict[str, Any] = definitions.get(schema.get("$ref", "").rpartition("/")[2], schema)
    return followed


def _number(named: str, schema: dict[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    high = None if high is not None and high >= 2**53 - 1 else high  # no number that anybody wants to read
    if low is not None and high is not None:
        return text("{noun} from {low} to {high}", noun=named, low=f"{low:g}", high=f"{high:g}")
    if low is not None:
        return text("{noun}, {low} or more", noun=named, low=f"{low:g}")
    return named if high is None else text("{noun}, {high} or less", noun=named, high=f"{high:g}")


def _up_to(named: str, most: int | None) -> str:
    return named if most is None else text("{noun} of up to {n}", noun=named, n=f"{most:,}")


def _of(named: str, inner: Any, definitions: dict[str, Any] | None) -> str:
    if not isinstance(inner, dict) or not inner:
        return named
    return text("{noun}, each {part}", noun=named, part=accepted(inner, definitions))


def _length(named: str, schema: dict[str, Any]) -> str:
    low, high = schema.get("minLength"), schema.get("maxLength")
    if high is None:
        return text("{noun} of at least {n} characters", noun=named, n=low) if low else named
    return text("{noun} of {low} to {high} characters", noun=named, low=low or 0, high=high)
