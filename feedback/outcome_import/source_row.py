"""Rows of a source, a CRM's deals or our own export, and the event by which a changed row is followed.

The id of a row's first event is derived from the row's own id, so that the row is recognised whichever door it comes
by. Later events refer to the first one: a changed stage is a correction, a deal that is open again takes its
outcome back. A row that tells nothing new stores nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace

from feedback.joined import events_in_force
from feedback.outcome_import.moments import DAY
from store.outcome_records import CORRECTION, ERASED, OUTCOME, VOID, Event, new_event_id

CLOSE = 1e-3  # seconds; times in a file have milliseconds


@dataclass(frozen=True)
class SourceRow:
    """Outcome that a row of a table tells."""

    root: str
    """Id of the first event about it."""
    mark: str
    """Begins the idempotency keys of its events."""
    event: Event
    """The outcome that it tells, without a value where it tells none: the deal is open."""
    changed: float | None = None
    """When the row was changed last; seconds since 1970."""
    is_export: bool = False
    """Whether it is a row of our own export, whose time of change is what was known then."""


def root_of(secret: str, system: str, model: str, row: str) -> str:
    """Id of the first event about a row of another system; who does not have the secret cannot test for rows.

    The secret is that of the database, in hexadecimal digits; `row` is the row's id in that system.
    """
    source = "\0".join((system, model, row)).encode()
    return hmac.new(bytes.fromhex(secret), source, hashlib.sha256).hexdigest()[:32]


def due(row: SourceRow, chain: Sequence[Event]) -> Event | None:
    """The event that has to be stored so that a row stands as it is told; None where it stands so, or was erased.

    The chain has the stored events about it, in the order in which they became known.
    """
    event = replace(row.event, key=f"{row.mark}:{len(chain)}:{'' if row.changed is None else f'{row.changed:.3f}'}")
    if not chain:
        return None if event.value is None else replace(event, id=row.root)
    if chain[0].record.startswith(ERASED) or _is_older(row, chain[-1]):
        return None
    now = [each for each in events_in_force(chain) if each.kind == OUTCOME]
    if not now:
        return None if event.value is None else replace(event, id=_next_id(row, chain), refers=row.root)
    stands = now[-1]
    event = replace(event, id=_next_id(row, chain), refers=stands.id)
    if event.value is None:
        return replace(event, kind=VOID, outcome="", happened=0.0)
    same_day = row.is_export or not event.happened or event.happened // DAY == stands.happened // DAY
    return None if stands.value == event.value and same_day else replace(event, kind=CORRECTION)


def _next_id(row: SourceRow, chain: Sequence[Event]) -> str:
    """Id of the event that follows a chain: the same for all who follow it at the same moment, so that one is stored.

    It is made of the first one's id, which is secret until then but where it is one of our own export.
    """
    if row.is_export:
        return new_event_id()
    return hashlib.sha256(f"{row.root}\0{len(chain)}\0{chain[-1].id}".encode()).hexdigest()[:32]


def _is_older(row: SourceRow, last: Event) -> bool:
    """True where something became known later than what the row tells: an older file, or a person who knew better."""
    mine = bool(last.key and last.key.startswith(f"{row.mark}:")) and not row.is_export
    if row.changed is None:
        return not mine
    said = (last.key or "").rpartition(":")[2] if mine else f"{last.known}"
    return bool(said) and row.changed < float(said) - CLOSE
