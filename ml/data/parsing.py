"""Parser of raw values: a typed value, or a refusal in words."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from ml.data.feature import MOST_LISTED, Feature, Value, text_of
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

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
COMMA_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+", re.ASCII)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?", re.ASCII)
LARGEST = 3.4e38  # scikit-learn's trees calculate in float32 and refuse what does not fit
LARGEST_INTEGER = 2**53  # beyond it a float64 no longer tells neighbours apart
Limited = TypeVar("Limited", float, int, dt.date)
TRUE, FALSE = {"true", "yes", "y", "on", "1"}, {"false", "no", "n", "off", "0"}


class Refused(Exception):
    """The value is not accepted; carries the message, and what would be accepted."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def read_value(feature: Feature, raw: object) -> Value:
    """Parse one raw value; None for a blank.

    Raises
    ------
    Refused
        :func:`ml.data.records.read_records` turns it into a Problem.
    """
    if is_blank(feature, raw):
        if feature.required:
            raise Refused("A value is needed.", accepted(feature))
        return feature.default if feature.hidden else feature.blank
    if isinstance(raw, (Mapping, list, tuple, set)):
        raise Refused(f"One value is needed, not {kind_of(raw)}.", accepted(feature))
    return _READERS[feature.kind](feature, raw)


def is_blank(feature: Feature, raw: object) -> bool:
    """True for a blank raw value: None, an empty text, or a marker such as "NA"."""
    if raw is None:
        return True
    if not isinstance(raw, str):
        return False
    text = raw.strip()
    if not text:
        return not (raw and feature.spaces)
    return text in feature.missing and text not in feature.by_text


def _number(feature: Feature, raw: object) -> float:
    number = _float(feature, raw)
    if not math.isfinite(number) or abs(number) > LARGEST:
        raise Refused(f"{quote(raw)} is not a number that can be calculated with.", accepted(feature))
    return _within(feature, number, raw)


def _integer(feature: Feature, raw: object) -> float:
    number = _float(feature, raw)
    if not math.isfinite(number) or abs(number) > LARGEST_INTEGER:
        raise Refused(f"{quote(raw)} is not a number that can be calculated with.", accepted(feature))
    if number.is_integer():
        return _within(feature, int(number), raw)
    if not feature.fractions:
        raise Refused(f"{quote(raw)} is not a whole number.", accepted(feature))
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
        text = with_point(raw.strip()) if feature.decimal == "," else raw.strip()
        if NUMBER.fullmatch(text):
            return float(text)
    hint = meant_by_text(feature, raw) if isinstance(raw, str) else ""
    raise Refused(f"{quote(raw)} is not {noun_of(feature)}.", accepted(feature) + hint)


def with_point(text: str) -> str:
    """A number with a decimal comma (1.234,5 or 1234,5) with a decimal point; any other text as it is."""
    return text.replace(".", "").replace(",", ".") if COMMA_NUMBER.fullmatch(text) else text


def _code(feature: Feature, text: str) -> float | None:
    """The number for a name: of one of the codes, or a word for yes or no."""
    truth = truth_of(text) if feature.yes_no else None
    found = feature.coded.get(text.casefold()) if truth is None else feature.yes_no[truth]  # type: ignore[index]
    return None if found is None else float(found)


def _within(feature: Feature, value: Limited, raw: object) -> Limited:
    if feature.low is not None and value < feature.low:
        raise Refused(f"{quote(raw)} is below {shown(feature.low)}.", accepted(feature))
    if feature.high is not None and value > feature.high:
        hint = accepted(feature) + meant_by_value(feature, value)
        raise Refused(f"{quote(raw)} is above {shown(feature.high)}.", hint)
    return value


def _category(feature: Feature, raw: object) -> Value:
    text = text_of(raw)  # type: ignore[arg-type]
    if text in feature.by_text:
        return feature.by_text[text]
    whole = text_of(float(text)) if NUMBER.fullmatch(text) else text
    if whole in feature.by_text and (feature.numeric_choices or whole.lstrip("-").isdecimal()):
        return feature.by_text[whole]  # pandas writes a whole number with gaps in its column as 1.0
    if feature.yes_no and (truth := truth_of(text)) is not None:
        said: Value = feature.yes_no[truth]
        return said
    if feature.unknown:
        return _untold(feature, text)
    close, many = meant(feature, text), len(feature.choices) > MOST_LISTED
    count = f"{len(feature.choices):,} choices" if many else "choices"
    hint = close.strip() if close and many else accepted(feature) + close
    raise Refused(f"{quote(raw)} is not one of the {count}.", hint)


def _untold(feature: Feature, text: str) -> Value:
    """A value outside the choices, in their type."""
    if len(text) > LONGEST_TEXT:
        raise Refused(f"{len(text):,} characters are too many.", accepted(feature))
    if not feature.numeric_choices:
        return text
    if NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    raise Refused(f"{quote(text)} is not a number.", accepted(feature))


def _boolean(feature: Feature, raw: object) -> bool:
    text = text_of(raw).casefold()  # type: ignore[arg-type]
    if NUMBER.fullmatch(text):
        text = text_of(float(text))  # pandas writes a column of 0 and 1 that has gaps as 1.0
    if text in TRUE or text in FALSE:
        return text in TRUE
    raise Refused(f"{quote(raw)} is neither true nor false.", accepted(feature))


def _date(feature: Feature, raw: object) -> dt.date:
    given = raw
    if not isinstance(given, dt.date):
        text = given.strip() if isinstance(given, str) else ""
        try:
            # fromisoformat alone takes 20260131, too
            given = dt.datetime.fromisoformat(text if DATE.fullmatch(text) else "")
        except ValueError:
            raise Refused(f"{quote(raw)} is not a date.", accepted(feature)) from None
    value = _moment(feature, given) if feature.timed else _day(feature, given)
    return _within(feature, value, raw)


def _day(feature: Feature, raw: dt.date) -> dt.date:
    """A date; refuses one with a time of day, which would be lost."""
    if not isinstance(raw, dt.datetime):
        return raw
    if raw.time() != dt.time():
        raise Refused(f"{quote(raw)} has a time of day; the model knows days only.", accepted(feature))
    return raw.date()


def _moment(feature: Feature, raw: dt.date) -> dt.datetime:
    """A date and time, in the column's time zone where it has one."""
    moment = raw if isinstance(raw, dt.datetime) else dt.datetime.combine(raw, dt.time())
    zone = feature.tzinfo
    if zone is None:
        if moment.tzinfo is not None:
            raise Refused(f"{quote(raw)} names a time zone; the model knows none.", accepted(feature))
        return moment
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


def _text(feature: Feature, raw: object) -> str:
    text = raw if isinstance(raw, str) else text_of(raw)  # type: ignore[arg-type]
    if len(text) > LONGEST_TEXT:
        raise Refused(f"{len(text):,} characters are too many.", accepted(feature))
    return text


_READERS: dict[str, Callable[[Feature, object], Value]] = {
    "number": _number,
    "integer": _integer,
    "category": _category,
    "boolean": _boolean,
    "date": _date,
    "text": _text,
}
