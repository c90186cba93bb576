"""Sampling budget: predictions that the explanation of one record may cost, at first and for sharper answers."""

from __future__ import annotations

BUDGET = 10_000  # 30 ms where a compiled path serves
SHARPEST = 40_000
FEWEST = 300
FIRST_SECONDS = 0.2
MOST_SECONDS = 2.0
TIMES = 4


def budgets(seconds: float) -> tuple[int, ...]:
    """Budgets of the first answer and of each sharper one, rising.

    They change by powers of two, so a short load on the machine seldom changes them.

    Parameters
    ----------
    seconds : float
        Time of one prediction, in a block of some hundreds.
    """
    first = BUDGET
    while first * seconds > FIRST_SECONDS and first > FEWEST:
        first //= 2
    last = next((most for most in (SHARPEST, SHARPEST // 2) if most * seconds <= MOST_SECONDS), BUDGET)
    found = [first]
    while found[-1] * TIMES < last:
        found.append(found[-1] * TIMES)
    return (*found, last)
