"""Parser of raw values: a typed value, or a refusal in words."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from ml.data.feature import MOST_LISTED, Feature, Value, composed, text_of
from ml.data.value_words import (
    LONGEST_TEXT,
    accepted,
    kind_of,
    meant,
    meant_by_text,
    meant_by_value,
    noun_of,
    quote,
    shown,
)
from ml.data.yes_no import truth_of
from ml.translation import text

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
COMMA_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+", re.ASCII)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?", re.ASCII)
LARGEST = 3.4e38  # scikit-learn's trees calculate in float32 and refuse what does not fit
LARGEST_INTEGER = 2**53  # beyond it a float64 no longer tells neighbours apart
Limited = TypeVar("Limited", float, int, dt.date)
TRUE, FALSE = {"true", "yes", "y", "on", "1"}, {"false", "no", "n", "off", "0"}


class RefusedValue(Exception):
    """The value is not accepted; carries the message, and what would be accepted."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def read_value(feature: Feature, raw: object) -> Value:
    """Parse one raw value; None for a blank.

    Raises
    ------
    RefusedValue
        :func:`ml.data.records.read_records` turns it into a Problem.
    """
    if is_blank(feature, raw):
        if feature.required:
            raise RefusedValue(text("A value is needed."), accepted(feature))
        return feature.default if feature.hidden else feature.blank
    if isinstance(raw, (Mapping, list, tuple, set)):
        raise RefusedValue(text("One value is needed, not {kind}.", kind=kind_of(raw)), accepted(feature))
    return _READERS[feature.kind](feature, raw)


def is_blank(feature: Feature, raw: object) -> bool:
    """True for a blank raw value: None, an empty text, or a marker such as "NA"."""
    if raw is None:
        return True
    if not isinstance(raw, str):
        return False
    written = raw.strip()
    if not written:
        return not (raw and feature.spaces)
    return written in feature.missing and written not in feature.by_text


def _number(feature: Feature, raw: object) -> float:
    number = _float(feature, raw)
    if not math.isfinite(number) or abs(number) > LARGEST:
        raise RefusedValue(
            text("{value} is not a number that can be calculated with.", value=quote(raw)), accepted(feature)
        )
    return _within(feature, number, raw)


def _integer(feature: Feature, raw: object) -> float:
    number = _float(feature, raw)
    if not math.isfinite(number) or abs(number) > LARGEST_INTEGER:
        raise RefusedValue(
            text("{value} is not a number that can be calculated with.", value=quote(raw)), accepted(feature)
        )
    if number.is_integer():
        return _within(feature, int(number), raw)
    if not feature.fractions:
        raise RefusedValue(text("{value} is not a whole number.", value=quote(raw)), accepted(feature))
    return _within(feature, number, raw)


def _float(feature: Feature, raw: object) -> float:
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        try:
            return float(raw)
        except OverflowError:
            return math.inf
    if feature.codes and isinstance(raw, (str, bool)):
        code = _code(feature, text_of(raw))
        if code is not None:
            return code
    if isinstance(raw, str):
        written = with_point(raw.strip()) if feature.decimal == "," else raw.strip()
        if NUMBER.fullmatch(written):
            return float(written)
    hint = meant_by_text(feature, raw) if isinstance(raw, str) else ""
    raise RefusedValue(
        text("{value} is not {noun}.", value=quote(raw), noun=noun_of(feature)), accepted(feature) + hint
    )


def with_point(written: str) -> str:
    """A number with a decimal comma (1.234,5 or 1234,5) with a decimal point; any other text as it is."""
    return written.replace(".", "").replace(",", ".") if COMMA_NUMBER.fullmatch(written) else written


def _code(feature: Feature, written: str) -> float | None:
    """The number for a name: of one of the codes, or a word for yes or no."""
    truth = truth_of(written) if feature.yes_no else None
    code = feature.coded.get(written.casefold()) if truth is None else feature.yes_no[truth]  # type: ignore[index]
    return None if code is None else float(code)


