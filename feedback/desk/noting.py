"""Notes of sellers: each is stored as a decision, an event, and an entry of the list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from auth.access import require
from auth.caller import caller_id
from auth.permissions import Permission
from feedback.desk.service import Desk
from feedback.errors import UnknownDecision
from ml.service import Bundle
from store.outcome_records import CALL, CALL_BACK, CONTACTED, NO_GROUP, OUTCOME, OVERRIDE, Decision, Event
from store.outcomes.desk_records import CAME, LATER, MISSED, NO_ANSWER, Done

Kind = Literal["came", "missed", "no_answer", "call_back", "override"]
DONE = {"came": CAME, "missed": MISSED, "no_answer": NO_ANSWER, "call_back": LATER}
OF_KIND = {"came": OUTCOME, "missed": OUTCOME, "no_answer": CONTACTED, "call_back": CALL_BACK, "override": OVERRIDE}
VALUES = {"came": 1.0, "missed": 0.0, "no_answer": 0.0}


@dataclass(frozen=True)
class Shown:
    """The record that a page shows: its values and its probabilities."""

    bundle: Bundle
    """The version that answered."""
    probabilities: Mapping[str, float] | None
    """By outcome; None where the model gives none."""
    values: Mapping[str, Any]
    """Values of the form that the probabilities belong to."""
    cut_offs: Mapping[str, float]
    """Cut-offs with which the answer was made, by outcome."""
    record: str = ""
    """The record's id; empty where it has none."""
    place: tuple[str, int] | None = None
    """List and row of the customer, where they were opened from a list."""


@dataclass(frozen=True)
class Press:
    """Press of a button by which a seller tells an outcome."""

    kind: Kind
    key: str
    """Made by the page for each press: the same press is noted once, however often it arrives."""
    outcome: str = ""
    """The outcome that is meant."""
    reason: str = ""
    note: str = ""
    due: float | None = None
    """When to call back, in seconds since 1970."""
    value: float | None = None
    """Value of an override: 1 where the seller acts though advised not to, 0 where the other way round."""
    decision: str = ""
    """The decision that an earlier press about the same result made."""
    replaces: str = ""
    """Id of the event that this takes the place of."""


def note(desk: Desk, shown: Shown, press: Press) -> Event:
    """Store an outcome that was reported for the record on the page, once for each press.

    Raises
    ------
    BadEvent, UnknownDecision
    LikelyError
        The caller may not tell outcomes of the model.
    StoreUnavailable
    """
    require(Permission.OUTCOMES, shown.bundle.name)  # before a decision is stored
    feedback = desk.feedback
    earlier = feedback.store.outcomes.customers.event_of_key(caller_id(), press.key)
    if earlier is None:
        decision = _decision_shown(desk, shown, press.decision)
        if press.replaces:
            take_back(desk, press.replaces, f"{press.key}-before")
        earlier = feedback.note(
            shown.bundle.name, OF_KIND[press.kind], decision=decision.id, record=shown.record,
            outcome="" if press.kind in ("no_answer", "call_back") else press.outcome,
            value=press.value if press.kind == "override" else VALUES.get(press.kind), reason=press.reason,
            note=press.note, due=press.due, key=press.key, campaign=shown.place[0] if shown.place else "",
        )  # fmt: skip
    if shown.place and press.kind in DONE:
        desk.table.note(Done(*shown.place, earlier.id, DONE[press.kind], press.due, caller_id()))
    return earlier


def take_back(desk: Desk, event: str, key: str) -> Event:
    """Retract a reported outcome, in its history and on the list; UnknownDecision where it is not the caller's own."""
    retraction = desk.feedback.undo(event, key=key)
    desk.table.undo(event)
    return retraction


def _decision_shown(desk: Desk, shown: Shown, made: str) -> Decision:
    """The decision that was made of this very result, or a new one."""
    if made:
        try:
            decision = desk.feedback.decision(made)
        except UnknownDecision:
            decision = None
        same = decision and (decision.model, decision.record, decision.probabilities, decision.cut_offs) == (
            shown.bundle.key, shown.record, None if shown.probabilities is None else dict(shown.probabilities),
            dict(shown.cut_offs),
        )  # fmt: skip
        if decision and same and decision.who == caller_id():
            return decision
    group, campaign = (CALL, shown.place[0]) if shown.place else (NO_GROUP, "")
    answer = (shown.bundle, shown.probabilities, shown.values, shown.record)
    return desk.feedback.store_decision(*answer, cut_offs=shown.cut_offs, group=group, campaign=campaign)
