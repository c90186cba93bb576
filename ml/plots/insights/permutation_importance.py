"""Plot of the permutation importance of the features for one outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ml.insights.permutation_importance import PermutationImportance, permutation_importance
from ml.plots.plot import Plot, Rows, Study, View
from ml.plots.row_layout import ABOVE, fitted, height_of, rows_axis
from ml.plots.theme import FAINT, INK, figure, note, percent_ticks
from ml.text.number_words import sample_text

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST_SHOWN = 20


@dataclass(frozen=True)
class ImportanceRow:
    """One feature: its name, and the rise of the error with its 95 % interval."""

    label: str
    mean: float
    low: float
    high: float


def compute(study: Study) -> PermutationImportance:
    """Rise of the error when each feature is shuffled, for all outcomes."""
    return permutation_importance(study.bundle, study.evaluation)


def draw(result: PermutationImportance, view: View) -> go.Figure:
    """A bar a feature, the largest on top, with its 95 % interval and its name above it."""
    rows = ranked(result, view)
    low, high = min(0.0, *(row.low for row in rows)), max(1e-9, *(row.high for row in rows))
    room = 0.03 * (high - low)
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [row.mean for row in rows],
        "y": list(range(len(rows))),
        "width": 0.34,
        "marker": {"color": view.colour, "cornerradius": 3},
        "error_x": {
            "array": [row.high - row.mean for row in rows],
            "arrayminus": [row.mean - row.low for row in rows],
            "color": INK,
            "thickness": 1.5,
            "width": 4,
        },
        "hovertext": [_words(row, result, view) for row in rows],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    rise = {
        "title": {"text": f"Rise of the {result.measure}"},
        "range": [low - room, high + room],
        "zeroline": True,
        "zerolinecolor": FAINT,
    } | (percent_ticks(low - room, high + room) if _in_percent(result) else {"nticks": 6})
    return figure(
        [bars],
        height=height_of(len(rows)),
        annotations=[_name(row, place, result) for place, row in enumerate(rows)],
        xaxis=rise,
        yaxis=rows_axis(len(rows)),
    )


def say(result: PermutationImportance, view: View) -> str:
    """Sentence: the most important feature, the error without shuffling, and the method."""
    rows, before = ranked(result, view), result.error[view.index]
    if rows[0].mean <= 0:
        return f"Shuffling any one feature makes the model no worse at “{view.label}”."
    total, unused = len(result.features), sum(not mean for mean in result.mean[view.index])
    lean = (
        f"For “{view.label}” the model leans most on {rows[0].label}: with its values shuffled among the records, the "
        f"{result.measure} rises from {_number(before, result)} to {_number(before + rows[0].mean, result)}."
    )
    idle = f"Without any effect: {unused} of {total} features." if unused else ""
    shown = f"The {len(rows)} most important of {total} features are shown." if len(rows) < total else ""
    how = (
        f"Measured on {sample_text(result.rows, view.holdout)} with {result.repeats} shuffles of each feature; the "
        f"thin lines are 95\u00a0% intervals. Features that tell the same share their importance."
    )
    return " ".join(filter(None, (lean, idle, shown, how)))


def rows(result: PermutationImportance, view: View) -> Rows:
    """One row a feature."""
    header = ["feature", f"rise of the {result.measure}", "low (95 %)", "high (95 %)", "standard error"]
    spread = (values[view.index] for values in (result.mean, result.low, result.high, result.standard_error))
    return header, [list(cells) for cells in zip(result.labels, *spread, strict=True)]


def ranked(result: PermutationImportance, view: View) -> list[ImportanceRow]:
    """The shown features, the largest mean first."""
    columns = (result.labels, *(values[view.index] for values in (result.mean, result.low, result.high)))
    rows = [ImportanceRow(*cells) for cells in zip(*columns, strict=True)]
    return sorted(rows, key=lambda row: -row.mean)[:MOST_SHOWN]


def _words(row: ImportanceRow, result: PermutationImportance, view: View) -> str:
    before = result.error[view.index]
    return (
        f"<b>{row.label}</b><br>{result.measure} {_number(before, result)} → {_number(before + row.mean, result)} "
        f"when shuffled<br>rise {_number(row.mean, result)} "
        f"({_number(row.low, result)} to {_number(row.high, result)})"
    )


def _name(row: ImportanceRow, place: int, result: PermutationImportance) -> dict[str, Any]:
    # Above its bar, not beside it: long names fit on a phone.
    value = _number(row.mean, result)
    return note(f"{fitted(row.label, value)}  <b>{value}</b>", 0, place, **ABOVE)


def _in_percent(result: PermutationImportance) -> bool:
    return result.measure == "share of wrong labels"


def _number(value: float, result: PermutationImportance) -> str:
    text = f"{100 * value:z.1f}\u00a0%" if _in_percent(result) else f"{value:z.3f}"  # format "z": no negative zero
    return text.replace("-", "−")


PLOT = Plot(
    key="importance",
    question="Which features does the model lean on?",
    method="Permutation importance",
    page="insights",
    section="features",
    result=PermutationImportance,
    compute=compute,
    draw=draw,
    say=say,
    rows=rows,
    per_outcome=False,
    revision=2,
)
