"""What the plots of segments, groups, versions and errors share: the cut-off, the measure, fewest records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ml.cut_offs import card_cut_off
from ml.plots.option import Choices, Option
from ml.plots.plot import Study
from ml.plots.theme import FAINT, decimal, note, percent, share_axis, shortened
from ml.segments import IN_PERCENT, LABELS, enough, measures_of

if TYPE_CHECKING:
    from ml.bundle import Bundle

LONGEST = 28  # with a number behind it on a phone
LINE = 36  # characters of a whole line on a phone
LINE_HEIGHT = 17  # pixels
MARGIN = {"l": 8, "r": 24, "t": 8, "b": 8}  # room for the last tick's label


def _measures(bundle: Bundle, _: str) -> Choices:
    return measures_of(bundle.offers)


# The page hands its own cut-off over; alone a plot opens with the card's.
CUT_OFF = Option(
    "cut_off", "Cut-off", default=lambda bundle, outcome: card_cut_off(bundle.card, outcome), low=0.0, high=1.0
)
MEASURE = Option("measure", "Measure", _measures)


def _least(bundle: Bundle, _: str) -> float:
    return enough(bundle.card["rows"]["hold-out"])


LEAST = Option("least", "At least", default=_least, low=1, high=1e6, unit="records")


def cut_off_of(study: Study) -> float:
    """The cut-off that was asked for; the card's where the field was emptied."""
    chosen = study.options.get("cut_off")
    return card_cut_off(study.bundle.card, study.outcome) if chosen is None else float(chosen)


def least_of(study: Study) -> float:
    """Fewest records that were asked for; as the plot opens where the field was emptied."""
    chosen = study.options.get("least")
    return _least(study.bundle, study.outcome) if chosen is None else float(chosen)


def text_of(option: object) -> str:
    """A chosen value as text; empty where there is nothing to choose."""
    return "" if option is None else str(option)


def measure_text(key: str, value: float | None) -> str:
    """A measure in words, with as many decimals as in the headline."""
    if value is None:
        return "undefined"
    return percent(value) if key in IN_PERCENT else three(value)


def three(value: float) -> str:
    """A number with three decimals."""
    return decimal(round(value, 3) + 0.0, 3).replace("-", "−")  # no negative zero


def filled(parts: list[str], joint: str) -> list[str]:
    """The parts in as few lines as a phone has room for; a part that is longer than a line is cut."""
    lines: list[str] = []
    for part in (shortened(part, LINE) for part in parts):
        if lines and len(lines[-1] + joint + part) <= LINE:
            lines[-1] += joint + part
        else:
            lines.append(part)
    return lines


def measure_axis(key: str, values: list[float | None]) -> dict[str, Any]:
    """The axis of a measure: 0 to 100 % for shares, else as far as the values go."""
    if key in IN_PERCENT:
        return share_axis(LABELS[key])
    known = [value for value in values if value is not None]
    low, high = min(known), max(known)
    room = 0.06 * (high - low) or 0.05
    return {"range": [low - room, high + room], "title": {"text": LABELS[key]}, "nticks": 6}


def named_rows(names: list[str], values: list[str], more: list[str], x: float) -> list[dict[str, Any]]:
    """Above each row its name, in bold its value, and after it what else is to be known."""
    return [
        note(
            f"{shortened(name, LONGEST)}  <b>{value}</b>  {rest}", x, place, xanchor="left", yanchor="bottom", yshift=7
        )
        for place, (name, value, rest) in enumerate(zip(names, values, more, strict=True))
    ]


def upright(x: float | None, rows: int) -> dict[str, Any]:
    """An upright stroke in each row, beside its dot and not through its name."""
    across = [] if x is None else [x, x, None] * rows
    down = [] if x is None else [y for row in range(rows) for y in (row - 0.14, row + 0.36, None)]
    line = {"color": FAINT, "width": 2}
    return {"type": "scatter", "mode": "lines", "x": across, "y": down, "line": line, "hoverinfo": "skip"}


def spans(low: list[float | None], high: list[float | None], colour: str) -> dict[str, Any]:
    """A thin line from low to high in each row, where both are known."""
    x: list[float | None] = []
    y: list[float | None] = []
    for place, (left, right) in enumerate(zip(low, high, strict=True)):
        if left is not None and right is not None:
            x += [left, right, None]
            y += [place, place, None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"color": colour, "width": 2},
        "hoverinfo": "skip",
    }
