"""Values of context variables for a block of code: of a request, a reader, a computation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

Value = TypeVar("Value")


@contextmanager
def holding(variable: ContextVar[Value], value: Value) -> Iterator[None]:
    """Let the variable have this value until the block ends, in this context only."""
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)
