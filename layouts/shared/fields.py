"""One form field for each feature: label, unit, help, control, and what is said under it.

A field reads its value as text, as a form does: the server makes a typed value of it and finds
every fault, so nonsense is explained in words and not swallowed by the browser. That is why
numbers are text inputs; arrow keys step them all the same (``assets/js/shared/30-form.js``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from layouts.shared import ids
from layouts.shared.combobox import combobox
from layouts.shared.search import words_of
from ml.data.parsing import NUMBER
from ml.data.records import read_records, shown
from ml.data.schema import Feature, Schema, text_of
from ml.locale import Unreadable, canonical, current

NOT_KNOWN = "Not known"
IN_DOUBT = "?"  # makes no number of what one reader would take for another number than the next
TICKED = {True: "true", False: "false"}
YES_NO = {TICKED[True]: "Yes", TICKED[False]: "No"}


def starting_text(feature: Feature, given: str | None = None, otherwise: str | None = None) -> str:
    """The text with which the field starts.

    Parameters
    ----------
    feature : Feature
    given : str or None
        From the page's address; None starts with what is there otherwise. A choice that does not
        exist cannot be shown, so that stands in for it; other nonsense is shown and explained at
        the field.
    otherwise : str or None
        The text of the record that the address names; None is the feature's default.
    """
    if given is not None and feature.shown_as not in ("select", "radio", "switch"):
        return f"{given}{IN_DOUBT}" if _readable_otherwise(feature, given) else given
    text = _written(feature, text_of(feature.default)) if otherwise is None else otherwise
    if given is not None:
        row = read_records(Schema((_listed(feature),)), [{feature.name: given}]).rows[0]
        text = text if row is None else text_of(row[0])
    return _ticked(feature, text) if feature.shown_as == "switch" else text


def _listed(feature: Feature) -> Feature:
    """The feature with its choices only: a list has no place for another value, though the estimator takes it."""
    return replace(feature, unknown=False) if feature.unknown else feature


def _ticked(feature: Feature, text: str) -> str:
    """A value's text as a switch has it."""
    yes = TICKED[True] if feature.yes_no is None else text_of(feature.yes_no[1])
    return TICKED[text in (yes, TICKED[True])]


def _written(feature: Feature, text: str) -> str:
    """A value's text as its control has it: a choice that is typed by its label."""
    return feature.labels.get(text, text) if feature.shown_as == "combobox" else text


def _readable_otherwise(feature: Feature, given: str) -> bool:
    """Whether an address holds no number as programs write it, but one in the marks of who reads: "1,234"."""
    if feature.kind not in ("number", "integer") or not given.strip() or NUMBER.fullmatch(given.strip()):
        return False
    try:
        canonical(given, current())
    except Unreadable:
        return False
    return True


def kept_text(feature: Feature, text: str) -> str:
    """The text with which a record's value stands in the field; a choice that cannot be shown is not known."""
    if feature.shown_as not in ("select", "radio", "switch"):
        return _written(feature, text)
    row = read_records(Schema((replace(_listed(feature), required=False),)), [{feature.name: text}]).rows[0]
    known = "" if row is None else text_of(row[0])
    return _ticked(feature, known) if feature.shown_as == "switch" else known


def field(
    feature: Feature,
    position: int,
    text: str,
    *,
    live: bool = False,
    reset_to: str | None = None,
    searched: bool = False,
) -> Component:
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
    reset_to : str or None
        That first value: of the record in the form; None where it is the feature's default.
    searched : bool
        With the words that a search over the form looks at.
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
        **_data(feature, position, reset_to),
        **({"data-words": words_of(feature)} if searched else {}),
    )


def range_hint(feature: Feature) -> str:
    """What values are usual, in a few words; empty where there is nothing to say."""
    if feature.seen is None or feature.codes or feature.kind not in ("number", "integer", "date"):
        return ""
    return f"{shown(feature.seen[0])} to {shown(feature.seen[1])} in training"


def _data(feature: Feature, position: int, reset_to: str | None) -> dict[str, str]:
    start = starting_text(feature)
    data = {
        "data-feature": feature.name,
        "data-control": ids.field(position),
        "data-said": ids.said(position),
        "data-says": _says(feature, position),
        "data-start": start,
        "data-default": start if reset_to is None else reset_to,
    }
    if feature.personal:
        data["data-personal"] = "true"
    if feature.unknown:
        data["data-unknown"] = "true"
    if feature.kind in ("number", "integer"):
        limits = {"data-low": feature.low, "data-high": feature.high, "data-step": feature.step or 1}
        data |= {name: text_of(value) for name, value in limits.items() if value is not None}
    return data


def _says(feature: Feature, position: int) -> str:
    """Ids of what a screen reader reads beside the label: what is said under the control, and its help."""
    return " ".join([ids.said(position), *([ids.help_of(position)] if feature.help else [])])


