"""Adoption: of the records shown to people, how many were contacted and had their outcome recorded, and how soon."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ml.data.array_types import Booleans

DAY = 86_400.0


@dataclass(frozen=True)
class AdoptionRow:
    """Records shown in one week, or in all.

    Attributes
    ----------
    name : str
        The week's Monday as ``2026-11-23``; empty for all.
    shown, contacted, recorded : int
        Records; contacted so far; with an outcome recorded so far.
    due : int
        Records shown long enough ago to be judged.
    contacted_in_time, recorded_in_time : int
        Number of the due records for which it happened in time.
    """

    name: str
    shown: int
    contacted: int
    recorded: int
    due: int
    contacted_in_time: int
    recorded_in_time: int

    @property
    def contacted_share(self) -> float | None:
        """Share of the due that were contacted in time; None where none is due."""
        return self.contacted_in_time / self.due if self.due else None

    @property
    def recorded_share(self) -> float | None:
        """Share of the due whose outcome was recorded in time; None where none is due."""
        return self.recorded_in_time / self.due if self.due else None


@dataclass(frozen=True)
class Adoption:
    """Adoption of all, and by week (in order)."""

    days: float
    all: AdoptionRow
    weeks: tuple[AdoptionRow, ...]


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
    marks = (
        ~np.isnan(contacted),
        ~np.isnan(recorded),
        due,
        due & (contacted <= shown + days * DAY),
        due & (recorded <= shown + days * DAY),
    )
    mondays = np.array([_monday(at) for at in shown.tolist()], dtype=object)
    weeks = tuple(_row(name, mondays == name, marks) for name in sorted(set(mondays.tolist())))
    return Adoption(days, _row("", np.ones(len(shown), dtype=bool), marks), weeks)


def _monday(at: float) -> str:
    """The day on which the week of a time begins, UTC."""
    day = dt.datetime.fromtimestamp(at, dt.UTC).date()
    return (day - dt.timedelta(days=day.weekday())).isoformat()


def _row(name: str, chosen: Booleans, marks: Sequence[Booleans]) -> AdoptionRow:
    counts = [int((chosen & mark).sum()) for mark in marks]
    return AdoptionRow(name, int(chosen.sum()), *counts)
