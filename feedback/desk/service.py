"""The desk: the lists of a seller, whom to call next, and what was done."""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from auth.access import allowed
from auth.caller import caller_id
from auth.permissions import Permission
from feedback.desk.sellers import Names, sellers_of
from feedback.service import Feedback
from ml.translation import text
from store.outcomes.claims import Holder, seller_of
from store.outcomes.desk import DeskTable
from store.outcomes.desk_records import Entry, HandedOut

LEASE_SECONDS = 180.0  # seconds that a claim lives without being renewed: browsers wake hidden pages once a minute
AHEAD = 900.0  # seconds before its time from which a call-back is due
DAY = 86_400.0
TRIED = 5  # looks at the lists for somebody whom nobody else takes first
ENTRIES_AT_ONCE = 16  # entries of a look


@dataclass(frozen=True)
class Opened:
    """An entry that a seller opened."""

    entry: Entry
    page: str = ""
    """Id of the opened page; empty where the entry is not claimed: it is over, or somebody else is with the
    customer."""
    held_by: str | None = None
    """Name of who else is with the customer."""


@dataclass(frozen=True)
class Today:
    """A seller's day."""

    to_do: list[Entry]
    done: list[Entry]
    """The first to be called, and what was done since yesterday at this time."""
    open: int
    later: int
    over: int
    """Entries that are to be called, that wait for a call-back, and that are over."""
    lists: list[HandedOut]


class Desk:
    """The desk of the caller of the current request."""

    def __init__(self, feedback: Feedback) -> None:
        self.feedback, self._store = feedback, feedback.store

    @property
    def table(self) -> DeskTable:
        """The tables of the lists."""
        return self._store.outcomes.desk

    def names(self) -> Names:
        """Names of callers, for one answer."""
        return Names(self._store)

    # ---- lists -------------------------------------------------------------------------------------
    def lists(self) -> list[HandedOut]:
        """Lists assigned to the caller or to all, of served models whose outcomes the caller may report."""
        seller, names = caller_id(), self.feedback.service.registry.names()
        own = {name for name in names if allowed(Permission.OUTCOMES, name)}
        handed_out = (each for each in self.table.handed_out() if not seller or each.is_for(seller))
        return [each for each in handed_out if each.model.partition("@")[0] in own]

    def today(self, most: int, done: int | None = None) -> Today:
        """The caller's day: at most `most` entries to call, and at most `done` (by default `most`) that were called."""
        lists = self.lists()
        ids, now = [each.list for each in lists], time.time()
        counts = self.table.counts(ids, now + AHEAD)
        to_do, over = self.table.to_do(ids, now + AHEAD, most), self.table.done(ids, now - DAY, done or most)
        return Today(to_do, over, *counts, lists)

    def hand_out(self, job: str, campaign: str, model: str, name: str, sellers: Collection[str]) -> HandedOut:
        """Hand a list out to sellers, or to all who may sell where none is named; unknown ones are left out."""
        known = sellers_of(self._store, model.partition("@")[0])
        chosen = tuple(each for each in sellers if each in known)
        self.table.hand_out(HandedOut(job, campaign, model, name, chosen, caller_id()))
        return self.table.handed_out(job)[0]

    # ---- customers ---------------------------------------------------------------------------------
    def next(self) -> Entry | None:
        """Find the next customer to call: the first whom nobody has claimed. Opening the page claims them."""
        lists = [each.list for each in self.lists()]
        for entry in self._free(lists):
            holder = Holder(caller_id(), secrets.token_hex(6))
            here = entry.assignment.list, entry.assignment.row
            if self.table.claim(*here, holder, LEASE_SECONDS):
                return entry
        return None

    def _free(self, lists: Collection[str]) -> Iterable[Entry]:
        for _ in range(TRIED):
            entries = self.table.to_do(lists, time.time() + AHEAD, ENTRIES_AT_ONCE * TRIED)
            free = [each for each in entries if not each.held_by]
            yield from free
            if len(free) < ENTRIES_AT_ONCE:
                return

    def open(self, job: str, row: int) -> Opened | None:
        """Open an entry of the caller's lists and claim it; None where it is on none of them.

        A claim of the same seller is taken over: somebody who opens the customer again goes on here.
        """
        entry = self.table.entry(job, row) if self._has(job) else None
        if entry is None:
            return None
        holder = Holder(caller_id(), secrets.token_hex(6))
        if self.table.claim(job, row, holder, LEASE_SECONDS, take_over=True):
            return Opened(entry, holder.page)
        other = self.table.held_by(job, row)
        return Opened(entry, held_by=None if other is None else self.names().of(other) or text("Somebody"))

    def renew(self, job: str, row: int, page: str) -> bool:
        """Renew the claim of an opened page; False where somebody else is with the customer by now, or has the list."""
        return self._has(job) and self.table.renew(job, row, Holder(caller_id(), page), LEASE_SECONDS)

    def holder(self, job: str, row: int) -> str | None:
        """Seller who has claimed a customer of the caller's lists; None where nobody has, and on other lists."""
        return self.table.held_by(job, row) if self._has(job) else None

    def _has(self, job: str) -> bool:
        """True when a list is one of the caller's."""
        return any(each.list == job for each in self.lists())

    def leave(self, job: str, row: int, page: str) -> None:
        """Give back the claim of a page that is left."""
        self.table.give_back(job, row, Holder(caller_id(), page))


def held_by(entry: Entry, names: Names) -> str:
    """Name of who is with the customer of an entry; empty where nobody is."""
    return names.of(seller_of(entry.held_by)) or text("Somebody") if entry.held_by else ""
