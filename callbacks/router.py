"""Router: one callback from the address to the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from dash import Dash, Input, Output
from dash.development.base_component import Component

from auth.access import require
from auth.table import PAGES
from callbacks import outcomes, predict
from callbacks.campaign.backend import CampaignBackend
from callbacks.campaign.steps import opening
from callbacks.today import page as today
from callbacks.versions import opening as versions
from callbacks.versions.challenger import Shadow
from layouts import html
from layouts.campaign import page as campaign
from layouts.campaign.page import FileRetention
from layouts.insights import page as insights
from layouts.pages import gallery, home, not_found
from layouts.performance import page as performance
from layouts.results import page as results
from layouts.shared import blocks, ids, url
from layouts.shared.plot_cards import plot_error, requested_outcome
from ml.bundle.record_book import RecordBooks
from ml.demo.status import DemoStatus
from ml.errors import LikelyError, UnknownModel
from ml.metrics.evaluation import no_probabilities
from ml.metrics.overview import opening_cut_offs, read_cut_off
from ml.service import Bundle, Service

DemoProgress = Callable[[], DemoStatus | None]


@dataclass(frozen=True)
class PageServices:
    """Inputs of the pages beside the service; some pages need none of them."""

    books: RecordBooks = field(default_factory=RecordBooks)
    """The address may name a record."""
    retention: FileRetention = field(default_factory=FileRetention)
    """Retention of files that are sent."""
    making: DemoProgress = lambda: None
    """Gives the progress of demo models that are being made."""
    backend: CampaignBackend | None = None
    """The jobs behind the Campaign page."""
    desk: outcomes.OutcomeServices | None = None
    """What is asked where outcomes are told."""
    shadow: Shadow | None = None
    """The challengers on the Versions page."""


def register(app: Dash, service: Service, beside: PageServices) -> None:
    """Register the router, and the callback that refreshes the list while demo models are being made."""
    app.callback(
        Output(ids.CONTENT, "children"),
        Input(ids.LOCATION, "pathname"),
        Input(ids.LOCATION, "search"),
    )(lambda path, search: show_page(service, url.inside(path) if isinstance(path, str) else "", search, beside))
    app.callback(
        Output(ids.MAKING, "children"),
        Output(ids.MAKING_TICK, "disabled"),
        Input(ids.MAKING_TICK, "n_intervals"),
        prevent_initial_call=True,
    )(partial(show_making, service, beside.making))


def show_making(service: Service, making: DemoProgress, _times: object) -> tuple[list[Component], bool]:
    """The models that are made, progress of the others, and True when nothing more is to come."""
    now = making()
    return home.listed(models(service), now), now is None or not now.goes_on


def show_page(service: Service, path: object, search: object, beside: PageServices | None = None) -> Component:
    """The page at an address, or a page that explains what is wrong with the address.

    Parameters
    ----------
    path, search : str
        ``/loan/predict`` and ``?ApplicantIncome=5000``, without the prefix of a proxy; as all that a browser sends,
        they may be anything.
    """
    beside = beside or PageServices()
    path, search = (text if isinstance(text, str) else "" for text in (path, search))
    page = url.parse(path)
    if page is None:
        return not_found.page(path, service.names())
    if page.kind == "today":
        return today.opening(beside.desk, url.query_of(search))
    if page.model is None:
        return gallery.page() if page.kind == "gallery" else home.page(models(service), beside.making())
    try:
        return _model_page(service, page.kind, page.model, url.query_of(search), beside)
    except UnknownModel as error:
        now = beside.making()
        if now and now.goes_on and page.model in now.names:
            return home.coming(page.model, models(service), now)
        return not_found.error_page(error, service.names())
    except LikelyError as error:
        return not_found.error_page(error, service.names())


def models(service: Service) -> list[tuple[str, home.Found]]:
    """Each model's bundle, or the error why it cannot be opened."""
    return [(name, _model(service, name)) for name in service.names()]


def _model(service: Service, name: str) -> home.Found:
    try:
        return service.opened(name)
    except LikelyError as error:
        return error


def _model_page(
    service: Service, kind: url.Kind, name: str, query: dict[str, str], beside: PageServices
) -> Component:  # fmt: skip
    if kind in PAGES:
        require(PAGES[kind], name.partition("@")[0])
    if kind == "versions":
        return blocks.versions_page(_model(service, name), name, versions.opening(service, name, query, beside.shadow))
    if kind == "predict":
        opened = predict.opening(service, name, query, beside.books, beside.backend, beside.desk)
        return blocks.model_page(service.opened(name), kind, name, opened)
    bundle = service.opened(name)
    if kind == "campaign":
        backend = beside.backend if bundle.offers == "probabilities" else None
        page = campaign.page(bundle, name, beside.retention, opening(backend, bundle, query) if backend else None)
    elif kind == "results":
        page = _results(bundle, name, query)
    else:
        in_use = partial(service.cut_off, bundle) if bundle.offers == "probabilities" else None
        page = insights.page(bundle, query, in_use) if kind == "insights" else _performance(service, bundle, query)
    return blocks.model_page(bundle, kind, name, page)


def _results(bundle: Bundle, name: str, query: dict[str, str]) -> Component:
    if bundle.offers != "probabilities":
        return html.Div(plot_error(no_probabilities()), className="plots-page")
    return results.page(bundle, name, query)


def _performance(service: Service, bundle: Bundle, query: dict[str, str]) -> Component:
    if bundle.offers != "probabilities":
        return performance.page(bundle, query)
    outcome = requested_outcome(bundle, query)
    _, opens, extra = opening_cut_offs(service, bundle, outcome, read_cut_off(query.get("cut_off")))
    return performance.page(bundle, query, (opens, extra))
