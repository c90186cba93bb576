"""Threshold table for the page's script: texts to show, and numbers that place marks, one row a cut-off.

The script computes nothing: it picks the row of the chosen cut-off. Every text that depends on the cut-off is an
element with ``data-pick``, wherever it is on the page, so no two of them can differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from layouts.shared import ids
from ml.data.outcomes import Outcomes
from ml.errors import LikelyError
from ml.locale import localized
from ml.metrics.custom import CustomMeasure
from ml.metrics.overview import Overview
from ml.metrics.registry import MEASURES, OF_COUNTS, OF_PROBABILITIES
from ml.metrics.threshold_plots import metrics_by_threshold
from ml.metrics.threshold_table import ThresholdTable
from ml.plots.catalogue import plots_of
from ml.plots.cut_off_mark import column
from ml.plots.plot import View
from ml.text.cut_off_words import (
    COUNTS,
    UNDEFINED,
    cut_off_digits,
    cut_off_sentence,
    cut_off_text,
    measure_words,
    span_words,
)
from ml.text.number_words import count, percent
from ml.text.words import number_text
from ml.translation import text

RATES = ("specificity", "false_positive_rate", "false_negative_rate", "recall")


def table_data(overview: Overview, outcomes: Outcomes, outcome: str, own: Iterable[CustomMeasure]) -> dict[str, Any]:
    """The threshold table of one outcome, m rows, with what the script needs beside it.

    Returns
    -------
    dict
        ``cut_off`` and ``percent`` (numbers, rising), ``texts`` (columns of m texts), ``fixed``
        (texts that no cut-off changes), ``at`` (columns of m numbers or None, for marks), ``row``
        and ``in_use`` (rows), ``reach`` (where the slider ends, in percent), ``extra``.
    """
    table = overview.table
    view = View(outcomes, outcome)
    names = {name for plot in plots_of("performance") if plot.mark for name in (plot.mark.x, plot.mark.y) if name}
    return {
        "outcome": outcome,
        "cut_off": table.cut_off,
        "percent": [_percent(cut) for cut in table.cut_off],
        "reach": _reach(table),
        "row": overview.row,
        "in_use": table.at(overview.in_use),
        "extra": list(overview.extra),
        "texts": texts(table, view),
        "fixed": _fixed(overview) | _own(own),
        "at": {name: [_rounded(value) for value in column(table, name)] for name in sorted(names | {*RATES, *COUNTS})},
        "refused": "",
    }


Shown = tuple[dict[str, str], dict[str, dict[str, Any]]]


def at_opening(overview: Overview, outcomes: Outcomes, outcome: str, own: Iterable[CustomMeasure]) -> Shown:
    """The texts by name, and the controls' props by id, at the cut-off with which the page opens."""
    table, row = overview.table, overview.row
    shown = {name: said for name, (said,) in texts(table, View(outcomes, outcome), (row,)).items()}
    controls: dict[str, dict[str, Any]] = {
        ids.CUT_OFF_SLIDER: {"max": _reach(table), "value": _percent(table.cut_off[row])},
        ids.CUT_OFF_TYPED: {"value": shown["typed"]},
        ids.CUT_OFF_USE: {"disabled": row == table.at(overview.in_use)},
    }
    return shown | _fixed(overview) | _own(own), controls


def refused(error: LikelyError, outcome: str) -> dict[str, Any]:
    """Response without a table: the reason."""
    return {"outcome": outcome, "refused": f"{error.message} {error.hint}".strip()}


def unfinished(error: LikelyError, outcome: str) -> dict[str, Any]:
    """Response while the table is being computed; the script asks again."""
    return refused(error, outcome) | {"again": True}


def texts(table: ThresholdTable, view: View, rows: Sequence[int] | None = None) -> dict[str, list[str]]:
    """The texts that depend on the cut-off, as columns of the table: of all its rows, or of some."""
    rows = range(len(table.cut_off)) if rows is None else rows

    def of(name: str) -> list[Any]:
        column = table.columns[name]
        return [column[row] for row in rows]

    cuts = [table.cut_off[row] for row in rows]
    columns = {
        "cut_off": [cut_off_text(cut) for cut in cuts],
        "typed": [localized(cut_off_digits(cut)) for cut in cuts],
        "selected": [_share(value) for value in of("selected")],
        "sentence": [cut_off_sentence(table, row, view.records) for row in rows],
    }
    columns |= {name: [count(value or 0) for value in of(name)] for name in COUNTS}
    # A tile of the 2 x 2: its count and its share of the row.
    for name, rate in zip(("true_negative", "false_positive", "false_negative", "true_positive"), RATES, strict=True):
        pairs = zip(columns[name], of(rate), strict=True)
        columns[f"{name}.tile"] = [f"<b>{shown}</b><br>{_share(value)}" for shown, value in pairs]
    for measure in OF_COUNTS:
        low, high = table.low[measure.key], table.high[measure.key]
        columns[measure.key] = [measure_words(measure, value) for value in of(measure.key)]
        columns[f"{measure.key}.range"] = [span_words(measure, low[row], high[row]) for row in rows]
    return columns


def _percent(cut_off: float) -> float:
    return round(100 * cut_off, 8)


def _reach(table: ThresholdTable) -> float:
    """The slider's end, in percent."""
    return round(100 * metrics_by_threshold(table).reach, 6)


def _fixed(overview: Overview) -> dict[str, str]:
    head = overview.headline
    texts = {f"{measure.key}.trivial": measure_words(measure, measure.trivial(_rate(overview))) for measure in MEASURES}
    for measure in OF_PROBABILITIES:
        texts[measure.key] = measure_words(measure, head.value[measure.key])
        texts[f"{measure.key}.range"] = span_words(measure, head.low[measure.key], head.high[measure.key])
    texts["in_use"] = cut_off_text(overview.in_use)
    return texts


def _own(own: Iterable[CustomMeasure]) -> dict[str, str]:
    texts = {}
    for at, each in enumerate(own):
        texts[f"own-{at}"] = number_text(round(each.value, 3))
        known = each.low is not None and each.high is not None
        low, high = (number_text(round(end or 0.0, 3)) for end in (each.low, each.high))
        texts[f"own-{at}.range"] = text("{low} to {high}", low=low, high=high) if known else ""
    return texts


def _rate(overview: Overview) -> float:
    return overview.table.positive / (overview.table.positive + overview.table.negative)


def _share(value: float | None) -> str:
    return UNDEFINED if value is None else percent(value)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
