"""Routes of the pages of accounts, and how often one may try."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_limiter import Limiter

from auth.rate_limit import client_network
from callbacks.accounts.administration import AdministrationViews
from callbacks.accounts.own_account import SessionViews
from callbacks.accounts.proxy import ProxyViews
from callbacks.accounts.sign_in import PasswordViews
from callbacks.accounts.views import SignIn
from layouts.accounts.pages import (
    ACCOUNT,
    AUDIT,
    INVITATION,
    KEYS,
    PEOPLE,
    SIGN_IN,
    SIGN_IN_CALLBACK,
    SIGN_IN_START,
    SIGN_OUT,
)
from ml.translation import text

LONGEST_FORM = 16_384  # bytes
TRIES = "10 per minute; 60 per hour"  # wrong ones, by address
TRIES_OF_A_NAME = "1000 per hour"  # from all addresses together: fewer would let anybody lock somebody out


def register(server: Flask, given: SignIn) -> None:
    """Add the routes of the pages of accounts, and of sign-in as AUTH says."""
    if given.elsewhere and given.elsewhere.proxy:
        own: ProxyViews | SessionViews = ProxyViews(given, given.elsewhere.proxy)
    else:
        own = _sign_in(server, given)
    server.add_url_rule(SIGN_IN, "sign_in", own.sign_in)
    admin = AdministrationViews(given)
    server.add_url_rule(ACCOUNT, "account", own.account)
    server.add_url_rule(PEOPLE, "people", admin.people)
    server.add_url_rule(PEOPLE, "change_people", admin.change_people, methods=["POST"])
    server.add_url_rule(KEYS, "keys", admin.keys)
    server.add_url_rule(KEYS, "change_keys", admin.change_keys, methods=["POST"])
    server.add_url_rule(AUDIT, "audit", admin.audit)
    server.add_url_rule(f"{AUDIT}.csv", "audit_csv", admin.audit_csv)


def _sign_in(server: Flask, given: SignIn) -> SessionViews:
    """Add the routes of sessions: sign-in with a password or at a provider, and signing out."""
    limiter = Limiter(
        _address, app=server, storage_uri=given.limits, swallow_errors=True, in_memory_fallback_enabled=True
    )
    by_address, of_account, of_link = (
        limiter.shared_limit(TRIES, scope=scope, deduct_when=_was_refused) for scope in ("sign-in", "account", "link")
    )
    views: SessionViews
    if given.elsewhere and given.elsewhere.provider:
        from callbacks.accounts.oidc import OidcViews  # it takes 0.5 s, for AUTH=oidc only

        views = at_provider = OidcViews(given, given.elsewhere.provider, given.elsewhere.arrivals)
        server.add_url_rule(SIGN_IN_START, "start_sign_in", at_provider.start)
        server.add_url_rule(SIGN_IN_CALLBACK, "finish_sign_in", by_address(at_provider.come_back))
    else:
        views = by_password = PasswordViews(given)
        by_name = limiter.shared_limit(TRIES_OF_A_NAME, scope="name", key_func=_name, deduct_when=_was_refused)
        server.add_url_rule(SIGN_IN, "try_sign_in", by_address(by_name(by_password.try_sign_in)), methods=["POST"])
        server.add_url_rule(f"{INVITATION}/<token>", "invitation", by_password.invitation)
        server.add_url_rule(f"{INVITATION}/<token>", "accept", of_link(by_password.accept), methods=["POST"])
    server.add_url_rule(SIGN_OUT, "sign_out", views.sign_out, methods=["POST"])
    server.add_url_rule(ACCOUNT, "change_account", of_account(views.change_account), methods=["POST"])

    @server.before_request
    def keep_forms_short() -> tuple[str, int] | None:
        """Refuse a form that is longer than any of these pages has, before it is read: anybody may send one."""
        if request.method != "POST" or not request.path.startswith((SIGN_IN, SIGN_OUT, ACCOUNT)):
            return None
        length = 0 if "HTTP_TRANSFER_ENCODING" not in request.environ else LONGEST_FORM + 1
        return (text("The form is too long."), 413) if (request.content_length or length) > LONGEST_FORM else None

    @server.errorhandler(429)
    def too_often(_error: Exception) -> Response:
        return views.sign_in_form(429, text("Too many tries. Wait a minute, then try again."))

    return views


def _was_refused(response: Response) -> bool:
    """True for wrong passwords and links: what succeeds is not counted, for an office may have one address."""
    return response.status_code in (400, 401, 404)


def _address() -> str:
    return client_network(request.remote_addr or "")


def _name() -> str:
    return request.form.get("name", "").strip().casefold()[:200]
