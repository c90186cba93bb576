"""Features that have a field in the form: all of a schema, or of very many those that matter most.

A value without a field counts like any other: what a found record holds of it travels with the form's requests
(``rest`` of :class:`layouts.shared.form_messages.FormRequest`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from dash.development.base_component import Component

from auth.access import may_open
from layouts import html
from layouts.shared import ids, url
from layouts.shared.static_html import static_html
from ml.bundle.bundle import Bundle
from ml.bundle.feature_order import CARD, FeatureGroups, groups_in_order, names_with_field
from ml.data.schema import Schema
from ml.translation import text


def groups_with_field(card: Mapping[str, Any], schema: Schema, given: Collection[str] = ()) -> FeatureGroups:
    """The schema's groups with the features that have a field, and those `given` by the page's address."""
    names = {*names_with_field(card, schema), *given}
    groups = groups_in_order(card, schema)
    chosen = ((title, tuple(one for one in members if one.name in names)) for title, members in groups)
    return tuple((title, members) for title, members in chosen if members)


def without_field(groups: FeatureGroups, record: Mapping[str, str]) -> str:
    """Values of a record that have no field in these groups, as JSON of name to text; empty for none."""
    names = {feature.name for _, members in groups for feature in members}
    rest = {name: value for name, value in record.items() if value and name not in names}
    return json.dumps(rest, ensure_ascii=False, separators=(",", ":")) if rest else ""


def about_fields(bundle: Bundle, schema: Schema, groups: FeatureGroups) -> list[Component]:
    """Sentence of a form that lacks fields, with links to where all values are taken; nothing where it has all."""
    count = sum(len(members) for _, members in groups)
    if count == len(schema.features):
        return []
    slots = {"all": f"{len(schema.features):,}", "n": f"{count:,}"}
    if bundle.card.get(CARD):
        words = text("This model has {all} features; the form shows the {n} that matter most.", **slots)
    else:
        words = text("This model has {all} features; the form shows the first {n}.", **slots)
    known = text("The others are not known, unless a record that you find has them.")
    usual = text("The others have usual values, unless a record that you find has them.")
    ways = [html.A(text("Ask the API"), href=url.outside("/api/docs"))]
    if may_open("campaign", bundle.name):
        ways = [html.A(text("Send a file"), href=url.href("campaign", bundle.name)), " · ", *ways]
    others = known if bundle.offers == "probabilities" else usual
    rest = html.Span("", id=ids.REST_WORDS, role="status")
    said = [words, " ", others, " ", rest, " ", text("For records with all values:"), " ", *ways]
    return [static_html(html.P(said, className="aside"))]
