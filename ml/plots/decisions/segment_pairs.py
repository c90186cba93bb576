"""Plot ``segment-pairs``: one measure in each pair of parts of two features (heat map)."""

from __future__ import annotations

from ml.plots.columns import Column, Columns, ends, records
from ml.plots.plot import Plot, Rows, Study, View
from ml.plots.shared_options import (
    AT_CUT_OFF,
    LEAST,
    MEASURE,
    chosen,
    cut_off_of,
    feature_choice,
    least_of,
    measure_text,
    measured,
)
from ml.plots.theme import INK, Figure, figure
from ml.plots.traces import pointed_at, tiles
from ml.slices.segment_pairs import SegmentPairs, segment_pairs
from ml.slices.segments import IN_PERCENT, LABELS
from ml.text.few_words import few_words
from ml.text.number_words import count, records_text, short_percent, shortened
from ml.translation import mark, text

OPTIONS = (feature_choice(), feature_choice("by", mark("And"), 1), MEASURE, LEAST, AT_CUT_OFF)
LONGEST = 16  # characters beside and below the tiles, on a phone
TIGHT = 6  # most columns with room for words in a tile
WHOLE = 3  # longest percentage with its sign in a tile on a phone: longer ones lose the sign


def compute(study: Study) -> SegmentPairs:
    """The measure in each pair of parts of the chosen features."""
    first, second, measure = (chosen(study.options[key]) for key in ("feature", "by", "measure"))
    return segment_pairs(study.bundle, study.answers, (first, second), measure, cut_off_of(study), least_of(study))


def draw(result: SegmentPairs, view: View) -> Figure:
    """A tile a pair with the measure and the number of records; grey with too few records."""
    low, high = _limits(result)
    roomy = len(result.columns) <= TIGHT
    places = [list(range(len(names))) for names in (result.rows, result.columns)]
    enough = [[_enough(result, r, c) for c in places[1]] for r in places[0]]
    values = [[result.value[r][c] if enough[r][c] else None for c in places[1]] for r in places[0]]
    known = tiles(values, view.colour, (0.06, 0.45), zmin=low, zmax=high) | {
        "x": places[1],
        "y": places[0],
        "xgap": 3,
        "ygap": 3,
        "hoverinfo": "skip",
    }
    few = {
        **known,
        "z": [[None if good else 0 for good in line] for line in enough],
        "colorscale": [[0, "rgba(128, 134, 145, 0.12)"], [1, "rgba(128, 134, 145, 0.12)"]],
        "zmin": 0,
        "zmax": 1,
        "hoverongaps": False,
    }
    words = {
        "type": "heatmap",
        "x": places[1],
        "y": places[0],
        "z": [[0 for _ in places[1]] for _ in places[0]],
        "colorscale": [[0, "rgba(0, 0, 0, 0)"], [1, "rgba(0, 0, 0, 0)"]],
        "showscale": False,
        "text": [[_inside(result, r, c, roomy) for c in places[1]] for r in places[0]],
        "texttemplate": "%{text}",
        "textfont": {"size": 12 if roomy else 9, "color": INK},
        **pointed_at([[_words(result, r, c) for c in places[1]] for r in places[0]]),
    }
    plain = {"showgrid": False, "tickfont": {"size": 11}}
    columns, rows_ = ([shortened(name, LONGEST) for name in names] for names in (result.columns, result.rows))
    return figure(
        [known, few, words],
        height=170 + 46 * len(result.rows),
        xaxis={
            **plain,
            "tickvals": places[1],
            "ticktext": columns,
            "tickangle": -45,
            "title": {"text": result.features[1]},
        },
        yaxis={
            **plain,
            "tickvals": places[0],
            "ticktext": rows_,
            "title": {"text": shortened(result.features[0], 24)},
            "autorange": "reversed",
        },
    )


