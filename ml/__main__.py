"""The command line: ``python -m ml --help`` lists the commands."""

from __future__ import annotations

import os

os.environ.setdefault(
    "OMP_NUM_THREADS", "1"
)  # before numpy is imported: one row is too little work for several threads

import sys
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ml.cli.again.challenger import Challengers as ChoosesChallengers
from ml.cli.commands import main
from ml.cli.erasure.forget import Eraser as ErasesRecords
from ml.cli.people import Accounts
from ml.decision.cut_offs import ChosenCutOffs
from ml.lifecycle.shared.sync import open_shared
from ml.service import Service, open_service
from settings import BadSetting, Settings
from store.db import Store, chosen_cut_offs, open_store
from store.errors import StoreUnavailable

if TYPE_CHECKING:
    from feedback.service import Feedback
    from ml.bundle.bundle import Bundle
    from ml.training.again.outcome_rows import OutcomeRow


def served(settings: Settings, chosen: ChosenCutOffs) -> Service:
    """The models as a server opens them, with its cache and single-flight locks."""
    from web.cache import CacheBackend  # flask takes a while, and only what is computed ahead needs it

    (settings.var_dir / "cache").mkdir(parents=True, exist_ok=True)
    cache = CacheBackend(settings.var_dir / "cache", settings.redis_url)
    return open_service(settings.models_folder, cache, settings.var_dir / "locks", chosen)


def accounts(store: Store) -> Accounts:
    """The accounts of people who sign in."""
    from auth import accounts as auth_accounts  # other commands do not need what it imports
    from auth.audit_log import AuditLog

    return auth_accounts.Accounts(store, AuditLog(store))


def eraser(settings: Settings, store: Store) -> ErasesRecords:
    """Service that finds and erases a record."""
    from jobs.retention.erase import Eraser  # other commands do not need what it imports
    from store.files import Files

    return Eraser(open_service(settings.models_folder), store, Files(settings.files_url))


def challengers(settings: Settings, store: Store) -> ChoosesChallengers:
    """Service that chooses challengers, and tells how they do."""
    from auth.audit_log import AuditLog  # other commands do not need what it imports
    from feedback.shadow.challengers import Challengers

    return Challengers(feedback(settings, store), AuditLog(store))


def feedback(settings: Settings, store: Store) -> Feedback:
    """Decisions and what came of them."""
    from feedback.sealing import KEY, Sealer, new_key
    from feedback.service import Feedback

    kept = settings.decision_values == "encrypted"
    sealer = Sealer(lambda: store.secrets.get(KEY, new_key)) if kept else None
    return Feedback(open_service(settings.models_folder), store, sealer)


def outcomes(settings: Settings, store: Store, bundle: Bundle, as_of: float, since: float) -> Iterator[OutcomeRow]:
    """Decisions of a model and what came of them, as known at a time."""
    from feedback.training.rows import outcome_rows  # other commands do not need what it imports

    return outcome_rows(feedback(settings, store), bundle, as_of, since)


if __name__ == "__main__":
    try:
        settings = Settings.from_environ(os.environ)
    except BadSetting as problem:
        sys.exit(f"error: {problem}")
    try:
        store = open_store(settings.database_url)  # opened when first asked
        chosen = chosen_cut_offs(store)
        if settings.models_url:
            open_shared(settings.models_folder, settings.models_url, store.shared_models, settings.default_model)
        sys.exit(
            main(
                sys.argv[1:],
                settings.models_folder,
                book_store=lambda: store.book,
                chosen=chosen,
                served=lambda: served(settings, chosen),
                forget_chosen=store.forget_cutoffs,
                accounts=lambda: accounts(store),
                own_models=settings.models_dir,
                store_backup=lambda: store.backup,
                eraser=lambda: eraser(settings, store),
                outcome_rows=partial(outcomes, settings, store),
                challengers=lambda: challengers(settings, store),
            )
        )
    except StoreUnavailable as problem:
        sys.exit(f"error: {problem}")
