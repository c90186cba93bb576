"""Pages of rows, cut so that all rows about one record come together: of a million rows some thousand are in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy import Row


class OfRecord(Protocol):
    """Something about a record."""

    @property
    def record(self) -> str:
        """The record's id; empty where it has none."""


T = TypeVar("T", bound=OfRecord)


def whole_records(pages: Iterable[Sequence[Row[Any]]], read: Callable[[Row[Any]], T]) -> Iterator[list[T]]:
    """Parts of a result, each with all rows of its records; rows without a record's id come in any parts.

    The pages are in the order of the record's id; `read` makes an object of a row.
    """
    held: list[T] = []
    for page in pages:
        held += map(read, page)
        last = held[-1].record
        end = len(held) if not last else _begin_of(last, held)
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
