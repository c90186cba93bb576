"""One callback from the address to the page."""

from __future__ import annotations

from functools import partial

from dash import Dash, Input, Output
from dash.development.base_component import Component

from callbacks import predict
from layouts import gallery, home, ids, insights, not_found, parts, performance, url
from ml.errors import LikelyError
from ml.service import Service


def register(app: Dash, service: Service) -> None:
    """Show the page of the address, at load and whenever the address changes."""
    app.callback(
        Output(ids.CONTENT, "children"),
        Input(ids.LOCATION, "pathname"),
        Input(ids.LOCATION, "search"),
    )(partial(show_page, service))


def show_page(service: Service, path: object, search: object) -> Component:
    """The page at an address, or what is wrong with the address in words.

    Parameters
    ----------
    service : Service
    path, search : str
        ``/loan/predict`` and ``?ApplicantIncome=5000``; as all that a browser sends, they may be
        anything.
    """
    path, search = (text if isinstance(text, str) else "" for text in (path, search))
    page = url.parse(path)
    if page is None:
        return not_found.page(path, service.names())
    if page.model is None:
        return gallery.page() if page.kind == "gallery" else home.page(models(service))
    try:
        return _model_page(service, page.kind, page.model, url.query_of(search))
    except LikelyError as error:
        return not_found.refusal(error, service.names())


def models(service: Service) -> list[tuple[str, home.Found]]:
    """Each model, or what is wrong with it."""
    return [(name, _model(service, name)) for name in service.names()]


def _model(service: Service, name: str) -> home.Found:
    try:
        return service.model(name)
    except LikelyError as error:
        return error


def _model_page(service: Service, kind: url.Kind, name: str, query: dict[str, str]) -> Component:
    if kind == "predict":
        return parts.model_page(service.model(name), kind, name, predict.opening(service, name, query))
    page = insights.page if kind == "insights" else performance.page
    return parts.model_page(service.model(name), kind, name, page(service.model(name), dict(query)))
