"""Plot ``association``: association of pairs of features (heat map)."""

from __future__ import annotations

from ml.insights.association import Association, association
from ml.plots.columns import Column, Columns
from ml.plots.plot import Plot, Rows, View
from ml.plots.shared_options import importance_order
from ml.plots.theme import Figure, figure
from ml.plots.traces import pointed_at, tiles
from ml.text.number_words import count, decimal, sample_text, shortened
from ml.translation import listed, mark, plural, text

INK = "#4a7bb5"  # not the colour of an outcome, as the truth is not used
LONGEST = 16
STRONG = 0.7


def draw(result: Association, _view: View) -> Figure:
    """A tile for each pair, darker where stronger; each pair once, below the diagonal."""
    size = len(result.features)
    shown = [[result.strength[y][x] if x < y else None for x in range(size - 1)] for y in range(1, size)]
    names = [shortened(name, LONGEST) for name in result.features]
    words = [[_hover(result, x, y) for x in range(size - 1)] for y in range(1, size)]
    pairs = tiles(shown, INK, (0.05, 0.9)) | {
        "x": list(range(size - 1)),
        "y": list(range(size - 1)),
        "text": [["" if cell is None else decimal(cell, 2).removeprefix("0") for cell in line] for line in shown],
        "texttemplate": "%{text}",
        "textfont": {"size": 11 if size <= 8 else 9},
        **pointed_at(words),
        "hoverongaps": False,
    }
    plain = {"showgrid": False, "tickfont": {"size": 11}, "tickvals": list(range(size - 1))}
    return figure(
        [pairs],
        height=150 + 30 * max(size - 1, 4),
        xaxis=plain | {"ticktext": names[:-1], "tickangle": -45},
        yaxis=plain | {"ticktext": names[1:], "autorange": "reversed"},
    )


def say(result: Association, view: View) -> str:
    """Sentence: the strongest pair, and its meaning for the other figures."""
    size = len(result.features)
    pairs = [(value, x, y) for y in range(size) for x in range(y) if (value := result.strength[y][x]) is not None]
    if not pairs:
        return text("No two features of the hold-out can be compared: each has one value only, or none.")
    value, x, y = max(pairs)
    strong = sum(pair[0] >= STRONG for pair in pairs)
    said = [
        text(
            "{features} go together most: {measure} {value}, where 0 is not at all and 1 is completely.",
            features=listed([result.features[x], result.features[y]]),
            measure=text(result.measure[y][x]),
            value=decimal(value, 2),
        )
    ]
    if strong:
        said.append(
            plural(
                "{n} of {all} pairs is at {least} or more: those share their importance.",
                "{n} of {all} pairs are at {least} or more: those share their importance.",
                strong,
                n=count(strong),
                all=count(len(pairs)),
                least=decimal(STRONG, 1),
            )
        )
    if result.left_out:
        said.append(text("The {n} most important features are compared.", n=count(size)))
    said.append(
        text(
            "Numbers are compared by rank correlation, choices by Cramér's V, a number with a choice by the "
            "correlation ratio, in {records}.",
            records=sample_text(result.records, view.holdout),
        )
    )
    return " ".join(said)


def rows(result: Association, _view: View) -> Rows:
    """One row a pair."""
    size = len(result.features)
    body = [
        [result.features[x], result.features[y], _signed(result, x, y), result.measure[y][x]]
        for y in range(size)
        for x in range(y)
    ]
    return ["first", "second", "strength", "measure"], body


def _signed(result: Association, x: int, y: int) -> float | None:
    value = result.strength[y][x]
    return -value if value is not None and result.falling[y][x] else value


def _hover(result: Association, x: int, y: int) -> str:
    value, features = result.strength[y][x], listed([result.features[x], result.features[y]])
    if value is None:
        return text("{features} cannot be compared", features=features)
    named = f"{features}<br><b>{decimal(value, 2)}</b> {text(result.measure[y][x])}"
    return text("{measure}, one falls as the other rises", measure=named) if result.falling[y][x] else named


def columns(_result: Association, _view: View) -> Columns:
    """Columns of the table beside the figure: headings and formats."""
    return {
        "first": Column(text("Feature")),
        "second": Column(text("With")),
        "strength": Column(text("Strength"), lambda value: decimal(value, 2).replace("-", "−")),
        "measure": Column(text("Measure"), text),
    }


PLOT = Plot(
    key="association",
    question=mark("Which features tell the same?"),
    method=mark("Association of the features"),
    page="insights",
    section="data",
    result=Association,
    compute=lambda study: association(study.bundle, importance_order(study.bundle)),
    draw=draw,
    say=say,
    columns=columns,
    rows=rows,
    per_outcome=False,
    revision=2,
)
