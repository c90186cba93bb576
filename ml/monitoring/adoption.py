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
    """Records shown to one person, in one week, or to all.

    Attributes
    ----------
    name : str
        The person, or the week's Monday as ``2026-11-23``; empty for all.
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
    """Adoption of all, by person (most records first), and by week (in order)."""

    days: float
    all: AdoptionRow
    people: tuple[AdoptionRow, ...]
    weeks: tuple[AdoptionRow, ...]


def adoption(
    shown_at: ArrayLike,
    contacted_at: ArrayLike,
    recorded_at: ArrayLike,
    people: Sequence[str],
    now: float,
    days: float = 7.0,
    zone: dt.tzinfo = dt.UTC,
) -> Adoption:
    """Count what was done with the records that people were shown.

    Parameters
    ----------
    shown_at : array of float, shape (n,)
        When each was shown or listed, seconds since 1970.
    contacted_at, recorded_at : array of float, shape (n,)
        First contact, and first recorded outcome; NaN for none.
    people : sequence of str, length n
        To whom; empty where nobody signed in.
    days : float
        Time within which they are to be done. Records shown later than that before `now` are not judged.
    zone : tzinfo
        Time zone of the weeks, which begin on Monday.
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
    names = np.asarray(people, dtype=object)
    weeks = np.array([_monday(at, zone) for at in shown.tolist()], dtype=object)

    def rows(key: np.ndarray) -> list[AdoptionRow]:
        return [_row(name, key == name, marks) for name in sorted(set(key.tolist()))]

    everything = np.ones(len(shown), dtype=bool)
    by_person = sorted(rows(names), key=lambda row: (-row.shown, row.name))
    return Adoption(days, _row("", everything, marks), tuple(by_person), tuple(rows(weeks)))


def _monday(at: float, zone: dt.tzinfo) -> str:
    day = dt.datetime.fromtimestamp(at, zone).date()
    return (day - dt.timedelta(days=day.weekday())).isoformat()


def _row(name: str, chosen: Booleans, marks: Sequence[Booleans]) -> AdoptionRow:
    counts = [int((chosen & mark).sum()) for mark in marks]
    return AdoptionRow(name, int(chosen.sum()), *counts)
