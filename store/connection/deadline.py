"""Deadline of statements: the longest wait for an answer of the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

ANSWER_SECONDS = 3.0
LONG_SECONDS = 600.0  # migrations, and writes and deletions of many rows

_deadline: ContextVar[float] = ContextVar("deadline_of_an_answer", default=ANSWER_SECONDS)


def answer_deadline() -> float:
    """Seconds for an answer in this context."""
    return _deadline.get()


@contextmanager
def long_statements() -> Iterator[None]:
    """Give each statement within the block ten minutes."""
    token = _deadline.set(LONG_SECONDS)
    try:
        yield
    finally:
        _deadline.reset(token)
