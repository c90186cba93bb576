"""The moment up to which outcomes are known, as people write it."""

from __future__ import annotations

import datetime as dt

from ml.errors import InvalidData

DAY = dt.timedelta(days=1)
ACCEPTED = "Accepted: a day, such as 2026-06-30, or a time with its zone, such as 2026-06-30T18:00:00+02:00."


def read_as_of(written: str | None, now: float) -> float:
    """Seconds since 1970: the end of a day (UTC), or a time; `now` without one.

    Parameters
    ----------
    now : float
        Seconds since 1970. Of today only what is known by now counts, for what is not ripe yet would look ripe.

    Raises
    ------
    InvalidData
        When it is no date, or lies in the future.
    """
    if not written:
        return now
    moment = _moment(written.strip())
    if moment.timestamp() > now:
        raise InvalidData(f"{written!r} lies in the future: which outcomes come until then is not known.", ACCEPTED)
    ends = moment + DAY if len(written.strip()) == len("2026-06-30") else moment
    return min(ends.timestamp(), now)


def read_since(written: str | None) -> float:
    """Seconds since 1970 of the beginning of a day (UTC), or of a time; 0 without one. InvalidData as above."""
    return _moment(written.strip()).timestamp() if written else 0.0


def _moment(written: str) -> dt.datetime:
    try:
        read = dt.datetime.fromisoformat(written)
        if len(written) == len("2026-06-30"):
            return read.replace(tzinfo=dt.UTC)
        if read.tzinfo is None:
            raise ValueError
        read.timestamp()
    except (ValueError, OverflowError):
        raise InvalidData(f"{written[:60]!r} is no date.", ACCEPTED) from None
    return read
