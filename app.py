"""The application: builds the whole service (pages, API, middleware) and serves it.

``gunicorn app:server`` and ``flask --app app run`` find their objects here, ``create_server()`` builds a new service,
``python app.py`` runs Gunicorn (``--help`` lists its options), and ``create_app`` gives the Dash application to
tests and notebooks. Importing this file starts nothing.
"""

import os

# Before anything imports numpy: an OpenMP pool that was started before a fork hangs in the child.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Before anything imports onnxruntime: it would write an id into the home folder and report to its makers.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from dash import Dash
from flask import Flask

import callbacks
from api import WholeRequest, create_api
from api.v1 import metrics
from api.v1.health import without_names
from auth.access import unprotected_notice
from auth.callback_gate import guard_callbacks
from auth.caller import signed_in_as
from jobs.campaign_service import CampaignService
from layouts.shared import shell, url
from middleware import put_middleware
from ml.plots import theme
from ml.runtime.memory import return_large_blocks
from ml.service import Service
from prerender import Prerenderer
from services import (
    MEGABYTE,
    Services,
    begin_web_worker,
    fetch_models,
    file_retention,
    load_models,
    open_exposition,
    open_job_service,
    open_services,
)
from setting_parsers import is_loopback
from settings import BadSetting, Settings, find_room_for_temporary_files, trace_exporters
from telemetry.logs import set_up_logs
from telemetry.tracing import set_up_traces
from web.address import BadAddress, addresses_of_gunicorn, joined, most_open
from web.callback_guard import answer_503_where_the_store_is_away, answer_refusals_in_words, refuse_malformed
from web.pages import LeanDash, answer_404_where_no_page_is
from web.reader import set_reader_locale
from web.serve import debug, read_options, serve
from web.static import compress_text, serve_static_files

HERE = Path(__file__).resolve().parent
GUNICORN = HERE / "gunicorn.conf.py"


def create_app(settings: Settings, services: Services | None = None, campaigns: CampaignService | None = None) -> Dash:
    """Create the Dash application: layout, callbacks, static files; services are opened unless they are given."""
    services = services or open_services(settings)
    campaigns = campaigns or CampaignService(open_job_service(settings, services))
    server = Flask("likely", root_path=str(HERE), static_folder=None)
    server.request_class = WholeRequest
    server.config["MAX_CONTENT_LENGTH"] = settings.max_body_mb * MEGABYTE
    app = LeanDash(
        "likely",
        draws=draws,
        change_index=Prerenderer(services.service, draws, HERE / "assets"),
        server=server,
        assets_folder=str(HERE / "assets"),
        title="Likely",
        meta_tags=[{"name": "viewport", "content": shell.VIEWPORT}],
        update_title="",  # the tab keeps its title while a callback runs
        index_string=shell.INDEX,
        index_texts=lambda: shell.index_texts(unprotected_notice()),
        serve_locally=True,
        compress=False,
        suppress_callback_exceptions=True,  # callbacks of pages that are not in the initial layout
        enable_mcp=False,  # it would list and call callbacks without authentication
        add_log_handler=False,
    )
    # A function: its links begin with the path prefix of each request, and it names who signed in
    app.layout = lambda: shell.layout(signed_in_as())
    retention = file_retention(settings)
    callbacks.register(app, services.service, services.store, retention, services.making, campaigns, services.feedback)
    refuse_malformed(app)
    guard_callbacks(app)
    answer_503_where_the_store_is_away(server)
    answer_refusals_in_words(server)
    set_reader_locale(server, url.under)
    serve_static_files(app)
    answer_404_where_no_page_is(app, lambda path: is_page(path, services.service) or is_coming(path, services))
    return app


def draws(path: str) -> bool:
    """True when the page at a path draws figures."""
    page = url.parse(path)
    return page is not None and page.kind in ("insights", "performance")


def is_page(path: str, service: Service) -> bool:
    """True when a path is the address of a page, and its model, if it names one, exists."""
    page = url.parse(path)
    return page is not None and (page.model is None or page.model.partition("@")[0] in service.names())


def is_coming(path: str, services: Services) -> bool:
    """True when a path is the page of a demo model that is still being trained (the page shows its progress)."""
    page, making = url.parse(path), services.making()
    return bool(page and making and making.goes_on and page.model in making.names)


