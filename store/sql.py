"""Connection and queries of the store. Imported at its first use: SQLAlchemy takes 0.2 s."""

import logging
import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, ExceptionContext, bindparam, create_engine, delete, event, false, make_url, select

from store.connection.circuit_breaker import CircuitBreaker
from store.connection.migrate import migrate
from store.connection.storable_text import keep_storable
from store.cut_off_change import ChoicesOverTime, CutOffChange
from store.database_table import WRITES, upsert
from store.tables import audit, cutoff_changes, cutoffs

log = logging.getLogger(__name__)

_BUSY_SECONDS = 5
# A locked database is none: it can be read all the while
_SQLITE_OUTAGES = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOTADB)
_SQLITE_UNWRITTEN = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY)
_DENIED = "42501"  # SQLSTATE insufficient_privilege
_SAID = 60.0  # seconds between two lines of a process that the database cannot be written to
# By the address of a database, which is connected to anew while a role lacks permissions
_unsaid_until: dict[str, float] = {}


def connect(url: str, breaker: CircuitBreaker | None = None) -> Engine:
    """Open a database and bring its tables up to date; the circuit breaker is told of every outage."""
    breaker = breaker or CircuitBreaker("The database", log)
    # Platforms hand out postgres:// and postgresql://, which would ask for another driver
    scheme, separator, rest = url.partition(":")
    if scheme in ("postgres", "postgresql"):
        url = f"postgresql+psycopg{separator}{rest}"
    engine = _sqlite(url) if scheme == "sqlite" else _postgresql(url)
    event.listen(engine, "handle_error", lambda context: _report(breaker, context, url))
    try:
        migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    event.listen(engine, "after_cursor_execute", lambda *_: breaker.succeeded())  # a half of a migration is no success
    return engine


def _report(breaker: CircuitBreaker, context: ExceptionContext, url: str) -> None:
    """Tell the circuit breaker of an outage; where the database refuses writes, it is said at most once a minute."""
    error = context.original_exception
    if is_outage(error):
        breaker.failed(error)
    elif cannot_be_written(error):
        context.is_disconnect = not isinstance(error, sqlite3.Error)  # after a failover another one may be the primary
        if time.monotonic() >= _unsaid_until.get(url, 0.0):
            _unsaid_until[url] = time.monotonic() + _SAID
            what = "written to" if _state(error) != _DENIED else "used as it has to be by the role of DATABASE_URL"
            log.warning("The store cannot be %s: %s", what, " ".join(str(error).split()))


def is_outage(error: BaseException) -> bool:
    """True for a driver's error where a database is away, full of connections or frozen; False for its answers."""
    if isinstance(error, sqlite3.Error):
        return _sqlite_code(error) in _SQLITE_OUTAGES
    state = _state(error)
    if state is None:  # no answer at all
        return type(error).__name__ in ("OperationalError", "ConnectionTimeout", "InterfaceError")
    return state.startswith(("08", "53", "57P"))


def cannot_be_written(error: BaseException) -> bool:
    """True for an error of a database that can be read only: a standby, a role that lacks permissions, a full disk."""
    return _state(error) in ("25006", _DENIED) or _sqlite_code(error) in _SQLITE_UNWRITTEN


def _state(error: BaseException) -> str | None:
    """The SQLSTATE of PostgreSQL; None where there is none."""
    state: str | None = getattr(error, "sqlstate", None)
    return state


def _sqlite_code(error: BaseException) -> int:
    """The primary code of an error of SQLite, whose last byte it is; 0 where it is another's."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def forget_deleted(engine: Engine, *, everywhere: bool = False) -> bool:
    """Take what was deleted out of the files of the database.

    SQLite: out of the write-ahead log, whose pages hold what they were before; with `everywhere` also out of pages that
    an earlier release freed without overwriting them. PostgreSQL: rows that nobody sees any more are removed, with
    `everywhere` at once; else by its autovacuum.

    Returns
    -------
    bool
        False where somebody reads an earlier state of SQLite at this moment, which has to stay for them.

    Raises
    ------
    sqlite3.OperationalError
        With `everywhere`: others write at this moment.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "postgresql":
            if everywhere:
                connection.exec_driver_sql("VACUUM")
            return True
        raw: Any = connection.connection
        if everywhere:
            raw.execute("VACUUM")
        busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy


