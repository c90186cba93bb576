"""Bands: a word of likelihood for each range of probability, as the model's card sets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from ml.decision.known_outcomes import check_known
from ml.errors import InvalidData
from ml.translation import mark, reader_language, text

HINT = 'Write "bands" as a list of {"label": …, "from": 0 to 1}, rising from 0; or one such list an outcome.'


@dataclass(frozen=True)
class Band:
    """One range of probability: from `low` up to where the next band begins."""

    label: str
    """Never shown without the number beside it."""
    low: float
    """0 to 1, inclusive."""
    action: str = ""
    """Not used: what to do follows from the cut-off in use (``ml/decision/decide.py``). Cards of before may hold it."""


DEFAULT = (
    Band(mark("Unlikely"), 0.0), Band(mark("Possible"), 0.2), Band(mark("Likely"), 0.5), Band(mark("Very likely"), 0.8)
)  # fmt: skip
ACTIONS_UNUSED = (
    "The actions of bands are not used: what to do follows from the cut-off in use. "
    'Write "actions" as {"act": "…", "leave": "…"} to word it.'
)


def bands(card: Mapping[str, Any], outcome: str | None = None) -> tuple[Band, ...]:
    """The bands of an outcome: the card's for it, else the card's for all, else the default.

    Parameters
    ----------
    card : mapping
        ``card["bands"]`` is a list of ``{"label", "from", "action"}``, or a mapping of outcome name to
        such a list in which "*" stands for all others.

    Raises
    ------
    InvalidData
        When the card's bands are not of this form.
    """
    written = card.get("bands")
    if isinstance(written, Mapping):
        written = written.get(outcome, written.get("*")) if outcome else written.get("*")
    return _default(reader_language()) if written is None else _bands_of(written)


@cache
def _default(_language: str) -> tuple[Band, ...]:
    """The default in the reader's language: once each, for it is asked for with every record."""
    return tuple(Band(text(band.label), band.low) for band in DEFAULT)


def band_notes(card: Mapping[str, Any], outcomes: Sequence[str]) -> list[str]:
    """Notes for whoever adds these bands: that their actions decide nothing; empty where they have none."""
    written = any(band.action for outcome in outcomes for band in bands(card, outcome))
    return [ACTIONS_UNUSED] if written else []


def check_bands(card: Mapping[str, Any], outcomes: Sequence[str]) -> None:
    """Raise InvalidData unless the card's bands are valid and name known outcomes only."""
    written = card.get("bands")
    if isinstance(written, Mapping):
        check_known("The bands name", written, [*outcomes, "*"], HINT)
    for outcome in outcomes:
        bands(card, outcome)


def band_of(given: Sequence[Band], probability: float) -> Band:
    """The band that a probability lies in: the last that begins at or below it."""
    return next(band for band in reversed(given) if probability >= band.low or band is given[0])


def _bands_of(written: Any) -> tuple[Band, ...]:
    if not isinstance(written, Sequence) or isinstance(written, str) or not written:
        raise InvalidData("The bands are no list.", HINT)
    read = tuple(_band(item) for item in written)
    lows = [band.low for band in read]
    if lows[0] != 0 or any(a >= b for a, b in pairwise(lows)):
        raise InvalidData(f"The bands begin at {', '.join(map(str, lows))}.", HINT)
    if len({band.label for band in read}) < len(read):
        raise InvalidData("Two bands have the same label.", HINT)
    return read


def _band(item: Any) -> Band:
    if not isinstance(item, Mapping) or not {"label", "from"} <= set(item) <= {"label", "from", "action"}:
        raise InvalidData(f"This is no band: {str(item)[:80]}.", HINT)
    label, low, action = item["label"], item["from"], item.get("action", "")
    if not isinstance(label, str) or not label.strip() or not isinstance(action, str):
        raise InvalidData(f"A band's label and action are text, not {label!r} and {action!r}.", HINT)
    if isinstance(low, bool) or not isinstance(low, (int, float)) or not 0 <= low < 1:
        raise InvalidData(f"The band “{label}” begins at {low!r}.", HINT)
    return Band(label.strip(), float(low), action.strip())
