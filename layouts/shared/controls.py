"""Controls of form fields: one kind of input for each ``Feature.shown_as``.

Numbers are text inputs, so that the server explains nonsense in words instead of the browser swallowing it; arrow keys
step them all the same (``assets/ts/shared/form.ts``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dash_bootstrap_components as dbc
from dash.development.base_component import Component

from layouts import html
from layouts.shared import ids
from layouts.shared.combobox_choices import combobox, text_input
from layouts.shared.field_texts import NOT_KNOWN, TICKED, YES_NO, typed
from layouts.shared.html_input import HtmlInput
from layouts.shared.static_html import static_html
from ml.data.feature import Feature, text_of
from ml.translation import text


def control(feature: Feature, position: int, held: str) -> Component:
    """The control of the feature at that position of its schema, holding a text."""
    return CONTROLS[feature.shown_as](feature, position, held)


def slider_range(feature: Feature) -> tuple[float, float]:
    """Ends of the slider: the training range in whole steps, else the hard limits."""
    low, high = feature.seen or (feature.low or 0, feature.high if feature.high is not None else 100)
    step = feature.step or (1 if feature.kind == "integer" else 0)
    if not step:
        return low, high
    return round(low // step * step, 10), round(-(-high // step) * step, 10)


def described_by(feature: Feature, position: int) -> str:
    """Ids of the elements that describe the control to screen readers: its message and its help."""
    return " ".join([ids.said(position), *([ids.help_of(position)] if feature.help else [])])


def _blank(feature: Feature) -> str:
    """Placeholder of an empty field."""
    return "" if feature.required else text(NOT_KNOWN)


def _number(feature: Feature, position: int, held: str) -> Component:
    shown = typed(held) if feature.is_number else held
    return text_input(position, shown, _blank(feature))


def _slider(feature: Feature, position: int, held: str) -> Component:
    # The text is the value, and arrow keys step it; the slider only moves it, within what the model has seen.
    low, high = slider_range(feature)
    slider = dbc.Input(
        id=ids.slider(position),
        type="range",
        min=low,
        max=high,
        step=feature.step or "any",
        value=held,
        class_name="form-range",
        tabindex="-1",
    )
    return html.Div([slider, _number(feature, position, held)], className="slider")


def _date(_: Feature, position: int, held: str) -> Component:
    # Dash's inputs know no type "date"; the form's script makes it one.
    return text_input(position, held, text("YYYY-MM-DD"))


def _text(feature: Feature, position: int, held: str) -> Component:
    if not feature.suggestions:
        return _number(feature, position, held)
    offered = html.Datalist([html.Option(value=item) for item in feature.suggestions], id=ids.suggestions(position))
    return html.Div([text_input(position, held, _blank(feature), list=ids.suggestions(position)), offered])


def _textarea(feature: Feature, position: int, held: str) -> Component:
    blank = _blank(feature)
    return dbc.Textarea(id=ids.field(position), value=held, rows=3, submit_on_enter=False, placeholder=blank)


def _options(feature: Feature) -> list[dict[str, Any]]:
    options = [{"value": text_of(choice.value), "label": choice.label} for choice in feature.choices]
    if feature.kind == "boolean":
        options = [{"value": value, "label": text(label)} for value, label in YES_NO.items()]
    return options


def _select(feature: Feature, position: int, held: str) -> Component:
    options, nothing = _options(feature), text("Please choose") if feature.required else text(NOT_KNOWN)
    if not feature.required:
        options.insert(0, {"value": "", "label": nothing})
    # The component shows its own empty option, which nobody can choose, while nothing is chosen.
    return dbc.Select(id=ids.field(position), options=options, value=held, placeholder=nothing)


def _radio(feature: Feature, position: int, held: str) -> Component:
    options = _options(feature) + ([] if feature.required else [{"value": "", "label": text(NOT_KNOWN)}])
    buttons = dbc.RadioItems(
        id=ids.field(position),
        options=options,
        value=held,
        name=ids.choices(position),
        inline=True,
        input_class_name="btn-check",
        label_class_name="choice",
    )
    group = {"aria-labelledby": ids.label(position), "aria-describedby": described_by(feature, position)}
    return html.Div(buttons, role="radiogroup", className="choices", **group)


def _switch(_: Feature, position: int, held: str) -> Component:
    # Words for the eye beside the switch; a screen reader says on or off
    words = {f"--{said}": f'"{text(YES_NO[TICKED[on]])}"' for said, on in (("no", False), ("yes", True))}
    given = {"label": "", "label_style": words, "class_name": "switch"}
    return dbc.Switch(id=ids.field(position), value=held == TICKED[True], **given)


def _buttons(feature: Feature, position: int, held: str) -> Component:
    """A number with named values: radio buttons set these, and an input takes any other."""
    named = [(text_of(choice.value), choice.label) for choice in feature.codes]
    named += [] if feature.required else [("", text(NOT_KNOWN))]
    pressed = next((value for value, _ in named if value == held), None)
    buttons = [_code(position, value, label, value == pressed, {"data-code": value}) for value, label in named]
    if not feature.yes_no:
        buttons.append(_code(position, "other", text("Other"), pressed is None, {"data-other": "true"}))
    named_by = {"aria-labelledby": ids.label(position)}
    row = static_html(html.Div(html.Div(buttons), role="group", className="choices", **named_by))
    other = html.Div(_number(feature, position, held), className="codes-other", hidden=pressed is not None)
    return html.Div([row, other], className="codes")


def _code(position: int, value: str, label: str, checked: bool, data: dict[str, str]) -> Component:
    name = ids.choices(position)
    button = {"id": f"{name}-{value}", "type": "radio", "name": name, "value": value, "className": "btn-check"}
    words = html.Label(label, htmlFor=button["id"], className="choice", **data)
    return html.Div([HtmlInput(checked=checked, **button), words], className="form-check")


def _combobox(feature: Feature, position: int, held: str) -> Component:
    return combobox(position, held, text("Type to search") if feature.required else text(NOT_KNOWN))


CONTROLS: dict[str, Callable[[Feature, int, str], Component]] = {
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
