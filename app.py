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

import logging
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

from dash import Dash
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import callbacks
from api import WholeRequest, create_api
from api.http.request_ids import request_id
from auth.callback_gate import guard_callbacks
from auth.caller import signed_in_as
from auth.gate import Gate
from auth.setup import Auth, invite_first, set_up
from callbacks.accounts import routes as accounts
from callbacks.accounts.views import SignIn
from jobs.campaign_service import CampaignService
from layouts.accounts.pages import FORMS, INVITATION
from layouts.shared import shell, url
from ml.plots import theme
from ml.service import Service
from prerender import Prerenderer
from services import Services, file_retention, load_models, open_job_service, open_services
from settings import BadSetting, Settings, read_root
from web.address import BadAddress, joined
from web.callback_guard import answer_503_where_the_store_is_away, refuse_malformed
from web.dispatch import Dispatcher
from web.headers import SafeHeaders, content_policy
from web.mount import Mount
from web.origins import Origins
from web.pages import LeanDash, answer_404_where_no_page_is
from web.reader import set_reader_locale
from web.serve import debug, read_options, serve
from web.static import compress_text, serve_static_files

HERE = Path(__file__).resolve().parent
GUNICORN = HERE / "gunicorn.conf.py"
MEGABYTE = 1024 * 1024


def create_app(settings: Settings, services: Services | None = None, campaigns: CampaignService | None = None) -> Dash:
    """Create the Dash application: layout, callbacks, static files.

    Parameters
    ----------
    settings : Settings
    services : Services, optional
        Shared with the API; opened from the settings by default.
    campaigns : CampaignService, optional
        Likewise.
    """
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
        update_title="",  # the tab keeps its title while a callback runs
        index_string=shell.INDEX,
        index_texts=shell.index_texts,
        serve_locally=True,
        compress=False,
        suppress_callback_exceptions=True,  # callbacks of pages that are not in the initial layout
        enable_mcp=False,  # it would list and call callbacks without authentication
        add_log_handler=False,
    )
    # A function: its links begin with the path prefix of each request, and it names who signed in
    app.layout = lambda: shell.layout(signed_in_as())
    kept = file_retention(settings)
    callbacks.register(app, services.service, services.store, kept, services.making, campaigns)
    refuse_malformed(app)
    guard_callbacks(app)
    answer_503_where_the_store_is_away(server)
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

    Parameters
    ----------
    settings : Settings, optional
        Read from the environment by default.
    change : callable, optional
        Called with the Dash application before the first request; debugging uses it.
    """
    server: Flask = create_service(settings or Settings.from_environ(), change).server
    return server


def create_service(settings: Settings, change: Callable[[Dash], None] | None = None) -> Dash:
    """Create the whole service; ``.server`` of the returned Dash application serves the API too."""
    logging.basicConfig(
        level=settings.log_level.upper(), stream=sys.stdout, format="%(levelname)s %(name)s %(message)s"
    )
    services = open_services(settings)
    load_models(services, settings.default_model)
    campaigns = CampaignService(open_job_service(settings, services))
    pages = create_app(settings, services, campaigns)
    if change is not None:
        change(pages)
    limits = (settings.max_body_mb * MEGABYTE, settings.max_records)
    origins, framers = settings.allowed_origins.split(), settings.frame_ancestors.split()
    api = create_api(
        services.service,
        services.faults,
        *limits,
        settings.default_model,
        campaigns.jobs,
        lambda path: is_page(path, services.service),
        origins,
        campaigns,
    )
    compress_text(api)
    auth = sign_in(pages, settings, services)
    warm_up(pages)
    policy = content_policy(pages.csp_hashes(), framers)
    # A rate limit (throttle) would stand between Origins and Gate: docs/ARCHITECTURE.md
    dispatcher = Dispatcher(pages.server.wsgi_app, api, FORMS if auth.accounts else ())
    gate = Gate(
        dispatcher,
        lambda environ: (pages.server if dispatcher.is_of_pages(environ) else api).url_map,
        auth.identify,
        request_id,
    )
    whole = SafeHeaders(Origins(gate, origins), policy, framers)
    pages.server.wsgi_app = behind_proxies(whole, settings)
    return pages


def sign_in(pages: Dash, settings: Settings, services: Services) -> Auth:
    """Set sign-in up as AUTH says, and add the pages of accounts where people sign in."""
    auth = set_up(settings.auth, pages.server, services.store, settings.secret_key)
    if auth.accounts and auth.keys:
        given = SignIn(
            auth.accounts,
            auth.keys,
            auth.audit,
            services.service.registry.names,
            lambda: str(pages.asset_bundle.address("css")),
            auth.forget,
            settings.redis_url or "memory://",
        )
        accounts.register(pages.server, given)
        host = joined(settings.host, settings.port)
        invite_first(auth.accounts, f"http://{host}{settings.root_path}{INVITATION}")
    return auth


def behind_proxies(server: WSGIApplication, settings: Settings) -> WSGIApplication:
    """Wrap the service for a reverse proxy: path prefix, and as many ``X-Forwarded-*`` hops as PROXY_HOPS trusts."""
    hops = settings.proxy_hops
    server = Mount(server, settings.root_path, hops, read_root)
    return ProxyFix(server, x_for=hops, x_proto=hops, x_host=hops, x_port=hops, x_prefix=0) if hops else server


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
    return create_service(Settings.from_environ())


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
        debug(lambda change: create_server(settings, change=change), HERE, settings.host, settings.port)
        return
    if own:
        options = {"bind": joined(settings.host, settings.port), **options}
    settings = replace(settings, log_level=options.get("loglevel", settings.log_level))
    serve(lambda: create_server(settings), GUNICORN, options)


if __name__ == "__main__":
    main()
