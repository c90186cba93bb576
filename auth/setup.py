"""Sets sign-in up: sessions, keys, audit and who is recognised, from the settings and the store."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask

from auth.accounts import Accounts
from auth.audit_log import AuditLog
from auth.browser_sessions import CookieSecret, use_sessions
from auth.caller import ANYBODY, EVERYBODY
from auth.elsewhere.arrivals import Arrivals
from auth.elsewhere.proxy_callers import CallerReader, ProxyCallers
from auth.elsewhere.proxy_names import ProxyNames
from auth.elsewhere.rules import Elsewhere, NameRules, OidcRules, TokenRules
from auth.gate import IdentifyCaller
from auth.identify import Identify
from auth.keys import ApiKeys
from auth.versions.events import version_events
from store.db import Store

if TYPE_CHECKING:
    from auth.elsewhere.oidc import OidcProvider

log = logging.getLogger("likely")

NONE = "none"  # of the setting AUTH


@dataclass(frozen=True)
class SignInElsewhere:
    """Sign-in elsewhere, at a provider (AUTH=oidc) or a proxy (AUTH=proxy); and the making of accounts for it."""

    arrivals: Arrivals
    provider: OidcProvider | None = None
    proxy: ProxyCallers | None = None


@dataclass(frozen=True)
class Auth:
    """Recognition of callers, and the services that the pages of accounts use."""

    identify: IdentifyCaller
    """Gives the caller of an environment."""
    audit: AuditLog
    accounts: Accounts | None = None
    """None where nobody signs in."""
    keys: ApiKeys | None = None
    forget: Callable[[], None] = lambda: None
    """Looks sessions and keys up again, after one was ended or changed."""
    elsewhere: SignInElsewhere | None = None
    """None where people have passwords here."""


def set_up(
    mode: str, pages: Flask, store: Store, secret: str, models: Path, *, is_reachable: bool,
    elsewhere: Elsewhere | None,
) -> Auth:  # fmt: skip
    """Build accounts, keys, sessions and the caller's identification for a mode of AUTH.

    Parameters
    ----------
    pages : Flask
        Application that gets the sessions.
    secret : str
        Secret that signs the cookies; empty for one that is made at the first start and kept in the store.
    models : Path
        Folder of the models, whose histories are a part of the audit log.
    is_reachable : bool
        True where other machines reach the service.
    elsewhere : Elsewhere, optional
        Provider or proxy that identifies people, for the modes "oidc" and "proxy".
    """
    audit = AuditLog(store, elsewhere=lambda: version_events(models))
    if mode == NONE:
        if is_reachable:
            log.warning("AUTH=none: whoever reaches this service may use all of it, and change cut-offs.")
        caller = ANYBODY if is_reachable else EVERYBODY
        return Auth(lambda _environ: caller, audit)
    accounts = Accounts(store, audit, issuer=elsewhere.issuer if elsewhere else "")
    keys = ApiKeys(store, audit)
    arrivals = Arrivals(store, audit, elsewhere.roles) if elsewhere else None
    if arrivals and elsewhere and not isinstance(elsewhere.rules, OidcRules):
        proxy = ProxyCallers(_reader(elsewhere.rules), arrivals, keys)
        return Auth(proxy, audit, accounts, keys, proxy.forget, SignInElsewhere(arrivals, proxy=proxy))
    cookie_secret = CookieSecret(store, secret)
    forget_sessions = use_sessions(pages, accounts, cookie_secret)
    identify = Identify(pages, keys, cookie_secret)

    def forget() -> None:
        forget_sessions()
        identify.forget()

    at_provider = None
    if arrivals and elsewhere and isinstance(elsewhere.rules, OidcRules):
        from auth.elsewhere.oidc import OidcProvider  # 0.5 s, for AUTH=oidc only

        at_provider = SignInElsewhere(arrivals, OidcProvider(pages, elsewhere.rules))
    return Auth(identify, audit, accounts, keys, forget, at_provider)


def _reader(rules: TokenRules | NameRules) -> CallerReader:
    if isinstance(rules, NameRules):
        return ProxyNames(rules)
    from auth.elsewhere.proxy_tokens import ProxyTokens  # 0.1 s, for tokens only

    return ProxyTokens(rules)
