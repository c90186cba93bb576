"""Bisection: finds the few items that are refused among many that are taken together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def bisect_refused(items: Sequence[T], why: Callable[[Sequence[T]], str | None]) -> list[tuple[T, str]]:
    """Items that are refused alone, and why: all are tried together, then the halves of what is refused.

    `why` gives the reason for which some items, tried together, are refused; None where they are taken.
    """
    said = why(items) if items else None
    if said is None:
        return []
    if len(items) == 1:
        return [(items[0], said)]
    middle = len(items) // 2
    return [*bisect_refused(items[:middle], why), *bisect_refused(items[middle:], why)]
