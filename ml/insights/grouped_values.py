"""Values of a feature in a few groups with names, for surrogate rules and leakage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ml.data.columns import column, gaps_of, values_of
from ml.data.feature import Feature, Value
from ml.text.words import shown_value
from ml.translation import either, listed, text

MOST_GROUPS = 30


@dataclass(frozen=True)
class GroupedValues:
    """Grouping of the values of one feature."""

    feature: Feature
    edges: tuple[Value, ...]
    """For numbers and dates, rising: group g holds what is at least ``edges[g - 1]`` and under ``edges[g]``."""
    choices: tuple[Value, ...]
    """For all else: one group each, the most common first."""
    gaps: bool
    """Whether a value was missing among the records that define the groups."""

    @property
    def ordered(self) -> bool:
        """True when the groups are ordered (numbers and dates)."""
        return self.feature.is_ordered

    @property
    def known(self) -> int:
        """Number of groups of known values, before the group of all other values and the group of missing ones."""
        return len(self.edges) + 1 if self.ordered else len(self.choices)

    @property
    def count(self) -> int:
        """Number of all groups."""
        return self.known + 2

    def of(self, array: np.ndarray) -> np.ndarray:
        """The group of each value: int of shape (n,)."""
        if self.ordered:
            groups = np.searchsorted(column(self.feature, self.edges), array, side="right")
        else:
            place = {value: at for at, value in enumerate(self.choices)}
            groups = np.array([place.get(value, self.known) for value in array.tolist()], dtype=np.intp)
        return np.where(gaps_of(array), self.count - 1, groups)

    def words(self, allowed: np.ndarray) -> str:
        """The groups that are `allowed`, bool of shape (count,), as a condition: "Income 82 to under 120".

        Empty where every value that occurred is allowed.
        """
        inside, missing = np.flatnonzero(allowed[: self.known]).tolist(), self.gaps and bool(allowed[-1])
        label, switch = self.feature.label, self.feature.yes_no if self.feature.codes else None
        if not inside:
            value = text("not known") if missing else text("another value")
            return text("{feature}: {value}", feature=label, value=value)
        if len(inside) == self.known:
            return text("{feature} known", feature=label) if self.gaps and not missing else ""
        if switch and self.edges == switch[1:]:
            said = text("{feature}: {value}", feature=label, value=shown_value(self.feature, switch[inside[0]]))
        else:
            said = self._range(inside[0], inside[-1]) if self.ordered else self._some(inside)
        return text("{condition} or not known", condition=said) if missing else said

    def _range(self, first: int, last: int) -> str:
        label, low = self.feature.label, self.edges[first - 1] if first else None
        high = self.edges[last] if last < len(self.edges) else None
        if high is None:
            return text("{feature} at least {value}", feature=label, value=shown_value(self.feature, low))
        if low is None:
            return text("{feature} under {value}", feature=label, value=shown_value(self.feature, high))
        ends = {"low": shown_value(replace(self.feature, unit=""), low), "high": shown_value(self.feature, high)}
        return text("{feature} {low} to under {high}", feature=label, **ends)

    def _some(self, inside: Sequence[int]) -> str:
        outside = [at for at in range(self.known) if at not in inside]
        if len(inside) > 2 and len(outside) < len(inside):
            return text("{feature} not {values}", feature=self.feature.label, values=self._either(outside))
        return text("{feature}: {value}", feature=self.feature.label, value=self._either(inside))

    def _either(self, which: Sequence[int]) -> str:
        return either([shown_value(self.feature, self.choices[at]) for at in which])


def grouped_values(feature: Feature, array: np.ndarray, most: int) -> GroupedValues:
    """Quantile groups for numbers and dates, one group a choice for all else.

    Edges are values that occur, so a rule reads as the data do.

    Parameters
    ----------
    array : ndarray, shape (n,)
        The records that define the edges.
    most : int
        Groups of a number or a date.
    """
    values = [value for value in values_of(feature, array) if value is not None]
    gaps = len(values) < len(array)
    if feature.is_ordered:
        ordered = sorted(values)
        cuts = [ordered[at * len(ordered) // most] for at in range(1, most)] if ordered else []
        edges = tuple(value for value in dict.fromkeys(cuts) if value > ordered[0])  # type: ignore[operator]
        return GroupedValues(feature, edges, (), gaps)
    counted: dict[Value, int] = {}
    for value in values:
        counted[value] = counted.get(value, 0) + 1
    common = sorted(counted, key=lambda value: (-counted[value], str(value)))
    return GroupedValues(feature, (), tuple(common[:MOST_GROUPS]), gaps)


def enumerated(conditions: Sequence[str]) -> str:
    """Conditions joined into a clause; "all records" without any."""
    return listed([condition for condition in conditions if condition]) or text("all records")
