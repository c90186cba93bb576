"""Connections to PostgreSQL with a deadline for each answer: a frozen server must not block a thread for ever."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.abc import PQGen
from psycopg.errors import _WaitTimeout
from sqlalchemy import Engine, create_engine, event

from store.connection.deadline import answer_deadline
from store.connection.storable_text import keep_storable

CONNECT_SECONDS = 2  # a host that drops packets would otherwise block for minutes


class DeadlineConnection(psycopg.Connection[Any]):
    """A connection that is closed when an answer does not come in time.

    ``statement_timeout`` is the server's, which may be what stands still; ``tcp_user_timeout`` is not enough, for the
    kernel of a frozen process acknowledges what it is sent.
    """

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for an answer.

        Raises
        ------
        psycopg.OperationalError
            After the deadline.
        """
        seconds = timeout or answer_deadline()
        try:
            return super().wait(gen, interval, seconds)
        except _WaitTimeout:
            if timeout is not None:  # the caller's own
                raise
            self.pgconn.finish()
            raise psycopg.OperationalError(f"no answer within {seconds:.0f} seconds") from None


def create(url: str) -> Engine:
    """The engine of a database; it connects at its first use."""
    engine = create_engine(url, pool_pre_ping=True, pool_size=5, connect_args={"connect_timeout": CONNECT_SECONDS})

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, given: list[Any], named: dict[str, Any]) -> DeadlineConnection:
        return DeadlineConnection.connect(*given, **named)

    keep_storable(engine)
    return engine
