"""Sets sign-in up: sessions, keys, audit and who is recognised, from the settings and the store."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask

from auth.accounts import Accounts
from auth.audit_log import AuditLog
from auth.browser_sessions import use_sessions
from auth.identify import Identify, everybody
from auth.keys import ApiKeys
from auth.tokens import new_token
from store.db import Store
from store.errors import StoreUnavailable

if TYPE_CHECKING:
    from auth.gate import Identify as Identifies

log = logging.getLogger("likely")

NONE, PASSWORD = "none", "password"  # of the setting AUTH


@dataclass(frozen=True)
class Auth:
    """What recognises callers, and what the pages of accounts work with.

    Attributes
    ----------
    identify : callable
        Gives the caller of an environment.
    audit : AuditLog
    accounts : Accounts or None
        None where nobody signs in.
    keys : ApiKeys or None
    forget : callable
        Looks sessions and keys up again, after one was ended or changed.
    """

    identify: Identifies
    audit: AuditLog
    accounts: Accounts | None = None
    keys: ApiKeys | None = None
    forget: Callable[[], None] = lambda: None


def set_up(mode: str, pages: Flask, store: Store, secret: str) -> Auth:
    """Set sign-in up.

    Parameters
    ----------
    mode : {"none", "password"}
    pages : Flask
        The application that has the sessions.
    store : Store
    secret : str
        Signs the cookies; empty for one that is made at the first start and kept in the store.
    """
    audit = AuditLog(store)
    if mode == NONE:
        return Auth(everybody, audit)
    accounts, keys = Accounts(store, audit), ApiKeys(store, audit)
    forget_sessions = use_sessions(pages, accounts, secret or store.secrets.get("cookies", new_token))
    identify = Identify(pages, keys)

    def forget() -> None:
        forget_sessions()
        identify.forget()

    return Auth(identify, audit, accounts, keys, forget)


def invite_first(accounts: Accounts, address: str) -> None:
    """Log the link with which the first administrator signs up, where nobody administers yet.

    Parameters
    ----------
    accounts : Accounts
    address : str
        Of the page of invitations, without the token.
    """
    try:
        token = accounts.first_invitation()
    except StoreUnavailable:
        log.error("The store does not answer: nobody can sign in until it does.")
        return
    if token:
        log.warning("Nobody administers this service yet. Within two days, open %s/%s", address, token)
