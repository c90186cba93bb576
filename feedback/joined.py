"""Joins decisions with what came of them: by the decision's id, else by the record and the time.

An event that names only a record belongs to the last decision about it on which somebody acted: a record of a file
that a job scored counts only where no other decision about it was made before the event. Such files are scored again
each night, and would otherwise take outcomes from the answers that people saw.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from store.outcome_records import (
    CALL_BACK,
    CAMPAIGN,
    CONTACTED,
    CORRECTION,
    JOB,
    OUTCOME,
    OVERRIDE,
    VOID,
    Decision,
    Event,
)


@dataclass(frozen=True)
class ObservedOutcome:
    """Known result of one outcome."""

    value: float
    """1 where it came, 0 where not."""
    happened: float
    known: float
    """When it happened, and when that was stored; seconds since 1970. Of a correction those of the correction."""
    event: str
    """Id of the event that says so."""


@dataclass(frozen=True)
class DecisionWithOutcomes:
    """A decision and what came of it, as known at a time."""

    decision: Decision
    came: Mapping[str, ObservedOutcome] = field(default_factory=dict)
    """By outcome; those that nobody told of are left out."""
    contacts: tuple[Event, ...] = ()
    """Events of kind "contacted", the first known first; a value of 1 says that somebody was reached."""
    overrides: tuple[Event, ...] = ()
    call_backs: tuple[Event, ...] = ()
    outcome_events: tuple[Event, ...] = ()
    """Events of kind "outcome" with a value, the first known first: all of them, of which `came` has the last."""
    counted_at: str = ""
    """Set at a place on a campaign's list whose events belong to a later decision about the same record, too, as when a
    seller opens somebody of the list: the id of that decision; else empty. Results that count each outcome once leave
    this place out; comparisons of a campaign's groups use it."""

    @property
    def is_noted(self) -> bool:
        """True where somebody told anything."""
        return bool(self.came or self.contacts or self.overrides or self.call_backs)


class Amendments:
    """Corrections and voids, and what they leave of other events.

    Events are in the order in which they became known; those of other kinds may be among them. A void or a correction
    refers to an event, or to an earlier correction of it; a void of a correction brings back what stood before.
    """

    def __init__(self, events: Iterable[Event]) -> None:
        amending = [each for each in events if each.kind in (VOID, CORRECTION)]
        self._void = {each.refers for each in amending if each.kind == VOID}
        corrections = {each.id: each.refers for each in amending if each.kind == CORRECTION}
        self._latest: dict[str, Event] = {}
        for each in amending:
            if each.kind == CORRECTION and each.id not in self._void:
                self._latest[_root(each.refers, corrections)] = each

    def events_in_force(self, events: Iterable[Event]) -> list[Event]:
        """Events in force: without retracted ones, and with the values of their latest corrections."""
        there = (each for each in events if each.kind not in (VOID, CORRECTION) and each.id not in self._void)
        return [_corrected(each, self._latest[each.id]) if each.id in self._latest else each for each in there]


def events_in_force(told: Iterable[Event]) -> list[Event]:
    """Events in force of all that were told, in the order in which they became known."""
    events = list(told)
    return Amendments(events).events_in_force(events)


def _root(event: str, corrections: Mapping[str, str]) -> str:
    seen = set[str]()
    while event in corrections and event not in seen:
        seen.add(event)
        event = corrections[event]
    return event


def _corrected(event: Event, by: Event) -> Event:
    changed = {"value": by.value, "happened": by.happened, "known": by.known, "outcome": by.outcome or event.outcome}
    return Event(**{**vars(event), **changed, "reason": by.reason or event.reason})


def join(
    decisions: Sequence[Decision], events: Iterable[Event], amendments: Amendments | None = None
) -> Iterator[DecisionWithOutcomes]:  # fmt: skip
    """Join decisions of a model, in the order in which they were made, with its events, in which they became known.

    An event belongs to the decision that it names; else to the last one about its record that was made before it
    happened, one of a job only where there is no other. Where none was, it belongs to none for now: it is kept, and
    joined once the decision is known. It also belongs to the record's last place on a campaign's list before it
    happened, so that groups can be compared whatever else was asked about the record meanwhile. Of two events about one
    outcome that are in force the one that became known last counts. Without `amendments`, corrections and voids are
    those among the events.
    """
    places = {each.id: at for at, each in enumerate(decisions)}
    acted = _ByRecord(decisions, lambda door: door != JOB)
    scored, listed = (_ByRecord(decisions, door.__eq__) for door in (JOB, CAMPAIGN))
    held: dict[int, list[Event]] = defaultdict(list)
    counted_at: dict[int, str] = {}
    for event in events_in_force(events) if amendments is None else amendments.events_in_force(events):
        about = event.record, event.happened
        place = places.get(event.decision) if event.decision else acted.before(*about)
        if place is None and not event.decision:
            place = scored.before(*about)
        if place is None:
            continue
        held[place].append(event)
        of_list = listed.before(decisions[place].record, event.happened)
        if of_list is not None and of_list != place:
            held[of_list].append(event)
            counted_at[of_list] = decisions[place].id
    for at, decision in enumerate(decisions):
        yield _joined(decision, held[at], counted_at.get(at, "")) if at in held else DecisionWithOutcomes(decision)


class _ByRecord:
    """Places of decisions of some doors by record and time."""

    def __init__(self, decisions: Sequence[Decision], wanted: Callable[[str], bool]) -> None:
        self._places: dict[str, list[int]] = defaultdict(list)
        for at, each in enumerate(decisions):
            if each.record and wanted(each.door):
                self._places[each.record].append(at)
        self._times = {record: [decisions[at].made for at in found] for record, found in self._places.items()}

    def before(self, record: str, moment: float) -> int | None:
        """Place of the last decision about a record that was made at a time or before; None where there is none."""
        if not record or record not in self._times:
            return None
        at = bisect_right(self._times[record], moment)
        return self._places[record][at - 1] if at else None


def _joined(decision: Decision, events: Sequence[Event], counted_at: str) -> DecisionWithOutcomes:
    outcomes = tuple(each for each in events if each.kind == OUTCOME and each.outcome and each.value is not None)
    came = {each.outcome: came_of(each) for each in outcomes}
    of = {kind: tuple(each for each in events if each.kind == kind) for kind in (CONTACTED, OVERRIDE, CALL_BACK)}
    return DecisionWithOutcomes(decision, came, of[CONTACTED], of[OVERRIDE], of[CALL_BACK], outcomes, counted_at)


def came_of(event: Event) -> ObservedOutcome:
    """Observed value in an event of kind "outcome"."""
    return ObservedOutcome(event.value or 0.0, event.happened, event.known, event.id)
