"""The Prediction page: a form made from the schema, and beside it the model's answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc
from dash.development.base_component import Component

from layouts import html
from layouts.predict.finder import OpenedRecord, finder, kept_record
from layouts.predict.finder import stores as searches
from layouts.predict.form_fields import about_fields, groups_with_field, without_field
from layouts.predict.outcome_row import OutcomeRowContext, outcome_keys, outcome_row
from layouts.predict.pins import pin_tools, pin_words, pins
from layouts.predict.shortcuts import keys
from layouts.shared import ids
from layouts.shared.combobox_choices import stores_of
from layouts.shared.field_texts import number_format_data, starting_text
from layouts.shared.fields import field
from layouts.shared.form_messages import BY_PROBABILITY, FormRequest
from layouts.shared.html_tree import html_tree
from layouts.shared.search_box import FIELDS, search_box
from layouts.shared.static_html import message, static_html
from ml.bundle.bundle import Bundle
from ml.bundle.record_book import BookRecord
from ml.data.feature import Feature
from ml.data.schema import Schema
from ml.decision.decide import actions
from ml.translation import template, text


def form_schema(bundle: Bundle) -> Schema:
    """Schema of the form: with probabilities any feature may be blank; one-hot columns are one choice."""
    return (bundle.schema.with_blanks if bundle.offers == "probabilities" else bundle.schema).displayed


# Parameters of the page's address beside the features
QUERY_NAMES = ("record", "version", "outcome", "declined", "order")


def free_query_names(schema: Schema) -> tuple[str, ...]:
    """Parameters that no feature is named like: where one is, the name means the feature."""
    return tuple(word for word in QUERY_NAMES if word not in schema.position)


def starting_record(
    schema: Schema, query: Mapping[str, str], entry: BookRecord | None = None, *, blanks: bool = True
) -> dict[str, str]:
    """The record with which the form opens: name to text, as the form's script reads it.

    The query has feature names or aliases, others are ignored; with an entry of the book, it holds what differs from
    it. Values that nobody gave are blank with `blanks`; else they are the features' defaults.
    """
    start = "" if blanks else None
    from_address = {schema.position[name]: text for name, text in query.items() if name in schema.position}
    from_book = kept_record(schema, entry)
    return {
        feature.name: starting_text(feature, from_address.get(position), from_book.get(feature.name, start))
        for position, feature in enumerate(schema.features)
    }


def requested_record(bundle: Bundle, query: Mapping[str, str]) -> tuple[str, str]:
    """Id of the record that the page's address names, and of the version in whose sample it was found; or empty."""
    free = free_query_names(bundle.schema)
    return query.get("record", "") if "record" in free else "", query.get("version", "") if "version" in free else ""


def opening_request(bundle: Bundle, query: Mapping[str, str], entry: BookRecord | None) -> FormRequest:
    """The request with which the page opens, from its address; `entry` is the record that the address names."""
    schema, names = form_schema(bundle), bundle.outcomes.names
    own = {word: query.get(word, "") for word in free_query_names(schema)}
    outcome = own.get("outcome", "")
    declined = tuple(name for name in own.get("declined", "").split(",") if name in names)
    record = starting_record(schema, query, entry, blanks=bundle.offers == "probabilities")
    return FormRequest.model_construct(
        model=bundle.key,
        record=record,
        outcome=outcome if outcome in names else "",
        declined=declined,
        record_id=entry.id if entry else "",
        row=entry.row if entry else None,
        order=BY_PROBABILITY if own.get("order") == BY_PROBABILITY else "",
    )


def page(
    bundle: Bundle, request: FormRequest, said: Component, opening: dict[str, Any],
    opened: OpenedRecord | None = None, desk: OutcomeRowContext | None = None,
) -> Component:  # fmt: skip
    """The form, and the answer for the record in it: the page opens without another request.

    Parameters
    ----------
    bundle : Bundle
        Version whose key is pinned: every answer comes from the version whose form this is.
    opening : dict
        The response for the form's script, see :func:`layouts.shared.form_messages.form_response`.
    opened : OpenedRecord, optional
        The record of the book with which the page opens.
    desk : OutcomeRowContext, optional
        Where the reader may tell what came of it.
    """
    opened = opened or OpenedRecord()
    stores = [
        dcc.Store(id=ids.FORM_REQUEST),
        message("answer", ids.FORM_RESPONSE, opening),
        dcc.Store(id=ids.REASONS_REQUEST),
        message("advice", ids.REASONS_RESPONSE),
        *searches(),
        *stores_of(form_schema(bundle)),
    ]
    side = [_panel(said)]
    if desk:
        side += outcome_row(bundle, desk, request.record, named=bool(request.record_id))
    if bundle.offers == "probabilities":
        reasons = html_tree(None, id=ids.REASONS, className="reasons-body")
        named = {"data-state": "waiting", "aria-label": text("Reasons")}
        side.append(html.Section(reasons, className="reasons", **named))
    compared = pins(bundle) if bundle.offers == "probabilities" else []
    who = finder(bundle.key, opened, blanks=bundle.offers == "probabilities")
    asking = html.Div(
        [_form(bundle, request, opened, outcome_keys(bundle, desk) if desk else ()), *compared], className="asking"
    )
    view = {"data-view": "call"} if seller_screen(bundle) else {}
    return html.Div([*stores, who, html.Div(side, className="side"), asking], className="predict", **view)


