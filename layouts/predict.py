"""The Prediction page: a form made from the schema, and beside it what the model says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids
from layouts.fields import field, starting_text
from layouts.result import answered, nothing_yet, result
from ml.errors import Problem
from ml.schema import Feature, Schema

if TYPE_CHECKING:
    from ml.bundle import Bundle
    from ml.service import Score


def starting_record(schema: Schema, query: Mapping[str, str]) -> dict[str, str]:
    """The record with which the form opens: name to text, as the form's script reads it.

    Parameters
    ----------
    schema : Schema
    query : mapping
        Of the page's address: feature names or aliases; others are none of the form's business.
    """
    given = {schema.position[name]: text for name, text in query.items() if name in schema.position}
    return {
        feature.name: starting_text(feature, given.get(position)) for position, feature in enumerate(schema.features)
    }


def page(bundle: Bundle, record: dict[str, str], score: Score | None, problems: Sequence[Problem] = ()) -> Component:
    """The form and the answer for the record that stands in it: the page opens without asking again.

    Parameters
    ----------
    bundle : Bundle
        Its key is pinned: every answer comes from the version whose form this is.
    record : dict
        Name to text.
    score : Score or None
        None where the record has problems.
    problems : sequence of Problem
    """
    notes = score.notes if score else ()
    opening = answered(0, record, problems=problems, notes=notes)
    said = result(bundle, score, 0) if score else nothing_yet(0)
    stores = [dcc.Store(id=ids.ASKED), dcc.Store(id=ids.ANSWERED, data=opening)]
    return html.Div([*stores, _panel(said), _form(bundle, record)], className="predict")


def question(asked: Any) -> tuple[int, str, Any]:
    """Serial, model key and record of what the browser asks; it may have sent anything."""
    asked = asked if isinstance(asked, dict) else {}
    serial = asked.get("serial")
    return serial if isinstance(serial, int) else 0, str(asked.get("model")), asked.get("record")


def _panel(said: Component) -> Component:
    # The result comes first, for phones and for those who listen; on wide screens it stands beside.
    live = html.Div(said, id=ids.RESULT, **{"aria-live": "polite"})
    words = html.P("", id=ids.PANEL_WORDS, className="panel-words", role="status")
    return html.Section([html.H2("Result", className="visually-hidden"), live, words], id=ids.PANEL, className="panel")


def _form(bundle: Bundle, record: Mapping[str, str]) -> Component:
    groups = [_group(bundle.schema, heading, features, record) for heading, features in bundle.schema.groups]
    data = {"data-asks": ids.ASKED, "data-model": bundle.key, "data-mirror": "true", "aria-label": "Values"}
    return html.Div(groups, id=ids.FORM, className="form", role="form", **data)


def _group(schema: Schema, heading: str, features: Sequence[Feature], record: Mapping[str, str]) -> Component:
    fields = [field(feature, schema.position[feature.name], record[feature.name]) for feature in features]
    legend = html.Legend(heading) if heading else html.Legend("Values", className="visually-hidden")
    return html.Fieldset([legend, html.Div(fields, className="fields")], className="group")
