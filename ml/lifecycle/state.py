"""State of a model's folder: its versions, the live one, those on hold, and the timeline of live versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ml.lifecycle.history import MADE_LIVE, HistoryEntry
from ml.lifecycle.model_folder import pointed
from ml.lifecycle.shared.shared_models import shared_of

NOW, UNKNOWN = "now", "unknown"
BEFORE, BY_HAND = "before this history", "pointer written by hand"


@dataclass(frozen=True)
class TimelineEvent:
    """One event of a model's timeline."""

    time: str | None
    """ISO 8601, UTC; None where the pointer differs from the history."""
    action: str
    """Action of the history, or `BEFORE` or `BY_HAND`."""
    fingerprint: str | None
    """None is the whole model."""
    by: str = ""
    why: str = ""
    live_until: str | None = None
    """End of the live period that began here: a time, `NOW` or `UNKNOWN`; None where none began."""


def live_of(models: Path, name: str) -> str | None:
    """The fingerprint of the live version, whether or not that version is there; None where none is live.

    Where all instances share the models it is what the store said last: its version may still be on its way here.
    """
    shared = shared_of(models)
    if shared is not None and name in shared.known().models:
        return shared.known().of(name).live
    return pointed(models, name)


def events_of(entries: Sequence[HistoryEntry], live: str | None) -> list[TimelineEvent]:
    """Timeline of a history, with the end of each live period and changes of the pointer that it does not record."""
    events: list[TimelineEvent] = []
    current = -1  # index of the event by which the present version became live

    def end(time: str) -> None:
        if current >= 0:
            events[current] = replace(events[current], live_until=time)

    for entry in entries:
        if entry.previous != _version(events, current):
            end(UNKNOWN)
            current = _noticed(events, entry.previous)
        events.append(TimelineEvent(entry.time, entry.action, entry.fingerprint, entry.by, entry.why))
        if entry.action in MADE_LIVE and entry.fingerprint != entry.previous:
            end(entry.time)
            current = len(events) - 1
        elif entry.action == "remove" and entry.fingerprint is None:
            end(entry.time)
            current = -1
    if live != _version(events, current):
        end(UNKNOWN)
        current = _noticed(events, live)
    end(NOW)
    return events


def was_live(events: Sequence[TimelineEvent]) -> set[str]:
    """Fingerprints of all versions that are or have been live, as far as known."""
    return {event.fingerprint for event in events if event.live_until and event.fingerprint}


def held(events: Sequence[TimelineEvent]) -> set[str]:
    """Fingerprints of the versions that were put on hold and have never been live."""
    return {event.fingerprint for event in events if event.action == "hold" and event.fingerprint} - was_live(events)


def _noticed(events: list[TimelineEvent], fingerprint: str | None) -> int:
    """Add a change of the pointer that the history does not record; its index, -1 where none is live."""
    if fingerprint is None:
        return -1
    events.append(TimelineEvent(None, BY_HAND if events else BEFORE, fingerprint))
    return len(events) - 1


def _version(events: Sequence[TimelineEvent], place: int) -> str | None:
    return events[place].fingerprint if place >= 0 else None
