"""Ripening of an outcome, from the card: how long after a decision it may still come, and what silence means.

A record whose time is not over is unripe: the outcome may still come, so it counts neither as one that has it nor as
one that has it not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from ml.decision.known_outcomes import check_known
from ml.errors import InvalidData

CARD = "ripening"
HOUR, DAY = 3_600.0, 86_400.0
UNITS = {"hour": HOUR, "day": DAY, "week": 7 * DAY}
LONGEST = 3_650 * DAY
SILENCES = ("no", "unknown")
FORM = re.compile(r"\s*(\d{1,5})\s+(hour|day|week)s?\s*")
HINT = 'Write it as "30 days", in whole hours, days or weeks, ten years at most; leave it out where none is known.'


def ripening_of(card: Mapping[str, Any], outcome: str) -> float | None:
    """Seconds after a decision until which the outcome may still come; None where the card does not say.

    Parameters
    ----------
    card : mapping
        ``card["ripening"]`` is ``{outcome: {"after": "30 days", "silence": "no"}}``, as ``[outcomes.NAME]`` of a
        description file writes it.

    Raises
    ------
    InvalidData
        When the card's ripening is not of this form.
    """
    written = _of(card, outcome)
    return read_time(f"outcomes.{outcome}.after", written["after"]) if "after" in written else None


def silence_of(card: Mapping[str, Any], outcome: str) -> Literal["no", "unknown"]:
    """Meaning of no report of an outcome within its time; parameters as :func:`ripening_of`.

    "no": it did not come, right where whoever has it is always told (by a system of orders, say). "unknown": nothing,
    which is what holds where the card does not say.
    """
    written = _of(card, outcome)
    if "silence" not in written:
        return "unknown"
    if written["silence"] not in SILENCES:
        raise InvalidData(f"outcomes.{outcome}.silence is {str(written['silence'])[:80]!r}.", "It is no or unknown.")
    if "after" not in written:
        raise InvalidData(f"outcomes.{outcome}.silence says what it means that a time is over.", HINT)
    return "no" if written["silence"] == "no" else "unknown"


def _of(card: Mapping[str, Any], outcome: str) -> Mapping[str, Any]:
    written = card.get(CARD)
    if written is None:
        return {}
    entry = written.get(outcome, {}) if isinstance(written, Mapping) else written
    if not isinstance(entry, Mapping):
        raise InvalidData(f"The ripening of {outcome} is {str(entry)[:80]!r}.", 'Write {"after": "30 days"}.')
    return entry


def read_time(where: str, written: object) -> float:
    """Seconds in a time such as "30 days"; InvalidData for anything else, with `where` in its message."""
    match = FORM.fullmatch(written) if isinstance(written, str) else None
    seconds = int(match[1]) * UNITS[match[2]] if match else 0.0
    if not 0 < seconds <= LONGEST:
        raise InvalidData(f"{where} is {str(written)[:80]!r}.", HINT)
    return seconds


def check_ripening(card: Mapping[str, Any], outcomes: Sequence[str]) -> None:
    """Raise InvalidData unless the card's ripening is valid and names known outcomes only."""
    for outcome in outcomes:
        ripening_of(card, outcome), silence_of(card, outcome)
    check_known("A time is given for", card.get(CARD) or {}, outcomes)
