"""What a person may choose at one plot: a value out of some, or a number."""

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
    """One choice at a plot.

    Attributes
    ----------
    key : str
        Names it in addresses and cache keys.
    label : str
        What people read.
    choices : callable (bundle, outcome name) -> sequence of (value, label), or None
        The accepted values; the first is what the plot opens with. None takes a number.
    default : callable (bundle, outcome name) -> number or None
        For numbers: what the plot opens with. None is "nothing said".
    low, high : float
        Limits of a number, inclusive.
    unit : str
    help : str
        A sentence where the label does not say all.
    computed : bool
        False when only the drawing looks at it: then the result is shared between all its values.
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
        """The value where nobody chose one."""
        if self.choices is None:
            return self.default(bundle, outcome)
        return next((value for value, _ in self.choices(bundle, outcome)), None)

    def read(self, bundle: Bundle, outcome: str, raw: object) -> Setting:
        """What a browser or an address sent, checked; nothing sent is what the plot opens with.

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
        if raw == "" and not known:  # a list of nothing has nothing chosen
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
    """Each option's value out of what was sent; what the plot does not ask for is let be."""
    return {option.key: option.read(bundle, outcome, raws.get(option.key)) for option in options}
