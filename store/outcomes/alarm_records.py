"""Episodes of the calibration alarm and their alerts as plain dataclasses, without SQLAlchemy."""

from __future__ import annotations

from dataclasses import dataclass

WEBHOOK, EMAIL = "webhook", "email"
PROMOTED, REMOVED = "promoted", "removed"  # why an episode ended: another version is live, or the model is gone


@dataclass(frozen=True)
class Episode:
    """One run of the calibration alarm: of one outcome of one version, from its beginning until somebody ends it."""

    id: str
    model: str
    """Name of the model."""
    version: str
    """Key of the version that is watched."""
    outcome: str
    """Name of the outcome."""
    began: float = 0.0
    """Outcomes that became certain later count; seconds since 1970, 0 for all."""
    evidence: str = ""
    """JSON of the test's state; empty before the first outcome."""
    seen: int = 0
    """Number of the last event that was looked at."""
    checked: float | None = None
    """When it was last looked at."""
    alarmed: float | None = None
    """When the evidence reached the alarm."""
    since: float | None = None
    """When the first probability after the most likely change was said."""
    ended: float | None = None
    """When somebody acknowledged the alarm, another version went live, or the model went; None for the one that goes
    on."""
    ended_by: str = ""
    ended_why: str = ""
    """Person who ended it, empty for the service itself, and the reason."""


@dataclass(frozen=True)
class Alert:
    """An alert about one episode by one channel, claimed by who sends it."""

    episode: Episode
    channel: str
    """One of "webhook" and "email"."""
    attempts: int
    """Including this one."""
    owner: str
