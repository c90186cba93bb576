"""The store: opened at its first use, once in each process."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from store.cut_off_change import CutOffChange
from store.errors import StoreUnavailable, store_errors

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from store.api_keys import ApiKeyTable
    from store.audit import AuditTable
    from store.book import BookTable
    from store.calls import CallTable
    from store.jobs import JobTable
    from store.people import PeopleTable
    from store.secrets import SecretTable

log = logging.getLogger(__name__)


class Store:
    """Persistent state in SQLite or PostgreSQL: cut-offs, books of records, jobs and their callbacks, people, keys.

    Connects at its first use, and again in a forked process: connections cannot be shared between processes.

    Parameters
    ----------
    url : str
        ``sqlite:///var/likely.db`` or ``postgresql://user:password@host/database``.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._opened: Engine | None = None
        self._process = 0

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
        model, outcome : str
        value, before : float
            The new cut-off, and the one that was in use; 0 to 1.
        reason : str
            Why; not empty, at most 500 characters.
        who : str or None
            Who changed it, where that is known.
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
    def calls(self) -> CallTable:
        """The table of callbacks of jobs."""
        from store.calls import CallTable

        return CallTable(self._engine)

    @property
    def book(self) -> BookTable:
        """The table of books: searchable records by model."""
        from store.book import BookTable

        return BookTable(self._engine)

    @property
    def people(self) -> PeopleTable:
        """The tables of people, invitations and sessions."""
        from store.people import PeopleTable

        return PeopleTable(self._engine)

    @property
    def api_keys(self) -> ApiKeyTable:
        """The table of API keys."""
        from store.api_keys import ApiKeyTable

        return ApiKeyTable(self._engine)

    @property
    def audit(self) -> AuditTable:
        """The audit log."""
        from store.audit import AuditTable

        return AuditTable(self._engine)

    @property
    def secrets(self) -> SecretTable:
        """The table of secrets that all instances share."""
        from store.secrets import SecretTable

        return SecretTable(self._engine)

    def ping(self) -> None:
        """Run a trivial query; raises the database's own errors."""
        from store import sql

        sql.ping(self._engine())

    def fault(self) -> str | None:
        """Message where the store does not answer, else None; details go to the log only."""
        try:
            with store_errors():
                self.ping()
        except StoreUnavailable as error:
            log.warning("The store does not answer: %s", error.__cause__)
            return "The store does not answer."
        return None

    def _engine(self) -> Engine:
        with self._lock:
            if self._opened is not None and self._process != os.getpid():
                self._opened.dispose(close=False)  # these connections are the parent's
                self._opened = None
            if self._opened is None:
                from store import sql

                self._opened, self._process = sql.connect(self._url), os.getpid()
            return self._opened


def open_store(url: str) -> Store:
    """Create the store of a database; it connects at its first use."""
    return Store(url)


def chosen_cut_offs(store: Store) -> Callable[[str], dict[str, float]]:
    """Lookup of chosen cut-offs for the model service, which knows no database: failures become OSError."""

    def chosen(model: str) -> dict[str, float]:
        try:
            with store_errors():
                return store.cutoffs(model)
        except StoreUnavailable as error:
            raise OSError(f"the store does not answer: {type(error.__cause__).__name__}") from error

    return chosen
