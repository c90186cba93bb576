"""Combobox for features with very many choices: the server searches those that match the typed text.

The list is drawn by ``assets/ts/shared/combobox.ts`` from what :func:`found` says.
"""

from __future__ import annotations

from typing import Annotated, Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component
from pydantic import AfterValidator

from layouts.shared import ids
from layouts.shared.request_model import RequestModel
from layouts.shared.static_html import message
from ml.data.feature import Feature, text_of
from ml.data.schema import Schema
from ml.data.texts import fold
from ml.locale import localized

LIMIT = 20  # matches in the list
LONGEST = 200  # characters of a search


class ChoiceSearch(RequestModel):
    """Request of the combobox's script."""

    feature: str = ""
    """Name of the feature whose choices are searched."""
    text: Annotated[str, AfterValidator(lambda text: text[:LONGEST])] = ""
    """What was typed; empty for the first choices."""


def found(schema: Schema, search: ChoiceSearch) -> dict[str, Any]:
    """Response to the script: labels of matches, the one that equals the text, and words about their number."""
    feature = schema.feature(search.feature) if search.feature in schema.position else None
    hits = [] if feature is None else labels_that_fit(feature, search.text)
    words = "" if feature is None else counted(len(hits), search.text, len(feature.choices))
    same = next((label for label in hits if fold(label) == fold(search.text)), "")
    return {"serial": search.serial, "hits": hits[:LIMIT], "same": same, "words": words}


def labels_that_fit(feature: Feature, text: str) -> list[str]:
    """Labels of the choices whose label or value contains the text, best first."""
    values = (feature.by_text[written] for written in feature.searched.find(text))
    return [feature.labels[key] for key in dict.fromkeys(text_of(value) for value in values)]


def counted(hits: int, text: str, choices: int) -> str:
    """Words about the number of matches."""
    if not text.strip():
        return f"{_number(choices)} choices: type to search them."
    if not hits:
        return f"None of {_number(choices)} choices has “{text.strip()[:40]}”."
    return f"The first {LIMIT} of {_number(hits)} that fit." if hits > LIMIT else f"{hits} of {_number(choices)} fit."


def _number(number: int) -> str:
    return localized(f"{number:,}")


def stores_of(schema: Schema) -> list[Component]:
    """Stores of the requests and responses of a form with such fields; empty for one without."""
    if not any(feature.shown_as == "combobox" for feature in schema.features):
        return []
    return [dcc.Store(id=ids.CHOICE_SEARCH), message("choices", ids.CHOICE_MATCHES)]


def combobox(position: int, text: str, blank: str) -> Component:
    """The control of the feature at that position; its list is empty until a search."""
    box = dbc.Input(id=ids.field(position), type="text", value=text, autocomplete="off", placeholder=blank)
    named = {"aria-labelledby": ids.label(position)}
    listed = html.Ul(id=ids.choices(position), className="finder-list", role="listbox", hidden=True, **named)
    words = html.P("", className="visually-hidden combobox-words", role="status")
    return html.Div([box, listed, words], className="combobox")