def seller_screen(bundle: Bundle) -> bool:
    """True where the card says what to do: the page opens with the view for a call, unless the person chose another."""
    return any(actions(bundle.card, name) is not None for name in bundle.outcomes.names)


def _panel(said: Component) -> Component:
    # The result comes first, for phones and for those who listen; on wide screens it stands beside.
    words = html.P("", id=ids.PANEL_WORDS, className="panel-words", role="status")
    heading = html.H2(text("Result"), className="visually-hidden")
    # The result is drawn anew with each answer, and screen readers announce only what stays and changes.
    aloud = html.P("", id=ids.PANEL_SAID, className="visually-hidden", role="status")
    # For the eye: screen readers have aria-busy, and hear the next result
    stale = text("Updating: numbers of the values before")
    updating = html.P(stale, className="panel-updating", **{"aria-hidden": "true"})
    shown = [heading, updating, html_tree(said, id=ids.RESULT), words, aloud]
    return html.Section(shown, id=ids.PANEL, className="panel")


def _form(bundle: Bundle, request: FormRequest, opened: OpenedRecord, tells: Sequence[str]) -> Component:
    schema, blanks = form_schema(bundle), bundle.offers == "probabilities"
    fresh, kept = starting_record(schema, {}, blanks=blanks), kept_record(schema, opened.entry)
    start = {**fresh, **kept}
    given = [name for name, text in request.record.items() if text != start[name]]
    fields = groups_with_field(bundle.card, schema, given)
    groups = [_group(schema, heading, features, request.record, fresh, kept) for heading, features in fields]
    data = {
        "data-asks": ids.FORM_REQUEST,
        **number_format_data(),
        "data-model": bundle.key,
        "data-mirror": "true",
        "data-outcome": request.outcome,
        "data-declined": ",".join(request.declined),
        "data-order": request.order,
        "data-record": request.record_id,
        "data-version": bundle.key.partition("@")[2],
        "data-row": "" if request.row is None else str(request.row),
        "data-said": opened.words if opened.entry else "",
        **_opened(bundle),
        "data-rest": without_field(fields, start),
        "data-rest-start": without_field(fields, fresh),
        "data-own": " ".join(free_query_names(schema)),
        "aria-label": text("Values"),
    }
    search = len(schema.features) >= FIELDS
    head = [_tools(search=search, tells=tells)] if blanks else []
    head += about_fields(bundle, schema, fields)
    if search:
        head.append(_search())
    values = html.Div(groups, id=ids.FIELDS, className="groups", tabIndex="-1")
    return html.Div([*head, values], id=ids.FORM, className="form", role="form", tabIndex="-1", **data)


def _search() -> Component:
    some, none = template("{n} of {all} values"), template("None of {all} values matches “{typed}”.")
    return search_box(ids.FORM, text("Search the values"), some, none, key="Control+K")


def _opened(bundle: Bundle) -> dict[str, str]:
    """Attribute in which the form's script keeps the outcome that the page chose when it opened."""
    outcomes = bundle.outcomes
    return {"data-opened": ""} if outcomes.exclusive and len(outcomes) > 2 else {}


def _tools(*, search: bool, tells: Sequence[str]) -> Component:
    named = (("reset", text("Reset")), ("undo", text("Undo")), ("copy", text("Copy link")), ("call", text("On call")))
    buttons = [html.Button(words, type="button", className="tool-button", **{"data-do": name}) for name, words in named]
    tools = [*buttons[:2], *pin_tools(), pin_words(), *buttons[2:], keys(search=search, tells=tells)]
    return static_html(html.Div(tools, className="form-tools"))


def _group(
    schema: Schema,
    heading: str,
    features: Sequence[Feature],
    record: Mapping[str, str],
    fresh: Mapping[str, str],
    kept: Mapping[str, str],
) -> Component:
    fields = [
        field(
            feature,
            schema.position[feature.name],
            record[feature.name],
            live=True,
            start=fresh[feature.name],
            reset_to=kept.get(feature.name),
            searched=len(schema.features) >= FIELDS,
        )
        for feature in features
    ]
    legend = html.Legend(heading) if heading else html.Legend(text("Values"), className="visually-hidden")
    return html.Fieldset([legend, html.Div(fields, className="fields")], className="group")
