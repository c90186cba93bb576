"""Plot ``interaction``: interaction strength of pairs of features (Friedman's H²)."""

from __future__ import annotations

from ml.insights.interaction import Interaction, interaction
from ml.plots.columns import Column, Columns, points
from ml.plots.plot import PROBABILITIES, Plot, Rows, View
from ml.plots.row_layout import height_of, names_above, rows_axis
from ml.plots.theme import Figure, figure
from ml.plots.traces import row_bars
from ml.text.number_words import count, decimal, percent, sample_text
from ml.text.words import points_text
from ml.translation import listed, mark, plural, text

MOST_SHOWN = 8


def draw(result: Interaction, view: View) -> Figure:
    """A bar a pair, the strongest on top."""
    pairs = ranked(result, view)
    words = [f"<b>{name}</b><br>{points_text(100 * size)}<br>{_share(share)}" for name, size, share in pairs]
    top = max(100 * pairs[0][1], 1e-9)
    return figure(
        [row_bars([100 * strength for _, strength, _ in pairs], view.colour, words)],
        height=height_of(len(pairs)),
        annotations=names_above([name for name, _, _ in pairs], [points_text(100 * size) for _, size, _ in pairs]),
        xaxis={"title": {"text": text("Interaction, percentage points")}, "range": [0, 1.05 * top], "nticks": 6},
        yaxis=rows_axis(len(pairs)),
    )


def say(result: Interaction, view: View) -> str:
    """Sentence: the strongest pair, in points and as Friedman's H², with its meaning."""
    name, strength, share = ranked(result, view)[0]
    if 100 * strength < 0.05:
        return text(
            "For “{outcome}” the features act each by itself: no pair moves it beyond the sum of the two.",
            outcome=view.label,
        )
    slots = {"features": name, "points": points_text(100 * strength)}
    if share is None:
        most = text(
            "{features} act together most: what both do differs from the sum of what each does by {points} in the root "
            "mean square.",
            **slots,
        )
    else:
        most = text(
            "{features} act together most: what both do differs from the sum of what each does by {points} in the root "
            "mean square ({share} of the variance of their joint effect, Friedman's H²).",
            **slots,
            share=percent(min(share, 1.0)),
        )
    pairs = len(result.first)
    looked = {"n": count(pairs), "records": sample_text(result.rows, view.holdout)}
    return f"{most} {plural('Looked at {n} pair in {records}.', 'Looked at {n} pairs in {records}.', pairs, **looked)}"


def ranked(result: Interaction, view: View) -> list[tuple[str, float, float | None]]:
    """Name, strength and share of the shown pairs, the strongest first."""
    columns = (result.first, result.second, result.strength[view.index], result.share[view.index])
    pairs = [(listed([a, b]), strength, share) for a, b, strength, share in zip(*columns, strict=True)]
    return sorted(pairs, key=lambda pair: -pair[1])[:MOST_SHOWN]


def rows(result: Interaction, view: View) -> Rows:
    """One row a pair, the strongest first."""
    columns = (result.first, result.second, result.strength[view.index], result.share[view.index])
    strongest_first = sorted(zip(*columns, strict=True), key=lambda cells: -cells[2])
    return ["first", "second", "strength", "H²"], [list(cells) for cells in strongest_first]


def _share(share: float | None) -> str:
    return text("no effect") if share is None else f"H² {decimal(share, 2)}"


def columns(_result: Interaction, _view: View) -> Columns:
    """Columns of the table beside the figure: headings and formats."""
    return {
        "first": Column(text("Feature")),
        "second": Column(text("With")),
        "strength": points(text("Strength")),
        "H²": Column(text("H²"), lambda value: decimal(value, 2)),
    }


PLOT = Plot(
    key="interaction",
    question=mark("Which features act together?"),
    method=mark("Interaction strength (H statistic)"),
    page="insights",
    section="features",
    result=Interaction,
    compute=lambda study: interaction(study.bundle),
    draw=draw,
    say=say,
    columns=columns,
    ranked=True,
    rows=rows,
    needs=PROBABILITIES,
    per_outcome=False,
)
