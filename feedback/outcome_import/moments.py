"""Days and times as exports of other systems write them, as seconds since 1970."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from feedback.outcome_import.fields import LATEST
from ml.files.cells.dates import date_text, order_of

DAY = 86_400.0
_MILLISECONDS = re.compile(r"\d{12,13}", re.ASCII)  # since 1970, as HubSpot's API has them; from 2001 on


def moment_of(written: str, order: str | None) -> tuple[float, bool] | None:
    """Seconds since 1970, and whether a day was told without a time, which is its beginning.

    Without a zone it is UTC. Midnight is taken for a day: columns of days are often exported so.

    Parameters
    ----------
    order : {"dmy", "mdy", "ymd"} or None
        Order of the column, as :func:`order_in` finds it.

    Returns
    -------
    (float, bool) or None
        None where it cannot be read.
    """
    written = written.strip()
    if _MILLISECONDS.fullmatch(written):
        return int(written) / 1_000, False
    date = date_text(written, order, serials=True)
    try:
        read = dt.datetime.fromisoformat(date or "")
    except ValueError:
        return None
    seconds = (read if read.tzinfo else read.replace(tzinfo=dt.UTC)).timestamp()
    if not 0 <= seconds <= LATEST:
        return None
    return seconds, read.time() == dt.time()


def order_in(cells: Iterable[str]) -> tuple[str | None, bool]:
    """Order of day and month in a column, and whether it tells it; as :func:`ml.files.cells.dates.order_of`.

    Times of day are left out, so that what is held is a day each at most.
    """
    return order_of({cell.split()[0] for cell in cells if cell.strip()})
