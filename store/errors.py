"""Errors of the store: the database does not answer, or it is not known whether it committed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class StoreUnavailable(RuntimeError):
    """The database does not answer."""


class CommitUnknown(StoreUnavailable):
    """The database stopped answering during a commit: it is not known whether anything was stored."""


def is_unavailable(error: BaseException) -> bool:
    """True for any error that means that the database does not answer."""
    if isinstance(error, StoreUnavailable):
        return True
    if "sqlalchemy" not in sys.modules:  # the store was never used
        return False
    from sqlalchemy import exc

    from store.connection.migrate import NewerDatabase

    return isinstance(error, (exc.OperationalError, exc.InterfaceError, exc.TimeoutError, NewerDatabase))


@contextmanager
def store_errors() -> Iterator[None]:
    """Raise every error of the database within the block as :class:`StoreUnavailable`."""
    from sqlalchemy.exc import SQLAlchemyError

    from store.connection.migrate import NewerDatabase

    try:
        yield
    except (SQLAlchemyError, NewerDatabase, OSError) as error:
        raise StoreUnavailable("The store does not answer.") from error
