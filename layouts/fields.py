"""One form field for each feature: label, unit, help, control, and what is said under it.

A field reads its value as text, as a form does: the server makes a typed value of it and finds
every fault, so nonsense is explained in words and not swallowed by the browser. That is why
numbers are text inputs; arrow keys step them all the same (``assets/30-form.js``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from layouts import ids
from ml.records import read_records, shown
from ml.schema import Feature, Schema, text_of

NOT_KNOWN = "Not known"
TICKED = {True: "true", False: "false"}


def starting_text(feature: Feature, given: str | None = None) -> str:
    """The text with which the field starts.

    Parameters
    ----------
    feature : Feature
    given : str or None
        From the page's address; None starts with the feature's default. A choice that does not
        exist cannot be shown, so the default stands in for it; other nonsense is shown and
        explained at the field.
    """
    if given is not None and feature.shown_as not in ("select", "radio", "switch"):
        return given
    text = text_of(feature.default)
    if given is not None:
        row = read_records(Schema((feature,)), [{feature.name: given}]).rows[0]
        text = text if row is None else text_of(row[0])
    return (text or TICKED[False]) if feature.shown_as == "switch" else text


def field(feature: Feature, position: int, text: str, *, live: bool = False) -> Component:
    """The field of one feature.

    Parameters
    ----------
    feature : Feature
    position : int
        Of the feature in its schema: makes its ids.
    text : str
        What stands in it.
    live : bool
        With a button that puts its first value back, and room for how the score moves over its values.
    """
    hint = range_hint(feature)
    said = html.P(hint, id=ids.said(position), className="field-said", **{"data-hint": hint})
    return html.Div(
        [
            _head(feature, position, live),
            _CONTROLS[feature.shown_as](feature, position, text),
            *([html.Div(className="what-if")] if live else []),
            said,
        ],
        className=f"field field-{feature.shown_as}",
        **_data(feature, position),
    )


def range_hint(feature: Feature) -> str:
    """What values are usual, in a few words; empty where there is nothing to say."""
    if feature.seen is None or feature.kind not in ("number", "integer", "date"):
        return ""
    return f"{shown(feature.seen[0])} to {shown(feature.seen[1])} in training"


def _data(feature: Feature, position: int) -> dict[str, str]:
    data = {
        "data-feature": feature.name,
        "data-control": ids.field(position),
        "data-said": ids.said(position),
        "data-default": starting_text(feature),
    }
    if feature.kind in ("number", "integer"):
        limits = {"data-low": feature.low, "data-high": feature.high, "data-step": feature.step or 1}
        data |= {name: text_of(value) for name, value in limits.items() if value is not None}
    return data


def _head(feature: Feature, position: int, live: bool) -> Component:
    words = [html.Span(feature.label)]
    if feature.unit:
        words += [" ", html.Span(feature.unit, className="unit")]
    named = {"id": ids.label(position), "className": "field-label"}
    # A group of buttons has no one control that a label could be for: it is named by its role instead.
    grouped = feature.shown_as == "radio"
    label = html.Span(words, **named) if grouped else html.Label(words, htmlFor=ids.field(position), **named)
    tools = [_reset(feature)] if live else []
    return html.Div([label, *tools, *([_help(feature)] if feature.help else [])], className="field-head")


def _reset(feature: Feature) -> Component:
    said = {"aria-label": f"Reset {feature.label}", "data-reset": "field"}
    return html.Button("Reset", type="button", className="quiet-button reset", hidden=True, **said)


def _help(feature: Feature) -> Component:
    mark = html.Summary("?", **{"aria-label": f"About {feature.label}"})
    return html.Details([mark, html.P(feature.help)], className="help")


def _blank(feature: Feature) -> str:
    """What an empty field says of itself."""
    return "" if feature.required else NOT_KNOWN


def _number(feature: Feature, position: int, text: str) -> Component:
    said = _blank(feature)
    return dbc.Input(id=ids.field(position), type="text", value=text, autocomplete="off", placeholder=said)


def _slider(feature: Feature, position: int, text: str) -> Component:
    # The text is the value; the slider only moves it, within what the model has seen.
    low, high = slider_range(feature)
    slider = dbc.Input(
        id=ids.slider(position),
        type="range",
        min=low,
        max=high,
        step=feature.step or "any",
        value=text,
        class_name="form-range",
    )
    return html.Div([slider, _number(feature, position, text)], className="slider")


def slider_range(feature: Feature) -> tuple[float, float]:
    """From where to where the slider goes: what was seen in training, in whole steps; else the hard limits."""
    low, high = feature.seen or (feature.low or 0, feature.high if feature.high is not None else 100)
    step = feature.step or (1 if feature.kind == "integer" else 0)
    if not step:
        return low, high
    return round(low // step * step, 10), round(-(-high // step) * step, 10)


def _date(_: Feature, position: int, text: str) -> Component:
    # Dash's inputs know no type "date"; the form's script makes it one.
    return dbc.Input(id=ids.field(position), type="text", value=text, autocomplete="off", placeholder="YYYY-MM-DD")


def _text(feature: Feature, position: int, text: str) -> Component:
    if not feature.suggestions:
        return _number(feature, position, text)
    offered = html.Datalist([html.Option(value=item) for item in feature.suggestions], id=ids.suggestions(position))
    control = dbc.Input(
        id=ids.field(position),
        type="text",
        value=text,
        list=ids.suggestions(position),
        autocomplete="off",
        placeholder=_blank(feature),
    )
    return html.Div([control, offered])


def _textarea(feature: Feature, position: int, text: str) -> Component:
    said = _blank(feature)
    return dbc.Textarea(id=ids.field(position), value=text, rows=3, submit_on_enter=False, placeholder=said)


def _options(feature: Feature) -> list[dict[str, Any]]:
    options = [{"value": text_of(choice.value), "label": choice.label} for choice in feature.choices]
    if feature.kind == "boolean":
        options = [{"value": "true", "label": "Yes"}, {"value": "false", "label": "No"}]
    return options


def _select(feature: Feature, position: int, text: str) -> Component:
    options = _options(feature)
    if not feature.required or not text:
        options.insert(0, {"value": "", "label": "Please choose" if feature.required else NOT_KNOWN})
    return dbc.Select(id=ids.field(position), options=options, value=text)


def _radio(feature: Feature, position: int, text: str) -> Component:
    options = _options(feature) + ([] if feature.required else [{"value": "", "label": NOT_KNOWN}])
    buttons = dbc.RadioItems(
        id=ids.field(position),
        options=options,
        value=text,
        name=ids.field(position),
        inline=True,
        input_class_name="btn-check",
        label_class_name="choice",
    )
    group = {"aria-labelledby": ids.label(position), "aria-describedby": ids.said(position)}
    return html.Div(buttons, role="radiogroup", className="choices", **group)


def _switch(_: Feature, position: int, text: str) -> Component:
    return dbc.Switch(id=ids.field(position), value=text == TICKED[True], label="", class_name="switch")


_CONTROLS: dict[str, Callable[[Feature, int, str], Component]] = {
    "number": _number,
    "slider": _slider,
    "select": _select,
    "radio": _radio,
    "switch": _switch,
    "date": _date,
    "text": _text,
    "textarea": _textarea,
}
