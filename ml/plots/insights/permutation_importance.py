"""Plot ``importance``: permutation importance of the features for one outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ml import locale
from ml.insights.permutation_importance import WRONG_LABELS, PermutationImportance, permutation_importance
from ml.plots.columns import Column, Columns, ends
from ml.plots.plot import Plot, Rows, View
from ml.plots.row_layout import ABOVE, fitted, height_of, rows_axis
from ml.plots.theme import FAINT, Figure, figure, note, percent_ticks
from ml.plots.traces import row_bars, whiskers
from ml.text.number_words import count, percent, sample_text
from ml.translation import mark, text

MOST_SHOWN = 20


@dataclass(frozen=True)
class ImportanceRow:
    """One feature: its name, and the rise of the error with its 95 % interval."""

    label: str
    mean: float
    low: float
    high: float


def draw(result: PermutationImportance, view: View) -> Figure:
    """A bar a feature, the largest on top, with its 95 % interval and its name above it."""
    rows = ranked(result, view)
    means, lows, highs = ([getattr(row, name) for row in rows] for name in ("mean", "low", "high"))
    low, high = min(0.0, *lows), max(1e-9, *highs)
    room = 0.03 * (high - low)
    words = [_words(row, result, view) for row in rows]
    rise = {
        "title": {"text": _rise(result)},
        "range": [low - room, high + room],
        "zeroline": True,
        "zerolinecolor": FAINT,
    } | (percent_ticks(low - room, high + room) if _in_percent(result) else {"nticks": 6})
    return figure(
        [row_bars(means, view.colour, words, error_x=whiskers(means, lows, highs))],
        height=height_of(len(rows)),
        annotations=[_name(row, place, result) for place, row in enumerate(rows)],
        xaxis=rise,
        yaxis=rows_axis(len(rows)),
    )


def say(result: PermutationImportance, view: View) -> str:
    """Sentence: the most important feature, the error without shuffling, and the method."""
    rows, before = ranked(result, view), result.error[view.index]
    if rows[0].mean <= 0:
        return text("Shuffling any one feature makes the model no worse at “{outcome}”.", outcome=view.label)
    total, unused = len(result.features), sum(not mean for mean in result.mean[view.index])
    lean = text(
        "For “{outcome}” the model leans most on {feature}: with its values shuffled among the records, the {measure} "
        "rises from {before} to {after}.",
        outcome=view.label,
        feature=rows[0].label,
        measure=text(result.measure),
        before=_number(before, result),
        after=_number(before + rows[0].mean, result),
    )
    of = {"all": count(total)}
    idle = text("Without any effect: {n} of {all} features.", n=count(unused), **of) if unused else ""
    fewer = len(rows) < total
    shown = text("The {n} most important of {all} features are shown.", n=count(len(rows)), **of) if fewer else ""
    how = text(
        "Measured on {records} with {repeats} shuffles of each feature; the thin lines are {level} intervals. Features "
        "that tell the same share their importance.",
        records=sample_text(result.rows, view.holdout),
        repeats=count(result.repeats),
        level=percent(0.95),
    )
    return " ".join(filter(None, (lean, idle, shown, how)))


def _rise(result: PermutationImportance) -> str:
    return text("Rise of the {measure}", measure=text(result.measure))


def rows(result: PermutationImportance, view: View) -> Rows:
    """One row a feature, the largest mean first."""
    header = ["feature", f"rise of the {result.measure}", "low (95 %)", "high (95 %)", "standard error"]
    spread = (values[view.index] for values in (result.mean, result.low, result.high, result.standard_error))
    largest_first = sorted(zip(result.labels, *spread, strict=True), key=lambda cells: -cells[1])
    return header, [list(cells) for cells in largest_first]


def ranked(result: PermutationImportance, view: View) -> list[ImportanceRow]:
    """The shown features, the largest mean first."""
    columns = (result.labels, *(values[view.index] for values in (result.mean, result.low, result.high)))
    rows = [ImportanceRow(*cells) for cells in zip(*columns, strict=True)]
    return sorted(rows, key=lambda row: -row.mean)[:MOST_SHOWN]


def _words(row: ImportanceRow, result: PermutationImportance, view: View) -> str:
    before = result.error[view.index]
    return text(
        "{feature}<br>{measure} {before} → {after} when shuffled<br>rise {rise} ({low} to {high})",
        feature=f"<b>{row.label}</b>",
        measure=text(result.measure),
        before=_number(before, result),
        after=_number(before + row.mean, result),
        rise=_number(row.mean, result),
        low=_number(row.low, result),
        high=_number(row.high, result),
    )


def _name(row: ImportanceRow, place: int, result: PermutationImportance) -> dict[str, Any]:
    # Above its bar, not beside it: long names fit on a phone.
    value = _number(row.mean, result)
    return note(f"{fitted(row.label, value)}  <b>{value}</b>", 0, place, **ABOVE)


def _in_percent(result: PermutationImportance) -> bool:
    return result.measure == WRONG_LABELS


def _number(value: float, result: PermutationImportance) -> str:
    # format "z": no negative zero
    shown = locale.percent(f"{100 * value:z.1f}") if _in_percent(result) else locale.localized(f"{value:z.3f}")
    return shown.replace("-", "−")


def columns(result: PermutationImportance, _view: View) -> Columns:
    """Columns of the table beside the figure: headings and formats."""

    def write(value: float) -> str:
        return _number(value, result)

    low, high = ends(write).values()
    return {
        "feature": Column(text("Feature")),
        f"rise of the {result.measure}": Column(_rise(result), write),
        "low (95 %)": low,
        "high (95 %)": high,
    }


PLOT = Plot(
    key="importance",
    question=mark("Which features does the model lean on?"),
    method=mark("Permutation importance"),
    page="insights",
    section="features",
    result=PermutationImportance,
    compute=lambda study: permutation_importance(study.bundle, study.evaluation),
    draw=draw,
    say=say,
    columns=columns,
    ranked=True,
    rows=rows,
    per_outcome=False,
    revision=2,
)
