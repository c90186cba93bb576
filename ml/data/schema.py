"""The schema: the raw columns that a model asks for, in the estimator's column order.

A *row* is a tuple of typed values in that order, None where the value is not known.
A *block* is the same for n records: a tuple of p arrays of length n.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal
from zoneinfo import ZoneInfo

from ml.data.one_hot import OneHot
from ml.data.texts import Texts
from ml.data.yes_no import no_and_yes

Kind = Literal["number", "integer", "category", "boolean", "date", "text"]
Widget = Literal["number", "slider", "select", "radio", "switch", "buttons", "combobox", "date", "text", "textarea"]
Sign = Literal["<=", "<"]
Value = float | int | str | bool | dt.date | None
Row = tuple[Value, ...]

MOST_BUTTONS = 4  # choices that stand beside each other
MOST_LISTED = 60  # choices that a form lists; more are searched
KINDS: tuple[Kind, ...] = ("number", "integer", "category", "boolean", "date", "text")


@dataclass(frozen=True)
class Choice:
    """One accepted value of a category, and what people call it."""

    value: str | int | float | bool
    label: str


@dataclass(frozen=True)
class Feature:
    """One raw column that the model asks for.

    Attributes
    ----------
    name : str
        The column's name in the estimator's data.
    kind : {"number", "integer", "category", "boolean", "date", "text"}
        Decides the type of a row's value: float, int, the choice's value, bool, date, str.
    dtype : str
        The pandas dtype of the column that the estimator was fitted on.
    label, unit, help, group : str
        What people read. `group` gathers fields under one heading.
    required : bool
        True when the model cannot do without the value.
    low, high : float, date or None
        Hard limits, inclusive: a value beyond them is refused.
    seen : (low, high) or None
        Range in training: a value beyond it is accepted and flagged.
    step : float or None
        A sensible change for one press of an arrow key.
    choices : tuple of Choice
        The accepted values of a category, in the order in which they are shown.
    codes : tuple of Choice
        Values of a number that the form offers by name, in the order in which they are shown; other numbers are
        accepted, too.
    suggestions : tuple of str
        Offered, not demanded, for texts.
    default : Value
        Where the form starts. None is "not known".
    aliases : tuple of str
        Other names under which the value may be sent.
    lever : bool
        True when the user's organisation can change the value.
    personal : bool
        True when the value tells of a person: it stays out of addresses, which are logged and passed on.
    hidden : bool
        True for a value that no answer depends on, such as an identifier: nobody is asked for it, and where it is not
        given it is the default.
    widget : str or None
        How the form shows it; None lets the kind decide.
    missing : tuple of str
        Texts that mean "not known", beside the empty one: as the training file was read.
    blank : str or None
        What a value that was not given becomes: None is a gap, "" the empty text (of an estimator that takes
        no gap, or was fitted on empty texts).
    complete : bool
        True when training had a value in every row: a gap is then flagged.
    fractions : bool
        True for an integer that may be a decimal, too: the estimator takes it, and it is flagged.
    unknown : bool
        True for a category of which the estimator takes values that are none of the choices; they are flagged.
    levels : tuple or None
        Categories of a ``category`` column in the order of its dtype; their codes depend on it.
    ordered : bool
        Whether that dtype is ordered.
    timed : bool
        True for a date with a time of day: its values are ``datetime``.
    zone : str or None
        Time zone of a timed column; its values are aware then.
    none_gaps : bool
        True when a gap reaches the estimator as None and not as NaN.
    decimal : {".", ","}
        Mark of decimals in texts: that of the training file. A point is taken in any case.
    spaces : bool
        True where training had texts of nothing but spaces: such a text is a value then, and no gap.
    """

    name: str
    label: str
    kind: Kind
    dtype: str = "float64"
    required: bool = False
    low: Any = None
    high: Any = None
    seen: tuple[Any, Any] | None = None
    step: float | None = None
    choices: tuple[Choice, ...] = ()
    codes: tuple[Choice, ...] = ()
    suggestions: tuple[str, ...] = ()
    unit: str = ""
    help: str = ""
    default: Value = None
    group: str = ""
    aliases: tuple[str, ...] = ()
    lever: bool = False
    personal: bool = False
    hidden: bool = False
    widget: Widget | None = None
    missing: tuple[str, ...] = ()
    blank: str | None = None
    complete: bool = False
    fractions: bool = False
    unknown: bool = False
    levels: tuple[Any, ...] | None = None
    ordered: bool = False
    timed: bool = False
    zone: str | None = None
    none_gaps: bool = False
    decimal: str = "."
    spaces: bool = False

    @property
    def shown_as(self) -> Widget:
        """The widget that the form uses."""
        if len(self.choices) > MOST_LISTED:
            return "combobox"
        if self.codes and self.widget in (None, "radio", "switch", "select"):
            return "buttons"  # a number may have other values than those that have names
        if self.widget:
            return self.widget
        if self.kind == "category":
            if self.required and self.yes_no:
                return "switch"
            return "radio" if len(self.choices) <= MOST_BUTTONS else "select"
        if self.kind == "boolean":
            return "switch" if self.required else "radio"
        if self.kind == "date":
            return "text" if self.timed else "date"  # a browser's control of times knows no zone and no seconds
        return "text" if self.kind == "text" else "number"

    @cached_property
    def labels(self) -> dict[str, str]:
        """What people call each choice, by the text of its value."""
        return {text_of(choice.value): choice.label for choice in self.codes or self.choices}

    @cached_property
    def yes_no(self) -> tuple[Any, Any] | None:
        """The values that mean no and yes, where the feature has no others that mean something else."""
        if self.kind == "boolean":
            return False, True
        choices = self.codes or self.choices
        by_text = {text_of(choice.value): choice.value for choice in choices} if len(choices) == 2 else {}
        pair = no_and_yes(by_text)
        return None if pair is None else (by_text[pair[0]], by_text[pair[1]])

    @cached_property
    def coded(self) -> dict[str, str | int | float | bool]:
        """The values of codes, by the small letters of their names."""
        return {choice.label.strip().casefold(): choice.value for choice in self.codes}

    @cached_property
    def searched(self) -> Texts:
        """What may be written for a choice, to be searched."""
        return Texts(self.by_text)

    @cached_property
    def by_text(self) -> dict[str, str | int | float | bool]:
        """What a person or program may write for each choice: its value or its label."""
        texts = {choice.label.strip(): choice.value for choice in self.choices}
        return texts | {text_of(choice.value): choice.value for choice in self.choices}

    @cached_property
    def values_of_choices(self) -> frozenset[Any]:
        """The accepted values of a category."""
        return frozenset(choice.value for choice in self.choices)

    @cached_property
    def values_of_levels(self) -> frozenset[Any]:
        """The categories of the column's dtype; the accepted values where it has none."""
        return self.values_of_choices if self.levels is None else frozenset(self.levels)

    @cached_property
    def numeric_choices(self) -> bool:
        """Whether all choices are numbers."""
        values = self.values_of_choices
        return bool(values) and all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)

    @cached_property
    def tzinfo(self) -> dt.tzinfo | None:
        """The time zone of a timed column that has one."""
        return None if self.zone is None else zone_of(self.zone)


