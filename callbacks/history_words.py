"""Events of a decision: in words, and as its page remembers them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

from auth.caller import caller_id
from feedback.desk.history import MOST_ENTRIES, CustomerEntry
from layouts.predict.history import OwnNote, Told
from layouts.shared.percent import percents
from ml.decision.outcome_words import reason_words, told_words
from ml.service import Bundle
from ml.translation import text
from store.outcome_records import CALL_BACK, CONTACTED, OUTCOME, OVERRIDE, PAGE, Decision, Event

TWO = 2
DAY = 86_400.0
ANSWERS = ("came", "missed")


def event_words(bundle: Bundle, event: Event) -> str:
    """Event in words: "Bought", "No answer", "Call back", "Disagrees: They told me so"."""
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


def own_notes(bundle: Bundle, history: Iterable[CustomerEntry]) -> list[OwnNote]:
    """Events that the caller reported within a day, the earliest first: they show as noted, and can be taken back."""
    since = time.time() - DAY
    notes = [
        each.event
        for each in history
        if each.event is not None and each.event.model == bundle.name and each.event.known >= since
    ]
    own = [own_note(each) for each in notes if each.by == caller_id() and each.door == PAGE]
    # Who did not answer before may be tried again, and what is told now is about a decision of its own
    return [replace(each, note=each.note.replace("no_answer", ""), decision="") for each in own[::-1]]


def own_note(event: Event) -> OwnNote:
    """An event as its page remembers it."""
    if event.kind == OUTCOME:
        note = f"{'came' if event.value else 'missed'} {event.outcome}"
    else:
        note = {CONTACTED: "no_answer", CALL_BACK: "call_back"}.get(event.kind, event.kind)
    return OwnNote(note, event.id, event.decision)


def read_own(sent: Any) -> Any:
    """Own notes as a page sends them; it may be anything."""
    entries = sent if isinstance(sent, list) else []
    names = [each.name for each in fields(OwnNote)]
    rows = [[each.get(name, "") for name in names] for each in entries[-MOST_ENTRIES:] if isinstance(each, dict)]
    return tuple(OwnNote(*row) for row in rows if all(isinstance(part, str) for part in row))


def replaced(kind: str, outcome: str, own: Sequence[OwnNote], *, exclusive: bool) -> list[OwnNote]:
    """Earlier events that contradict a new one.

    Of outcomes that exclude each other it is any answer, else that about the same outcome; and another call-back.
    """
    if kind == "call_back":
        return [each for each in own if each.note == kind]
    if kind not in ANSWERS:
        return []
    answered = [each for each in own if each.note.partition(" ")[0] in ANSWERS]
    return [each for each in answered if exclusive or each.note.partition(" ")[2] == outcome]


def decision_words(bundle: Bundle, decision: Decision) -> str:
    """Prediction in words: the probabilities of the likeliest three outcomes."""
    probabilities = decision.probabilities
    if probabilities is None:
        return text("Asked")
    known = [item for item in bundle.outcomes.items if item.name in probabilities]
    shown = percents([probabilities[item.name] for item in known], exclusive=False)
    by = sorted(zip(known, shown, strict=True), key=lambda each: -probabilities[each[0].name])
    if bundle.outcomes.exclusive and len(known) == TWO:
        by = [each for each in by if each[0].name == bundle.outcomes.positive]
    return " · ".join(f"{item.label} {number}" for item, number in by[:3])


def told_lines(bundle: Bundle, history: Iterable[CustomerEntry]) -> list[Told]:
    """The lines of a history as the page shows them; lines about another model name it."""
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
