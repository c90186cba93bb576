"""What was told of a decision, in words."""

from __future__ import annotations

import time
from collections.abc import Iterable

from auth.caller import caller_id
from feedback.desk.history import Line
from layouts.predict.history import OwnNote, Told
from layouts.shared.percent import percents
from ml.decision.outcome_words import reason_words, told_words
from ml.service import Bundle
from ml.translation import text
from store.outcome_records import CALL_BACK, CONTACTED, OUTCOME, OVERRIDE, PAGE, Decision, Event

TWO = 2
DAY = 86_400.0


def event_words(bundle: Bundle, event: Event) -> str:
    """What an event says: "Bought", "No answer", "Call back", "Disagrees: They told me so".

    Parameters
    ----------
    bundle : Bundle
        A version of the event's model.
    event : Event
    """
    if event.kind == CONTACTED:
        return text("Reached") if event.value else text("No answer")
    if event.kind == CALL_BACK:
        return text("Call back")
    if event.kind == OVERRIDE:
        return text("Disagrees: {reason}", reason=reason_words(event.reason)) if event.reason else text("Disagrees")
    if event.kind != OUTCOME or event.outcome not in bundle.outcomes.names:
        return event.outcome
    item = bundle.outcomes[event.outcome]
    came, missed = told_words(bundle.card, bundle.outcomes, item.name)
    if bundle.outcomes.exclusive and len(bundle.outcomes) > TWO and event.value:
        return item.label
    return came if event.value else missed


def own_notes(bundle: Bundle, history: Iterable[Line]) -> list[OwnNote]:
    """What the caller told of the model within a day, the first first: it shows as noted, and can be taken back."""
    since = time.time() - DAY
    told = [
        each.event
        for each in history
        if each.event is not None and each.event.model == bundle.name and each.event.known >= since
    ]
    own = [OwnNote(_note(each), each.id) for each in told if each.by == caller_id() and each.door == PAGE]
    return own[::-1]


def _note(event: Event) -> str:
    if event.kind == OUTCOME:
        return f"{'came' if event.value else 'missed'} {event.outcome}"
    return {CONTACTED: "no_answer", CALL_BACK: "call_back"}.get(event.kind, event.kind)


def decision_words(bundle: Bundle, decision: Decision) -> str:
    """What a model said: the probabilities of its outcomes, of the likeliest three."""
    given = decision.probabilities
    if given is None:
        return text("Asked")
    known = [item for item in bundle.outcomes.items if item.name in given]
    shown = percents([given[item.name] for item in known], exclusive=False)
    by = sorted(zip(known, shown, strict=True), key=lambda each: -given[each[0].name])
    if bundle.outcomes.exclusive and len(known) == TWO:
        by = [each for each in by if each[0].name == bundle.outcomes.positive]
    return " · ".join(f"{item.label} {number}" for item, number in by[:3])


def told_lines(bundle: Bundle, history: Iterable[Line]) -> list[Told]:
    """The lines of a history as the page shows them; what another model is about names it."""
    lines = []
    for each in history:
        if each.event is not None:
            what, due = event_words(each.bundle, each.event), each.event.due
        elif each.decision is not None:
            what, due = text("Likely said: {what}", what=decision_words(each.bundle, each.decision)), None
        else:
            continue
        if each.bundle.name != bundle.name:
            what = text("{model}: {what}", model=each.bundle.title, what=what)
        lines.append(Told(what, each.who, each.at, each.note, due))
    return lines
