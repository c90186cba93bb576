"""Adoption: of the records shown to people, how many were contacted and had their outcome recorded, and how soon."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ml.data.array_types import Booleans
from ml.data.describe_fields import Described
from ml.data.validation.field_types import Count, Share

DAY = 86_400.0


@dataclass(frozen=True)
class AdoptionRow(Described):
    """Records that were listed to be called, and the calls and reports that followed."""

    name: str
    """Monday of the week as 2026-11-23; empty for all."""
    shown: Count
    """Number of records that were listed."""
    contacted: Count
    """Number of records that were contacted so far."""
    recorded: Count
    """Number of records whose outcome was reported so far."""
    due: Count
    """Number of records that were listed long enough ago to be judged."""
    contacted_in_time: Count
    """Number of the due records that were contacted in time."""
    recorded_in_time: Count
    """Number of the due records whose outcome was reported in time."""
    contacted_share: Share
    """Share of the due records that were contacted in time; null where none is due."""
    recorded_share: Share
    """Share of the due records whose outcome was reported in time; null where none is due."""


@dataclass(frozen=True)
class Adoption(AdoptionRow):
    """Records of all lists, and by week."""

    days: float
    """Days within which a listed record is to be called."""
    weeks: tuple[AdoptionRow, ...]
    """Records by the week in which they were listed, the earliest first."""


def adoption(shown_at: ArrayLike, contacted_at: ArrayLike, recorded_at: ArrayLike, now: float, days: float) -> Adoption:
    """Count what was done with the records that people were shown.

    Parameters
    ----------
    shown_at : array of float, shape (n,)
        When each was shown or listed, seconds since 1970.
    contacted_at, recorded_at : array of float, shape (n,)
        First contact, and first recorded outcome; NaN for none.
    days : float
        Time within which they are to be done. Records shown later than that before `now` are not judged.
    """
    shown, contacted, recorded = (np.asarray(given, float) for given in (shown_at, contacted_at, recorded_at))
    due = shown + days * DAY <= now
    marks = {
        "shown": np.ones(len(shown), dtype=bool),
        "contacted": ~np.isnan(contacted),
        "recorded": ~np.isnan(recorded),
        "due": due,
        "contacted_in_time": due & (contacted <= shown + days * DAY),
        "recorded_in_time": due & (recorded <= shown + days * DAY),
    }
    mondays = np.array([_monday(at) for at in shown.tolist()], dtype=object)
    weeks = tuple(AdoptionRow(name, **_numbers(marks, mondays == name)) for name in sorted(set(mondays.tolist())))
    return Adoption("", days=days, weeks=weeks, **_numbers(marks, marks["shown"]))


def _monday(at: float) -> str:
    """The day on which the week of a time begins, UTC."""
    day = dt.datetime.fromtimestamp(at, dt.UTC).date()
    return (day - dt.timedelta(days=day.weekday())).isoformat()


def _numbers(marks: Mapping[str, Booleans], chosen: Booleans) -> dict[str, Any]:
    """Fields of a row but its name."""
    counts = {name: int((chosen & mark).sum()) for name, mark in marks.items()}
    due = counts["due"]
    shares = {f"{done}_share": counts[f"{done}_in_time"] / due if due else None for done in ("contacted", "recorded")}
    return counts | shares
