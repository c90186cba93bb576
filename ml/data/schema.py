"""The schema: the raw columns that a model asks for, in the estimator's column order.

A *row* is a tuple of typed values in that order, None for a blank.
A *block* is the same for n records: a tuple of p arrays of length n.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from ml.data.feature import MOST_BUTTONS, Choice, Feature, Value
from ml.data.one_hot import OneHot

Sign = Literal["<=", "<"]
Row = tuple[Value, ...]


@dataclass(frozen=True)
class Constraint:
    """Constraint between two numbers or two dates of a record: ``smaller sign larger``, sign "<=" or "<".

    It holds where either value is blank.
    """

    smaller: str
    sign: Sign
    larger: str

    def holds(self, schema: Schema, row: Row) -> bool:
        """True when the row satisfies the constraint."""
        a: Any = row[schema.position[self.smaller]]
        b: Any = row[schema.position[self.larger]]
        return a is None or b is None or (a <= b if self.sign == "<=" else a < b)


@dataclass(frozen=True)
class Schema:
    """Features in the estimator's column order, the column with record ids, constraints, and one-hot groups."""

    features: tuple[Feature, ...]
    record_id: str | None = None
    constraints: tuple[Constraint, ...] = ()
    one_hot: tuple[OneHot, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names in the estimator's column order."""
        return tuple(feature.name for feature in self.features)

    @cached_property
    def position(self) -> dict[str, int]:
        """Column number by name and by alias; a name with spaces at its ends is found without them, too."""
        positions = {name.strip(): at for at, name in enumerate(self.names)}
        positions |= {alias: at for at, feature in enumerate(self.features) for alias in feature.aliases}
        return positions | {name: at for at, name in enumerate(self.names)}

    @cached_property
    def all_float64(self) -> bool:
        """True where every column of the training frame was float64: a block is then the values of one array."""
        return bool(self.features) and all(feature.float64 for feature in self.features)

    @cached_property
    def with_blanks(self) -> Schema:
        """Schema with all values optional; switches, which cannot be left blank, become radio buttons."""
        free = (
            replace(
                feature,
                required=False,
                complete=False,  # here a blank is not handed to the estimator as a gap
                widget=None if feature.widget == "switch" else feature.widget,
            )
            for feature in self.features
        )
        return replace(self, features=tuple(free))

    @cached_property
    def shown(self) -> dict[str, str]:
        """Name of the one-hot group, by column."""
        return {column: one.name for one in self.one_hot for column in one.columns if column in self.position}

    @cached_property
    def displayed(self) -> Schema:
        """The schema of the form: one category in place of one-hot columns, and no hidden features."""
        choices = {one.columns[0]: one for one in self.one_hot if one.columns[0] in self.position}
        features = [
            self._as_choice(choices[feature.name]) if feature.name in choices else feature
            for feature in self.features
            if not feature.hidden and (feature.name in choices or feature.name not in self.shown)
        ]
        return replace(self, features=tuple(features))

    @cached_property
    def given(self) -> tuple[Feature, ...]:
        """Columns of files: every feature, and choices that may replace one-hot columns."""
        return (*self.features, *(self.displayed.feature(name) for name in dict.fromkeys(self.shown.values())))

    def _as_choice(self, one: OneHot) -> Feature:
        columns = [self.feature(name) for name in one.columns]
        return Feature(
            name=one.name,
            label=one.label,
            kind="category",
            dtype="str",
            required=all(column.required for column in columns),
            choices=tuple(Choice(choice, choice) for choice in one.choices),
            default=one.default or None,
            group=columns[0].group,
            missing=columns[0].missing,
            personal=any(column.personal for column in columns),
            widget="select" if len(one.choices) > MOST_BUTTONS else "radio",
        )

    @cached_property
    def groups(self) -> tuple[tuple[str, tuple[Feature, ...]], ...]:
        """Features gathered under their headings, both in order of first appearance."""
        gathered: dict[str, list[Feature]] = {}
        for feature in self.features:
            gathered.setdefault(feature.group, []).append(feature)
        return tuple((group, tuple(members)) for group, members in gathered.items())

    def feature(self, name: str) -> Feature:
        """The feature of that name or alias; KeyError when there is none."""
        return self.features[self.position[name]]
