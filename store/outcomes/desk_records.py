"""Lists that sellers work through, their entries and what was done, as plain dataclasses, without SQLAlchemy."""

from __future__ import annotations

from dataclasses import dataclass

from store.outcome_records import Assignment

# What was done with an entry of a list
CAME, MISSED, NO_ANSWER, LATER = "came", "missed", "no answer", "later"
OVER = (CAME, MISSED)


@dataclass(frozen=True)
class HandedOut:
    """A list that was handed out to sellers."""

    list: str
    campaign: str
    """Ids of the jobs."""
    model: str
    """Key of the version that scored it."""
    name: str
    """Name of the file; may be empty."""
    sellers: tuple[str, ...] = ()
    """Sellers of the list, as ``auth.caller.caller_id`` names them; empty for all who may sell."""
    by: str = ""
    """Person who handed it out."""
    at: float = 0.0
    """Seconds since 1970, by the database's clock."""

    def is_for(self, seller: str) -> bool:
        """True where the list is this seller's."""
        return not self.sellers or seller in self.sellers


@dataclass(frozen=True)
class Done:
    """Result of a call to an entry of a list."""

    list: str
    row: int
    event: str
    """Id of the event that says so."""
    what: str
    """One of "came", "missed", "no answer" and "later"."""
    due: float | None = None
    """When to call back; seconds since 1970."""
    by: str = ""
    at: float = 0.0
    """By the database's clock."""


@dataclass(frozen=True)
class Entry:
    """Somebody to call: an entry of a list with what was last done, and who is with them at the moment."""

    assignment: Assignment
    last: Done | None = None
    tries: int = 0
    """Calls without an answer."""
    held_by: str = ""
    """Holder of the claim on the entry at the moment; empty where nobody holds it."""
