"""Plot ``leaks``: target leakage, the AUC of each feature by itself."""

from __future__ import annotations

from ml.insights.leakage import Leakage, leakage
from ml.plots.columns import Column, Columns, yes_no
from ml.plots.plot import PROBABILITIES, Plot, Rows, View
from ml.plots.row_layout import height_of, names_above, rows_axis
from ml.plots.shared_options import three
from ml.plots.theme import FAINT, INK, Figure, figure, note
from ml.plots.traces import row_bars
from ml.text.number_words import decimal, percent, sample_text
from ml.translation import listed, mark, plural, text

MOST_SHOWN = 10
# Of tests/simulations/leaks.py (docs/FIGURES.md): AUC alone of leaks that are always found and of those that escape,
# and the share of tables without a leak in which a clean feature is named
FOUND, ESCAPES, ALARMS = 0.88, 0.73, 0.09


def draw(result: Leakage, view: View) -> Figure:
    """A bar a feature from 0.5, guessing, to its AUC; the model's own as a line beside each."""
    alone, suspects = list(result.alone)[:MOST_SHOWN], list(result.suspects)[:MOST_SHOWN]
    names = [
        f"{'⚠ ' if suspect else ''}{name}" for name, suspect in zip(result.features[:MOST_SHOWN], suspects, strict=True)
    ]
    colours = [view.colour if suspect else FAINT for suspect in suspects]
    words = [_words(result, place) for place in range(len(alone))]
    low = min(0.5, *alone) - 0.01 if len(alone) > 1 else 0.4
    # One short line a row, beside the bar only: a line through the figure would cross the names.
    lines = [
        {"type": "line", "x0": result.model, "x1": result.model, "y0": place - 0.22, "y1": place + 0.22}
        | {"line": {"color": INK, "width": 2}}
        for place in range(len(alone))
    ]
    far = result.model > 0.75
    title = text("ROC AUC of the feature alone ({guessing} is guessing)", guessing=decimal(0.5, 1))
    own = note(
        text("the model {auc}", auc=decimal(result.model, 2)), result.model, 1, yref="paper", yanchor="bottom"
    ) | {"xanchor": "right" if far else "left"}
    return figure(
        [row_bars([value - 0.5 for value in alone], colours, words, base=0.5)],
        height=height_of(len(alone)) + 20,
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
        shapes=lines,
        annotations=[*names_above(names, [decimal(value, 2) for value in alone], x=min(0.5, low + 0.01)), own],
        xaxis={"title": {"text": title}, "range": [low, 1.005], "nticks": 6},
        yaxis=rows_axis(len(alone)),
    )


def say(result: Leakage, view: View) -> str:
    """Sentence: the warning, or that there is none, and the records used."""
    named = [name for name, suspect in zip(result.features, result.suspects, strict=True) if suspect]
    records = sample_text(result.records, view.holdout)
    how = text("Each was judged by itself, on records that its rule was not made from: {records}.", records=records)
    return f"{_found(result, named)} {how} {_sure()}"


def _found(result: Leakage, named: list[str]) -> str:
    model = decimal(result.model, 2)
    if named:
        return plural(
            "Look at {features}: it alone reaches {alone}, the model {model}. That is fine for what is known before "
            "you decide. If it is known only afterwards, the model looks better than it will be: train it without.",
            "Look at {features}: each alone reaches {alone}, the model {model}. That is fine for what is known before "
            "you decide. If they are known only afterwards, the model looks better than it will be: train it without.",
            len(named),
            features=listed(named),
            alone=_alone(result),
            model=model,
        )
    if result.model <= 0.5:
        return text("Nothing looks like a leak: the model itself is no better than guessing ({model}).", model=model)
    return text(
        "Nothing looks like a leak: {feature}, the most telling feature, reaches {alone} alone, the model {model}.",
        feature=result.features[0],
        alone=decimal(result.alone[0], 2),
        model=model,
    )


def _sure() -> str:
    return text(
        "In simulated tables this named all leaks that alone reach {found}, hardly any of those at {escapes}, and a "
        "clean feature in {alarms} of the tables without a leak.",
        found=decimal(FOUND, 2),
        escapes=decimal(ESCAPES, 2),
        alarms=percent(ALARMS),
    )


def _alone(result: Leakage) -> str:
    return listed([decimal(a, 2) for a, suspect in zip(result.alone, result.suspects, strict=True) if suspect])


def rows(result: Leakage, _view: View) -> Rows:
    """One row a feature."""
    columns = (result.features, result.alone, result.lost, result.suspects)
    header = ["feature", "AUC alone", "AUC that the model loses without it", "looks like a leak"]
    return header, [list(cells) for cells in zip(*columns, strict=True)]


def _words(result: Leakage, place: int) -> str:
    lost = result.lost[place]
    slots = {"feature": f"<b>{result.features[place]}</b><br>", "alone": decimal(result.alone[place], 3)}
    if lost is None:
        return text("{feature}alone {alone}", **slots)
    return text("{feature}alone {alone}<br>without it the model loses {lost}", **slots, lost=decimal(lost, 3))


def columns(_result: Leakage, _view: View) -> Columns:
    """Columns of the table beside the figure: headings and formats."""
    return {
        "feature": Column(text("Feature")),
        "AUC alone": Column(text("AUC alone"), three),
        "AUC that the model loses without it": Column(text("AUC that the model loses without it"), three),
        "looks like a leak": Column(text("Looks like a leak"), yes_no),
    }


PLOT = Plot(
    key="leaks",
    question=mark("Is a feature too good to be true?"),
    method=mark("Leakage check"),
    page="insights",
    section="data",
    result=Leakage,
    compute=lambda study: leakage(study.bundle, study.outcome),
    draw=draw,
    say=say,
    columns=columns,
    ranked=True,
    rows=rows,
    revision=4,
    needs=PROBABILITIES,
)
