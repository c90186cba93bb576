"""Cut-off (decision threshold) of an outcome: the operator's choice, else the card's, else one half."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ml.errors import InvalidData

log = logging.getLogger("likely")

DEFAULT = 0.5
PAUSE = 5.0  # s between two attempts to read choices after a failure
HINT = 'Write "cut_offs" as {outcome: 0 to 1, …}.'

Chosen = Callable[[str, str], float | None]  # (model name, outcome) -> the operator's choice


class CutOffs:
    """The cut-offs in use; the last known choice counts while the store cannot be read.

    Parameters
    ----------
    chosen : callable or None
        Gives the choice for (name of a model, name of an outcome), None where there is none; raises
        OSError when the store is unavailable. None: no choices.
    """

    def __init__(self, chosen: Chosen | None = None) -> None:
        self._chosen = chosen
        self._last: dict[tuple[str, str], float | None] = {}
        self._not_before = 0.0

    def of(self, name: str, card: Mapping[str, Any], outcome: str) -> float:
        """The cut-off of an outcome of the model of that name and card, 0 to 1."""
        chosen = self._choice(name, outcome)
        return card_cut_off(card, outcome) if chosen is None else chosen

    def _choice(self, name: str, outcome: str) -> float | None:
        last = self._last.get((name, outcome))
        if self._chosen is None or time.monotonic() < self._not_before:
            return last
        try:
            found = self._chosen(name, outcome)
        except OSError as error:
            self._not_before = time.monotonic() + PAUSE
            log.warning("Chosen cut-offs cannot be read (%s); of %s, %s the last known counts.", error, name, outcome)
            return last
        self._last[name, outcome] = found
        return found


def card_cut_off(card: Mapping[str, Any], outcome: str) -> float:
    """The card's cut-off of an outcome, 0 to 1; one half where the card has none.

    Parameters
    ----------
    card : mapping
        ``card["cut_offs"]`` is ``{outcome: number}``.
    outcome : str
        Its name.

    Raises
    ------
    InvalidData
        When the card's cut-offs are not of this form.
    """
    written = card.get("cut_offs")
    if written is None:
        return DEFAULT
    if not isinstance(written, Mapping):
        raise InvalidData(f"cut_offs is {str(written)[:80]!r}.", HINT)
    value = written.get(outcome, DEFAULT)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise InvalidData(f"The cut-off of {outcome} is {value!r}.", "It is a probability, 0 to 1.")
    return float(value)


def check_cut_offs(card: Mapping[str, Any], outcomes: Sequence[str]) -> None:
    """Raise InvalidData unless the card's cut-offs are valid and name known outcomes only."""
    for outcome in outcomes:
        card_cut_off(card, outcome)
    strangers = sorted(set(map(str, card.get("cut_offs") or {})) - set(outcomes))
    if strangers:
        raise InvalidData(
            f"The cut-offs name unknown outcomes: {', '.join(strangers)}.", f"Known outcomes: {', '.join(outcomes)}."
        )
