"""Jobs, their chunks and webhooks as plain dataclasses, without SQLAlchemy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

State = Literal["held", "waiting", "running", "done", "failed", "cancelled"]
STATES: tuple[State, ...] = get_args(State)
OPEN: tuple[State, ...] = ("waiting", "running")
OVER: tuple[State, ...] = ("done", "failed", "cancelled")
REMOVED = "removed"  # state during removal: files and rows may still be there, but no query finds the job
EXPORT = "export"  # kind of a job that writes another's result in some format
OUTCOMES = "outcomes"  # kind of a job that stores what a table tells of decisions
ANSWER = "answer"  # kind of a job that answers a request which takes longer than a request waits
UNLISTED = (EXPORT, ANSWER, OUTCOMES)  # kinds that are not in the list of jobs
SPLITTING = 0  # the number of the chunk that cuts the file into the others


@dataclass(frozen=True)
class Webhook:
    """The callback of a job: an address that is called when the job is over."""

    url: str
    state: str
    """One of "waiting", "delivered" and "failed"."""
    attempts: int
    """Number of attempts."""
    due: float
    """Time of the next attempt, in seconds since 1970."""
    status: int | None
    """HTTP code of the last answer; None where there was none."""
    message: str
    """Last error; empty otherwise."""


@dataclass(frozen=True)
class Origin:
    """Origin of a job: the id of the request that sent it, and its span as W3C's traceparent; empty for none."""

    request: str = ""
    trace: str = ""


UNKNOWN = Origin()


@dataclass(frozen=True)
class Job:
    """State of a job."""

    id: str
    model: str
    """Key of the version that scores, chosen when the job was accepted."""
    kind: str
    """One of "score", "campaign", "list", "export", "answer" and "outcomes"."""
    state: State
    """Held: the file is kept, and nothing runs until the job is started."""
    options: dict[str, Any]
    """Options of the request: JSON values."""
    digest: str
    """SHA-256 of the file, in hex."""
    size: int
    """Bytes of the file."""
    message: str
    """Why it failed; empty otherwise."""
    created: float
    started: float | None
    finished: float | None
    """Seconds since 1970 in UTC, by the database's clock."""
    total: int | None
    """Records in the file; None until all of it was read."""
    done: int
    refused: int
    """Records that are scored or refused so far, and those of them that were refused."""
    now: float
    """The database's clock when this was read."""
    gaps: dict[str, int] = field(default_factory=dict)
    """By feature, scored records without its value, where in training every row had one."""
    unread: dict[str, int] = field(default_factory=dict)
    """By feature, values that were refused."""
    webhook: Webhook | None = None
    """The call that was asked for."""
    origin: Origin = UNKNOWN
    """The request that sent it."""


@dataclass(frozen=True)
class Chunk:
    """A claimed chunk of a job: number 0 is the splitting, others are in file order; its file holds its records."""

    job: str
    number: int
    owner: str
    attempts: int
    file: str | None


@dataclass(frozen=True)
class QueueLoad:
    """Contents of the queue."""

    jobs: dict[str, int]
    """Number of jobs by state; all states are there."""
    chunks: dict[str, int]
    """Number of chunks of jobs that are not over, by state: waiting, running, done."""
    oldest: float
    """Seconds since the oldest waiting job was sent; 0 where none waits."""


@dataclass(frozen=True)
class JobFilter:
    """Filter of the list of jobs; empty fields match every job."""

    model: str = ""
    """A name for all its versions, or a key."""
    states: tuple[State, ...] = ()
    kind: str = ""
    after: float | None = None
    before: float | None = None
    """`after`, `before`: open interval of the time of acceptance, in seconds since 1970."""
