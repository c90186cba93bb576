"""Report of an erasure: the places in which a record was found, and what is done about each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """A place where a record is kept."""

    place: str
    """In words."""
    times: int
    """Lines, entries or ids of it there; 0 where they were not counted."""
    fate: str
    """Measure taken, or the reason why none is."""
    erase: Callable[[], object] | None
    """Erases it; None where that cannot be done now."""


@dataclass(frozen=True)
class ErasureReport:
    """All places of a record, and the places that cannot be looked into by an id."""

    places: tuple[Found, ...]
    beyond: tuple[str, ...]

    @property
    def left(self) -> int:
        """Number of places in which it stays for now."""
        return sum(each.erase is None for each in self.places)
