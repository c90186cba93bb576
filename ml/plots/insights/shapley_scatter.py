"""Plot ``contribution-by-value``: Shapley values of one feature by its values (scatter plot)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ml.data.columns import take, values_of
from ml.errors import NothingToShow
from ml.insights.feature_grid import MOST_LEVELS, axis_places, axis_title
from ml.insights.global_shapley import global_shapley_of
from ml.plots.columns import Columns, contribution, feature_values, points
from ml.plots.plot import PROBABILITIES, Plot, Rows, Study, View
from ml.plots.row_layout import ROW, names_above, rows_axis
from ml.plots.shared_options import feature_choice
from ml.plots.theme import INK, Figure, figure
from ml.plots.traces import dots
from ml.text.number_words import count
from ml.text.words import change_text, shown_value, unsure
from ml.translation import mark, plural, text

SPREAD = 7  # vertical offsets that points of one choice take in turn


@dataclass(frozen=True)
class ShapleyScatter:
    """Values and Shapley values of one feature in r records, for one outcome."""

    feature: str
    axis: str
    """Label, and label with unit."""
    ordered: bool
    """True for numbers and dates."""
    places: Sequence[float | str]
    """The number, the date, or the place of the choice in `choices`. Length r."""
    names: Sequence[str]
    """The value in words. Length r."""
    choices: Sequence[str]
    """The choices that occur, the most common first; empty for numbers and dates."""
    contributions: Sequence[float]
    """Differences of probability. Length r."""
    errors: Sequence[float]
    """Their standard errors, from sampling. Length r."""
    records: int
    """All records, with those of missing or rare values, which are not drawn."""


def compute(study: Study) -> ShapleyScatter:
    """Shapley values of the chosen feature."""
    bundle, shapley = study.bundle, global_shapley_of(study.bundle)
    name = str(study.options["feature"])
    at, feature = bundle.schema.position[name], bundle.schema.feature(name)
    values = values_of(feature, take(bundle.holdout.block, shapley.rows)[at])
    column = bundle.outcomes.index(study.outcome)
    sizes, errors = shapley.values[:, at, column].tolist(), shapley.errors[:, at, column].tolist()
    known = [each for each in zip(values, sizes, errors, strict=True) if each[0] is not None]
    if not known:
        missing = text("No record that was looked at has a value of {feature}.", feature=feature.label)
        raise NothingToShow(missing, text("Choose another feature."))
    labels = [shown_value(feature, value) for value, *_ in known]
    ordered = feature.is_ordered
    choices = [] if ordered else sorted(set(labels), key=lambda label: (-labels.count(label), label))[:MOST_LEVELS]
    drawn = [number for number, label in enumerate(labels) if ordered or label in choices]
    shown = tuple(known[number][0] for number in drawn)
    return ShapleyScatter(
        feature=feature.label,
        axis=axis_title(feature),
        ordered=ordered,
        places=axis_places(feature, shown) if ordered else [float(choices.index(labels[number])) for number in drawn],
        names=[labels[number] for number in drawn],
        choices=choices,
        contributions=[known[number][1] for number in drawn],
        errors=[known[number][2] for number in drawn],
        records=len(values),
    )


def draw(result: ShapleyScatter, view: View) -> Figure:
    """A point a record: x is the value, y the contribution; choices in rows."""
    points = [100 * value for value in result.contributions]
    words = [
        f"{name}<br><b>{change_text(0.0, size)}</b> {unsure(100 * size, 100 * error)}".rstrip()
        for name, size, error in zip(result.names, result.contributions, result.errors, strict=True)
    ]
    style = {"size": 8, "color": view.colour, "opacity": 0.55}
    title = {"text": text("Contribution to “{outcome}”, points", outcome=view.label)}
    line = {"zeroline": True, "zerolinecolor": INK, "zerolinewidth": 1}
    if result.ordered:
        dated = {"type": "date"} if isinstance(result.places[0], str) else {}
        return figure(
            [dots(list(result.places), points, words, **style)],
            height=380,
            xaxis={"title": {"text": result.axis}} | dated,
            yaxis={"title": title} | line,
        )
    lanes = [float(place) + 0.1 + 0.05 * (number % SPREAD - SPREAD // 2) for number, place in enumerate(result.places)]
    rows = len(result.choices)
    edge = max(map(abs, points)) * 1.1 or 1.0
    return figure(
        [dots(points, lanes, words, **style)],
        height=80 + (ROW + 12) * rows,
        annotations=names_above(result.choices, x=-edge),
        xaxis={"title": title, "range": [-edge, edge], "nticks": 7} | line,
        yaxis=rows_axis(rows),
    )


def say(result: ShapleyScatter, view: View) -> str:
    """Sentence: the values that raise and lower the probability most."""
    sizes = list(result.contributions)
    low, high = sizes.index(min(sizes)), sizes.index(max(sizes))
    missing = result.records - len(sizes)
    more = ""
    if missing:
        more = plural(
            "{n} more has no value here, or a rare one.",
            "{n} more have no value here, or a rare one.",
            missing,
            n=count(missing),
        )
    surely = unsure(0.0, 100 * math.sqrt(sum(error**2 for error in result.errors) / len(sizes)))
    slots = {"feature": result.feature, "outcome": view.label, "n": count(len(sizes))}
    if max(map(abs, sizes)) < 0.0005:
        said = text("{feature} contributes nothing to “{outcome}” in {n} records of the hold-out.", **slots)
        return f"{said} {more}".rstrip()
    said = text(
        "{feature} contributes from {lowest} (at {low}) to {highest} (at {high}) to the probability of “{outcome}”, in "
        "{n} records of the hold-out.",
        **slots,
        lowest=change_text(0.0, sizes[low]),
        low=result.names[low],
        highest=change_text(0.0, sizes[high]),
        high=result.names[high],
    )
    why = text("Where equal values contribute differently, other features decide with it.")
    sampled = text("They are sampled, most within {error}.", error=surely) if surely else ""
    return " ".join(filter(None, (said, more, why, sampled)))


def rows(result: ShapleyScatter, _view: View) -> Rows:
    """One row a record."""
    values = result.places if result.ordered else result.names
    points = zip(values, result.contributions, result.errors, strict=True)
    return ["value", "contribution", "standard error"], [list(each) for each in points]


def columns(result: ShapleyScatter, view: View) -> Columns:
    """Columns of the table beside the figure: headings and formats."""
    return {
        "value": feature_values(result.axis, result.places),
        "contribution": contribution(view.label),
        "standard error": points(text("Standard error")),
    }


PLOT = Plot(
    key="contribution-by-value",
    question=mark("What does each value of a feature contribute?"),
    method=mark("Contribution by value"),
    page="insights",
    section="effects",
    result=ShapleyScatter,
    compute=compute,
    draw=draw,
    say=say,
    columns=columns,
    named=("names", "choices"),
    rows=rows,
    needs=PROBABILITIES,
    options=(feature_choice(),),
    revision=3,
)
