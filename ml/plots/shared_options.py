"""The options that several plots share (cut-off, measure, fewest records, feature), and measures as text and axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ml.bundle.bundle import Bundle
from ml.bundle.feature_order import in_order
from ml.data.array_types import OptionalFloats
from ml.decision.cut_offs import CUT_OFF, card_cut_off
from ml.plots.option import Choices, Option
from ml.plots.plot import Study
from ml.plots.theme import share_axis
from ml.slices.fairness import GroupFairness
from ml.slices.segments import IN_PERCENT, LABELS, Segments, enough_records, measures_of
from ml.text.number_words import decimal, percent, with_span
from ml.translation import listed, mark, text

# The page sends its own cut-off; without it the default is the card's.
AT_CUT_OFF = Option(
    CUT_OFF, mark("Cut-off"), default=lambda bundle, outcome: card_cut_off(bundle.card, outcome), low=0.0, high=1.0
)
MEASURE = Option("measure", mark("Measure"), lambda bundle, _: measures_of(bundle.offers))


def _least(bundle: Bundle, _: str) -> float:
    return enough_records(bundle.card["rows"]["hold-out"])


LEAST = Option("least", mark("At least"), default=_least, low=1, high=1e6, unit=mark("records"))


def cut_off_of(study: Study) -> float:
    """The chosen cut-off; the card's where the field is empty."""
    given = study.options.get(CUT_OFF)
    return card_cut_off(study.bundle.card, study.outcome) if given is None else float(given)


def least_of(study: Study) -> float:
    """The chosen fewest records; the default where the field is empty."""
    given = study.options.get("least")
    return _least(study.bundle, study.outcome) if given is None else float(given)


def chosen(option: object) -> str:
    """A chosen value as text; empty where there is no choice."""
    return "" if option is None else str(option)


def feature_choice(key: str = "feature", label: str = mark("Feature"), place: int = 0) -> Option:
    """Option of the features of a model; the default is the feature at `place` of their order."""

    def choices(bundle: Bundle, _: str) -> Choices:
        order = importance_order(bundle)
        first = order[place : place + 1]
        return [(name, bundle.schema.feature(name).label) for name in (*first, *(n for n in order if n not in first))]

    return Option(key, label, choices)


def importance_order(bundle: Bundle) -> list[str]:
    """Names of the features, the most important first where the card says so, else in schema order."""
    return in_order(bundle.card, bundle.schema)


def measure_text(key: str, value: float | None) -> str:
    """A measure in words, with as many decimals as in the headline."""
    if value is None:
        return text("undefined")
    return percent(value) if key in IN_PERCENT else three(value)


def measured(key: str, value: float | None, low: float | None, high: float | None) -> str:
    """A measure in words with its interval, where it has one."""
    if low is None or high is None:
        return measure_text(key, value)
    return with_span(*(measure_text(key, each) for each in (value, low, high)))


def three(value: float) -> str:
    """A number with three decimals."""
    return decimal(round(value, 3) + 0.0, 3).replace("-", "−")  # no negative zero


def measure_axis(key: str, values: OptionalFloats) -> dict[str, Any]:
    """The axis of a measure: 0 to 100 % for shares, else as far as the values go."""
    if key in IN_PERCENT:
        return share_axis(text(LABELS[key]))
    known = [value for value in values if value is not None]
    low, high = min(known), max(known)
    room = 0.06 * (high - low) or 0.05
    return {"range": [low - room, high + room], "title": {"text": text(LABELS[key])}, "nticks": 6}


def promises_text(parts: Sequence[str], result: Segments | GroupFairness) -> str:
    """Sentence on calibration by part: where more or fewer came than announced, beyond chance."""
    if not result.said:
        return ""
    rows = zip(parts, result.said, result.came, result.gap_low, result.gap_high, strict=True)
    off = [
        text("“{part}” ({said} announced, {came} came)", part=part, said=percent(said), came=percent(came))
        for part, said, came, low, high in rows
        if low > 0 or high < 0
    ]
    if not off:
        return f" {text('In each part as many came as the probabilities announce, as far as chance lets see.')}"
    said = text("More or fewer came than the probabilities announce, beyond chance: {parts}.", parts=listed(off))
    return f" {said}"