def _head(feature: Feature, position: int, live: bool) -> Component:
    words = [html.Span(feature.label)]
    if feature.unit:
        words += [" ", html.Span(feature.unit, className="unit")]
    named = {"id": ids.label(position), "className": "field-label"}
    # A group of buttons has no one control that a label could be for: it is named by its role instead.
    grouped = feature.shown_as == "radio"
    label = html.Span(words, **named) if grouped else html.Label(words, htmlFor=ids.field(position), **named)
    tools = [_reset(feature)] if live else []
    return html.Div([label, *tools, *([_help(feature, position)] if feature.help else [])], className="field-head")


# Tab leads from one value to the next: what stands beside a value has a key of its own instead
# (assets/js/shared/10-shell.js, assets/js/predict/31-call.js), and screen readers read the help with the control.
def _reset(feature: Feature) -> Component:
    said = {"aria-label": f"Reset {feature.label}", "aria-keyshortcuts": "Alt+R", "data-reset": "field"}
    looks = {"className": "quiet-button reset", "hidden": True, "title": "Alt+R", "tabIndex": "-1"}
    return html.Button("Reset", type="button", **looks, **said)


def _help(feature: Feature, position: int) -> Component:
    said = {"aria-label": f"About {feature.label}", "aria-keyshortcuts": "F1"}
    mark = html.Summary("?", title="F1", tabIndex="-1", **said)
    return html.Details([mark, html.P(feature.help, id=ids.help_of(position))], className="help")


def _blank(feature: Feature) -> str:
    """What an empty field says of itself."""
    return "" if feature.required else NOT_KNOWN


def marks_data() -> dict[str, str]:
    """What a form's script needs to know of how its reader writes numbers."""
    return {"data-decimal": current().decimal, "data-group": current().group}


def typed(text: str) -> str:
    """A number as its reader types it, other texts as they are: no groups, for they would be in the way of a digit."""
    return text.replace(".", current().decimal) if NUMBER.fullmatch(text) else text


def _number(feature: Feature, position: int, text: str) -> Component:
    said = _blank(feature)
    text = typed(text) if feature.kind in ("number", "integer") else text
    return dbc.Input(id=ids.field(position), type="text", value=text, autocomplete="off", placeholder=said)


def _slider(feature: Feature, position: int, text: str) -> Component:
    # The text is the value, and arrow keys step it; the slider only moves it, within what the model has seen.
    low, high = slider_range(feature)
    slider = dbc.Input(
        id=ids.slider(position),
        type="range",
        min=low,
        max=high,
        step=feature.step or "any",
        value=text,
        class_name="form-range",
        tabindex="-1",
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
        options = [{"value": value, "label": label} for value, label in YES_NO.items()]
    return options


def _select(feature: Feature, position: int, text: str) -> Component:
    options, nothing = _options(feature), "Please choose" if feature.required else NOT_KNOWN
    if not feature.required:
        options.insert(0, {"value": "", "label": nothing})
    # The component shows its own empty option, which nobody can choose, while nothing is chosen.
    return dbc.Select(id=ids.field(position), options=options, value=text, placeholder=nothing)


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
    group = {"aria-labelledby": ids.label(position), "aria-describedby": _says(feature, position)}
    return html.Div(buttons, role="radiogroup", className="choices", **group)


def _switch(_: Feature, position: int, text: str) -> Component:
    return dbc.Switch(id=ids.field(position), value=text == TICKED[True], label="", class_name="switch")


def _buttons(feature: Feature, position: int, text: str) -> Component:
    """A number of which some values have names: buttons write them, and the number itself is there for all others."""
    named = [(text_of(choice.value), choice.label) for choice in feature.codes]
    named += [] if feature.required else [("", NOT_KNOWN)]
    pressed = next((value for value, _ in named if value == text), None)
    first = named[0][0] if pressed is None else pressed
    buttons = [
        html.Button(
            label,
            type="button",
            className="choice",
            tabIndex="0" if value == first else "-1",
            **{"data-code": value, "aria-pressed": str(value == pressed).lower()},
        )
        for value, label in named
    ]
    if not feature.yes_no:
        buttons.append(html.Button("Other", type="button", className="choice", tabIndex="-1", **{"data-other": "true"}))
    row = html.Div(html.Div(buttons), role="group", className="choices", **{"aria-labelledby": ids.label(position)})
    other = html.Div(_number(feature, position, text), className="codes-other", hidden=pressed is not None)
    return html.Div([row, other], className="codes")


def _combobox(feature: Feature, position: int, text: str) -> Component:
    return combobox(position, text, "Type to search" if feature.required else NOT_KNOWN)


_CONTROLS: dict[str, Callable[[Feature, int, str], Component]] = {
    "number": _number,
    "slider": _slider,
    "select": _select,
    "radio": _radio,
    "switch": _switch,
    "combobox": _combobox,
    "buttons": _buttons,
    "date": _date,
    "text": _text,
    "textarea": _textarea,
}