@dataclass(frozen=True)
class Constraint:
    """What must hold between two numbers or two dates of a record: ``smaller sign larger``, sign "<=" or "<".

    It holds where either value is not known.
    """

    smaller: str
    sign: Sign
    larger: str

    def holds(self, schema: Schema, row: Row) -> bool:
        """Whether the row keeps it."""
        a: Any = row[schema.position[self.smaller]]
        b: Any = row[schema.position[self.larger]]
        return a is None or b is None or (a <= b if self.sign == "<=" else a < b)


@dataclass(frozen=True)
class Schema:
    """All features in the estimator's column order, the column that names a record, and what holds between features."""

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
        found = {name.strip(): at for at, name in enumerate(self.names)}
        found |= {alias: at for at, feature in enumerate(self.features) for alias in feature.aliases}
        return found | {name: at for at, name in enumerate(self.names)}

    @cached_property
    def with_blanks(self) -> Schema:
        """The same schema where any value may be left unknown; a switch knows only yes and no, so it gives way."""
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
        """Of a column that is part of one choice, the name of the choice."""
        return {column: one.name for one in self.one_hot for column in one.columns if column in self.position}

    @cached_property
    def displayed(self) -> Schema:
        """As people are asked: one category in place of the columns that are one choice, and no identifiers."""
        choices = {one.columns[0]: one for one in self.one_hot if one.columns[0] in self.position}
        features = [
            self._as_choice(choices[feature.name]) if feature.name in choices else feature
            for feature in self.features
            if not feature.hidden and (feature.name in choices or feature.name not in self.shown)
        ]
        return replace(self, features=tuple(features))

    @cached_property
    def given(self) -> tuple[Feature, ...]:
        """What a file may give: every column, and the choices that may come in place of some."""
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


def zone_of(name: str) -> dt.tzinfo:
    """The time zone of a name such as "Europe/Vienna", "UTC" or "UTC+02:00"."""
    offset = re.fullmatch(r"(?:UTC)?([+-])(\d\d):?(\d\d)", name)
    if offset:
        shift = dt.timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return dt.timezone(-shift if offset[1] == "-" else shift)
    return dt.UTC if name.upper() in ("UTC", "Z") else ZoneInfo(name)


def text_of(value: Value) -> str:
    """One spelling for one value: 1, 1.0 and "1" are the same choice."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime):
        exact = value.second or value.microsecond
        return value.isoformat(" ", "auto" if exact else "minutes")
    return value.isoformat() if isinstance(value, dt.date) else str(value).strip()


def plain(value: Any) -> Any:
    """A value as JSON has it: dates as ISO text, tuples as lists."""
    if isinstance(value, dt.date):
        return value.isoformat()
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value
