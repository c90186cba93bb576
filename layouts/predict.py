"""The Prediction page: a form made from the schema, and beside it what the model says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids
from layouts.asked import Asked
from layouts.fields import field, starting_text
from ml.schema import Feature, Schema

if TYPE_CHECKING:
    from ml.bundle import Bundle


def form_schema(bundle: Bundle) -> Schema:
    """What the form asks for: with probabilities, anything may stay unknown."""
    return bundle.schema.with_blanks if bundle.offers == "probabilities" else bundle.schema


def starting_record(schema: Schema, query: Mapping[str, str]) -> dict[str, str]:
    """The record with which the form opens: name to text, as the form's script reads it.

    Parameters
    ----------
    schema : Schema
        Of the form.
    query : mapping
        Of the page's address: feature names or aliases; others are none of the form's business.
    """
    given = {schema.position[name]: text for name, text in query.items() if name in schema.position}
    return {
        feature.name: starting_text(feature, given.get(position)) for position, feature in enumerate(schema.features)
    }


def first_question(bundle: Bundle, query: Mapping[str, str]) -> Asked:
    """What the page's address asks. A feature may be called like one of our own words: then it is the feature's."""
    schema, names = form_schema(bundle), bundle.outcomes.names
    own = {word: query.get(word, "") for word in ("outcome", "declined") if word not in schema.position}
    outcome = own.get("outcome", "")
    declined = tuple(name for name in own.get("declined", "").split(",") if name in names)
    return Asked(0, bundle.key, starting_record(schema, query), outcome if outcome in names else "", declined)


def page(bundle: Bundle, asked: Asked, said: Component, opening: dict[str, Any]) -> Component:
    """The form and the answer for the record that stands in it: the page opens without asking again.

    Parameters
    ----------
    bundle : Bundle
        Its key is pinned: every answer comes from the version whose form this is.
    asked : Asked
        With which the page opens.
    said : Component
        The answer.
    opening : dict
        What the form's script is told of it, see :func:`layouts.asked.answered`.
    """
    stores = [
        dcc.Store(id=ids.ASKED),
        dcc.Store(id=ids.ANSWERED, data=opening),
        dcc.Store(id=ids.WONDERED),
        dcc.Store(id=ids.ADVISED),
    ]
    side = [_panel(said)]
    if bundle.offers == "probabilities":
        reasons = html.Div(id=ids.REASONS, className="reasons-body")
        side.append(html.Section(reasons, className="reasons", **{"data-state": "waiting", "aria-label": "Reasons"}))
    return html.Div([*stores, html.Div(side, className="side"), _form(bundle, asked)], className="predict")


def _panel(said: Component) -> Component:
    # The result comes first, for phones and for those who listen; on wide screens it stands beside.
    words = html.P("", id=ids.PANEL_WORDS, className="panel-words", role="status")
    heading = html.H2("Result", className="visually-hidden")
    return html.Section([heading, html.Div(said, id=ids.RESULT), words], id=ids.PANEL, className="panel")


def _form(bundle: Bundle, asked: Asked) -> Component:
    schema = form_schema(bundle)
    groups = [_group(schema, heading, features, asked.record) for heading, features in schema.groups]
    data = {
        "data-asks": ids.ASKED,
        "data-model": bundle.key,
        "data-mirror": "true",
        "data-outcome": asked.outcome,
        "data-declined": ",".join(asked.declined),
        "aria-label": "Values",
    }
    head = [_tools()] if bundle.offers == "probabilities" else []
    return html.Div([*head, *groups], id=ids.FORM, className="form", role="form", **data)


def _tools() -> Component:
    buttons = (("nothing", "Start with nothing known"), ("reset", "Reset"), ("undo", "Undo"), ("call", "On call"))
    return html.Div(
        [html.Button(words, type="button", className="tool-button", **{"data-do": name}) for name, words in buttons],
        className="form-tools",
    )


def _group(schema: Schema, heading: str, features: Sequence[Feature], record: Mapping[str, str]) -> Component:
    fields = [field(feature, schema.position[feature.name], record[feature.name], live=True) for feature in features]
    legend = html.Legend(heading) if heading else html.Legend("Values", className="visually-hidden")
    return html.Fieldset([legend, html.Div(fields, className="fields")], className="group")
