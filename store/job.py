"""What is known of a job and of a piece of it. SQLAlchemy is not needed to speak of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["held", "waiting", "running", "done", "failed", "cancelled"]
OPEN: tuple[State, ...] = ("waiting", "running")
SPLITTING = 0  # the number of the piece that cuts the file into the others


@dataclass(frozen=True)
class Job:
    """What is known of a job.

    Attributes
    ----------
    id : str
    model : str
        Key of the version that scores, chosen when the job was accepted.
    state : {"held", "waiting", "running", "done", "failed", "cancelled"}
        Held: the file is kept, and nothing runs until somebody says so.
    options : dict
        As it was asked for: JSON values.
    digest : str
        SHA-256 of the file, in hex.
    size : int
        Bytes of the file.
    message : str
        Why it failed; empty otherwise.
    created, started, finished : float or None
        Seconds since 1970 in UTC, by the database's clock.
    total : int or None
        Records in the file; None until all of it was read.
    done, refused : int
        Records that are scored or refused so far, and those of them that were refused.
    gaps : dict of str to int
        By feature, scored records without its value, where in training every row had one.
    now : float
        The database's clock when this was read.
    """

    id: str
    model: str
    state: State
    options: dict[str, Any]
    digest: str
    size: int
    message: str
    created: float
    started: float | None
    finished: float | None
    total: int | None
    done: int
    refused: int
    now: float
    gaps: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Piece:
    """A claimed piece of a job: its number is 0 for the splitting, else its place; its file holds its records."""

    job: str
    number: int
    owner: str
    attempts: int
    file: str | None
