"""Changes of cut-offs as plain dataclasses, without SQLAlchemy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

LONGEST_REASON = 500


@dataclass(frozen=True)
class CutOffChange:
    """One change of the cut-off of an outcome."""

    before: float
    """The cut-off that was in use, 0 to 1."""
    after: float | None
    """The new one; None where the choice was forgotten with its model."""
    reason: str
    who: str | None
    """Author of the change; None where nobody had to sign in."""
    at: datetime
    """When, UTC."""

    def check(self) -> None:
        """Raise ValueError where a cut-off is no probability, or the reason is empty or too long."""
        for value in (self.before, self.after):
            if value is not None and not 0 <= value <= 1:
                raise ValueError(f"A cut-off is a probability from 0 to 1, not {value!r}.")
        if not self.reason or len(self.reason) > LONGEST_REASON:
            raise ValueError(f"A change needs a reason of 1 to {LONGEST_REASON} characters.")


@dataclass(frozen=True)
class ChoicesOverTime:
    """Cut-offs that were chosen for a model, at any time until they were read."""

    changes: Sequence[tuple[float, str, float | None]]
    """Time in seconds since 1970, outcome and new cut-off of each change, in the order in which they were stored; None
    where the choice was forgotten with its model."""

    def at(self, moment: float) -> dict[str, float]:
        """The choices at a time in seconds since 1970, 0 to 1, by outcome."""
        last = {outcome: value for at, outcome, value in self.changes if at <= moment}
        return {outcome: value for outcome, value in last.items() if value is not None}
