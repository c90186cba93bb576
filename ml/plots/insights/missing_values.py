"""Plot ``missing``: missing values by feature."""

from __future__ import annotations

from ml.insights.association import MissingValues, has_gaps, missing_values
from ml.plots.columns import Column, Columns
from ml.plots.plot import Plot, Rows, View
from ml.plots.row_layout import height_of, names_above, rows_axis
from ml.plots.theme import Figure, figure, percent_ticks
from ml.plots.traces import row_bars
from ml.text.few_words import few_words
from ml.text.number_words import count, percent
from ml.translation import mark, plural, text

MOST_SHOWN = 20


def draw(result: MissingValues, view: View) -> Figure:
    """A bar a feature with missing values, the most on top."""
    shares, names = list(result.shares)[:MOST_SHOWN], list(result.features)[:MOST_SHOWN]
    words = [_words(result, place, view) for place in range(len(shares))]
    end = min(1.0, 1.05 * shares[0])
    return figure(
        [row_bars(shares, view.colour, words)],
        height=height_of(len(shares)),
        annotations=names_above(names, [percent(share) for share in shares]),
        xaxis={"title": {"text": text("Missing")}, "range": [0, end]} | percent_ticks(0, end),
        yaxis=rows_axis(len(shares)),
    )


def say(result: MissingValues, view: View) -> str:
    """Sentence: the feature with the most missing values, and the rate of the outcome with and without its value."""
    rest = result.total_features - len(result.features)
    most = text(
        "{feature} is missing most often, in {share} of the {n} records of the hold-out.",
        feature=result.features[0],
        share=percent(result.shares[0]),
        n=count(result.records),
    )
    full = plural("{n} feature has no gap.", "{n} features have no gap.", rest, n=count(rest)) if rest else ""
    return f"{most}{_apart(result, 0, view)} {full}".rstrip()


def rows(result: MissingValues, _view: View) -> Rows:
    """One row a feature with missing values."""
    columns = (result.features, result.shares, result.positive_known, result.positive_missing)
    header = ["feature", "missing", "share with the outcome where known", "share with the outcome where missing"]
    return header, [list(cells) for cells in zip(*columns, strict=True)]


def _apart(result: MissingValues, place: int, view: View) -> str:
    known, gone = result.positive_known[place], result.positive_missing[place]
    if known is None or gone is None:
        return ""
    share = result.shares[place]
    few = few_words(round(min(share, 1 - share) * result.records))
    said = text(
        "Where it is missing, {missing} have “{outcome}”; where it is known, {known}.",
        missing=percent(gone),
        known=percent(known),
        outcome=view.label,
    )
    return f" {said}{few}"


def _words(result: MissingValues, place: int, view: View) -> str:
    missing = text("{share} missing.", share=percent(result.shares[place]))
    return f"<b>{result.features[place]}</b><br>{missing}{_apart(result, place, view)}"


def columns(_result: MissingValues, view: View) -> Columns:
    """Columns of the table beside the figure: headings and formats."""
    return {
        "feature": Column(text("Feature")),
        "missing": Column(text("Not known"), percent),
        "share with the outcome where known": Column(
            text("“{outcome}” where it is known", outcome=view.label), percent
        ),
        "share with the outcome where missing": Column(
            text("“{outcome}” where it is not known", outcome=view.label), percent
        ),
    }


PLOT = Plot(
    key="missing",
    question=mark("Which values are often not known, and does that say something?"),
    method=mark("Missing values"),
    page="insights",
    section="data",
    result=MissingValues,
    compute=lambda study: missing_values(study.bundle, study.answers.truth),
    draw=draw,
    say=say,
    columns=columns,
    ranked=True,
    rows=rows,
    fits=has_gaps,
)