def _postgresql(url: str) -> Engine:
    from store.connection.postgresql import create  # its driver takes a while to import, and SQLite does without

    return create(url)


def _sqlite(url: str) -> Engine:
    Path(make_url(url).database or "likely.db").parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # Python's driver would commit before CREATE TABLE
        connection.execute("PRAGMA synchronous=NORMAL")  # safe with the write-ahead log
        connection.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES) else "BEGIN")

    keep_storable(engine)
    return engine


# Made once: each score reads them
_CHOSEN = select(cutoffs.c.outcome, cutoffs.c.value).where(cutoffs.c.model == bindparam("model"))


def chosen(engine: Engine, model: str) -> dict[str, float]:
    """Read the chosen cut-offs of a model, by outcome."""
    with engine.connect() as connection:
        return {row.outcome: row.value for row in connection.execute(_CHOSEN, {"model": model})}


def set_cutoff(
    engine: Engine, model: str, outcome: str, value: float, change: CutOffChange, request: str = ""
) -> None:  # fmt: skip
    """Insert or update a cut-off and append the change to its history and to the audit log, in one transaction."""
    new = {"value": value, "set_at": change.at}
    with engine.begin() as connection:
        chosen_now = upsert(connection, cutoffs).values(new | {"model": model, "outcome": outcome})
        connection.execute(chosen_now.on_conflict_do_update(index_elements=["model", "outcome"], set_=new))
        connection.execute(cutoff_changes.insert().values(_row(model, outcome, change)))
        event = {"what": "cut-off changed", "about": f"{model}: {outcome}", "why": change.reason, "request": request}
        event |= {"who": change.who or "anybody", "before": f"{change.before:g}", "after": f"{value:g}"}
        connection.execute(audit.insert().values(event | {"at": change.at.timestamp()}))


def cutoff_history(engine: Engine, model: str, outcome: str) -> list[CutOffChange]:
    """Read the changes of a cut-off, the newest first."""
    table = cutoff_changes.c
    columns = (table.before, table.after, table.reason, table.who, table.changed_at)
    of = (table.model == model) & (table.outcome == outcome)
    with engine.connect() as connection:
        rows = connection.execute(select(*columns).where(of).order_by(table.number.desc())).all()
    return [CutOffChange(*row[:4], at=_in_utc(row[4])) for row in rows]


def choices_over_time(engine: Engine, model: str) -> ChoicesOverTime:
    """Read all changes of the cut-offs of a model; a choice of before changes were kept counts as one."""
    table, kept = cutoff_changes.c, cutoffs.c
    changed = select(table.changed_at, table.outcome, table.after).where(table.model == model).order_by(table.number)
    chosen_now = select(kept.set_at, kept.outcome, kept.value).where(kept.model == model)
    with engine.connect() as connection:
        rows = [*connection.execute(changed).all(), *connection.execute(chosen_now).all()]
    return ChoicesOverTime([(_in_utc(at).timestamp(), outcome, value) for at, outcome, value in rows])


def _in_utc(at: datetime) -> datetime:
    """A time of the database with its zone: SQLite gives times without, all are written in UTC."""
    return at.replace(tzinfo=at.tzinfo or UTC)


def forget_cutoffs(engine: Engine, model: str, reason: str) -> int:
    """Delete all cut-offs of a model, append that to their changes, and return how many there were."""
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        rows = connection.execute(select(cutoffs.c.outcome, cutoffs.c.value).where(cutoffs.c.model == model)).all()
        for outcome, value in rows:
            gone = CutOffChange(value, None, reason, None, datetime.now(UTC))
            connection.execute(cutoff_changes.insert().values(_row(model, outcome, gone)))
        connection.execute(delete(cutoffs).where(cutoffs.c.model == model))
    return len(rows)


def _row(model: str, outcome: str, change: CutOffChange) -> dict[str, Any]:
    return {
        "model": model,
        "outcome": outcome,
        "before": change.before,
        "after": change.after,
        "reason": change.reason,
        "who": change.who,
        "changed_at": change.at,
    }


def ping(engine: Engine) -> None:
    """Read one row, as a health check; of PostgreSQL also write none: a standby, or a role that may only read, answers.

    SQLite would wait for its writer.
    """
    with engine.connect() as connection:
        connection.execute(select(cutoffs.c.value).limit(1)).all()
        if engine.dialect.name == "postgresql":
            connection.execute(delete(cutoffs).where(false()))
