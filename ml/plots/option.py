"""Options of a plot: a choice among values, or a number."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ml.errors import UnknownOption

if TYPE_CHECKING:
    from ml.bundle.bundle import Bundle

Setting = str | float | None
Choices = Sequence[tuple[str, str]]
LONGEST = 200


@dataclass(frozen=True)
class Option:
    """One option of a plot.

    Attributes
    ----------
    key : str
        Names it in addresses and cache keys.
    label : str
        Shown beside the field.
    choices : callable (bundle, outcome name) -> sequence of (value, label), or None
        The accepted values; the first is the default. None accepts a number.
    default : callable (bundle, outcome name) -> number or None
        For numbers: the default. None is an empty field.
    low, high : float
        Limits of a number, inclusive.
    unit : str
    help : str
        A sentence where the label is not enough.
    computed : bool
        False when only the drawing uses it: then one result serves all its values.
    """

    key: str
    label: str
    choices: Callable[[Bundle, str], Choices] | None = None
    default: Callable[[Bundle, str], float | None] = lambda *_: None
    low: float = -1e12
    high: float = 1e12
    unit: str = ""
    help: str = ""
    computed: bool = True

    def opens_with(self, bundle: Bundle, outcome: str) -> Setting:
        """The default value."""
        if self.choices is None:
            return self.default(bundle, outcome)
        return next((value for value, _ in self.choices(bundle, outcome)), None)

    def read(self, bundle: Bundle, outcome: str, raw: object) -> Setting:
        """Check a value from a browser or an address; None is the default.

        Raises
        ------
        UnknownOption
        """
        if raw is None:
            opens = self.opens_with(bundle, outcome)
            return opens if opens is None or self.choices else self._number(opens)  # 100 and "100" are one setting
        if self.choices is None:
            return self._number(raw)
        known = [value for value, _ in self.choices(bundle, outcome)]
        if raw == "" and not known:  # an empty list has no choice
            return None
        if raw not in known:
            shown = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
            raise UnknownOption(f"{self.label} is {str(raw)[:LONGEST]!r}.", f"Accepted: {shown or 'nothing here'}.")
        return str(raw)

    def _number(self, raw: object) -> float | None:
        text = str(raw).strip()
        if not text:
            return None
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not self.low <= number <= self.high:
            accepted = f"a number from {self.low:g} to {self.high:g}{' ' + self.unit if self.unit else ''}"
            raise UnknownOption(f"{self.label} is {text[:LONGEST]!r}.", f"Accepted: {accepted}.")
        return round(number, 9)


def checked_options(
    options: Sequence[Option], bundle: Bundle, outcome: str, raws: Mapping[str, object]
) -> dict[str, Setting]:
    """Checked value of each option; unknown keys are ignored."""
    return {option.key: option.read(bundle, outcome, raws.get(option.key)) for option in options}
