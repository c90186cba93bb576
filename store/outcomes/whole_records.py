"""Pages of rows, cut so that all rows about one record come together: of a million rows some thousand are in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeVar

from sqlalchemy import Column, Engine, Row, Select, tuple_

from store.connection.deadline import long_statements
from store.errors import store_errors

PAGE = 2_000  # rows that are read at a time


class OfRecord(Protocol):
    """Something about a record."""

    @property
    def record(self) -> str:
        """The record's id; empty where it has none."""


T = TypeVar("T", bound=OfRecord)


def whole_records(
    engine: Engine, asked: Select[Any], place: tuple[Column[Any], ...], made_of: Callable[[Row[Any]], T]
) -> Iterator[list[T]]:
    """Parts of a result, each with all rows of its records; rows without a record's id come in any parts.

    Parameters
    ----------
    engine : Engine
    asked : Select
        The rows, without an order.
    place : tuple of Column
        The order: the record's id first, unique as a whole. Names of columns are names of fields.
    made_of : callable
        Makes what is given of a row.
    """
    asked, after, held = asked.order_by(*place).limit(PAGE), None, list[T]()
    while True:
        page = asked if after is None else asked.where(tuple_(*place) > tuple_(*after))
        with store_errors(), long_statements(), engine.connect() as connection:
            found = [made_of(row) for row in connection.execute(page)]
        held += found
        if len(found) < PAGE:
            break
        last = found[-1]
        after = tuple(getattr(last, column.name) for column in place)
        end = len(held) if not last.record else _begin_of(last.record, held)
        if end:
            yield held[:end]
            held = held[end:]
    if held:
        yield held


def _begin_of(record: str, held: list[T]) -> int:
    """Position at which the rows of the last record begin."""
    at = len(held)
    if held[0].record == record:
        return 0
    while at and held[at - 1].record == record:
        at -= 1
    return at
