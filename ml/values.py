"""One raw value as a feature's type, or why it is none, in words that stand beside the field."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from ml.data.yes_no import truth_of
from ml.marks import dressed, stated
from ml.schema import MOST_LISTED, Feature, Value, text_of

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?", re.ASCII)
LARGEST = 3.4e38  # scikit-learn's trees calculate in float32 and refuse what does not fit
LARGEST_INTEGER = 2**53  # beyond it a float64 no longer tells neighbours apart
LONGEST_TEXT = 10_000
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
        :func:`ml.records.read_records` turns it into a Problem.
    """
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        if feature.required:
            raise Refused("A value is needed.", accepted(feature))
        return "" if feature.kind == "text" else None  # an empty text is a text; vectorizers refuse None
    if isinstance(raw, (Mapping, list, tuple, set)):
        raise Refused(f"One value is needed, not {kind_of(raw)}.", accepted(feature))
    return _READERS[feature.kind](feature, raw)


def unseen(feature: Feature, value: Value) -> str:
    """A sentence when the value lies outside what the model has seen, else an empty one."""
    if feature.seen is None or value is None:
        return ""
    low, high = feature.seen
    if low <= value <= high:
        return ""
    return f"The model has seen {shown(low)} to {shown(high)}."


def accepted(feature: Feature) -> str:
    """What the feature accepts, in a sentence."""
    if feature.kind == "category":
        return _choices(feature)
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


def _choices(feature: Feature) -> str:
    count = len(feature.choices)
    if count > MOST_LISTED:
        some = ", ".join(choice.label for choice in feature.choices[:3])
        return f"Accepted: {some} and {count - 3:,} more."
    labels = ", ".join(choice.label for choice in feature.choices[:12])
    return f"Accepted: {labels}{', …' if count > 12 else ''}."


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


def _integer(feature: Feature, raw: object) -> int:
    number = _float(feature, raw)
    if not math.isfinite(number) or abs(number) > LARGEST_INTEGER:
        raise Refused(f"{quote(raw)} is not a number that can be calculated with.", accepted(feature))
    if not number.is_integer():
        raise Refused(f"{quote(raw)} is not a whole number.", accepted(feature))
    return _within(feature, int(number), raw)


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
    if isinstance(raw, str) and NUMBER.fullmatch(raw.strip()):
        return float(raw)
    noun = "a whole number" if feature.kind == "integer" else "a number"
    raise Refused(f"{quote(raw)} is not {noun}.", accepted(feature))


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
    if NUMBER.fullmatch(text.strip()) and text not in feature.by_text:
        text = text_of(float(text))  # pandas writes a whole number with gaps in its column as 1.0
    if text in feature.by_text:
        return feature.by_text[text]
    if feature.yes_no and (truth := truth_of(text)) is not None:
        return feature.yes_no[truth]
    close, many = meant(feature, text), len(feature.choices) > MOST_LISTED
    count = f"{len(feature.choices):,} choices" if many else "choices"
    hint = close.strip() if close and many else accepted(feature) + close
    raise Refused(f"{quote(raw)} is not one of the {count}.", hint)


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
    if isinstance(raw, dt.datetime):
        raw = raw.date()
    if not isinstance(raw, dt.date):
        text = raw.strip() if isinstance(raw, str) else ""
        try:
            # pandas and spreadsheets write a time of day along; fromisoformat alone takes 20260131, too
            raw = dt.datetime.fromisoformat(text if DATE.fullmatch(text) else "").date()
        except ValueError:
            raise Refused(f"{quote(raw)} is not a date.", accepted(feature)) from None
    return _within(feature, raw, raw)


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
