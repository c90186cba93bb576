"""Building blocks of pages: page frame, head and tabs of a model."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from dash import dcc
from dash.development.base_component import Component

from auth.access import may_open
from layouts import html
from layouts.shared import ids, url
from layouts.shared.static_html import signal
from ml.bundle.bundle import Bundle
from ml.data.outcomes import Outcomes
from ml.errors import LikelyError
from ml.plots.palette import colour_of
from ml.translation import mark, text

TABS: tuple[tuple[url.Kind, str], ...] = (
    ("predict", mark("Prediction")),
    ("insights", mark("Insights")),
    ("performance", mark("Performance")),
    ("campaign", mark("Campaign")),
    ("results", mark("Results")),
    ("versions", mark("Versions")),
)


def page(title: str, children: list[Component], *, class_name: str = "") -> Component:
    """A page; a script copies its title to the browser's tab."""
    return html.Div(
        [*children, signal("page", page=title)], className=f"page {class_name}".strip(), **{"data-title": title}
    )


def model_page(bundle: Bundle, kind: url.Kind, name: str, body: Component) -> Component:
    """A page about a model: its title, its tabs, and the body.

    `name` is the name or key in the address: the tabs stay at the version that was asked for.
    """
    tab = text(dict(TABS)[kind])
    return page(f"{bundle.title} – {tab}", [_model_head(bundle, kind, name), body], class_name=f"page-{kind}")


def versions_page(bundle: Bundle | LikelyError, name: str, body: Component) -> Component:
    """Like :func:`model_page` of the Versions page, which opens where the model itself does not."""
    if not isinstance(bundle, LikelyError):
        return model_page(bundle, "versions", name, body)
    title = name.partition("@")[0]
    words = html.P(text("Does not serve: {reason}", reason=bundle.message), className="lead-line bad")
    head = html.Header([html.Div([html.H1(title), words]), tabs("versions", name)], className="model-head")
    return page(f"{title} – {text('Versions')}", [head, body], class_name="page-versions")


def tabs(kind: url.Kind | None, name: str, title: str = "") -> Component:
    """Links to the pages of a model that the reader may open, the open one marked.

    Parameters
    ----------
    kind : str or None
        The open page.
    name : str
        Name or key of the model.
    title : str
        Title of the block, where it is one of several on a page.
    """
    # With ids on an open page: a script adds to them the query with which each page was left
    links = [
        dcc.Link(
            text(label),
            href=url.href(tab, name),
            className="model-tab model-tab-open" if tab == kind else "model-tab",
            **({"id": ids.tab(tab)} if kind else {}),
        )
        for tab, label in TABS
        if may_open(tab, name) and (kind or tab != "versions")  # on a card stands what one opens every day
    ]
    named = text("Pages of {model}", model=title) if title else text("Pages of this model")
    return html.Nav(links, className="model-tabs", **{"aria-label": named})


def first_page(name: str) -> url.Kind:
    """The page with which a model is opened: the first that the current caller may open."""
    return next((kind for kind, _ in TABS if may_open(kind, name)), "insights")


def table_head(names: Iterable[str]) -> Component:
    """The head of a table: one row with the names of its columns."""
    return html.Thead(html.Tr([html.Th(name, scope="col") for name in names]))


def labelled_row(heads: Sequence[str], cells: Sequence[Any]) -> Component:
    """A row of a table, named by its first cell; on narrow screens the head of its column stands beside each cell."""
    labels = [{"data-label": head} for head in heads]
    (name, *rest), (first, *others) = cells, labels
    data = [html.Td(cell, **label) for cell, label in zip(rest, others, strict=True)]
    return html.Tr([html.Th(name, scope="row", **first), *data])


def moment(at: float, **given: str) -> Component:
    """A time: in the reader's zone as soon as the script is there (``assets/ts/shared/times.ts``)."""
    when = dt.datetime.fromtimestamp(at, dt.UTC)
    written = f"{when:%Y-%m-%d %H:%M} UTC"
    return html.Time(written, dateTime=when.isoformat(timespec="seconds"), **{"data-local": "true"}, **given)


def dot(outcomes: Outcomes, name: str) -> Component:
    """The outcome's colour, beside its name."""
    return html.Span(className="dot", style={"--colour": colour_of(outcomes, name)})


def _model_head(bundle: Bundle, kind: url.Kind, name: str) -> Component:
    words = [html.H1(bundle.title), html.P(bundle.card.get("description", ""), className="lead-line")]
    return html.Header([html.Div(words), tabs(kind, name)], className="model-head")