def _within(feature: Feature, value: Limited, raw: object) -> Limited:
    if feature.low is not None and value < feature.low:
        low = shown(feature.low, feature)
        raise RefusedValue(text("{value} is below {low}.", value=quote(raw), low=low), accepted(feature))
    if feature.high is not None and value > feature.high:
        hint = accepted(feature) + meant_by_value(feature, value)
        high = shown(feature.high, feature)
        raise RefusedValue(text("{value} is above {high}.", value=quote(raw), high=high), hint)
    return value


def _category(feature: Feature, raw: object) -> Value:
    written = text_of(raw)  # type: ignore[arg-type]
    if written in feature.by_text:
        return feature.by_text[written]
    if not written.isascii() and (same := composed(written)) in feature.by_composed:
        return feature.by_composed[same]
    whole = text_of(float(written)) if NUMBER.fullmatch(written) else written
    if whole in feature.by_text and (feature.numeric_choices or whole.lstrip("-").isdecimal()):
        return feature.by_text[whole]  # pandas writes a whole number with gaps in its column as 1.0
    if feature.yes_no and (truth := truth_of(written)) is not None:
        said: Value = feature.yes_no[truth]
        return said
    if feature.unknown:
        return _untold(feature, written)
    close, many = meant(feature, written), len(feature.choices) > MOST_LISTED
    message = text("{value} is not one of the choices.", value=quote(raw))
    if many:
        message = text("{value} is not one of the {n} choices.", value=quote(raw), n=f"{len(feature.choices):,}")
    hint = close.strip() if close and many else accepted(feature) + close
    raise RefusedValue(message, hint)


def _untold(feature: Feature, written: str) -> Value:
    """A value outside the choices, in their type."""
    if len(written) > LONGEST_TEXT:
        raise RefusedValue(text("{n} characters are too many.", n=f"{len(written):,}"), accepted(feature))
    if not feature.numeric_choices:
        return written
    if NUMBER.fullmatch(written) and math.isfinite(float(written)):
        return float(written)
    raise RefusedValue(text("{value} is not a number.", value=quote(written)), accepted(feature))


def _boolean(feature: Feature, raw: object) -> bool:
    written = text_of(raw).casefold()  # type: ignore[arg-type]
    if NUMBER.fullmatch(written):
        written = text_of(float(written))  # pandas writes a column of 0 and 1 that has gaps as 1.0
    if written in TRUE or written in FALSE:
        return written in TRUE
    raise RefusedValue(text("{value} is neither true nor false.", value=quote(raw)), accepted(feature))


def _date(feature: Feature, raw: object) -> dt.date:
    given = raw
    if not isinstance(given, dt.date):
        written = given.strip() if isinstance(given, str) else ""
        try:
            # fromisoformat alone takes 20260131, too
            given = dt.datetime.fromisoformat(written if DATE.fullmatch(written) else "")
        except ValueError:
            raise RefusedValue(text("{value} is not a date.", value=quote(raw)), accepted(feature)) from None
    value = _moment(feature, given) if feature.timed else _day(feature, given)
    return _within(feature, value, raw)


def _day(feature: Feature, raw: dt.date) -> dt.date:
    """A date; refuses one with a time of day, which would be lost."""
    if not isinstance(raw, dt.datetime):
        return raw
    if raw.time() != dt.time():
        raise RefusedValue(
            text("{value} has a time of day; the model knows days only.", value=quote(raw)), accepted(feature)
        )
    return raw.date()


def _moment(feature: Feature, raw: dt.date) -> dt.datetime:
    """A date and time, in the column's time zone where it has one."""
    moment = raw if isinstance(raw, dt.datetime) else dt.datetime.combine(raw, dt.time())
    zone = feature.tzinfo
    if zone is None:
        if moment.tzinfo is not None:
            raise RefusedValue(
                text("{value} names a time zone; the model knows none.", value=quote(raw)), accepted(feature)
            )
        return moment
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


def _text(feature: Feature, raw: object) -> str:
    written = raw if isinstance(raw, str) else text_of(raw)  # type: ignore[arg-type]
    if len(written) > LONGEST_TEXT:
        raise RefusedValue(text("{n} characters are too many.", n=f"{len(written):,}"), accepted(feature))
    return written


_READERS: dict[str, Callable[[Feature, object], Value]] = {
    "number": _number,
    "integer": _integer,
    "category": _category,
    "boolean": _boolean,
    "date": _date,
    "text": _text,
}
