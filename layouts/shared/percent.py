"""Probabilities as percentages that people read; exclusive ones sum to 100.0."""

from __future__ import annotations

from collections.abc import Sequence

from ml.locale import percent

TENTHS = 1000  # of a percent in the whole


def percents(probabilities: Sequence[float], *, exclusive: bool) -> list[str]:
    """Percent with one decimal for each probability.

    Parameters
    ----------
    probabilities : sequence of float
        0 to 1 each.
    exclusive : bool
        True when they sum to 1: then what is shown sums to 100.0 as well, each within 0.1 of its
        exact value (largest remainders are rounded up).

    Returns
    -------
    list of str
        Never "0.0" or "100.0" of what is not exactly that.
    """
    exact = [TENTHS * probability for probability in probabilities]
    tenths = _summing_up(exact) if exclusive else [round(value) for value in exact]
    return [_text(shown, probability) for shown, probability in zip(tenths, probabilities, strict=True)]


def span(low: float, high: float) -> str:
    """A range of probabilities in whole percent: "2–69 %"."""
    ends = round(100 * low), round(100 * high)
    return percent(f"{ends[0]}" if ends[0] == ends[1] else f"{ends[0]}–{ends[1]}")


def _summing_up(exact: Sequence[float]) -> list[int]:
    whole = [int(value) for value in exact]
    missing = max(0, TENTHS - sum(whole))
    by_remainder = sorted(range(len(exact)), key=lambda at: whole[at] - exact[at])
    for at in by_remainder[:missing]:
        whole[at] += 1
    return whole


def _text(tenths: int, probability: float) -> str:
    if tenths <= 0 and probability > 0:
        return f"< {percent('0.1')}"
    if tenths >= TENTHS and probability < 1:
        return f"> {percent('99.9')}"
    return percent(f"{tenths / 10:.1f}")
