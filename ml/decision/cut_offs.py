"""Cut-off (decision threshold) of an outcome: somebody's choice, else the card's, else the best by payoff, else 0.5."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ml.decision.known_outcomes import check_known
from ml.errors import InvalidData

log = logging.getLogger("likely")

DEFAULT = 0.5
CUT_OFF = "cut_off"  # key of the option of plots at a cut-off
PAUSE = 5.0  # s between two attempts to read choices after a failure
HINT = 'Write "cut_offs" as {outcome: 0 to 1, …}.'

BEST = "best_cut_offs"
_KEPT = ("cut_off", "low", "high", "half_loses", "half_loses_low", "half_loses_high", "with", "without")

ChosenCutOffs = Callable[[str], Mapping[str, float]]  # model name -> the operator's choices, by outcome


class CutOffs:
    """The cut-offs in use; the last known choice counts while the store cannot be read.

    `chosen` gives the choices for the name of a model, by outcome, in one question to the store; it raises OSError when
    that is unavailable, ConnectionError where the log says so already. Without it there are no choices.
    """

    def __init__(self, chosen: ChosenCutOffs | None = None) -> None:
        self._chosen = chosen
        self._last: dict[str, Mapping[str, float]] = {}
        self._not_before = 0.0

    def in_use(self, name: str, card: Mapping[str, Any], outcomes: Sequence[str]) -> dict[str, float]:
        """The cut-offs of outcomes of the model of that name and card, each 0 to 1."""
        return or_of_card(self._choices(name), card, outcomes)

    def _choices(self, name: str) -> Mapping[str, float]:
        last = self._last.get(name, {})
        if self._chosen is None or time.monotonic() < self._not_before:
            return last
        try:
            choices = self._chosen(name)
        except OSError as error:
            if not self._not_before and not isinstance(error, ConnectionError):  # logs one line for each outage
                log.warning("Chosen cut-offs cannot be read (%s); the last known count.", error)
            self._not_before = time.monotonic() + PAUSE
            return last
        self._not_before = 0.0
        self._last[name] = choices
        return choices


def or_of_card(chosen: Mapping[str, float], card: Mapping[str, Any], outcomes: Sequence[str]) -> dict[str, float]:
    """The chosen cut-offs, and the card's of outcomes for which nobody chose one, each 0 to 1."""
    return {of: chosen[of] if of in chosen else card_cut_off(card, of) for of in outcomes}


@dataclass(frozen=True)
class BestCutOff:
    """Cut-off that brought most on the hold-out by the card's payoff, found when the version was made."""

    cut_off: float
    """0 to 1."""
    low: float | None
    high: float | None
    """Its 95 % interval: percentiles of the bootstrap."""
    half_loses: float
    half_loses_low: float
    half_loses_high: float
    """What a cut-off of one half brings less than the best for 1,000 records, money, with the interval of 95 %."""
    with_it: int
    without_it: int
    """Records of the hold-out with the outcome, and without."""


def read_best_cut_off(card: Mapping[str, Any], outcome: str) -> BestCutOff | None:
    """The best cut-off that the version knows of an outcome.

    None where the card has no payoff of it, where the hold-out could not tell, and in versions that were made before
    best cut-offs were kept.

    Parameters
    ----------
    card : mapping
        ``card["best_cut_offs"]`` is by outcome what :func:`ml.training.best_cut_offs.find_best_cut_offs` gives.

    Raises
    ------
    InvalidData
        When it is not of this form.
    """
    written = card.get(BEST, {})
    entry = written.get(outcome) if isinstance(written, Mapping) else written
    if entry is None:
        return None
    try:
        best = BestCutOff(*(entry[name] for name in _KEPT))
    except (KeyError, TypeError) as error:
        raise InvalidData(f"The best cut-off of {outcome} is {str(entry)[:80]!r}.") from error
    numbers = [best.half_loses, best.half_loses_low, best.half_loses_high, best.with_it, best.without_it]
    ends = [end for end in (best.low, best.high) if end is not None]
    if not all(map(_is_probability, (best.cut_off, *ends))) or not all(map(_is_number, numbers)):
        raise InvalidData(f"The best cut-off of {outcome} is {str(entry)[:80]!r}.")
    return best


def card_cut_off(card: Mapping[str, Any], outcome: str) -> float:
    """The card's cut-off of an outcome, 0 to 1; where it names none the best by its payoff, else one half.

    Parameters
    ----------
    card : mapping
        ``card["cut_offs"]`` is ``{outcome: number}``; ``card["best_cut_offs"]`` see :func:`read_best_cut_off`.

    Raises
    ------
    InvalidData
        When the card's cut-offs are not of this form.
    """
    written = card.get("cut_offs")
    if written is not None and not isinstance(written, Mapping):
        raise InvalidData(f"cut_offs is {str(written)[:80]!r}.", HINT)
    if written is None or outcome not in written:
        best = read_best_cut_off(card, outcome)
        return DEFAULT if best is None else float(best.cut_off)
    value = written[outcome]
    if not _is_probability(value):
        raise InvalidData(f"The cut-off of {outcome} is {value!r}.", "It is a probability, 0 to 1.")
    return float(value)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _is_probability(value: Any) -> bool:
    return _is_number(value) and 0 <= value <= 1


def check_cut_offs(card: Mapping[str, Any], outcomes: Sequence[str]) -> None:
    """Raise InvalidData unless the card's cut-offs are valid and name known outcomes only."""
    for outcome in outcomes:
        card_cut_off(card, outcome)
    check_known("The cut-offs name", card.get("cut_offs") or {}, outcomes)
