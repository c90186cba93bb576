"""Combobox: the server searches what fits the typed text and draws the list; here for choices of a feature.

The other one is the record finder (``layouts/predict/finder.py``). Keys and asking: ``assets/ts/shared/combobox.ts``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import dash_bootstrap_components as dbc
from dash import dcc
from dash.development.base_component import Component
from pydantic import AfterValidator

from layouts import html
from layouts.shared import ids
from layouts.shared.html_writer import HtmlWriter
from layouts.shared.request_model import RequestModel
from layouts.shared.static_html import message
from ml.data.feature import Feature, text_of
from ml.data.schema import Schema
from ml.data.texts import fold
from ml.text.number_words import count
from ml.translation import plural, text

LIMIT = 20  # matches in the list
LONGEST = 200  # characters of a search
MATCHES = "matches"  # name of the message with the response


class ChoiceSearch(RequestModel):
    """Request of the combobox's script."""

    feature: str = ""
    """Name of the feature whose choices are searched."""
    text: Annotated[str, AfterValidator(lambda typed: typed[:LONGEST])] = ""
    """Typed text; empty for the first choices."""


def found(schema: Schema, search: ChoiceSearch) -> dict[str, Any]:
    """Response to the script: see :func:`matches`; and ``same``, the label that equals the text."""
    if search.feature not in schema.position:
        return matches(search.serial, [], "", "")
    feature = schema.feature(search.feature)
    hits = labels_that_fit(feature, search.text)
    words = counted(len(hits), search.text, len(feature.choices))
    # Where the model takes any text, a match replaces the typed text only if it was chosen by hand
    sure = bool(hits and search.text.strip()) and not feature.unknown
    listed = listed_options(ids.choices(schema.position[search.feature]), hits[:LIMIT], words)
    same = next((label for label in hits if fold(label) == fold(search.text)), "")
    return matches(search.serial, hits[:LIMIT], listed, words, sure=sure, marked=0 if sure else -1) | {"same": same}


def matches(
    serial: int, hits: Sequence[Any], listed: str, words: str, *, sure: bool = False, marked: int = -1
) -> dict[str, Any]:
    """Response to a combobox's script.

    Parameters
    ----------
    hits : sequence
        Matches, one for each option; the page knows what becomes of the chosen one.
    listed : str
        The list as HTML, see :func:`listed_options`.
    words : str
        About their number.
    sure : bool
        Whether Enter takes the first before the list is seen.
    marked : int
        Place of the option that is marked first; -1 for none.
    """
    return {"serial": serial, "hits": list(hits), "list": listed, "words": words, "sure": sure, "marked": marked}


def listed_options(list_id: str, options: Sequence[Any], foot: str = "") -> str:
    """Options of a list as HTML, each with this inside, and words below them."""
    items = [html.Li(option, id=f"{list_id}-{at}", role="option") for at, option in enumerate(options)]
    feet = [html.Li(foot, className="combobox-foot", role="presentation")] if foot else []
    return "".join(HtmlWriter().write([*items, *feet]))


def labels_that_fit(feature: Feature, typed: str) -> list[str]:
    """Labels of the choices whose label or value contains the text, best first."""
    values = (feature.by_text[written] for written in feature.searched.find(typed))
    return [feature.labels[key] for key in dict.fromkeys(text_of(value) for value in values)]


def counted(hits: int, typed: str, choices: int) -> str:
    """Words about the number of matches."""
    of = {"all": count(choices)}
    if not typed.strip():
        return plural("{all} choice: type to search it.", "{all} choices: type to search them.", choices, **of)
    if not hits:
        of["typed"] = typed.strip()[:40]
        return plural("The one choice has no “{typed}”.", "None of {all} choices has “{typed}”.", choices, **of)
    if hits > LIMIT:
        return text("The first {shown} of {n} that fit.", shown=LIMIT, n=count(hits))
    return plural("{n} of {all} fits.", "{n} of {all} fit.", hits, **of)


def stores_of(schema: Schema) -> list[Component]:
    """Stores for requests and responses of a form's comboboxes; empty for a form without any."""
    if not any(feature.shown_as == "combobox" for feature in schema.features):
        return []
    return [dcc.Store(id=ids.CHOICE_SEARCH), message(MATCHES, ids.CHOICE_MATCHES)]


def text_input(position: int, held: str, blank: str, **more: Any) -> Component:
    """The text input of the feature at that position; `blank` is its placeholder."""
    return dbc.Input(id=ids.field(position), type="text", value=held, autocomplete="off", placeholder=blank, **more)


def combobox(position: int, held: str, blank: str) -> Component:
    """The control of the feature at that position; its list is empty until a search."""
    box = text_input(position, held, blank)
    named = {"aria-labelledby": ids.label(position)}
    listed = html.Ul(id=ids.choices(position), className="finder-list", role="listbox", hidden=True, **named)
    words = html.P("", className="visually-hidden combobox-words", role="status")
    return html.Div([box, listed, words], className="combobox", **{"data-search": ids.CHOICE_SEARCH})
