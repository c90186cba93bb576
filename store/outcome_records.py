"""Decisions, what came of them, and assignments of campaigns as plain dataclasses, without SQLAlchemy."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

# Kinds of events
CONTACTED, OUTCOME, OVERRIDE = "contacted", "outcome", "override"
CALL_BACK, CORRECTION, VOID = "call_back", "correction", "void"
KINDS = (CONTACTED, OUTCOME, OVERRIDE, CALL_BACK, CORRECTION, VOID)

# Doors: where an answer was given, or an event was told
API, PAGE, CAMPAIGN, FILE, JOB = "api", "page", "campaign", "file", "job"

LONG = 24  # hexadecimal digits of an answer's id

# Groups of a decision
CALL, CONTROL, NO_GROUP = "call", "control", "none"

ERASED = "erased-"  # begins what stands in the place of the id of an erased record

LONGEST_RECORD, LONGEST_REASON, LONGEST_KEY, LONGEST_NOTE = 200, 200, 200, 2_000  # characters


@dataclass(frozen=True)
class Decision:
    """One answer of a model about one record that was given to somebody."""

    id: str
    """Id of the answer and the record's place in it, from 0: ``019ac1f2d3e4a1b2c3d4e5f6-0``; of a campaign's list the
    id of its job and the row of the file, from 1."""
    model: str
    """Key of the version: ``loan@3f9a1c2b``."""
    record: str = ""
    """The record's id; empty where it has none."""
    door: str = "api"
    """Door at which it was given: "api", "page", "campaign", "job"."""
    who: str = ""
    """To whom: "person ID", "key NAME (ID)"; empty where nobody signed in."""
    made: float = 0.0
    """Seconds since 1970."""
    probabilities: Mapping[str, float] | None = None
    """By outcome, 0 to 1; None where the model gives none."""
    cut_offs: Mapping[str, float] = field(default_factory=dict)
    """Cut-offs with which the answer was made, by outcome; those in use when it was given where it was made without."""
    worth: float | None = None
    """Worth of acting, in the card's currency, where it has a payoff."""
    shown: float | None = None
    """When a person saw it, in seconds since 1970."""
    group: str = NO_GROUP
    """One of "call", "control" and "none"."""
    campaign: str = ""
    """Id of the list it belongs to; empty for none."""
    sealed: str | None = None
    """The record's values, encrypted; None where values are not kept, or were erased."""


@dataclass(frozen=True)
class Event:
    """Something that happened after a decision, or before it is known here. Append-only."""

    id: str
    model: str
    """Name of the model, without a version."""
    kind: str
    """One of `KINDS`."""
    decision: str = ""
    """Id of the decision; empty where only the record is known."""
    record: str = ""
    """The record's id; empty where only the decision is known."""
    outcome: str = ""
    """Name of the outcome; empty where it is about none."""
    value: float | None = None
    """1 where the outcome came and 0 where not; for a contact 1 where somebody was reached and 0 where not."""
    reason: str = ""
    note: str = ""
    """Encrypted; empty for none."""
    happened: float = 0.0
    known: float = 0.0
    """When it happened, and when it was stored by the database's clock; seconds since 1970."""
    due: float | None = None
    """When to call back."""
    by: str = ""
    door: str = "api"
    """Reporter and door: "page", "api", "file"."""
    key: str | None = None
    """Idempotency key: one event of each caller."""
    refers: str = ""
    """Id of the event that a correction or a void is about."""
    campaign: str = ""
    """Id of the list; empty for none."""


@dataclass(frozen=True)
class Assignment:
    """One record of a campaign's list: called, or kept back. Kept without time limit."""

    campaign: str
    list: str
    """Ids of the jobs of the campaign and of the list."""
    row: int
    """Row of the campaign's file, from 1."""
    model: str
    """Key of the version that scored it."""
    record: str
    """The record's id; empty where it has none."""
    group: str
    """One of "call" and "control"."""
    seed: int
    """Seed of the draw of the control group."""
    rank: int
    """Place on the list, from 1; 0 for the control group."""
    outcome: str
    """The outcome that the list is about."""
    probability: float
    """Probability of that outcome, 0 to 1."""
    worth: float | None
    """Worth of a call, in the card's currency."""
    made: float = 0.0
    """Seconds since 1970, by the database's clock."""


def new_answer_id() -> str:
    """Id of an answer: 24 hexadecimal digits, of which 12 are the time in milliseconds, so that ids are in order."""
    return f"{int(time.time() * 1000):012x}{secrets.token_hex(6)}"


def answer_of_job(job: str) -> str:
    """Id of the answer that a job gives: the first 24 digits of its own."""
    return job[:LONG]


def decision_id(answer: str, at: int) -> str:
    """Id of the decision about record `at` of an answer, from 0."""
    return f"{answer}-{at}"


def new_event_id() -> str:
    """Id of an event, in the order of time."""
    return new_answer_id()
