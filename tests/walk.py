"""Walks: requests to every route and every callback of a service, whole, mutated, or while something is away."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Iterator, Mapping
from typing import Any

from dash import Dash
from flask import Flask

STRANGE: tuple[Any, ...] = (
    None, True, -1, 0, 2**63, 1e308, -0.0, "", "x", "\ud800", "ä\u0000\n", "9" * 400, "@", "../..", [], [[]], [None],
    {}, {"": None}, {"id": "x", "property": "value"}, [{}], [1, "a", None], {"type": "plot"}, "NaN", "%00",
    [["a"] * 3] * 3,
)  # fmt: skip


def routes(server: Flask) -> Iterator[tuple[str, str, str]]:
    """Every route of pages and API: its name in the table of permissions, its method, and a rule to fill."""
    dispatcher = _find(server.wsgi_app, "api")
    for flask in (server, dispatcher.api):
        for rule in flask.url_map.iter_rules():
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield f"{method} {rule.rule}", method, rule.rule


def address(rule: str, known: Mapping[str, str]) -> str:
    """An address of a rule; `known` gives its parts by name, others are "nothing"."""

    def part(found: re.Match[str]) -> str:
        return known.get(found[2], found[1] or "nothing")

    return re.sub(r"<(?:any\((\w+)[^>]*\):|[a-z]+(?:\([^>]*\))?:)?(\w+)>", part, rule)


def on_page(page: Any) -> dict[str, tuple[Any, dict[str, Any]]]:
    """Components of a page, as a callback's answer has it, that have an id, and their properties, by the id as JSON."""
    found = {}
    inner = page.values() if isinstance(page, dict) else page if isinstance(page, list) else ()
    if isinstance(page, dict) and "id" in page.get("props", ()):
        found[json.dumps(page["props"]["id"], sort_keys=True)] = page["props"]["id"], page["props"]
    for each in inner:
        found |= on_page(each)
    return found


def callbacks(pages: Dash, there: Mapping[str, tuple[Any, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """A request to each callback that the server answers, as Dash's script sends it for the components of a page.

    What is not on the page has an id all the same, and no value.
    """
    for output, callback in pages.callback_map.items():
        if "callback" not in callback:
            continue
        asked = [*callback["inputs"], *callback["state"]]
        parts = _parts([each["id"] for each in asked], there)
        inputs, state = (
            [_of_id(each["id"], each["property"], parts, there) for each in callback[part]]
            for part in ("inputs", "state")
        )
        yield {
            "output": output,
            "outputs": _outputs(output, parts, there),
            "inputs": inputs,
            "state": state,
            "changedPropIds": [_name(inputs[0])] if inputs and inputs[0] else [],
        }


def mutated(body: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """A request of which one to three places, anywhere, are something else."""
    drawn = random.Random(seed)
    made = copy.deepcopy(dict(body))
    for _ in range(drawn.randint(1, 3)):
        places = list(_places(made))
        values = [place for place in places if "value" in place[2]]
        holder, key, _ = drawn.choice(values if values and drawn.random() < 0.85 else places)
        if drawn.random() < 0.1 and isinstance(holder, dict):
            holder.pop(key, None)
        else:
            holder[key] = copy.deepcopy(drawn.choice(STRANGE))
    return made


def as_sent(body: Any) -> bytes:
    """JSON as a script writes it: half of a pair of characters as its escape."""
    return json.dumps(body, allow_nan=True).encode()


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, Any, tuple[Any, ...]]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items):
        yield value, key, (*path, key)
        yield from _places(inner, (*path, key))


def _parts(ids: list[str], there: Mapping[str, tuple[Any, Any]]) -> dict[str, Any]:
    """What stands for MATCH: parts of the id of the first component on the page that fits."""
    for pattern in (json.loads(each) for each in ids if each.startswith("{")):
        if ["MATCH"] in pattern.values():
            for of in _fitting(pattern, there):
                return {key: of[key] for key, part in pattern.items() if part == ["MATCH"]}
    return {}


def _fitting(pattern: Mapping[str, Any], there: Mapping[str, tuple[Any, Any]]) -> Iterator[dict[str, Any]]:
    for of, _ in there.values():
        named = isinstance(of, dict) and of.keys() == pattern.keys()
        if named and all(isinstance(part, list) or of[key] == part for key, part in pattern.items()):
            yield of


def _outputs(output: str, parts: Mapping[str, Any], there: Mapping[str, tuple[Any, Any]]) -> Any:
    several = output.startswith("..")
    found = []
    for each in output[2:-2].split("...") if several else [output]:
        component, _, prop = each.rpartition(".")
        found.append(_of_id(component.replace("\\.", "."), prop.partition("@")[0], parts, there, values=False))
    return found if several else found[0]


def _of_id(
    component: str, prop: str, parts: Mapping[str, Any], there: Mapping[str, tuple[Any, Any]], *, values: bool = True
) -> Any:  # fmt: skip
    def one(of: Any) -> dict[str, Any]:
        told = there.get(json.dumps(of, sort_keys=True), (of, {}))[1]
        value = {"value": of if prop == "id" else told.get(prop)} if values else {}
        return {"id": of, "property": prop} | value

    if not component.startswith("{"):
        return one(component)
    pattern = json.loads(component)
    bound = {key: parts.get(key, "0") if part == ["MATCH"] else part for key, part in pattern.items()}
    return list(map(one, _fitting(bound, there))) if ["ALL"] in pattern.values() else one(bound)


def _name(each: Any) -> str:
    one = each[0] if isinstance(each, list) else each
    name = one["id"] if isinstance(one["id"], str) else json.dumps(one["id"], separators=(",", ":"), sort_keys=True)
    return f"{name}.{one['property']}"


def _find(application: Any, name: str) -> Any:
    while not hasattr(application, name):
        application = application.application
    return application
