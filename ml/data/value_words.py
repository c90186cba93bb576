"""Words about values: accepted values, notes on unusual ones, what was meant, and values as displayed.

What was meant is asked and never taken: the value stays refused or noted, and the person decides.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping

from ml.data.feature import MOST_LISTED, Feature, Value, text_of
from ml.locale import NotANumber, NumberFormat, canonical, current_format, localized, reader_format
from ml.translation import in_row, mark, plural, text

LONGEST_TEXT = 10_000
MOST_NAMED = 12  # choices or features that a sentence names
FIRST = 4  # of very many features, those that are named
NEVER_MISSING = mark("Not given; in training every row had a value.")
SIGNS = "$€£¥"
SIZES = {1e3: ("k", "tsd", "thousand", "tausend"), 1e6: ("m", "mio", "mn", "million", "millionen"), 1e9: ("bn", "mrd")}
UNREADABLE = "\u2063"  # invisible; the form appends it to what is no number in the reader's marks
_TYPED = re.compile(
    rf"(?:[{SIGNS}]|[A-Z]{{3}})?\s*(?P<number>[+\-−]?[0-9.,'’\s]*[0-9])\s*(?P<size>[A-Za-z]+)?\.?\s*(?P<sign>[{SIGNS}%])?"
)


def gap_sentences(gaps: Mapping[str, int], of: str = "") -> list[str]:
    """Notes on records that lack values which every row had in training; the commonest gap first.

    `gaps` is by name or label of a feature; `of` is the set of records, such as "of the first 200 records". Of more
    than twelve features one sentence names the first.
    """
    counted = sorted(gaps.items(), key=lambda each: -each[1])
    if len(counted) > MOST_NAMED:
        slots = {
            "n": f"{len(counted):,}",
            "of": of or text("records"),
            "features": in_row([name for name, _ in counted[:FIRST]]),
        }
        return [
            text(
                "{n} features have no value in some {of}, where in training every row had one; most often {features}.",
                **slots,
            )
        ]
    said = []
    for name, count in counted:
        slots = {"feature": name, "n": f"{count:,}"}
        if of:
            sentence = plural(
                "{feature}: {n} {of} has no value; in training every row had one.",
                "{feature}: {n} {of} have no value; in training every row had one.",
                count,
                **slots,
                of=of,
            )
        else:
            sentence = plural(
                "{feature}: {n} record has no value; in training every row had one.",
                "{feature}: {n} records have no value; in training every row had one.",
                count,
                **slots,
            )
        said.append(sentence)
    return said


def unseen(feature: Feature, value: Value) -> str:
    """A note when the value is outside the range of training, else an empty text."""
    if value is None:
        return text(NEVER_MISSING) if feature.complete else ""
    if feature.kind == "category":
        return _unknown(feature, value)
    if feature.kind == "integer" and isinstance(value, float):
        return text("The model has seen whole numbers only.")
    if feature.seen is None:
        return ""
    low, high = feature.seen
    if low <= value <= high:
        return ""
    said = text("The model has seen {low} to {high}.", low=shown(low, feature), high=shown(high, feature))
    return said + meant_by_value(feature, value)


def _unknown(feature: Feature, value: Value) -> str:
    """Note on a value outside the choices, where the estimator accepts unknown levels."""
    if not feature.unknown or value in feature.values_of_choices:
        return ""
    said = text("{value} is not one of the values that the model knows.", value=quote(value))
    return said + meant(feature, text_of(value))


def accepted(feature: Feature) -> str:
    """Accepted values of the feature, in a sentence."""
    if feature.kind == "category":
        return _choices(feature)
    if feature.kind == "boolean":
        return text("Accepted: true or false.")
    if feature.kind == "text":
        return text("Accepted: text of up to {n} characters.", n=f"{LONGEST_TEXT:,}")
    noun = noun_of(feature)
    low, high = shown(feature.low, feature), shown(feature.high, feature)
    unit = f" {feature.unit}" if feature.unit else ""
    if low and high:
        return text("Accepted: {noun} from {low} to {high}.", noun=noun, low=low, high=high + unit)
    if low:
        return text("Accepted: {noun} from {low} upwards.", noun=noun, low=low + unit)
    if high:
        return text("Accepted: {noun} up to {high}.", noun=noun, high=high + unit)
    if unit:
        return text("Accepted: {noun} in {unit}.", noun=noun, unit=feature.unit)
    return text("Accepted: {noun}.", noun=noun)


def _choices(feature: Feature) -> str:
    count = len(feature.choices)
    if count > MOST_LISTED:
        some = in_row([choice.label for choice in feature.choices[:3]])
        return text("Accepted: {values} and {n} more.", values=some, n=f"{count - 3:,}")
    labels = in_row([choice.label for choice in feature.choices[:MOST_NAMED]])
    return text("Accepted: {values}.", values=f"{labels}, …" if count > MOST_NAMED else labels)


def noun_of(feature: Feature) -> str:
    """A value of the feature in words, such as "a whole number"."""
    if feature.kind == "date":
        if feature.timed:
            return text("a date and time as {form}", form="YYYY-MM-DD HH:MM")
        return text("a date as {form}", form="YYYY-MM-DD")
    return text("a whole number") if feature.kind == "integer" and not feature.fractions else text("a number")


def shown(value: Value, feature: Feature | None = None) -> str:
    """A number or date for display, without insignificant digits; of a feature without groups where it is a year."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return text_of(value)
    whole = isinstance(value, int) or value.is_integer()
    text = text_of(value) if whole else f"{value:.0f}" if 1e5 <= abs(value) < 1e15 else f"{value:.6g}"
    return localized(text if feature and feature.calendar else _grouped(text)) if reader_format() else text


