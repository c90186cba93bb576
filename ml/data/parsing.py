"""One raw value as a feature's type, or why it is none, in words that stand beside the field."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from ml.data.schema import MOST_LISTED, Feature, Value, text_of
from ml.data.yes_no import truth_of
from ml.locale import dressed, stated

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
COMMA_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+", re.ASCII)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?", re.ASCII)
LARGEST = 3.4e38  # scikit-learn's trees calculate in float32 and refuse what does not fit
LARGEST_INTEGER = 2**53  # beyond it a float64 no longer tells neighbours apart
LONGEST_TEXT = 10_000
MOST_NAMED = 12  # choices that a sentence names
NEVER_MISSING = "Not given; in training every row had a value."
Limited = TypeVar("Limited", float, int, dt.date)
TRUE, FALSE = {"true", "yes", "y", "on", "1"}, {"false", "no", "n", "off", "0"}


class Refused(Exception):
    """A value that cannot be read, and what would be accepted."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def read_value(feature: Feature, raw: object) -> Value:
    """One raw value as the feature's type; None where nothing was given.

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
    """Whether a raw value says that nothing is known: none, an empty text, or a marker such as "NA"."""
    if raw is None:
        return True
    if not isinstance(raw, str):
        return False
    text = raw.strip()
    if not text:
        return not (raw and feature.spaces)
    return text in feature.missing and text not in feature.by_text


def gap_sentences(gaps: Mapping[str, int], of: str = "") -> list[str]:
    """What to say of records that lack values which in training every row had; the commonest gap first.

    Parameters
    ----------
    gaps : mapping of str to int
        Name or label of a feature to how many records lack it.
    of : str
        Among which records, such as "of the first 200 records".
    """
    counted = sorted(gaps.items(), key=lambda each: -each[1])
    said = []
    for name, count in counted:
        noun, has = ("record", "has") if count == 1 else ("records", "have")
        said.append(f"{name}: {count:,} {of or noun} {has} no value; in training every row had one.")
    return said


def unseen(feature: Feature, value: Value) -> str:
    """A sentence when the value lies outside what the model has seen, else an empty one."""
    if value is None:
        return NEVER_MISSING if feature.complete else ""
    if feature.kind == "category":
        return _unknown(feature, value)
    if feature.kind == "integer" and isinstance(value, float):
        return "The model has seen whole numbers only."
    if feature.seen is None:
        return ""
    low, high = feature.seen
    if low <= value <= high:
        return ""
    return f"The model has seen {shown(low)} to {shown(high)}."


def _unknown(feature: Feature, value: Value) -> str:
    """A sentence for a value that is none of the choices, where the estimator takes such."""
    if not feature.unknown or value in feature.values_of_choices:
        return ""
    return f"{quote(value)} is none of the values that the model knows.{meant(feature, text_of(value))}"


def accepted(feature: Feature) -> str:
    """What the feature accepts, in a sentence."""
    if feature.kind == "category":
        return _choices(feature)
    if feature.kind == "boolean":
        return "Accepted: true or false."
    if feature.kind == "text":
        return f"Accepted: text of up to {LONGEST_TEXT:,} characters."
    noun = _noun(feature)
    low, high, unit = shown(feature.low), shown(feature.high), f" {feature.unit}" if feature.unit else ""
    if low and high:
        return f"Accepted: {noun} from {low} to {high}{unit}."
    if low or high:
        return f"Accepted: {noun} {'from ' + low if low else 'up to ' + high}{unit}{' upwards' if low else ''}."
    return f"Accepted: {noun}{unit and ' in' + unit}."


def _choices(feature: Feature) -> str:
    count = len(feature.choices)
    if count > MOST_LISTED:
        some = ", ".join(choice.label for choice in feature.choices[:3])
        return f"Accepted: {some} and {count - 3:,} more."
    labels = ", ".join(choice.label for choice in feature.choices[:MOST_NAMED])
    return f"Accepted: {labels}{', …' if count > MOST_NAMED else ''}."


def _noun(feature: Feature) -> str:
    if feature.kind == "date":
        return "a date and time as YYYY-MM-DD HH:MM" if feature.timed else "a date as YYYY-MM-DD"
    return "a whole number" if feature.kind == "integer" and not feature.fractions else "a number"


def shown(value: Value) -> str:
    """A number or date as people write it, without digits that say nothing."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return text_of(value)
    whole = isinstance(value, int) or value.is_integer()
    text = text_of(value) if whole else f"{value:.0f}" if 1e5 <= abs(value) < 1e15 else f"{value:.6g}"
    return dressed(_grouped(text)) if stated() else text


def _grouped(text: str) -> str:
    """A number written without groups, with them."""
    whole, point, rest = text.partition(".")
    return f"{int(whole):,}{point}{rest}" if whole.removeprefix("-").isdecimal() else text


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
    raise Refused(f"{quote(raw)} is not {_noun(feature)}.", accepted(feature))


def with_point(text: str) -> str:
    """A number with a decimal comma, as 1.234,5 or 1234,5, with a decimal point; any other text as it is."""
    return text.replace(".", "").replace(",", ".") if COMMA_NUMBER.fullmatch(text) else text


def _code(feature: Feature, text: str) -> float | None:
    """The number that a name stands for: of one of its codes, or a word for yes or no."""
    truth = truth_of(text) if feature.yes_no else None
    found = feature.coded.get(text.casefold()) if truth is None else feature.yes_no[truth]  # type: ignore[index]
    return None if found is None else float(found)


def _within(feature: Feature, value: Limited, raw: object) -> Limited:
    if feature.low is not None and value < feature.low:
        raise Refused(f"{quote(raw)} is below {shown(feature.low)}.", accepted(feature))
    if feature.high is not None and value > feature.high:
        raise Refused(f"{quote(raw)} is above {shown(feature.high)}.", accepted(feature))
    return value


def _category(feature: Feature, raw: object) -> Value:
    text = text_of(raw) if isinstance(raw, (str, int, float, bool)) else str(raw)
    text = text.strip()
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
    """A value that is none of the choices, in their type."""
    if len(text) > LONGEST_TEXT:
        raise Refused(f"{len(text):,} characters are too many.", accepted(feature))
    if not feature.numeric_choices:
        return text
    if NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    raise Refused(f"{quote(text)} is not a number.", accepted(feature))


def meant(feature: Feature, text: str) -> str:
    """The choice that is spelled most like a text which is none, as a question; empty where none is alike."""
    close = feature.searched.closest(text)
    return f" Did you mean {close!r}?" if close else ""


def _boolean(feature: Feature, raw: object) -> bool:
    text = text_of(raw).casefold() if isinstance(raw, (str, int, float, bool)) else ""
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
    """A date without a time of day, which would be lost."""
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


def quote(raw: object) -> str:
    """A value as received, in quotes, cut where it is long; without characters that are not to be seen."""
    text = text_of(raw) if isinstance(raw, (str, int, float, bool, dt.date)) else str(raw)
    text = "".join(character for character in text if character.isprintable() or character.isspace())
    return f"“{text[:40]}{'…' if len(text) > 40 else ''}”"


def kind_of(raw: object) -> str:
    """What JSON calls a value of this kind."""
    return _KINDS.get(type(raw), "something else")


_KINDS = {
    dict: "an object",
    list: "a list",
    tuple: "a list",
    str: "a text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    type(None): "nothing",
}