def say(result: SegmentPairs, _view: View) -> str:
    """Sentence: the highest and the lowest pair with enough records."""
    known = [
        (value, row, column)
        for row, line in enumerate(result.value)
        for column, value in enumerate(line)
        if value is not None and result.counted[row][column] >= result.least
    ]
    slots, least_records = {"measure": text(LABELS[result.measure])}, count(result.least)
    grey = text("Grey: a share of fewer than {n} records, or undefined.", n=least_records)
    if not known:
        none = text("{measure} counts fewer than {n} records in every pair.", **slots, n=least_records)
        return f"{none} {grey}"
    (high, *most), (low, *least) = max(known), min(known)
    fewest = few_words(min(result.counted[row][column] for row, column in (most, least)))
    slots["highest"] = measure_text(result.measure, high)
    if high == low:
        return f"{text('{measure} is {highest} wherever enough records are counted.', **slots)} {grey}"
    span = text(
        "{measure} is {value} on all records, highest where {first} is “{high}” and {second} is “{high_second}” "
        "({highest}), lowest where {first} is “{low}” and {second} is “{low_second}” ({lowest}).",
        **slots,
        value=measure_text(result.measure, result.whole),
        lowest=measure_text(result.measure, low),
        first=result.features[0],
        second=result.features[1],
        high=result.rows[most[0]],
        high_second=result.columns[most[1]],
        low=result.rows[least[0]],
        low_second=result.columns[least[1]],
    )
    return f"{span}{fewest} {grey} {text('The extremes of many pairs owe something to chance.')}"


def rows(result: SegmentPairs, _view: View) -> Rows:
    """One row a pair."""
    tables = (result.value, result.low, result.high, result.counted, result.records)
    return [*result.features, result.measure, "low", "high", "counted", "records"], [
        [name, other, *(cells[r][c] for cells in tables)]
        for r, name in enumerate(result.rows)
        for c, other in enumerate(result.columns)
    ]


def _enough(result: SegmentPairs, row: int, column: int) -> bool:
    return result.value[row][column] is not None and result.counted[row][column] >= result.least


def _limits(result: SegmentPairs) -> tuple[float, float]:
    """Limits of the colour scale: the lowest and highest value shown, at least a tenth apart."""
    known = [
        value
        for r, line in enumerate(result.value)
        for c, value in enumerate(line)
        if value is not None and _enough(result, r, c)
    ]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    room = max(0.0, 0.1 - (high - low)) / 2 if _in_percent(result) else 1e-9
    return low - room, high + room


def _in_percent(result: SegmentPairs) -> bool:
    return result.measure in IN_PERCENT


def _inside(result: SegmentPairs, row: int, column: int, roomy: bool) -> str:
    weight, value = result.counted[row][column], result.value[row][column]
    if not result.records[row][column]:
        return ""
    if value is None:
        whole = short = "–"
    else:
        whole = measure_text(result.measure, value)
        short = short_percent(value).replace("<", "&lt;").replace(">", "&gt;") if _in_percent(result) else whole
    if not roomy:
        return short
    return f"<b>{short if len(short) > WHOLE else whole}</b><br>{count(weight)}"


def _words(result: SegmentPairs, row: int, column: int) -> str:
    value = measured(result.measure, *(part[row][column] for part in (result.value, result.low, result.high)))
    return (
        f"<b>{result.features[0]}: {result.rows[row]}<br>{result.features[1]}: {result.columns[column]}</b><br>"
        f"{text(LABELS[result.measure])} {value}<br>{records_text(result.records[row][column])}"
    )


def columns(result: SegmentPairs, _view: View) -> Columns:
    """Columns of the table beside the figure: headings and formats."""

    def written(value: float) -> str:
        return measure_text(result.measure, value)

    names = {name: Column(name) for name in result.features}
    counted = {"counted": Column(text("Of so many"), count), "records": records()}
    return names | {result.measure: Column(text(LABELS[result.measure]), written)} | ends(written) | counted


PLOT = Plot(
    key="segment-pairs",
    question=mark("Is the model as good in every corner?"),
    method=mark("Segments by two features"),
    page="performance",
    section="segments",
    result=SegmentPairs,
    compute=compute,
    draw=draw,
    say=say,
    columns=columns,
    rows=rows,
    named=("rows", "columns"),
    options=OPTIONS,
    revision=3,
)
