"""A search box that filters items of the page it stands on: fields of a long form, models or people of a long list.

The browser filters (``assets/ts/shared/search.ts``): an item is what has ``data-words``; one that does not match is
hidden and stays in the page, with its value.
"""

from __future__ import annotations

from collections.abc import Iterable

from layouts import html
from layouts.shared import ids
from layouts.shared.html_input import HtmlInput
from layouts.shared.static_html import StaticHtml, static_html
from ml.data.feature import Feature

FIELDS = 25  # a form of as many fields has a search
MODELS = 9  # as many models fill more than a screen


def search_box(target: str, label: str, some: str, none: str, *, key: str = "") -> StaticHtml:
    """The search box, which filters the items of an element, and the place of the number of matches.

    The label is its placeholder, and its name for screen readers. `some` and `none` are templates of what is said of
    matches: slots ``n``, ``all`` and ``typed``. `key` is its shortcut, as ``aria-keyshortcuts`` writes it.
    """
    named = {"aria-label": label, "aria-describedby": ids.SEARCH_WORDS, "data-searches": target}
    named |= {"data-some": some, "data-none": none}
    if key:
        named["aria-keyshortcuts"] = key
    box = HtmlInput(
        id=ids.SEARCH, type="search", className="form-control", placeholder=label, autoComplete="off", **named
    )
    shown = [html.Kbd(key.replace("Control", "Ctrl"), **{"aria-hidden": "true"})] if key else []
    words = html.P("", id=ids.SEARCH_WORDS, className="search-words", role="status")
    return static_html(
        html.Div([html.Div([box, *shown], className="search-box"), words], className="search", role="search")
    )


def words_of(feature: Feature) -> str:
    """The words of a field that a search over the form matches."""
    return search_text([feature.label, feature.name, *feature.aliases, feature.unit, feature.group, feature.help])


def search_text(parts: Iterable[str]) -> str:
    """Several texts as one to be searched, each once."""
    return " ".join(dict.fromkeys(part for part in parts if part))
