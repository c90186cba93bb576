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
from ml.translation import plural, text

LIMIT = 20  # matches in the list
LONGEST = 200  # characters of a search


class ChoiceSearch(RequestModel):
    """Request of the combobox's script."""

    feature: str = ""
    """Name of the feature whose choices are searched."""
    text: Annotated[str, AfterValidator(lambda typed: typed[:LONGEST])] = ""
    """What was typed; empty for the first choices."""


def found(schema: Schema, search: ChoiceSearch) -> dict[str, Any]:
    """Response to the script: labels of matches, the one that equals the text, and words about their number."""
    feature = schema.feature(search.feature) if search.feature in schema.position else None
    hits = [] if feature is None else labels_that_fit(feature, search.text)
    words = "" if feature is None else counted(len(hits), search.text, len(feature.choices))
    same = next((label for label in hits if fold(label) == fold(search.text)), "")
    return {"serial": search.serial, "hits": hits[:LIMIT], "same": same, "words": words}


def labels_that_fit(feature: Feature, typed: str) -> list[str]:
    """Labels of the choices whose label or value contains the text, best first."""
    values = (feature.by_text[written] for written in feature.searched.find(typed))
    return [feature.labels[key] for key in dict.fromkeys(text_of(value) for value in values)]


def counted(hits: int, typed: str, choices: int) -> str:
    """Words about the number of matches."""
    of = {"all": _number(choices)}
    if not typed.strip():
        return plural("{all} choice: type to search it.", "{all} choices: type to search them.", choices, **of)
    if not hits:
        of["typed"] = typed.strip()[:40]
        return plural("The one choice has no “{typed}”.", "None of {all} choices has “{typed}”.", choices, **of)
    if hits > LIMIT:
        return text("The first {shown} of {n} that fit.", shown=LIMIT, n=_number(hits))
    return plural("{n} of {all} fits.", "{n} of {all} fit.", hits, n=hits, **of)


def _number(number: int) -> str:
    return localized(f"{number:,}")


def stores_of(schema: Schema) -> list[Component]:
    """Stores of the requests and responses of a form with such fields; empty for one without."""
    if not any(feature.shown_as == "combobox" for feature in schema.features):
        return []
    return [dcc.Store(id=ids.CHOICE_SEARCH), message("choices", ids.CHOICE_MATCHES)]


def combobox(position: int, held: str, blank: str) -> Component:
    """The control of the feature at that position; its list is empty until a search."""
    box = dbc.Input(id=ids.field(position), type="text", value=held, autocomplete="off", placeholder=blank)
    named = {"aria-labelledby": ids.label(position)}
    listed = html.Ul(id=ids.choices(position), className="finder-list", role="listbox", hidden=True, **named)
    words = html.P("", className="visually-hidden combobox-words", role="status")
    return html.Div([box, listed, words], className="combobox")
