"""Callbacks of pinned scenarios: kept in the tab by Dash, and compared with the record in the form."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import ALL, Dash, Input, Output, State, no_update

from layouts.predict import pins
from layouts.predict.page import form_schema
from layouts.predict.pins import Column, Pin, alike
from layouts.shared import ids
from layouts.shared.form_messages import FormRequest
from layouts.shared.html_tree import tree_of
from layouts.shared.percent import percents
from layouts.shared.static_html import message_attributes
from ml.data.schema import Schema
from ml.errors import InvalidRecord, LikelyError
from ml.service import Service
from ml.translation import mark, text

MOST = 4
NAMES = "ABCD"
GONE = mark("This model has a new version. Scenarios pinned for the former one are gone.")
NO_RESULT = mark("Nothing is pinned: these values have no result.")
FULL = mark("Four scenarios are pinned. Remove one to pin another.")
Kept = list[dict[str, Any]]


def register(app: Dash, service: Service) -> None:
    """Change what is pinned, and show it beside the record in the form."""
    kept = ids.pins_kept(ALL)
    app.callback(
        Output(kept, "data"),
        Output(ids.PINS_SAID, "attributes"),
        Input(ids.PINS_ACT, "data"),
        Input(kept, "data"),
        State(ids.FORM, "data-model"),
        prevent_initial_call=True,
    )(partial(change_pins, service))
    app.callback(
        Output(ids.PINS, "tree"),
        Input(kept, "data"),
        Input(ids.PINS_NOW, "data"),
        State(ids.FORM, "data-model"),
        prevent_initial_call=True,
    )(partial(show_pins, service))


def change_pins(service: Service, act: Any, kept: Any, model: Any) -> tuple[Any, Any]:
    """Pins after an act of a person, and the words about it.

    Parameters
    ----------
    act : dict
        ``{"kind": "pin", "scenario": …}``, ``{"kind": "rename", "at": int, "name": str}`` or ``{"kind": "remove", "at":
        int}``, each with a ``serial`` of its own.
    kept : list of one dict
        ``{"model": key, "act": int, "pins": …}``, with the serial of the last act that is in it.
    model : str
        Key of the version whose form is open. As all that a browser sends, any of these may be anything.
    """
    before, pinned = _stored_pins(kept)
    if pinned and before.get("model") != model:
        return _changed(model, [], text(GONE))
    act = act if isinstance(act, dict) else {}
    if not act or act.get("serial") == before.get("act"):  # the store itself has changed
        return [no_update], no_update
    pinned, words = _acted(service, act, pinned)
    return _changed(model, pinned, words, act.get("serial"))


def _changed(model: Any, pinned: Kept, words: str, serial: Any = None) -> tuple[Any, Any]:
    said = message_attributes({"words": words, "left": len(pinned)})
    return [{"model": model, "act": serial, "pins": pinned}], said


def _acted(service: Service, act: dict[str, Any], pinned: Kept) -> tuple[Kept, str]:
    at = act.get("at")
    one = pinned[at] if type(at) is int and 0 <= at < len(pinned) else None
    if act.get("kind") == "pin":
        return _pinned(service, act.get("scenario"), pinned)
    if one is None:
        return pinned, ""
    if act.get("kind") == "remove":
        return [other for other in pinned if other is not one], text("{name} is removed.", name=one["name"])
    name = str(act.get("name")).strip()[: pins.LONGEST_NAME]
    return [{**one, "name": name} if other is one and name else other for other in pinned], ""


def _pinned(service: Service, scenario: Any, pinned: Kept) -> tuple[Kept, str]:
    scenario = scenario if isinstance(scenario, dict) else {}
    try:
        column = _column(service, FormRequest.read(scenario))
        schema = form_schema(service.model(str(scenario.get("model"))))
    except InvalidRecord:
        return pinned, text(NO_RESULT)
    except LikelyError as error:
        return pinned, str(error)
    twin = next((one for one in pinned if _equal(schema, _of(one), column)), None)
    if twin:
        return pinned, text("This is pinned already, as {name}.", name=twin["name"])
    if len(pinned) >= MOST:
        return pinned, text(FULL)
    name = next(name for name in NAMES if all(one["name"] != name for one in pinned))
    pin = {"record": column.record, "shown": column.shown, "record_id": column.record_id, "kept": scenario.get("kept")}
    return [*pinned, {"name": name, **pin}], text("Pinned as {name}.", name=name)


def show_pins(service: Service, kept: Any, now: Any, model: Any) -> str:
    """The table of what is pinned beside the record in the form; empty where nothing is."""
    before, pinned = _stored_pins(kept)
    if not pinned or before.get("model") != model:
        return ""
    request = FormRequest.read(now)
    try:
        bundle = service.model(str(model))
        column = _column(service, request) if request.model == model else None
    except LikelyError:
        return ""
    whole = [one for one in pinned if len(one["shown"]) == len(bundle.outcomes)]
    named = [Pin(one["name"], _of(one), one.get("kept")) for one in whole]
    return tree_of(pins.table(bundle, form_schema(bundle), named, column, request.serial))


def _stored_pins(kept: Any) -> tuple[dict[str, Any], Kept]:
    """The tab's store and the pins in it; no pins where it is not as :func:`change_pins` left it."""
    first = kept[0] if isinstance(kept, list) and kept and isinstance(kept[0], dict) else {}
    pinned = first.get("pins")
    return first, pinned[:MOST] if isinstance(pinned, list) and all(map(_is_pin, pinned)) else []


def _is_pin(one: Any) -> bool:
    kinds = {"name": str, "record": dict, "shown": list}
    return isinstance(one, dict) and all(isinstance(one.get(part), kind) for part, kind in kinds.items())


def _column(service: Service, request: FormRequest) -> Column:
    """The record of a request with its numbers; raises LikelyError where it has none."""
    scored = service.score_with_blanks(request.model, request.record)
    shown = percents(scored.probabilities, exclusive=scored.model.outcomes.exclusive)
    return Column(dict(request.record), shown, request.record_id)


def _of(one: dict[str, Any]) -> Column:
    record = {str(name): str(value) for name, value in one["record"].items()}
    return Column(record, [str(number) for number in one["shown"]], str(one.get("record_id") or ""))


def _equal(schema: Schema, one: Column, other: Column) -> bool:
    values = (
        (feature, one.record.get(feature.name, ""), other.record.get(feature.name, "")) for feature in schema.features
    )
    return one.record_id == other.record_id and all(alike(*each) for each in values)
