"""Comparison of scenarios: pinned records, and beside them the one in the form (``callbacks/pins.py``)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc
from dash.development.base_component import Component

from layouts import html
from layouts.shared import ids
from layouts.shared.field_texts import NOT_KNOWN, YES_NO, typed
from layouts.shared.html_input import HtmlInput
from layouts.shared.html_tree import html_tree
from layouts.shared.static_html import message, signal
from ml.bundle.bundle import Bundle
from ml.bundle.feature_order import groups_in_order
from ml.data.feature import Feature, text_of
from ml.data.schema import Schema
from ml.translation import text

KEY = "Control+Enter"
LONGEST_NAME = 24


@dataclass(frozen=True)
class Column:
    """A record in the table: its values as the form has them, and the numbers that the page showed of it."""

    record: dict[str, str]
    shown: Sequence[str]
    record_id: str = ""


@dataclass(frozen=True)
class Pin:
    """A pinned record: its name, and ``kept``, with which the form's script loads it again."""

    name: str
    column: Column
    kept: Any


def pin_tools() -> list[Component]:
    """The button that pins the current scenario, and the one that leads to the table."""
    said = {"data-do": "pin", "aria-keyshortcuts": KEY}
    pin = html.Button(
        text("Pin"), type="button", title=text("Keep this to compare (Ctrl+Enter)"), className="tool-button", **said
    )
    compare = html.Button(text("Compare"), type="button", className="tool-button", **{"data-do": "compare"})
    return [pin, compare]


def pin_words() -> Component:
    """Place of messages about pins."""
    return html.P("", id=ids.PINS_WORDS, className="pins-words", role="status")


def pins(bundle: Bundle) -> list[Component]:
    """The place of the table, which is empty until something is pinned, and what its callbacks need."""
    return [
        html_tree(None, id=ids.PINS, className="pins"),
        # None said outright: an empty storage would else tell its callbacks so with each page
        dcc.Store(id=ids.pins_kept(bundle.name), storage_type="session", data=None),
        dcc.Store(id=ids.PINS_NOW),
        dcc.Store(id=ids.PINS_ACT),
        message("pins-said", ids.PINS_SAID),
    ]


def table(bundle: Bundle, schema: Schema, kept: Sequence[Pin], now: Column | None, serial: int) -> Component:
    """The pins side by side; the first column is what stands in the form, empty until it has a result.

    `serial` is that of the result `now`.
    """
    columns = [now, *(pin.column for pin in kept)]
    features = [feature for _, members in groups_in_order(bundle.card, schema) for feature in members]
    body = html.Tbody([*_outcomes(bundle, columns), *_record(columns), *_values(features, columns)])
    named = {"aria-labelledby": ids.PINS_TITLE}
    component = html.Table([_head(kept), body, _foot(kept)], id=ids.PINS_TABLE, className="pins-table", **named)
    # The table may be wider than a phone: it scrolls inside itself, by the arrow keys too.
    frame = html.Div(component, className="pins-frame", tabIndex="0", role="region", **named)
    drawn = signal("pins", of="" if now is None else str(serial), pins=json.dumps([pin.name for pin in kept]))
    return html.Div([html.H2(text("Scenarios"), id=ids.PINS_TITLE), frame, drawn])


def _head(kept: Sequence[Pin]) -> Component:
    names = [
        html.Th(
            HtmlInput(
                defaultValue=pin.name,
                maxLength=LONGEST_NAME,
                autoComplete="off",
                **{"aria-label": text("Name of the scenario"), "data-pin-name": str(at)},
            ),
            scope="col",
            key=f"{at} {pin.name}",
        )
        for at, pin in enumerate(kept)
    ]
    return html.Thead(html.Tr([html.Td(), html.Th(text("Now"), scope="col", className="pin-now"), *names]))


def _foot(kept: Sequence[Pin]) -> Component:
    tools = []
    for at, pin in enumerate(kept):
        whole = {"data-kept": json.dumps(pin.kept, ensure_ascii=False)}
        load = _button("load", text("Load"), text("Load {name}", name=pin.name), at, pin, **whole)
        remove = _button("remove", text("Remove"), text("Remove {name}", name=pin.name), at, pin)
        tools.append(html.Td([load, remove]))
    return html.Tfoot(html.Tr([html.Td(), html.Td(className="pin-now"), *tools]))


def _button(act: str, words: str, said: str, at: int, pin: Pin, **more: str) -> Component:
    data = {"aria-label": said, "data-pin-act": act, "data-pin": str(at), "data-name": pin.name, **more}
    return html.Button(words, type="button", className="quiet-button", **data)


def _outcomes(bundle: Bundle, columns: Sequence[Column | None]) -> list[Component]:
    return [
        _row(item.label, [column.shown[at] if column else None for column in columns], "pin-outcome")
        for at, item in enumerate(bundle.outcomes.items)
    ]


def _record(columns: Sequence[Column | None]) -> list[Component]:
    """Names of the records, where any of them is one of the book."""
    if not any(column and column.record_id for column in columns):
        return []
    return [_row(text("Record"), [(column.record_id or text("New")) if column else None for column in columns])]


def _values(features: Sequence[Feature], columns: Sequence[Column | None]) -> list[Component]:
    """A row for each feature whose values differ."""
    rows = []
    for feature in features:
        values = [column.record.get(feature.name, "") for column in columns if column]
        if all(alike(feature, value, values[0]) for value in values):
            continue
        words = [words_of(feature, column.record.get(feature.name, "")) if column else None for column in columns]
        rows.append(_row(" ".join(filter(None, (feature.label, feature.unit))), words))
    none = html.Td(text("No value differs."), colSpan=len(columns) + 1, className="pin-none")
    return rows or [html.Tr(none)]


def _row(title: str, texts: Sequence[str | None], kind: str = "pin-value") -> Component:
    """One row. Values that differ from the form's have a mark, not bold type alone; of probabilities nearly all do."""
    cells = []
    for at, shown in enumerate(texts):
        differs = kind == "pin-value" and texts[0] is not None and shown != texts[0]
        said = {"aria-label": text("differs:")}
        mark = [html.Span("≠", className="pin-mark", role="img", **said), " "] if differs else []
        of = "pin-kept" if at else "pin-now"
        inside = [*mark, html.Span(shown or "", className="pin-text")]
        cells.append(html.Td(inside, className=f"{of} pin-differs" if differs else of))
    return html.Tr([html.Th(title, scope="row"), *cells], className=kind)


def alike(feature: Feature, one: str, other: str) -> bool:
    """True when two texts of a field are the same value: 1 and 1.0."""
    if one == other or not feature.is_number:
        return one == other
    try:
        return float(one) == float(other)
    except ValueError:
        return False


def words_of(feature: Feature, value: str) -> str:
    """A value as its field shows it."""
    if not value.strip():
        return text(NOT_KNOWN)
    named = {text_of(choice.value): choice.label for choice in (*feature.choices, *feature.codes)}
    if feature.kind == "boolean" or feature.shown_as == "switch":
        named |= {value: text(label) for value, label in YES_NO.items()}
    return named.get(value) or typed(value)
