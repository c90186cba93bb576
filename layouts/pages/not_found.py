"""Pages for addresses that name no page, or one that cannot be opened, with links to what is there."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc
from dash.development.base_component import Component

from layouts import html
from layouts.shared import blocks, url
from ml.errors import LikelyError
from ml.translation import text


def page(path: str | None, names: Sequence[str]) -> Component:
    """No page is at this address."""
    words = text("There is no page at {path}.", path=(path or "/")[:80])
    return _page(text("Page not found"), words, text("It may have moved, or the address has a typing error."), names)


def error_page(error: LikelyError, names: Sequence[str]) -> Component:
    """The model of the address is not there or cannot be opened, or the caller may not open this page of it."""
    if error.code == "unknown_model":
        return _page(text("No such model"), error.message, "" if names else error.hint, names)
    refused = error.code == "not_allowed"
    title = text("You may not open this page") if refused else text("This model cannot be opened")
    return _page(title, error.message, error.hint, names)


def _page(title: str, words: str, hint: str, names: Sequence[str]) -> Component:
    links = [html.Li(dcc.Link(name, href=url.href(blocks.first_page(name), name))) for name in names]
    head = html.Header(html.Div([html.H1(title), html.P(words, className="lead-line")]), className="model-head")
    ways = [html.P(text("These models are here:")), html.Ul(links)] if links else []
    body = html.Div(
        [html.P(hint) if hint else None, *ways, dcc.Link(text("All models"), href=url.href("home"))],
        className="not-found",
    )
    return blocks.page(title, [head, body])
