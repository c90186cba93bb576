"""Colours of the outcomes, the same on every page and in every plot."""

from __future__ import annotations

from ml.data.outcomes import Outcomes

# Each has at least 3:1 against the white and against the dark page, and the first four stay well
# apart under protanopia, deuteranopia and tritanopia (simulated after Machado et al. 2009). Names
# stand beside every use, so colour never carries the meaning alone.
COLOURS: tuple[str, ...] = (
    "#2f7de1",
    "#d9640a",
    "#138a72",
    "#b9489f",
    "#95945b",
    "#9340e6",
    "#e31539",
    "#b878a0",
)


def colour_of(outcomes: Outcomes, name: str) -> str:
    """The colour ``#rrggbb`` of the outcome of that name; beyond eight outcomes colours repeat."""
    return COLOURS[outcomes.index(name) % len(COLOURS)]
