"""Plot of target leakage: AUC of each feature by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml.insights.leakage import Leakage, leakage
from ml.plots.plot import PROBABILITIES, Plot, Rows, Study, View
from ml.plots.row_layout import height_of, names_above, rows_axis
from ml.plots.theme import FAINT, INK, figure, note
from ml.text.number_words import decimal, percent, sample_text
from ml.text.words import listed

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST_SHOWN = 10
# Of tests/simulations/leaks.py (docs/FIGURES.md): AUC alone of leaks that are always found and of those that escape,
# and the share of tables without a leak in which a clean feature is named
FOUND, ESCAPES, ALARMS = 0.88, 0.73, 0.09


def compute(study: Study) -> Leakage:
    """AUC of each feature by itself, and suspected leaks."""
    return leakage(study.bundle, study.outcome)


def draw(result: Leakage, view: View) -> go.Figure:
    """A bar a feature from 0.5, guessing, to its AUC; the model's own as a line beside each."""
    alone, suspects = list(result.alone)[:MOST_SHOWN], list(result.suspects)[:MOST_SHOWN]
    names = [
        f"{'⚠ ' if suspect else ''}{name}" for name, suspect in zip(result.features[:MOST_SHOWN], suspects, strict=True)
    ]
    bars = {
        "type": "bar",
        "orientation": "h",
        "base": 0.5,
        "x": [value - 0.5 for value in alone],
        "y": list(range(len(alone))),
        "width": 0.34,
        "marker": {"color": [view.colour if suspect else FAINT for suspect in suspects], "cornerradius": 3},
        "customdata": [_words(result, place) for place in range(len(alone))],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    low = min(0.5, *alone) - 0.01 if len(alone) > 1 else 0.4
    # One short line a row, beside the bar only: a line through the figure would cross the names.
    lines = [
        {"type": "line", "x0": result.model, "x1": result.model, "y0": place - 0.22, "y1": place + 0.22}
        | {"line": {"color": INK, "width": 2}}
        for place in range(len(alone))
    ]
    far = result.model > 0.75
    own = note(f"the model {decimal(result.model, 2)}", result.model, 1, yref="paper", yanchor="bottom") | {
        "xanchor": "right" if far else "left"
    }
    return figure(
        [bars],
        height=height_of(len(alone)) + 20,
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
        shapes=lines,
        annotations=[*names_above(names, [decimal(value, 2) for value in alone], x=min(0.5, low + 0.01)), own],
        xaxis={"title": {"text": "ROC AUC of the feature alone (0.5 is guessing)"}, "range": [low, 1.005], "nticks": 6},
        yaxis=rows_axis(len(alone)),
    )


def say(result: Leakage, view: View) -> str:
    """Sentence: the warning, or that there is none, and the records used."""
    named = [name for name, suspect in zip(result.features, result.suspects, strict=True) if suspect]
    records = sample_text(result.records, view.holdout)
    how = f"Each was judged by itself, on records that its rule was not made from: {records}."
    if not named:
        return f"Nothing looks like a leak: {_best(result)} {how} {_sure()}"
    many = len(named) > 1
    return (
        f"Look at {listed(named)}: {'each' if many else 'it'} alone reaches {_alone(result)}, the model "
        f"{decimal(result.model, 2)}. That is fine for "
        f"what is known before you decide. If {'they are' if many else 'it is'} known only afterwards, the model looks "
        f"better than it will be: train it without. {how} {_sure()}"
    )


def _sure() -> str:
    return (
        f"In simulated tables this named all leaks that alone reach {decimal(FOUND, 2)}, hardly any of those at "
        f"{decimal(ESCAPES, 2)}, and a clean feature in {percent(ALARMS)} of the tables without a leak."
    )


def _best(result: Leakage) -> str:
    model = decimal(result.model, 2)
    if result.model <= 0.5:
        return f"the model itself is no better than guessing ({model})."
    alone = decimal(result.alone[0], 2)
    return f"{result.features[0]}, the most telling feature, reaches {alone} alone, the model {model}."


def _alone(result: Leakage) -> str:
    return listed([decimal(a, 2) for a, suspect in zip(result.alone, result.suspects, strict=True) if suspect])


def rows(result: Leakage, _view: View) -> Rows:
    """One row a feature."""
    columns = (result.features, result.alone, result.lost, result.suspects)
    header = ["feature", "AUC alone", "AUC that the model loses without it", "looks like a leak"]
    return header, [list(cells) for cells in zip(*columns, strict=True)]


def _words(result: Leakage, place: int) -> str:
    lost = result.lost[place]
    text = f"<b>{result.features[place]}</b><br>alone {decimal(result.alone[place], 3)}"
    return text if lost is None else f"{text}<br>without it the model loses {decimal(lost, 3)}"


PLOT = Plot(
    key="leaks",
    question="Is a feature too good to be true?",
    method="Leakage check",
    page="insights",
    section="data",
    result=Leakage,
    compute=compute,
    draw=draw,
    say=say,
    rows=rows,
    revision=4,
    needs=PROBABILITIES,
)
