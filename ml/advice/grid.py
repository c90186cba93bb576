"""Values to try for a feature: round numbers over the range seen in training, choices, dates."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from typing import Any

import numpy as np

from ml.advice.value_function import ValueFunction
from ml.data.feature import MOST_LISTED, Feature, Value
from ml.runtime.memo import Memo

MOST_SWEPT = 30  # of a category with more choices than a form lists: the most common ones
NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


@Memo
def values_to_try(value_function: ValueFunction, at: int, most: int) -> tuple[Value, ...]:
    """Values to try for the feature at a position: :func:`grid`, or of very many choices the most common ones.

    The background gives the counts; the values are in the order of the choices.
    """
    feature = value_function.schema.features[at]
    if len(feature.choices) <= MOST_LISTED:
        return grid(feature, most)
    counted = Counter(value for value in value_function.background[at].tolist() if value is not None)
    common = {value for value, _ in counted.most_common(MOST_SWEPT)}
    return tuple(choice.value for choice in feature.choices if choice.value in common)


def grid(feature: Feature, most: int) -> tuple[Value, ...]:
    """Values to try for a feature, at most `most` of a number or date, in order.

    All choices; for numbers and dates both ends of the range in training (within the hard limits; without
    it, the hard limits) and round values between; for texts the suggestions. Empty where there are no limits.
    """
    if feature.kind == "category":
        return tuple(choice.value for choice in feature.choices)
    if feature.kind == "boolean":
        return (False, True)
    if feature.kind == "text":
        return tuple(feature.suggestions)
    low, high = _ends(feature)
    if low is None or high is None or low > high:
        return ()
    if feature.kind == "date" and feature.timed:
        return _moments(feature, low, high, most)
    if feature.kind == "date":
        days = sorted({round(day) for day in np.linspace(low.toordinal(), high.toordinal(), most)})
        return tuple(dt.date.fromordinal(day) for day in days)
    numbers = _round_numbers(float(low), float(high), most, whole=feature.kind == "integer")
    return tuple(int(number) if feature.kind == "integer" else number for number in numbers)


def _moments(feature: Feature, low: dt.datetime, high: dt.datetime, most: int) -> tuple[Value, ...]:
    """The ends and whole minutes between them, in the column's time zone where it has one."""
    zone = feature.tzinfo
    if zone is not None:  # each end may have the offset of its own season, and clocks of one zone jump
        low, high = low.astimezone(dt.UTC), high.astimezone(dt.UTC)
    inner = [low + (high - low) * (part / (most - 1)) for part in range(1, most - 1)]
    moments = sorted({low, high, *(moment.replace(second=0, microsecond=0) for moment in inner)})
    return tuple(moments if zone is None else (moment.astimezone(zone) for moment in moments))


def _ends(feature: Feature) -> tuple[Any, Any]:
    """Ends of the range to try: that of training within the hard limits, for beyond it answers are extrapolated."""
    low, high = feature.low, feature.high
    if feature.seen is None:
        return low, high
    seen_low, seen_high = feature.seen
    return (
        seen_low if low is None else max(low, seen_low),
        seen_high if high is None else min(high, seen_high),
    )


def _round_numbers(low: float, high: float, most: int, *, whole: bool) -> list[float]:
    """The ends and round values between them."""
    if whole:
        low, high = math.ceil(low), math.floor(high)
    if not high > low:
        return [low] if high == low else []
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    for times in (*NICE, *(10.0 * nice for nice in NICE[1:])):
        step = times * power
        if whole and not step.is_integer():
            continue
        digits = max(0, 2 - math.floor(math.log10(step)))
        between = np.arange(math.floor(low / step), math.ceil(high / step) + 1) * step
        # Without values that differ from an end by rounding only.
        inner = between[(between > low + step / 1e6) & (between < high - step / 1e6)]
        if len(inner) + 2 <= most:
            return [low, *(round(number, digits) for number in inner.tolist()), high]
    return [low, high]


def number_of(value: Any) -> float:
    """A number or a date as its place on an axis, of dates in days."""
    if not isinstance(value, dt.date):
        return float(value)
    clock = value.hour * 3600 + value.minute * 60 + value.second if isinstance(value, dt.datetime) else 0
    return value.toordinal() + clock / 86_400