def create_server(settings: Settings | None = None, *, change: Callable[[Dash], None] | None = None) -> Flask:
    """Create the whole service as one WSGI application: pages, API, headers.

    Without settings it reads them from the environment, and the address from the command line of Gunicorn. `change` is
    called with the Dash application before the first request; debugging uses it.
    """
    server: Flask = (create_service(settings, change) if settings else _of_host(change)).server
    return server


def create_service(settings: Settings, change: Callable[[Dash], None] | None = None) -> Dash:
    """Create the whole service; ``.server`` of the returned Dash application serves the API too."""
    set_up_logs(settings.log_level, settings.log_format, sys.stdout)
    set_up_traces(trace_exporters())
    return_large_blocks()  # workers that are forked later inherit it
    find_room_for_temporary_files(settings.var_dir)
    services = open_services(settings)
    if services.sync:
        fetch_models(settings, services.sync)
    load_models(services, settings.default_model)
    campaigns = CampaignService(open_job_service(settings, services))
    pages = create_app(settings, services, campaigns)
    # Workers call it: gunicorn.conf.py
    pages.server.extensions["likely"] = partial(begin_web_worker, settings, services, campaigns.jobs)
    if services.sync:
        pages.server.extensions["likely-sync"] = services.sync.start
    if change is not None:
        change(pages)
    limits = (settings.max_body_mb * MEGABYTE, settings.max_records)
    api = create_api(
        services.service,
        services.faults if settings.auth_mode == "none" else lambda: without_names(services.faults()),
        *limits,
        settings.default_model,
        campaigns,
        lambda path: is_page(path, services.service),
        settings.allowed_origins.split(),
        services.recorder,
        services.feedback,
    )
    if services.mover:
        pages.server.extensions["likely-mover"] = services.mover
    metrics.register(api, open_exposition(settings, services).page)
    compress_text(api)
    put_middleware(pages, api, settings, services, lambda: warm_up(pages))
    return pages


def warm_up(app: Dash) -> None:
    """Send the first requests to the application before clients do.

    Dash finishes its set-up during its first request and answers concurrent ones before it is done. The hashes of
    the inline scripts are known only afterwards. Plotly reads its schema at the first figure; the workers share it.
    """
    theme.figure([{"type": "scatter"}, {"type": "bar"}, {"type": "heatmap"}])
    with app.server.test_client() as client:
        for path in ("/", "/_dash-layout", "/_dash-dependencies"):
            client.get(path)


@cache
def _pages() -> Dash:
    """The application of :func:`__getattr__`, created once."""
    return _of_host()


def _of_host(change: Callable[[Dash], None] | None = None) -> Dash:
    """The service of the environment's settings, for a server that does not call :func:`main`; bad ones end it."""
    try:
        return create_service(_listening(Settings.from_environ(), addresses_of_gunicorn()), change)
    except BadSetting as problem:
        sys.exit(str(problem))


def _listening(settings: Settings, addresses: Iterable[object]) -> Settings:
    host, port = most_open(addresses, settings.port, is_loopback)
    return replace(settings, host=host, port=port)


def __getattr__(name: str) -> Any:
    """Create ``app`` (the Dash application) and ``server`` (the WSGI application of the whole service) on first access.

    ``gunicorn app:server``, ``flask --app app run`` and ``from app import app`` look for these names. They are built
    from the environment's settings, and not when this file is imported.
    """
    if name == "app":
        return _pages()
    if name in ("server", "application"):
        return _pages().server
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def main() -> None:
    """Read the command line and serve."""
    try:
        settings = Settings.from_environ()
        _serve(read_options(GUNICORN, settings.host, settings.port), settings)
    except (BadSetting, BadAddress) as problem:
        sys.exit(str(problem))


def _serve(options: dict[str, Any], settings: Settings) -> None:
    own = {name: options.pop(name) for name in ("host", "port") if name in options}
    settings = replace(settings, **own)
    if options.pop("debug", False):
        settings = replace(settings, log_level="debug")
        tools = is_loopback(settings.host)
        debug(lambda change: create_server(settings, change=change), HERE, settings.host, settings.port, tools=tools)
        return
    if own:
        options = {"bind": joined(settings.host, settings.port), **options}
    settings = replace(settings, log_level=options.get("loglevel", settings.log_level))
    serve(lambda addresses: create_server(_listening(settings, addresses)), GUNICORN, options)


if __name__ == "__main__":
    main()
