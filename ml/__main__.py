"""The command line: ``python -m ml --help`` lists the commands."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported: one row is no work to share out

import sys

from ml.cli.commands import main
from ml.cli.people import Accounts
from ml.decision.cut_offs import Chosen
from ml.service import Service, open_service
from settings import BadSetting, Settings
from store.db import Store, chosen_cut_offs, open_store
from store.errors import StoreUnavailable


def served(settings: Settings, chosen: Chosen) -> Service:
    """The models as a server opens them: with its cache, and its locks against computing twice."""
    from web.cache import ResultCache  # flask takes a while, and only what is computed ahead needs it

    (settings.var_dir / "cache").mkdir(parents=True, exist_ok=True)
    cache = ResultCache(settings.var_dir / "cache", settings.redis_url)
    return open_service(settings.models_dir, cache, settings.var_dir / "locks", chosen)


def accounts(store: Store) -> Accounts:
    """The accounts of people who sign in."""
    from auth import accounts as auth_accounts  # other commands do not need what it imports
    from auth.audit_log import AuditLog

    return auth_accounts.Accounts(store, AuditLog(store))


if __name__ == "__main__":
    try:
        settings = Settings.from_environ(os.environ)
    except BadSetting as problem:
        sys.exit(f"error: {problem}")
    try:
        store = open_store(settings.database_url)  # opened when first asked
        chosen = chosen_cut_offs(store)
        sys.exit(
            main(
                sys.argv[1:],
                settings.models_dir,
                book_store=lambda: store.book,
                chosen=chosen,
                served=lambda: served(settings, chosen),
                forget_chosen=store.forget_cutoffs,
                accounts=lambda: accounts(store),
            )
        )
    except StoreUnavailable as problem:
        sys.exit(f"error: {problem}")
