"""Features: raw columns of a model's input, with kind, limits, choices and display, and the values that they take."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal
from zoneinfo import ZoneInfo

from ml.data.describe_fields import Described
from ml.data.texts import Texts
from ml.data.yes_no import no_and_yes

Kind = Literal["number", "integer", "category", "boolean", "date", "text"]
Widget = Literal["number", "slider", "select", "radio", "switch", "buttons", "combobox", "date", "text", "textarea"]
Value = float | int | str | bool | dt.date | None

MOST_BUTTONS = 4  # choices shown side by side
MOST_LISTED = 60  # choices that a form lists; more are searched
YEARS = (1800, 2100)  # numbers between these alone are calendar years; others where the name says so
NAMED_YEARS = (1000, 2999)
_YEAR = re.compile(r"(?<![a-z])(year|yr|jahr|année|annee|año|anno)(?![a-z])|(year|jahr)$", re.IGNORECASE)


@dataclass(frozen=True)
class Choice(Described):
    """An accepted value, and its label for people."""

    value: str | float | bool
    """Accepted value."""
    label: str
    """Label of the value for people."""


@dataclass(frozen=True)
class Feature:
    """One raw column of the model's input."""

    name: str
    """The column's name in the estimator's data."""
    label: str
    """Name as people read it."""
    kind: Kind
    """Decides the type of a row's value: float, int, the choice's value, bool, date, str."""
    dtype: str = "float64"
    """The pandas dtype of the column that the estimator was fitted on."""
    required: bool = False
    """True when the model needs the value."""
    low: Any = None
    high: Any = None
    """Hard limits, inclusive: a value beyond them is refused. Numbers, dates or None."""
    seen: tuple[Any, Any] | None = None
    """Range in training: a value beyond it is accepted and flagged. Low and high."""
    step: float | None = None
    """A sensible change for one press of an arrow key."""
    choices: tuple[Choice, ...] = ()
    """The accepted values of a category, in the order in which they are shown."""
    codes: tuple[Choice, ...] = ()
    """Values of a number that the form offers by name, in the order in which they are shown; other numbers are
    accepted, too."""
    suggestions: tuple[str, ...] = ()
    """Suggested values of a text; others are accepted, too."""
    unit: str = ""
    """Unit of the value, shown beside it."""
    help: str = ""
    """Explanation that the form shows where it is asked for."""
    default: Value = None
    """Initial value of the form. None is a blank."""
    group: str = ""
    """Heading of the form under which the field stands; empty for none."""
    aliases: tuple[str, ...] = ()
    """Other names under which the value may be sent."""
    lever: bool = False
    """True when the user's organisation can change the value."""
    personal: bool = False
    """True for personal data: it stays out of URLs, which are logged and shared."""
    hidden: bool = False
    """True for a value that the model ignores, such as an identifier: the form leaves it out, and a missing one becomes
    the default."""
    widget: Widget | None = None
    """Widget of the form; None derives it from the kind."""
    missing: tuple[str, ...] = ()
    """Texts that mean "not known", beside the empty one: as the training file was read."""
    blank: str | None = None
    """Value of a blank: None is a gap, "" the empty text (no gap is taken, or training had empty texts)."""
    complete: bool = False
    """True when training had a value in every row: a gap gets a note."""
    fractions: bool = False
    """True for an integer that may be a decimal, too: the estimator takes it, and it gets a note."""
    unknown: bool = False
    """True for a category whose estimator accepts values outside the choices; they get a note."""
    levels: tuple[Any, ...] | None = None
    """Categories of a ``category`` column in the order of its dtype; their codes depend on it."""
    ordered: bool = False
    """Whether that dtype is ordered."""
    timed: bool = False
    """True for a date with a time of day: its values are ``datetime``."""
    zone: str | None = None
    """Time zone of a timed column; its values are aware then."""
    none_gaps: bool = False
    """True when a gap reaches the estimator as None and not as NaN."""
    decimal: str = "."
    """Decimal separator in texts: that of the training file. A point is always accepted. One of "." and ","."""
    spaces: bool = False
    """True where training had texts of only spaces: such a text is then a value, and no gap."""

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

    @property
    def is_number(self) -> bool:
        """True for numbers, whole ones included."""
        return self.kind in ("number", "integer")

    @property
    def is_ordered(self) -> bool:
        """True for numbers and dates: their values lie on an axis."""
        return self.is_number or self.kind == "date"

    @property
    def in_floats(self) -> bool:
        """True where a column of a block is an array of floats: numbers, and truth values as 0 and 1."""
        return self.is_number or self.kind == "boolean"

    @cached_property
    def float64(self) -> bool:
        """True where a column of a block is one of the training frame as it is."""
        return self.in_floats and self.dtype == "float64"

    @cached_property
    def calendar(self) -> bool:
        """True for calendar years, which are written without groups of digits: 1950, not 1,950."""
        return self.is_number and are_years(self.seen or (self.low, self.high), self.name)

    @cached_property
    def share(self) -> bool:
        """True where the training values are shares (at most 1), so that a percentage is divided by 100."""
        most = max(self.values_of_choices) if self.numeric_choices else self.seen and self.seen[1]
        number = self.is_number or self.numeric_choices
        return number and self.unit != "%" and most is not None and bool(most <= 1)

    @cached_property
    def labels(self) -> dict[str, str]:
        """Label of each choice, by the text of its value."""
        return {text_of(choice.value): choice.label for choice in self.codes or self.choices}

    @cached_property
    def yes_no(self) -> tuple[Any, Any] | None:
        """The values for no and yes, where the feature has exactly these two."""
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
        """Searchable texts of the choices."""
        return Texts(self.by_text)

    @cached_property
    def by_text(self) -> dict[str, str | int | float | bool]:
        """Values by accepted text: the value itself or its label."""
        texts = {choice.label.strip(): choice.value for choice in self.choices}
        return texts | {text_of(choice.value): choice.value for choice in self.choices}

    @cached_property
    def by_composed(self) -> dict[str, str | int | float | bool]:
        """Values by accepted text in Unicode's composed form, where only one value has it."""
        levels: dict[str, set[Any]] = {}
        for text, value in self.by_text.items():
            levels.setdefault(composed(text), set()).add(value)
        return {text: next(iter(values)) for text, values in levels.items() if len(values) == 1}

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
        """True when all choices are numbers."""
        values = self.values_of_choices
        return bool(values) and all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)

    @cached_property
    def tzinfo(self) -> dt.tzinfo | None:
        """The time zone of a timed column that has one."""
        return None if self.zone is None else zone_of(self.zone)


def are_years(ends: tuple[Any, Any], name: str = "") -> bool:
    """True where all numbers between these ends are calendar years, by their size, or by a name that says year."""
    least, most = NAMED_YEARS if _YEAR.search(name) else YEARS
    low, high = ends
    return low is not None and high is not None and bool(least <= low and high <= most)


def zone_of(name: str) -> dt.tzinfo:
    """Time zone from a name such as "Europe/Vienna", "UTC" or "UTC+02:00"."""
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


def composed(text: str) -> str:
    """A text in Unicode's composed form: "é" is one character, where macOS writes two."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def plain(value: Any) -> Any:
    """A value as JSON has it: dates as ISO text, tuples as lists."""
    if isinstance(value, dt.date):
        return value.isoformat()
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value
