"""Gallery of inputs: each beside the feature definition that asks for it and the value that a model receives."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc
from dash.development.base_component import Component

from layouts import html
from layouts.shared import blocks, ids
from layouts.shared.combobox_choices import stores_of
from layouts.shared.field_texts import number_format_data, starting_text
from layouts.shared.fields import field
from layouts.shared.form_messages import form_response
from layouts.shared.static_html import message
from ml.data.feature import Choice, Feature
from ml.data.records import Records, read_records
from ml.data.schema import Schema
from ml.translation import mark, text

_AREAS = tuple(Choice(name, name.capitalize()) for name in ("north", "east", "south", "west", "centre", "abroad"))

_MEMBERS = (
    "Austria Belgium Bulgaria Croatia Cyprus Czechia Denmark Estonia Finland France Germany Greece Hungary Ireland "
    "Italy Latvia Lithuania Luxembourg Malta Netherlands Poland Portugal Romania Slovakia Slovenia Spain Sweden"
)
_COUNTRIES = tuple(Choice(name, name) for name in _MEMBERS.split())
_RATINGS = tuple(Choice(at, str(at)) for at in range(1, 6))
MODEL = "gallery"  # in place of a model's key

SCHEMA = Schema(
    (
        Feature("income", mark("Number"), "number", low=0.0, high=10_000.0, seen=(8.0, 224.0), step=1.0, default=64.0,
                unit="thousand $", required=True, help=mark("A number with or without a fraction.")),
        Feature("age", mark("Whole number"), "integer", "int64", low=18, high=110, seen=(23, 67), step=1, default=45,
                unit="years", required=True, help=mark("A fraction is refused.")),
        Feature("length", mark("Slider"), "number", low=0.0, high=20.0, seen=(1.1, 6.9), step=0.1, default=4.2,
                unit="cm", required=True, widget="slider",
                help=mark("Moves within what the model has seen; type to go beyond.")),
        Feature("area", mark("Select"), "category", "str", choices=_AREAS, default="north",
                help=mark("For categories with more than four choices.")),
        Feature("size", mark("Radio"), "category", "str", choices=(Choice("s", "Small"), Choice("l", "Large")),
                default="s", help=mark("For categories with up to four choices.")),
        Feature("country", mark("Searchable choice"), "category", "str", choices=_COUNTRIES, default="Austria",
                widget="combobox", help=mark("For categories with more than 60 choices, up to tens of thousands.")),
        Feature("rating", mark("Buttons"), "integer", "int64", codes=_RATINGS, seen=(1, 5), step=1, default=3,
                help=mark("For whole numbers that are few in training; any other is taken, too.")),
        Feature("married", mark("Yes, no, as 1 and 0"), "integer", "int64", codes=(Choice(1, "Yes"), Choice(0, "No")),
                seen=(0, 1), step=1, default=0, help=mark("The model receives the number.")),
        Feature("member", mark("Switch"), "boolean", "bool", default=True, required=True,
                help=mark("Yes or no, where the answer is always known.")),
        Feature("owner", mark("Yes, no, not known"), "boolean", "object",
                help=mark("Yes or no, where it may be missing.")),
        Feature("since", mark("Date"), "date", "datetime64[us]", low=dt.date(1990, 1, 1), default=dt.date(2024, 5, 17),
                help=mark("The browser's own calendar.")),
        Feature("job", mark("Text with suggestions"), "text", "str", default="nurse",
                suggestions=("baker", "farmer", "nurse", "teacher"),
                help=mark("Suggestions are offered; other texts are taken too.")),
        Feature("note", mark("Text area"), "text", "str", widget="textarea", default="Called twice.",
                help=mark("Longer text, for models that read text.")),
    )
)  # fmt: skip


def page() -> Component:
    """The page: each input, its definition, and the value received from it."""
    record = {feature.name: starting_text(feature) for feature in SCHEMA.features}
    reads = read_each(record)
    rows = [_row(position, record, read) for position, read in enumerate(reads)]
    stores = [
        dcc.Store(id=ids.GALLERY_REQUEST),
        message("answer", ids.GALLERY_RESPONSE, answer(0, reads, record)),
        *stores_of(SCHEMA),
    ]
    lead = text("Every kind of input, how a feature asks for it, and what the model receives from it.")
    head = html.Header(html.Div([html.H1(text("Inputs")), html.P(lead, className="lead-line")]), className="model-head")
    asks = {"data-asks": ids.GALLERY_REQUEST, "data-model": MODEL}
    data = asks | {"aria-label": text("Inputs")} | number_format_data()
    form = html.Div(rows, id=ids.GALLERY_FORM, className="form gallery", role="form", **data)
    return blocks.page(text("Inputs – Likely"), [head, *stores, form], class_name="page-gallery")


def read_each(record: Any) -> list[Records]:
    """The value of each input, read as by every other interface, one at a time: one problem hides no other value."""
    values = record if isinstance(record, Mapping) else {}
    return [read_records(Schema((feature,)), [{feature.name: values.get(feature.name)}]) for feature in SCHEMA.features]


def answer(
    serial: int,
    reads: Sequence[Records],
    record: dict[str, str] | None = None,
    asked: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Response for the form's script: problems and notes by input."""
    problems = [problem for read in reads for problem in read.problems]
    notes = [note for read in reads for note in read.notes]
    return form_response(serial, record, asked=asked, problems=problems, notes=notes)


def received(read: Records) -> list[Component]:
    """The value that a model would receive from one input."""
    row = read.rows[0]
    if row is None:
        return [html.Span(text("nothing: the value is refused"), className="received-none")]
    if row[0] is None:
        return [html.Code("None"), html.Span(text("not known"), className="received-type")]
    return [html.Code(repr(row[0])), html.Span(type(row[0]).__name__, className="received-type")]


def _row(position: int, record: Mapping[str, str], read: Records) -> Component:
    feature = SCHEMA.features[position]
    translated = dataclasses.replace(feature, label=text(feature.label), help=text(feature.help))
    arrives = html.Div(received(read), id=ids.received(position), className="received")
    asks = html.Div([html.P(text("A feature asks for it with"), className="eyebrow"), html.Code(definition(feature))])
    receives = html.Div([html.P(text("The model receives"), className="eyebrow"), arrives])
    beside = html.Div([asks, receives], className="told")
    return html.Article([field(translated, position, record[feature.name]), beside], className="gallery-row")


def definition(feature: Feature) -> str:
    """The fields of the feature that ask for this input."""
    shown = ("kind", "widget", "required", "low", "high", "step", "unit", "choices", "codes", "suggestions")
    plain = {field.name: field.default for field in dataclasses.fields(Feature)}
    fields = {name: getattr(feature, name) for name in shown if getattr(feature, name) != plain.get(name)}
    return ", ".join(f"{name}={_brief(value)}" for name, value in fields.items())


def _brief(value: Any) -> str:
    if not isinstance(value, tuple):
        return value.isoformat() if isinstance(value, dt.date) else repr(value)
    items = [repr(item.value if isinstance(item, Choice) else item) for item in value]
    return f"({', '.join(items[:3])}{', …' if len(items) > 3 else ''})"
