"""Options of a plot: a choice among values, or a number."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ml.bundle.bundle import Bundle
from ml.errors import UnknownOption
from ml.translation import text

Setting = str | float | None
Choices = Sequence[tuple[str, str]]
LONGEST = 200


@dataclass(frozen=True)
class Option:
    """One option of a plot."""

    key: str
    """Names it in addresses and cache keys."""
    label: str
    """Shown beside the field. A message, by ``mark``, as `unit` and `help` are."""
    choices: Callable[[Bundle, str], Choices] | None = None
    """The accepted values, with labels in the reader's language; the first is the default. None accepts a number.
    Called as (bundle, outcome name) -> sequence of (value, label)."""
    default: Callable[[Bundle, str], float | None] = lambda *_: None
    """For numbers: the default. None is an empty field. Called as (bundle, outcome name) -> number."""
    low: float = -1e12
    high: float = 1e12
    """Limits of a number, inclusive."""
    unit: str = ""
    help: str = ""
    """A sentence where the label is not enough."""
    computed: bool = True
    """False when only the drawing uses it: then one result serves all its values."""

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
            accepted = text("Accepted: {values}.", values=shown) if shown else text("Accepted: nothing here.")
            raise UnknownOption(self._is(str(raw)), accepted)
        return str(raw)

    def is_typed(self, bundle: Bundle, outcome: str, value: Setting) -> bool:
        """True for a number that is not the default: somebody typed it, and there is no end to such numbers."""
        return self.choices is None and value is not None and value != self.read(bundle, outcome, None)

    def _number(self, raw: object) -> float | None:
        typed = str(raw).strip()
        if not typed:
            return None
        try:
            number = float(typed)
        except ValueError:
            number = math.nan
        if not self.low <= number <= self.high:
            low, high = f"{self.low:g}", f"{self.high:g}{' ' + text(self.unit) if self.unit else ''}"
            raise UnknownOption(self._is(typed), text("Accepted: a number from {low} to {high}.", low=low, high=high))
        return round(number, 9)

    def _is(self, value: str) -> str:
        return text("{option} is {value}.", option=text(self.label), value=repr(value[:LONGEST]))


def checked_options(
    options: Sequence[Option], bundle: Bundle, outcome: str, raws: Mapping[str, object]
) -> dict[str, Setting]:
    """Checked value of each option; unknown keys are ignored."""
    return {option.key: option.read(bundle, outcome, raws.get(option.key)) for option in options}
