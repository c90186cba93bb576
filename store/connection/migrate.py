"""Database migrations: each step once, one process at a time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from filelock import FileLock
from sqlalchemy import Connection, Engine, func, select, text

from store.connection.deadline import long_statements
from store.connection.migration_steps import STEPS, Step
from store.tables import migrations

# Key of the advisory lock: any number that no other program uses in the same database
_LOCK = 7_610_001


class NewerDatabase(RuntimeError):
    """The database was migrated by a later release."""


def migrate(engine: Engine, steps: Sequence[Step] = STEPS) -> int:
    """Apply the steps that this database has not applied yet.

    One transaction under a lock: of two workers that start together one migrates and the other finds it done, and a
    step that fails leaves nothing behind.

    Parameters
    ----------
    steps : sequence of Step
        Step n is the n-th of them.

    Returns
    -------
    int
        Number of steps applied.

    Raises
    ------
    NewerDatabase
    """
    with _alone(engine) as connection:
        migrations.create(connection, checkfirst=True)
        done = connection.scalar(select(func.max(migrations.c.number))) or 0
        if done > len(steps):
            raise NewerDatabase(f"The database is at step {done}, this release knows {len(steps)}: deploy a later one.")
        for number, step in enumerate(steps[done:], start=done + 1):
            if callable(step):
                step(connection)
            else:
                for statement in step:
                    connection.exec_driver_sql(statement)
            connection.execute(migrations.insert().values(number=number, applied_at=datetime.now(UTC)))
        return len(steps) - done


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that excludes other migrations."""
    if engine.dialect.name == "postgresql":
        with long_statements(), engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            yield connection
        return
    with FileLock(f"{engine.url.database}.lock"):
        with engine.connect() as connection:
            # A property of the file. Under the lock, because it fails at once where another process has the file open
            connection.connection.execute("PRAGMA journal_mode=WAL")
        with engine.begin() as connection:
            yield connection
