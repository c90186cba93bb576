"""Routes of the pages of accounts, and how often one may try."""

from __future__ import annotations

from flask import Flask, Response, request
from flask_limiter import Limiter

from callbacks.accounts.administration import AdministrationViews
from callbacks.accounts.sign_in import SignInViews
from callbacks.accounts.views import SignIn, is_private
from layouts.accounts.pages import ACCOUNT, AUDIT, INVITATION, KEYS, PEOPLE, SIGN_IN, SIGN_OUT
from ml.translation import text

TRIES = "10 per minute; 60 per hour"  # wrong ones, by address
TRIES_OF_A_NAME = "100 per hour"  # from all addresses together: fewer would let anybody lock somebody out


def register(server: Flask, given: SignIn) -> None:
    """Add the routes of the pages of accounts."""
    views, admin = SignInViews(given), AdministrationViews(given)
    limiter = Limiter(
        _address, app=server, storage_uri=given.limits, swallow_errors=True, in_memory_fallback_enabled=True
    )
    by_address, of_account, of_link = (
        limiter.shared_limit(TRIES, scope=scope, deduct_when=_was_refused) for scope in ("sign-in", "account", "link")
    )
    by_name = limiter.shared_limit(TRIES_OF_A_NAME, scope="name", key_func=_name, deduct_when=_was_refused)
    server.add_url_rule(SIGN_IN, "sign_in", views.sign_in)
    server.add_url_rule(SIGN_IN, "try_sign_in", by_address(by_name(views.try_sign_in)), methods=["POST"])
    server.add_url_rule(SIGN_OUT, "sign_out", views.sign_out, methods=["POST"])
    server.add_url_rule(f"{INVITATION}/<token>", "invitation", views.invitation)
    server.add_url_rule(f"{INVITATION}/<token>", "accept", of_link(views.accept), methods=["POST"])
    server.add_url_rule(ACCOUNT, "account", views.account)
    server.add_url_rule(ACCOUNT, "change_account", of_account(views.change_account), methods=["POST"])
    server.add_url_rule(PEOPLE, "people", admin.people)
    server.add_url_rule(PEOPLE, "change_people", admin.change_people, methods=["POST"])
    server.add_url_rule(KEYS, "keys", admin.keys)
    server.add_url_rule(KEYS, "change_keys", admin.change_keys, methods=["POST"])
    server.add_url_rule(AUDIT, "audit", admin.audit)
    server.add_url_rule(f"{AUDIT}.csv", "audit_csv", admin.audit_csv)

    @server.errorhandler(429)
    def too_often(_error: Exception) -> Response:
        words = text("Too many tries. Wait a minute, then try again.")
        return views.shown("sign_in", 429, problem=words, name="", next="/", secure=is_private())


def _was_refused(response: Response) -> bool:
    """True for wrong passwords and links: what succeeds is not counted, for an office may have one address."""
    return response.status_code in (400, 401, 404)


def _address() -> str:
    return request.remote_addr or "unknown"


def _name() -> str:
    return request.form.get("name", "").strip().casefold()[:200]
