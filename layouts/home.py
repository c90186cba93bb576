"""The first page: all models, what each is about, and the ways into it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, parts, url
from layouts.search import MODELS, search_box, sought
from ml.errors import LikelyError

if TYPE_CHECKING:
    from ml.bundle import Bundle

Found: TypeAlias = "Bundle | LikelyError"


def page(models: Sequence[tuple[str, Found]]) -> Component:
    """The list of models.

    Parameters
    ----------
    models : sequence of (name, Bundle or LikelyError)
        A model that cannot be opened is listed with what is wrong.
    """
    cards = [_broken(name, found) if isinstance(found, LikelyError) else _card(name, found) for name, found in models]
    body = html.Ul(cards, className="cards", id=ids.MODELS) if cards else _no_models()
    search = [search_box(ids.MODELS, "Search the models", "models")] if len(cards) >= MODELS else []
    lead = html.P("Choose a model, change a value, and see how likely each outcome is.", className="lead-line")
    head = html.Header(html.Div([html.H1("Models"), lead]), className="model-head")
    return parts.page("Likely", [head, *search, body], class_name="page-home")


def _card(name: str, bundle: Bundle) -> Component:
    outcomes = [html.Li([parts.dot(bundle.outcomes, item.name), item.label]) for item in bundle.outcomes.items]
    title = html.H2(dcc.Link(bundle.title, href=url.href("predict", name), className="card-title"))
    body = [
        title,
        html.P(bundle.card.get("description", ""), className="card-words"),
        html.Ul(outcomes, className="chips", **{"aria-label": "Outcomes"}),
        html.P(parts.count(len(bundle.schema.features), "feature"), className="card-count"),
        parts.tabs(None, name),
    ]
    words = sought([bundle.title, name, bundle.card.get("description", ""), *_outcome_names(bundle)])
    return html.Li(html.Article(body), className="card-item", **{"data-words": words})


def _outcome_names(bundle: Bundle) -> list[str]:
    return [text for item in bundle.outcomes.items for text in (item.label, item.name)]


def _broken(name: str, error: LikelyError) -> Component:
    state = html.P("Does not serve", className="card-state")
    body = [state, html.H2(name), html.P(error.message, className="card-words"), html.P(error.hint, className="aside")]
    words = sought([name, "broken", "does not serve", error.message])
    return html.Li(html.Article(body), className="card-item card-broken", **{"data-words": words})


def _no_models() -> Component:
    words = ["There are no models yet. ", html.Code("python -m ml train"), " makes the demo models."]
    return html.P(words, className="lead-line")
