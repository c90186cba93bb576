"""The store: opened at its first use, once in each process."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from store.connection.circuit_breaker import CircuitBreaker
from store.cut_off_change import ChoicesOverTime, CutOffChange
from store.errors import StoreUnavailable, store_errors
from store.retention.job_ids import TAG, JobIds, new_tag

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from store.accounts.api_keys import ApiKeyTable
    from store.accounts.audit import AuditTable
    from store.accounts.people import PeopleTable
    from store.backup.store_backup import StoreBackup
    from store.book import BookTable
    from store.jobs import JobTable
    from store.outcomes.outcome_store import OutcomeStore
    from store.retention.duties import DutyTable
    from store.retention.erasures import ErasureTable
    from store.secrets import SecretTable
    from store.shared.shared_models import SharedModelTable
    from store.webhooks import WebhookTable

log = logging.getLogger(__name__)


class Store:
    """Persistent state in SQLite or PostgreSQL: cut-offs, books of records, jobs and their webhooks, people, keys.

    The URL is ``sqlite:///var/likely.db`` or ``postgresql://user:password@host/database``. Connects at its first use,
    and again in a forked process: connections cannot be shared between processes.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._opened: Engine | None = None
        self._process = 0
        self._breaker = CircuitBreaker("The store", log, backend="store")
        self.job_ids = JobIds(lambda: self.secrets.get(TAG, new_tag))

    @property
    def exists(self) -> bool:
        """False where the database is a SQLite file that nobody has made yet; using it would make it."""
        return not self._url.startswith("sqlite:") or Path(self._url.partition(":///")[2]).is_file()

    def cutoffs(self, model: str) -> dict[str, float]:
        """Return the cut-offs that were chosen for a model, 0 to 1, by outcome."""
        from store import sql

        return sql.chosen(self._engine(), model)

    def set_cutoff(
        self, model: str, outcome: str, value: float, *, before: float, reason: str, who: str | None = None,
        request: str = "",
    ) -> None:  # fmt: skip
        """Store the cut-off of an outcome of a model, and append the change to its history and to the audit log.

        Parameters
        ----------
        value, before : float
            The new cut-off, and the one that was in use; 0 to 1.
        reason : str
            Why; not empty, at most 500 characters.
        who : str or None
            Author of the change, where that is known.
        request : str
            Id of the request, for the audit log.

        Raises
        ------
        ValueError
            When a value is no probability, or the reason is empty or too long.
        StoreUnavailable
        """
        change = CutOffChange(float(before), float(value), reason.strip(), who, datetime.now(UTC))
        change.check()
        from store import sql

        with store_errors():
            sql.set_cutoff(self._engine(), model, outcome, float(value), change, request)

    def cutoff_history(self, model: str, outcome: str) -> list[CutOffChange]:
        """Changes of the cut-off of an outcome of a model, the newest first; StoreUnavailable without a database."""
        from store import sql

        with store_errors():
            return sql.cutoff_history(self._engine(), model, outcome)

    def choices_over_time(self, model: str) -> ChoicesOverTime:
        """The cut-offs that were chosen for a model, at any time; StoreUnavailable without a database."""
        from store import sql

        with store_errors():
            return sql.choices_over_time(self._engine(), model)

    def forget_cutoffs(self, model: str) -> int:
        """Remove the cut-offs chosen for a model and return how many there were; their history stays and says so."""
        from store import sql

        with store_errors():
            return sql.forget_cutoffs(self._engine(), model, "The model was removed.")

    @property
    def jobs(self) -> JobTable:
        """The table of jobs."""
        from store.jobs import JobTable

        return JobTable(self._engine)

    @property
    def webhooks(self) -> WebhookTable:
        """The table of callbacks of jobs."""
        from store.webhooks import WebhookTable

        return WebhookTable(self._engine)

    @property
    def book(self) -> BookTable:
        """The table of books: searchable records by model."""
        from store.book import BookTable

        return BookTable(self._engine)

    @property
    def people(self) -> PeopleTable:
        """The tables of people, invitations and sessions."""
        from store.accounts.people import PeopleTable

        return PeopleTable(self._engine)

    @property
    def api_keys(self) -> ApiKeyTable:
        """The table of API keys."""
        from store.accounts.api_keys import ApiKeyTable

        return ApiKeyTable(self._engine)

    @property
    def audit(self) -> AuditTable:
        """The audit log."""
        from store.accounts.audit import AuditTable

        return AuditTable(self._engine)

    @property
    def secrets(self) -> SecretTable:
        """The table of secrets that all instances share."""
        from store.secrets import SecretTable

        return SecretTable(self._engine)

    @property
    def outcomes(self) -> OutcomeStore:
        """The tables of decisions, of what came of them, and of assignments."""
        from store.outcomes.outcome_store import OutcomeStore

        return OutcomeStore(self._engine)

    @property
    def duties(self) -> DutyTable:
        """Duties: periodic tasks that one process of all instances does at a time."""
        from store.retention.duties import DutyTable

        return DutyTable(self._engine)

    @property
    def erasures(self) -> ErasureTable:
        """Changes of the tables that erase one record."""
        from store.retention.erasures import ErasureTable

        return ErasureTable(self._engine)

    def forget_deleted(self, *, everywhere: bool = False) -> bool:
        """Call :func:`store.sql.forget_deleted`; False, too, where others use SQLite and a later call has to do it."""
        from store import sql

        try:
            return sql.forget_deleted(self._engine(), everywhere=everywhere)
        except sqlite3.OperationalError:
            return False

    @property
    def backup(self) -> StoreBackup:
        """Backups of all tables."""
        from store.backup.store_backup import StoreBackup

        return StoreBackup(self._engine)

    @property
    def shared_models(self) -> SharedModelTable:
        """The tables of models that all instances share."""
        from store.shared.shared_models import SharedModelTable

        return SharedModelTable(self._engine)

    def ping(self) -> None:
        """Run a trivial query; raises the database's own errors, or StoreUnavailable during an outage."""
        from store import sql

        sql.ping(self._engine())

    @property
    def is_away(self) -> bool:
        """True during an outage, which the circuit breaker has logged."""
        return self._breaker.is_open

    def fault(self) -> str | None:
        """Message where the store does not answer, else None; details go to the log only."""
        try:
            with store_errors():
                self.ping()
        except StoreUnavailable:
            return "The store does not answer."
        return None

    def _engine(self) -> Engine:
        with self._lock:
            if not self._breaker.allows():
                raise StoreUnavailable("The store does not answer.")
            if self._opened is not None and self._process != os.getpid():
                self._opened.dispose(close=False)  # these connections are the parent's
                self._opened = None
            if self._opened is None:
                from store import sql

                try:
                    self._opened, self._process = sql.connect(self._url, self._breaker), os.getpid()
                except Exception as error:
                    self._breaker.failed(error)
                    if isinstance(error, OSError):  # a disk that is full, or not there
                        raise StoreUnavailable("The store does not answer.") from error
                    raise
            return self._opened


def open_store(url: str) -> Store:
    """Create the store of a database; it connects at its first use."""
    return Store(url)


def chosen_cut_offs(store: Store) -> Callable[[str], dict[str, float]]:
    """Lookup of chosen cut-offs for the model service, which knows no database: failures become OSError.

    They are a ConnectionError during an outage, which is in the log already.
    """

    def chosen(model: str) -> dict[str, float]:
        try:
            with store_errors():
                return store.cutoffs(model)
        except StoreUnavailable as error:
            kind = ConnectionError if store.is_away else OSError
            raise kind(f"the store does not answer: {type(error.__cause__).__name__}") from error

    return chosen
