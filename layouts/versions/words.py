"""Words of the Versions page: states of versions, and what was done to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dash.development.base_component import Component

from layouts import html
from ml.lifecycle.history import in_words
from ml.lifecycle.listing import VersionFacts
from ml.lifecycle.state import BEFORE, BY_HAND, NOW, UNKNOWN, TimelineEvent
from ml.translation import mark, text

DONE = {
    "promote": mark("{version} was made live."),
    "rollback": mark("Rolled back to {version}."),
    "train": mark("{version} was trained and made live."),
    "add": mark("{version} was added and made live."),
    "hold": mark("{version} was added. It waits."),
    "remove": mark("{version} was removed."),
    BEFORE: mark("{version} was live before this history begins."),
    BY_HAND: mark("{version} was made live by hand, without a line in this history."),
}
ALL_REMOVED = mark("The model was removed with all its versions.")

NOBODY_SIGNS_IN = "anybody"  # by whom, in histories, where nobody does


def done(event: TimelineEvent) -> str:
    """Sentence about a change that was made."""
    if event.fingerprint is None:
        return text(ALL_REMOVED)
    return text(DONE[event.action], version=event.fingerprint)


def moment(time: str) -> Component | str:
    """A time of the history as an element; empty where it is not known."""
    try:
        known = datetime.fromisoformat(time)
    except ValueError:
        return ""
    return html.Time(in_words(time), dateTime=known.isoformat(timespec="seconds"))


def state(facts: VersionFacts, events: Sequence[TimelineEvent]) -> str:
    """State of a version in words: live since when, or until when it was."""
    lives = [event for event in events if event.fingerprint == facts.fingerprint and event.live_until]
    last = lives[-1] if lives else None
    if facts.state == "live":
        since = last.time if last and last.live_until == NOW else None
        return text("Live since {when}", when=in_words(since)) if since else text("Live")
    if facts.state == "held":
        return text("Waits, was never live")
    if last is None or last.live_until is None:
        return text("Was never live")
    if last.live_until == UNKNOWN:
        return text("Was live before")
    return text("Was live until {when}", when=in_words(last.live_until))


def last_event(fingerprint: str, events: Sequence[TimelineEvent]) -> TimelineEvent | None:
    """The last event of a version that a person caused."""
    return next((event for event in reversed(events) if event.fingerprint == fingerprint and event.time), None)


def who_and_why(event: TimelineEvent | None) -> str:
    """Author and reason on one line; empty where neither is known."""
    return "" if event is None else who_and_why_words(event.by, event.why)


def who_and_why_words(by: str, why: str) -> str:
    """Like :func:`who_and_why`."""
    by = text("anybody") if by == NOBODY_SIGNS_IN else by
    if by and why:
        return text("{who}: “{why}”", who=by, why=why)
    return text("“{why}”", why=why) if why else by
