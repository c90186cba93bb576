"""Home page: cards of all models, with links to their pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from dash import dcc
from dash.development.base_component import Component

from auth.access import may_open
from layouts import html
from layouts.pages import demo_progress
from layouts.shared import blocks, ids, url
from layouts.shared.search_box import MODELS, search_box, search_text
from ml.bundle.bundle import Bundle
from ml.demo.status import DemoStatus
from ml.errors import LikelyError
from ml.translation import plural, template, text, text_parts

Found: TypeAlias = Bundle | LikelyError


def page(models: Sequence[tuple[str, Found]], now: DemoStatus | None = None) -> Component:
    """The list of models, with the progress of demo models that are being made.

    A model that cannot be opened is listed with what is wrong.
    """
    search = [_search()] if len(models) >= MODELS else []
    lead = html.P(text("Choose a model, change a value, and see how likely each outcome is."), className="lead-line")
    head = html.Header(html.Div([html.H1(text("Models")), lead]), className="model-head")
    return blocks.page(
        "Likely", [head, *search, *demo_progress.around(listed(models, now), now)], class_name="page-home"
    )


def coming(name: str, models: Sequence[tuple[str, Found]], now: DemoStatus) -> Component:
    """The page of a demo model that is not made yet: the list of models, and progress of the others."""
    lead = html.P(text("This model is being made. It appears below when it is ready."), className="lead-line")
    head = html.Header(html.Div([html.H1(name), lead]), className="model-head")
    return blocks.page(name, [head, *demo_progress.around(listed(models, now), now)], class_name="page-home")


def listed(models: Sequence[tuple[str, Found]], now: DemoStatus | None) -> list[Component]:
    """The models' cards, below the progress of models in training."""
    cards = [_broken(name, found) if isinstance(found, LikelyError) else _card(name, found) for name, found in models]
    progress = [demo_progress.panel(now, [name for name, _ in models])] if now and demo_progress.is_shown(now) else []
    listed = [html.Ul(cards, className="cards", id=ids.MODELS)] if cards else [] if progress else [_no_models()]
    return [*progress, *listed]


def _search() -> Component:
    some, none = template("{n} of {all} models"), template("None of {all} models matches “{typed}”.")
    return search_box(ids.MODELS, text("Search the models"), some, none)


def _card(name: str, bundle: Bundle) -> Component:
    outcomes = [html.Li([blocks.dot(bundle.outcomes, item.name), item.label]) for item in bundle.outcomes.items]
    features = len(bundle.schema.features)
    title = html.H2(dcc.Link(bundle.title, href=url.href(blocks.first_page(name), name), className="card-title"))
    body = [
        title,
        html.P(bundle.card.get("description", ""), className="card-words"),
        html.Ul(outcomes, className="chips", **{"aria-label": text("Outcomes")}),
        html.P(plural("{n} feature", "{n} features", features), className="card-count"),
        blocks.tabs(None, name, bundle.title),
    ]
    words = search_text([bundle.title, name, bundle.card.get("description", ""), *_outcome_names(bundle)])
    return html.Li(html.Article(body), className="card-item", **{"data-words": words})


def _outcome_names(bundle: Bundle) -> list[str]:
    return [each for item in bundle.outcomes.items for each in (item.label, item.name)]


def _broken(name: str, error: LikelyError) -> Component:
    state = html.P(text("Does not serve"), className="card-state")
    body = [state, html.H2(name), html.P(error.message, className="card-words"), html.P(error.hint, className="aside")]
    if may_open("versions", name):
        body.append(html.P(dcc.Link(text("Versions of {model}", model=name), href=url.href("versions", name))))
    words = search_text([name, text("broken"), text("Does not serve"), error.message])
    return html.Li(html.Article(body), className="card-item card-broken", **{"data-words": words})


def _no_models() -> Component:
    command = html.Code("python -m ml train")
    words = text_parts("There are no models yet. {command} makes the demo models.", command=command)
    return html.P(words, className="lead-line")
