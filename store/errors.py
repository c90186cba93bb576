"""Errors of the store: the database does not answer, or it is not known whether it committed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class StoreUnavailable(RuntimeError):
    """The database does not answer."""


class CommitUnknown(StoreUnavailable):
    """The database stopped answering during a commit: it is not known whether anything was stored."""


def is_unavailable(error: BaseException) -> bool:
    """True for an error that means that the database does not answer; False for what it refuses, which is our fault."""
    if isinstance(error, StoreUnavailable):
        return True
    if "sqlalchemy" not in sys.modules:  # the store was never used
        return False
    from sqlalchemy import exc

    from store.connection.migrate import NewerDatabase

    if type(error) is exc.DatabaseError:  # none of its kinds: the file of SQLite is damaged, or no database
        return True
    if isinstance(error, exc.DBAPIError) and error.connection_invalidated:  # store/sql.py: a standby, say
        return True
    return isinstance(error, (exc.OperationalError, exc.InterfaceError, exc.TimeoutError, NewerDatabase))


@contextmanager
def store_errors() -> Iterator[None]:
    """Raise an outage of the database within the block as :class:`StoreUnavailable`; other errors pass unchanged."""
    try:
        yield
    except StoreUnavailable:
        raise
    except Exception as error:
        if isinstance(error, OSError) or is_unavailable(error):
            raise StoreUnavailable("The store does not answer.") from error
        raise
