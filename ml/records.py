"""Raw values in, typed rows out, with every problem that was found on the way.

Every door (page, API, files, command line) reads records here, so that the same record gives
the same row and the same words everywhere.
"""

from __future__ import annotations

import datetime as dt
import difflib
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from ml.errors import InvalidRecord, Problem
from ml.schema import Feature, Row, Schema, Value, text_of

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
LARGEST = 3.4e38  # scikit-learn's trees calculate in float32 and refuse what does not fit
LARGEST_INTEGER = 2**53  # beyond it a float64 no longer tells neighbours apart
LONGEST_TEXT = 10_000
Limited = TypeVar("Limited", float, int, dt.date)
TRUE, FALSE = {"true", "yes", "y", "on", "1"}, {"false", "no", "n", "off", "0"}


class _Refused(Exception):
    """A value that cannot be read, and what would be accepted."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


@dataclass(frozen=True)
class Records:
    """What was read.

    Attributes
    ----------
    rows : tuple of Row or None, length n
        None for a record that has a problem.
    ids : tuple of str or None, length n
        The record's own name where the schema has a record id.
    problems : tuple of Problem
        Everything that keeps a record from being scored.
    notes : tuple of Problem
        Worth saying, but no obstacle: values outside what the model has seen.
    """

    rows: tuple[Row | None, ...]
    ids: tuple[str | None, ...]
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]

    def all_rows(self) -> tuple[Row, ...]:
        """All rows, or InvalidRecord with every problem."""
        if self.problems:
            raise InvalidRecord(self.problems)
        return tuple(row for row in self.rows if row is not None)


def read_records(schema: Schema, raws: Iterable[object], *, extra: bool = False, first: int = 0) -> Records:
    """Read records as they came.

    Parameters
    ----------
    schema : Schema
    raws : iterable of mapping
        Name or alias to raw value: JSON values, or text as from a form or a file.
    extra : bool
        True where a record may bring columns that the model does not know (files do).
    first : int
        Number of the first record, for problems of a later chunk.
    """
    rows: list[Row | None] = []
    ids: list[str | None] = []
    problems: list[Problem] = []
    notes: list[Problem] = []
    for at, raw in enumerate(raws, start=first):
        known = len(problems)
        row, record_id = _read_record(schema, raw, at, extra, problems, notes)
        rows.append(row if len(problems) == known else None)
        ids.append(record_id)
    return Records(tuple(rows), tuple(ids), tuple(problems), tuple(notes))


def _read_record(
    schema: Schema, raw: object, at: int, extra: bool, problems: list[Problem], notes: list[Problem]
) -> tuple[Row, str | None]:
    if not isinstance(raw, Mapping):
        hint = 'Send an object such as {"feature": value}.'
        problems.append(Problem(at, None, raw, f"A record is a set of named values, not {_kind_of(raw)}.", hint))
        return (), None
    given, record_id = _by_position(schema, raw, at, extra, problems)
    values: list[Value] = []
    for position, feature in enumerate(schema.features):
        name, value = given.get(position, (feature.name, None))
        try:
            typed = read_value(feature, value)
        except _Refused as refused:
            problems.append(Problem(at, feature.name, value, refused.message, refused.hint))
            typed = None
        else:
            note = unseen(feature, typed)
            if note:
                notes.append(Problem(at, feature.name, value, note))
        values.append(typed)
    return tuple(values), record_id


def _by_position(
    schema: Schema, raw: Mapping[object, object], at: int, extra: bool, problems: list[Problem]
) -> tuple[dict[int, tuple[str, object]], str | None]:
    given: dict[int, tuple[str, object]] = {}
    record_id = None
    for name, value in raw.items():
        position = schema.position.get(name) if isinstance(name, str) else None
        if position is not None:
            if position in given:
                message = f"Came twice, as {given[position][0]!r} and as {name!r}."
                problems.append(Problem(at, schema.names[position], value, message, "Send it once."))
            given[position] = (str(name), value)
        elif name == schema.record_id:
            record_id = text_of(value) if isinstance(value, (str, int, float)) and text_of(value) else None
        elif not extra:
            problems.append(Problem(at, str(name), value, "The model has no feature of this name.", _closest(schema, str(name))))
    return given, record_id


def _closest(schema: Schema, name: str) -> str:
    known = {known.casefold(): known for known in schema.position}
    close = difflib.get_close_matches(name.casefold(), known, n=1)
    return f"Did you mean {known[close[0]]!r}?" if close else f"Its features: {', '.join(schema.names)}."


def read_value(feature: Feature, raw: object) -> Value:
    """One raw value as the feature's type; None where nothing was given.

    Raises
    ------
    _Refused
        Inside this module only; :func:`read_records` turns it into a Problem.
    """
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        if feature.required:
            raise _Refused("A value is needed.", accepted(feature))
        return "" if feature.kind == "text" else None  # an empty text is a text; vectorizers refuse None
    if isinstance(raw, (Mapping, list, tuple, set)):
        raise _Refused(f"One value is needed, not {_kind_of(raw)}.", accepted(feature))
    return _READERS[feature.kind](feature, raw)


def unseen(feature: Feature, value: Value) -> str:
    """A sentence when the value lies outside what the model has seen, else an empty one."""
    if feature.seen is None or value is None:
        return ""
    low, high = feature.seen
    if low <= value <= high:  # type: ignore[operator]
        return ""
    return f"The model has seen {shown(low)} to {shown(high)}."


def accepted(feature: Feature) -> str:
    """What the feature accepts, in a sentence."""
    if feature.kind == "category":
        labels = [choice.label for choice in feature.choices]
        return f"Accepted: {', '.join(labels[:12])}{', …' if len(labels) > 12 else ''}."
    if feature.kind == "boolean":
        return "Accepted: true or false."
    if feature.kind == "text":
        return f"Accepted: text of up to {LONGEST_TEXT:,} characters."
    noun = {"number": "a number", "integer": "a whole number", "date": "a date as YYYY-MM-DD"}[feature.kind]
    low, high, unit = shown(feature.low), shown(feature.high), f" {feature.unit}" if feature.unit else ""
    if low and high:
        return f"Accepted: {noun} from {low} to {high}{unit}."
    if low or high:
        return f"Accepted: {noun} {'from ' + low if low else 'up to ' + high}{unit}{' upwards' if low else ''}."
    return f"Accepted: {noun}{unit and ' in' + unit}."


def shown(value: Value) -> str:
    """A number or date as people write it, without digits that say nothing."""
    return f"{value:.6g}" if isinstance(value, float) and not value.is_integer() else text_of(value)


def _number(feature: Feature, raw: object) -> float:
    number = _float(feature, raw)
    if not math.isfinite(number) or abs(number) > LARGEST:
        raise _Refused(f"{_quote(raw)} is not a number that can be calculated with.", accepted(feature))
    return _within(feature, number, raw)


def _integer(feature: Feature, raw: object) -> int:
    number = _float(feature, raw)
    if not math.isfinite(number) or abs(number) > LARGEST_INTEGER:
        raise _Refused(f"{_quote(raw)} is not a number that can be calculated with.", accepted(feature))
    if not number.is_integer():
        raise _Refused(f"{_quote(raw)} is not a whole number.", accepted(feature))
    return _within(feature, int(number), raw)


def _float(feature: Feature, raw: object) -> float:
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        try:
            return float(raw)
        except OverflowError:
            return math.inf
    if isinstance(raw, str) and NUMBER.fullmatch(raw.strip()):
        return float(raw)
    noun = "a whole number" if feature.kind == "integer" else "a number"
    raise _Refused(f"{_quote(raw)} is not {noun}.", accepted(feature))


def _within(feature: Feature, value: Limited, raw: object) -> Limited:
    if feature.low is not None and value < feature.low:
        raise _Refused(f"{_quote(raw)} is below {shown(feature.low)}.", accepted(feature))
    if feature.high is not None and value > feature.high:
        raise _Refused(f"{_quote(raw)} is above {shown(feature.high)}.", accepted(feature))
    return value


def _category(feature: Feature, raw: object) -> Value:
    text = text_of(raw) if isinstance(raw, (str, int, float, bool)) else str(raw)
    if text in feature.by_text:
        return feature.by_text[text]
    folded = {known.casefold(): known for known in feature.by_text}
    close = difflib.get_close_matches(text.casefold(), folded, n=1)
    meant = f" Did you mean {folded[close[0]]!r}?" if close else ""
    raise _Refused(f"{_quote(raw)} is not one of the choices.", accepted(feature) + meant)


def _boolean(feature: Feature, raw: object) -> bool:
    text = text_of(raw).casefold() if isinstance(raw, (str, int, float, bool)) else ""
    if text in TRUE or text in FALSE:
        return text in TRUE
    raise _Refused(f"{_quote(raw)} is neither true nor false.", accepted(feature))


def _date(feature: Feature, raw: object) -> dt.date:
    if isinstance(raw, dt.datetime):
        raw = raw.date()
    if not isinstance(raw, dt.date):
        try:
            raw = dt.date.fromisoformat(str(raw).strip()[:10])
        except ValueError:
            raise _Refused(f"{_quote(raw)} is not a date.", accepted(feature)) from None
    return _within(feature, raw, raw)


def _text(feature: Feature, raw: object) -> str:
    text = raw if isinstance(raw, str) else text_of(raw)  # type: ignore[arg-type]
    if len(text) > LONGEST_TEXT:
        raise _Refused(f"{len(text):,} characters are too many.", accepted(feature))
    return text


_READERS: dict[str, Callable[[Feature, object], Value]] = {
    "number": _number,
    "integer": _integer,
    "category": _category,
    "boolean": _boolean,
    "date": _date,
    "text": _text,
}


def _quote(raw: object) -> str:
    text = text_of(raw) if isinstance(raw, (str, int, float, bool, dt.date)) else str(raw)
    return f"“{text[:40]}{'…' if len(text) > 40 else ''}”"


def _kind_of(raw: object) -> str:
    names = {dict: "an object", list: "a list", tuple: "a list", str: "a text", bool: "true or false", type(None): "nothing"}
    return names.get(type(raw), "a number" if isinstance(raw, (int, float)) else "something else")
