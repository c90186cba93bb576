"""Lists that sellers work through, their entries and what was done, as plain dataclasses, without SQLAlchemy."""

from __future__ import annotations

from dataclasses import dataclass

from store.outcome_records import Assignment

# What was done with an entry of a list
CAME, MISSED, NO_ANSWER, LATER = "came", "missed", "no answer", "later"
OVER = (CAME, MISSED)


@dataclass(frozen=True)
class HandedOut:
    """A list that was handed out to sellers.

    Attributes
    ----------
    list, campaign : str
        Ids of the jobs.
    model : str
        Key of the version that scored it.
    name : str
        Name of the file; may be empty.
    sellers : tuple of str
        Sellers of the list, as ``auth.caller.caller_id`` names them; empty for all who may sell.
    by : str
        Person who handed it out.
    at : float
        Seconds since 1970, by the database's clock.
    """

    list: str
    campaign: str
    model: str
    name: str
    sellers: tuple[str, ...] = ()
    by: str = ""
    at: float = 0.0

    def is_for(self, seller: str) -> bool:
        """True where the list is this seller's."""
        return not self.sellers or seller in self.sellers


@dataclass(frozen=True)
class Done:
    """Result of a call to an entry of a list.

    Attributes
    ----------
    event : str
        Id of the event that says so.
    what : {"came", "missed", "no answer", "later"}
    due : float or None
        When to call back; seconds since 1970.
    at : float
        By the database's clock.
    """

    list: str
    row: int
    event: str
    what: str
    due: float | None = None
    by: str = ""
    at: float = 0.0


@dataclass(frozen=True)
class Entry:
    """Somebody to call: an entry of a list with what was last done, and who is with them at the moment.

    Attributes
    ----------
    tries : int
        Calls without an answer.
    held_by : str
        Holder of the claim on the entry at the moment; empty where nobody holds it.
    """

    assignment: Assignment
    last: Done | None = None
    tries: int = 0
    held_by: str = ""
