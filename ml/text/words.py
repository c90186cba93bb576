"""Values of features with their labels and units, money and percentage points, in words.

Shares, counts of records and decimals are in :mod:`ml.text.number_words`.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from ml.data.feature import Feature, Value, text_of
from ml.locale import localized
from ml.metrics.intervals import WIDTH
from ml.translation import plural, text

LONGEST_TEXT = 40
WHOLE_FROM = Decimal(10)  # points: below it one decimal is shown


def named(feature: Feature, value: Value) -> str:
    """A feature with its value as the subject of a sentence."""
    if value is None or feature.kind == "boolean" or text_of(value) in _code_labels(feature):
        return text("{feature}: {value}", feature=feature.label, value=shown_value(feature, value))
    if feature.is_number:
        return text("{feature} of {value}", feature=feature.label, value=shown_value(feature, value))
    if feature.kind == "text" and not value:
        return text("{feature}: empty", feature=feature.label)
    if feature.kind == "text":
        return f"{feature.label} “{shown_value(feature, value)}”"
    return f"{feature.label} {shown_value(feature, value)}"


def shown_value(feature: Feature, value: Value) -> str:
    """A value as people read it: "120 thousand $ a year", "Bay Area", "yes", "not known"."""
    if value is None:
        return text("not known")
    if feature.kind == "boolean":
        return text("yes") if value else text("no")
    if feature.kind == "category":
        return feature.labels.get(text_of(value), text_of(value))
    if feature.kind == "text":
        line = " ".join(str(value).split())
        return line if len(line) <= LONGEST_TEXT else f"{line[: LONGEST_TEXT - 1].rstrip()}…"
    if text_of(value) in _code_labels(feature):
        return _code_labels(feature)[text_of(value)]
    if isinstance(value, (int, float)):
        return f"{number_text(value, groups=not feature.calendar)} {_unit(feature.unit, value)}".rstrip()
    return text_of(value)


def number_text(value: float, *, groups: bool = True) -> str:
    """A number with thousands separators and six significant digits, all digits of its whole part."""
    exponent = Decimal(f"{value:.6g}").adjusted() if value else 0
    if not -5 <= exponent < 15:
        return localized(f"{value:.6g}")
    written = f"{value:{',' if groups else ''}.{max(0, 5 - exponent)}f}"
    written = written.rstrip("0").rstrip(".") if "." in written else written
    return localized(written).replace("-", "−")


def money_text(amount: float, currency: str = "") -> str:
    """Money as people say it: whole from 10 on, else with one decimal; "−12 USD"."""
    number = number_text(round(amount, 0 if abs(amount) >= 10 else 1) or 0.0)
    return f"{number}\u00a0{currency}" if currency else number


def points_text(points: float, sign: str = "") -> str:
    """Percentage points as people read them: "21 points", "1 point", "0.4 points"."""
    return plural("{n} point", "{n} points", abs(float(rounded(points))), n=f"{sign}{points_number(points)}")


def points_number(points: float) -> str:
    """The number of :func:`points_text` alone: "21"."""
    return localized(str(rounded(points))).replace("-", "−")


def unsure(points: float, error: float) -> str:
    """Sampling error of percentage points: "± 0.2 points", half of the 95 % interval in the digits shown.

    From their standard error. Empty where it is less than half of the last digit shown.
    """
    half = WIDTH * error
    digit = 1.0 if abs(rounded(points)) >= WHOLE_FROM else 0.1
    if half < digit / 2:
        return ""
    return f"± {points_text(max(round(half / digit), 1) * digit)}"


def rounded(points: float) -> Decimal:
    """Points rounded to whole ones from 10 on, else to tenths; halves away from 0."""
    exact = Decimal(repr(float(points)))
    tenths = exact.quantize(Decimal("0.1"), ROUND_HALF_UP)
    if abs(tenths) >= WHOLE_FROM or tenths == tenths.to_integral_value():
        # From the exact value, not from the tenths: 20.46 is 20, though 20.5 would be 21.
        whole = exact.quantize(Decimal(1), ROUND_HALF_UP)
        return whole + Decimal(0)  # no negative zero
    return tenths


def change_text(before: float, after: float) -> str:
    """Change of a probability: "+14 points", "−0.4 points", "no change"."""
    points = 100.0 * (after - before)
    moved = rounded(points)
    return points_text(points, "+" if moved > 0 else "") if moved else text("no change")


def _unit(unit: str, value: float) -> str:
    """The unit, in the singular for 1 where it is one plain plural: "1 year", "1 person", "1 thousand $"."""
    if value != 1:
        return unit
    plural = unit.isalpha() and len(unit) > 3 and unit.endswith("s") and not unit.endswith(("ss", "us"))
    return "person" if unit == "people" else unit[:-1] if plural else unit


def _code_labels(feature: Feature) -> dict[str, str]:
    """Labels of a number's codes, such as yes and no; empty for other features."""
    if not feature.codes or feature.yes_no is None:
        return {}
    return {code: label.lower() for code, label in feature.labels.items()}
