"""Grid of a feature's values at which a model is evaluated, chosen from its records."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ml.advice.grid import grid
from ml.data.columns import Block, size, take, values_of
from ml.data.feature import Feature, Value, plain, text_of
from ml.errors import NothingToShow
from ml.runtime.budget import MOST_COUNTED, sample
from ml.text.words import shown_value
from ml.translation import text

MOST_POINTS = 21
MOST_LEVELS = 20
TAILS = (0.01, 0.99)  # outliers would compress the figure


def grid_values(feature: Feature, array: np.ndarray, most: int = MOST_POINTS) -> tuple[Value, ...]:
    """Grid values: round ones between the 1 % and 99 % quantile, or the most common choices.

    Parameters
    ----------
    array : ndarray, shape (n,)
        The feature's column of a block; of more than 50,000 records a sample.
    most : int
        Points of a number or a date; for all else the 20 most common values.

    Raises
    ------
    NothingToShow
        When no record has a value, or nearly every text is different.
    """
    few = array[sample(len(array), MOST_COUNTED)]
    values = [value for value in values_of(feature, few) if value is not None]
    if not values:
        none = text("No record of the hold-out has a value of {feature}.", feature=feature.label)
        raise NothingToShow(none, text("Choose another feature."))
    if feature.is_ordered:
        ordered = sorted(values)
        low, high = (ordered[round(share * (len(ordered) - 1))] for share in TAILS)
        return grid(replace(feature, seen=(low, high), low=None, high=None), most)
    common = [value for value, _ in Counter(values).most_common(min(most, MOST_LEVELS))]
    if feature.kind == "text" and len(set(values)) > len(values) / 2:
        own = text("{feature} is a text of its own in nearly every record.", feature=feature.label)
        raise NothingToShow(own, text("Choose another feature."))
    if feature.kind == "boolean":
        return (False, True)
    order = {text_of(choice.value): at for at, choice in enumerate(feature.choices)}
    return tuple(sorted(common, key=lambda value: order.get(text_of(value), len(order))))


def value_names(feature: Feature, values: tuple[Value, ...]) -> list[str]:
    """Values in words."""
    return [shown_value(feature, value) for value in values]


def axis_places(feature: Feature, values: tuple[Value, ...]) -> list[float | str]:
    """Axis positions of values: the number, the date as ISO text, or the index of a choice."""
    if feature.is_ordered:
        return [plain(value) for value in values]
    return [float(at) for at in range(len(values))]


def edge_texts(feature: Feature, seconds: Iterable[float]) -> list[str]:
    """Edges of groups of dates as ISO text: days, or times on the clock of the column's time zone.

    They come as seconds since 1970, in UTC where the feature has a time zone.
    """
    starts = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    moments = [(starts + dt.timedelta(seconds=int(each))).astimezone(feature.tzinfo or dt.UTC) for each in seconds]
    if not feature.timed:
        return [moment.date().isoformat() for moment in moments]
    return [moment.replace(tzinfo=None).isoformat(timespec="seconds") for moment in moments]


def axis_title(feature: Feature) -> str:
    """Label of the feature with its unit."""
    return f"{feature.label}, {feature.unit}" if feature.unit else feature.label


def with_values(block: Block, at: int, values: np.ndarray) -> Block:
    """All records with the first of `values` in column `at`, then all with the second, and so on."""
    every = take(block, np.tile(np.arange(size(block)), len(values)))
    held = np.repeat(values, size(block))
    return tuple(held if number == at else array for number, array in enumerate(every))
