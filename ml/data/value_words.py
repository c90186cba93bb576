"""Words about values: accepted values, notes on unusual ones, what was meant, and values as displayed.

What was meant is asked and never taken: the value stays refused or noted, and the person decides.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from ml.data.feature import MOST_LISTED, Feature, Value, text_of
from ml.locale import NotANumber, NumberFormat, canonical, current_format, localized, reader_format

LONGEST_TEXT = 10_000
MOST_NAMED = 12  # choices that a sentence names
NEVER_MISSING = "Not given; in training every row had a value."
SIGNS = "$€£¥"
THOUSANDS, MILLIONS = ("k", "tsd", "thousand"), ("m", "mio", "mn", "million")
UNREADABLE = "\u2063"  # invisible; the form appends it to what is no number in the reader's marks
_TYPED = re.compile(
    rf"[{SIGNS}]?\s*(?P<number>[+\-−]?[\d.,'’\s]*\d)\s*(?P<size>[A-Za-z]+)?\.?\s*(?P<sign>[{SIGNS}%])?", re.ASCII
)


def gap_sentences(gaps: Mapping[str, int], of: str = "") -> list[str]:
    """Notes on records that lack values which every row had in training; the commonest gap first.

    Parameters
    ----------
    gaps : mapping of str to int
        Name or label of a feature to the number of records that lack it.
    of : str
        The set of records, such as "of the first 200 records".
    """
    counted = sorted(gaps.items(), key=lambda each: -each[1])
    said = []
    for name, count in counted:
        noun, has = ("record", "has") if count == 1 else ("records", "have")
        said.append(f"{name}: {count:,} {of or noun} {has} no value; in training every row had one.")
    return said


def unseen(feature: Feature, value: Value) -> str:
    """A note when the value is outside the range of training, else an empty text."""
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
    return f"The model has seen {shown(low)} to {shown(high)}.{meant_by_value(feature, value)}"


def _unknown(feature: Feature, value: Value) -> str:
    """A note on a value that is none of the choices, where the estimator accepts such."""
    if not feature.unknown or value in feature.values_of_choices:
        return ""
    return f"{quote(value)} is none of the values that the model knows.{meant(feature, text_of(value))}"


def accepted(feature: Feature) -> str:
    """Accepted values of the feature, in a sentence."""
    if feature.kind == "category":
        return _choices(feature)
    if feature.kind == "boolean":
        return "Accepted: true or false."
    if feature.kind == "text":
        return f"Accepted: text of up to {LONGEST_TEXT:,} characters."
    noun = noun_of(feature)
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


def noun_of(feature: Feature) -> str:
    """A value of the feature in words, such as "a whole number"."""
    if feature.kind == "date":
        return "a date and time as YYYY-MM-DD HH:MM" if feature.timed else "a date as YYYY-MM-DD"
    return "a whole number" if feature.kind == "integer" and not feature.fractions else "a number"


def shown(value: Value) -> str:
    """A number or date for display, without insignificant digits."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return text_of(value)
    whole = isinstance(value, int) or value.is_integer()
    text = text_of(value) if whole else f"{value:.0f}" if 1e5 <= abs(value) < 1e15 else f"{value:.6g}"
    return localized(_grouped(text)) if reader_format() else text


def _grouped(text: str) -> str:
    """A number with commas between groups."""
    whole, point, rest = text.partition(".")
    return f"{int(whole):,}{point}{rest}" if whole.removeprefix("-").isdecimal() else text


def meant(feature: Feature, text: str) -> str:
    """The choice that is most similar to a text, as a question; empty where none is similar."""
    close = feature.searched.closest(text)
    return f" Did you mean {close!r}?" if close else ""


def quote(raw: object) -> str:
    """A value as received, in quotes, truncated, without unprintable characters."""
    text = text_of(raw) if isinstance(raw, (str, int, float, bool, dt.date)) else str(raw)
    text = "".join(character for character in text if character.isprintable() or character.isspace())
    return f"“{text[:40]}{'…' if len(text) > 40 else ''}”"


def kind_of(raw: object) -> str:
    """JSON's name for the type of a value."""
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


def meant_by_text(feature: Feature, text: str) -> str:
    """A question about a text that is no number here; empty where none suggests itself.

    Parameters
    ----------
    feature : Feature
        Its unit says whether it counts in thousands or millions.
    text : str
        As it was typed: "64k", "$64", "1.4" where readers write 1,4.
    """
    found = _TYPED.fullmatch(text.replace(UNREADABLE, "").strip())
    if found is None:
        return ""
    size = _size(found["size"])
    for number_format, other in ((current_format(), False), (_other(current_format()), True)):
        try:
            number = float(canonical(found["number"], number_format))
        except NotANumber:
            continue
        if size is None:
            meant = number if found["size"] is None or _names_unit(feature, found["size"]) else None
        else:
            meant = number * size / unit_size(feature)
        if meant is None:
            return ""
        why = f" The decimal mark here is “{current_format().decimal}”." if other else ""
        scaled = meant_by_value(feature, meant)
        return why + (scaled or _question(feature, meant))
    return ""


def meant_by_value(feature: Feature, value: Value) -> str:
    """A question where a value is far out, and would be a usual one in the feature's unit: 64000 thousand is 64."""
    size = unit_size(feature)
    if size == 1 or feature.seen is None or not isinstance(value, (int, float)) or value <= feature.seen[1]:
        return ""
    meant = value / size
    return _question(feature, meant) if feature.seen[0] <= meant <= feature.seen[1] else ""


def unit_size(feature: Feature) -> float:
    """What one of the feature's unit stands for: 1,000 in "thousand $"."""
    return _size((feature.unit or "").split(" ")[0]) or 1.0


def _size(word: str | None) -> float | None:
    word = (word or "").lower().removesuffix("s")
    return 1e3 if word in THOUSANDS else 1e6 if word in MILLIONS else None


def _names_unit(feature: Feature, word: str) -> bool:
    return any(part.lower().startswith(word.lower()) for part in (feature.unit or "").split())


def _other(number_format: NumberFormat) -> NumberFormat:
    """The format with the decimal mark of other readers."""
    return NumberFormat(".", ",") if number_format.decimal == "," else NumberFormat(",", ".")


def _question(feature: Feature, meant: float) -> str:
    low, high = feature.low, feature.high
    if (low is not None and meant < low) or (high is not None and meant > high):
        return ""
    return f" Did you mean {localized(f'{meant:.12g}')}?"
