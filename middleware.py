"""The middleware around pages and API: sign-in, rate limit, headers, proxies in front; built from the settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from auth.first_administrator import FirstAdministrator
from auth.gate import Gate
from auth.peers import MetricsReaders
from auth.rate_limit import RateLimiter, storage_of
from auth.setup import Auth, set_up
from callbacks.accounts import routes as accounts
from callbacks.accounts.views import SignIn
from layouts.accounts.pages import FORMS, INVITATION
from services import Services, sign_in_elsewhere
from setting_parsers import read_root
from settings import Settings
from telemetry.request_ids import request_id
from telemetry.requests import ObservedRequests
from web.address import is_every, joined
from web.dispatch import Dispatcher
from web.headers import SafeHeaders, content_policy
from web.mount import Mount
from web.origins import Origins
from web.pages import LeanDash


def put_middleware(
    pages: LeanDash, api: Flask, settings: Settings, services: Services, warm_up: Callable[[], None]
) -> None:
    """Put everything that each request passes before pages and API.

    From the outside: what counts and times it, proxies, headers, CORS, the gate. `warm_up` sends the first requests to
    the pages; it is called when their routes are complete and nothing stands before them.
    """
    auth = sign_in(pages, settings, services)
    warm_up()
    origins, framers = settings.allowed_origins.split(), settings.frame_ancestors.split()
    dispatcher = Dispatcher(pages.server.wsgi_app, api, FORMS if auth.accounts else ())
    limited = settings.is_reachable and settings.rate_limit > 0
    gate = Gate(
        dispatcher,
        lambda environ: (pages.server if dispatcher.is_of_pages(environ) else api).url_map,
        MetricsReaders(auth.identify, settings.metrics_networks),
        request_id,
        RateLimiter(settings.rate_limit, storage_of(settings.redis_url)) if limited else None,
    )
    whole = SafeHeaders(
        Origins(gate, origins), content_policy(pages.csp_hashes(), framers), framers, settings.hsts_seconds
    )
    whole_and_behind = behind_proxies(whole, settings)
    server = started(whole_and_behind, services.sync.start) if services.sync else whole_and_behind
    pages.server.wsgi_app = ObservedRequests(server)


def started(server: WSGIApplication, start: Callable[[], None]) -> WSGIApplication:
    """Wrap the service so that a process starts something at its first request, if it has not begun before.

    Gunicorn's workers begin after the fork (gunicorn.conf.py); other servers tell nobody that they serve.
    """

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start()
        return server(environ, start_response)

    return serve


def sign_in(pages: LeanDash, settings: Settings, services: Services) -> Auth:
    """Set sign-in up as AUTH says, and add the pages of accounts where people sign in."""
    given, elsewhere = (services.store, settings.secret_key, settings.models_folder), sign_in_elsewhere(settings)
    auth = set_up(settings.auth_mode, pages.server, *given, is_reachable=settings.is_reachable, elsewhere=elsewhere)
    if auth.accounts and auth.keys:
        host = "localhost" if is_every(settings.host) else settings.host
        address = f"http://{joined(host, settings.port)}{settings.root_path}{INVITATION}"
        views = SignIn(
            auth.accounts,
            auth.keys,
            auth.audit,
            services.service.registry.names,
            lambda: str(pages.asset_bundle.address("css")),
            FirstAdministrator(auth.accounts, address),
            auth.forget,
            storage_of(settings.redis_url),
            auth.elsewhere,
        )
        accounts.register(pages.server, views)
        if not elsewhere:
            views.first.missing()  # logs the link
    return auth


def behind_proxies(server: WSGIApplication, settings: Settings) -> WSGIApplication:
    """Wrap the service for a reverse proxy: path prefix, and as many ``X-Forwarded-*`` hops as PROXY_HOPS trusts."""
    hops = settings.proxy_hops
    server = Mount(server, settings.root_path, hops, read_root)
    return ProxyFix(server, x_for=hops, x_proto=hops, x_host=hops, x_port=hops, x_prefix=0) if hops else server