def _grouped(written: str) -> str:
    """A number with commas between groups."""
    whole, point, rest = written.partition(".")
    digits = whole.removeprefix("-")
    minus = whole.removesuffix(digits)  # apart, for the whole number of "-0.5" has none
    return f"{minus}{int(digits):,}{point}{rest}" if digits.isdecimal() else written


def meant(feature: Feature, written: str) -> str:
    """The choice that is most similar to a text, as a question; empty where none is similar."""
    close = feature.searched.closest(written)
    return f" {text('Did you mean {value}?', value=repr(close))}" if close else ""


def quote(raw: object) -> str:
    """A value as received, in quotes, truncated, without unprintable characters."""
    written = text_of(raw) if isinstance(raw, (str, int, float, bool, dt.date)) else str(raw)
    written = "".join(character for character in written if character.isprintable() or character.isspace())
    return f"“{written[:40]}{'…' if len(written) > 40 else ''}”"


def kind_of(raw: object) -> str:
    """JSON's name for the type of a value."""
    return text(_KINDS.get(type(raw), SOMETHING))


SOMETHING = mark("something else")
_KINDS = {
    dict: mark("an object"),
    list: mark("a list"),
    tuple: mark("a list"),
    str: mark("a text"),
    bool: mark("true or false"),
    int: mark("a number"),
    float: mark("a number"),
    type(None): mark("nothing"),
}


def meant_by_text(feature: Feature, written: str) -> str:
    """A question about a text that is no number here; empty where none suggests itself.

    As it was typed: "64k", "$64", "USD 64", "64 000", "64 a month", digits of any script, "1.4" where readers write
    1,4. The feature's unit says whether it counts in thousands or millions.
    """
    match = _TYPED.fullmatch(_without_unit(feature, _with_digits(written.replace(UNREADABLE, ""))))
    if match is None:
        return ""
    size, here = _size(match["size"]), current_format()
    formats = [(here, False), (_other(here), True), *((NumberFormat(here.decimal, group), False) for group in " '")]
    for number_format, other in formats:
        try:
            number = float(canonical(match["number"], number_format))
        except NotANumber:
            continue
        meant: float | None
        if match["sign"] == "%" and feature.share:
            meant = number / 100
        elif size is None:
            meant = number if match["size"] is None or _names_unit(feature, match["size"]) else None
        else:
            meant = number * size / unit_size(feature)
            low, high = feature.seen or (meant, meant)
            if low <= number <= high and not low <= meant <= high:  # 1.80 m is no 1.8 million
                meant = number
        if meant is None:
            return ""
        why = f" {text('The decimal mark here is “{mark}”.', mark=current_format().decimal)}" if other else ""
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
    """Factor of the feature's unit: 1,000 in "thousand $"."""
    return _size((feature.unit or "").split(" ")[0]) or 1.0


def _size(word: str | None) -> float | None:
    word = (word or "").lower().removesuffix("s")
    return next((size for size, words in SIZES.items() if word in words), None)


def _names_unit(feature: Feature, word: str) -> bool:
    return any(part.lower().startswith(word.lower()) for part in (feature.unit or "").split())


def _without_unit(feature: Feature, written: str) -> str:
    """A text without the words of the unit behind its number."""
    words = (feature.unit or "").split()
    ends = (" ".join(words[at:]) for at in range(len(words)))
    return written.removesuffix(
        next((end for end in ends if end[-1].isalpha() and written.endswith(f" {end}")), "")
    ).strip()


def _with_digits(written: str) -> str:
    """A text with digits 0 to 9 for those of other scripts."""
    return "".join(str(unicodedata.decimal(character, character)) for character in written).strip()


def _other(number_format: NumberFormat) -> NumberFormat:
    """The format with the decimal mark of other readers."""
    return NumberFormat(".", ",") if number_format.decimal == "," else NumberFormat(",", ".")


def _question(feature: Feature, meant: float) -> str:
    low, high = feature.low, feature.high
    if (low is not None and meant < low) or (high is not None and meant > high):
        return ""
    return f" {text('Did you mean {value}?', value=localized(f'{meant:.12g}'))}"
