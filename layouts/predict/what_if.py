"""What-if sweeps for the page's script: the score over the values of each feature, drawn for its field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from layouts.shared.percent import percents
from ml.advice.advice import Advice, ScoreWithBlanks
from ml.advice.grid import number_of
from ml.advice.what_if import Sweep
from ml.data.feature import Feature, Value, text_of
from ml.text.words import shown_value
from ml.translation import text

WIDTH, HEIGHT = 200, 28  # of a drawing, which is stretched over its field
EDGE = 2  # between a line and the frame
LEAST_SCALE = 0.2  # a feature with little effect looks flat
WIDEST_COLUMN = 36
FACES = ("radio", "buttons")  # controls that show the score on each choice, so there is no drawing

Scale = tuple[float, float]


def advised(scored: ScoreWithBlanks, advice: Advice, serial: int, step: int) -> dict[str, Any]:
    """Response with the sweeps that the script puts into the fields.

    Returns
    -------
    dict
        ``serial``, ``model``, ``outcome``; ``sweeps``: feature name to ``drawing`` (HTML) and, for choices, ``scores``
        (value, as the field has it, to what is shown beside it) with ``here``, the record's own value or None;
        ``step``, and ``sharper``: the step to ask for next, or None.
    """
    column = scored.model.outcomes.index(scored.outcome)
    schema = scored.model.schema.with_blanks.displayed  # as the form has it: what is advised offers probabilities
    scale = scale_of([sweep.probabilities[:, column].tolist() for sweep in advice.sweeps.values()])
    drawn = {name: _drawn(schema.feature(name), sweep, column, scale) for name, sweep in advice.sweeps.items()}
    asked = {"serial": serial, "step": step, "sharper": advice.sharper}
    return asked | {"model": scored.model.key, "outcome": scored.outcome, "sweeps": drawn}


def nothing(serial: int, model: str) -> dict[str, Any]:
    """Response without advice."""
    return {"serial": serial, "model": model, "outcome": "", "sweeps": {}}


def scale_of(probabilities: Iterable[Sequence[float]]) -> Scale:
    """Lowest and highest probability of one scale for all fields, so that they can be compared."""
    every = [each for sweep in probabilities for each in sweep] or [0.0]
    spare = max(0.0, LEAST_SCALE - (max(every) - min(every))) / 2
    return max(0.0, min(every) - spare), min(1.0, max(every) + spare)


def _drawn(feature: Feature, sweep: Sweep, column: int, scale: Scale) -> Mapping[str, Any]:
    probabilities = sweep.probabilities[:, column].tolist()
    line = feature.is_ordered
    drawings: dict[str, Any] = {}
    if feature.shown_as not in FACES:
        places, draw = _places(sweep.values), _line if line else _columns
        drawings["drawing"] = _framed(
            draw(places, probabilities, sweep.here, scale), *_words(feature, sweep, probabilities)
        )
    if line and not feature.codes:
        return drawings
    values = [text_of(value) for value in sweep.values]
    shown = percents(probabilities, exclusive=False)
    return drawings | {
        "scores": dict(zip(values, shown, strict=True)),
        "here": None if sweep.here is None else values[sweep.here],
    }


def _words(feature: Feature, sweep: Sweep, probabilities: list[float]) -> tuple[str, str]:
    """Name and title of a drawing: its ends."""
    ends = [probabilities.index(min(probabilities)), probabilities.index(max(probabilities))]
    low, high = percents([probabilities[at] for at in ends], exclusive=False)
    least, most = (shown_value(feature, sweep.values[at]) for at in ends)
    over = text("Over its values from {low} to {high}", low=low, high=high)
    return over, text("From {low} at {least} to {high} at {most}", low=low, least=least, high=high, most=most)


def _framed(shapes: str, label: str, title: str) -> str:
    frame = f'class="sweep" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img"'
    return f'<svg {frame} aria-label="{escape(label)}"><title>{escape(title)}</title>{shapes}</svg>'


def _line(places: list[float], probabilities: list[float], here: int | None, scale: Scale) -> str:
    low, high = scale
    tall, wide = HEIGHT - 2 * EDGE, WIDTH - 2 * EDGE
    points = [
        (EDGE + wide * at, HEIGHT - EDGE - tall * (p - low) / (high - low))
        for at, p in zip(places, probabilities, strict=True)
    ]
    line = f'<polyline class="sweep-line" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>'
    if here is None:
        return line
    x, y = (f"{each:.1f}" for each in points[here])
    stem = f'<line class="sweep-stem" x1="{x}" x2="{x}" y1="{HEIGHT}" y2="{y}"/>'
    # A line without length keeps the shape of its ends when the drawing is stretched
    return f'{line}{stem}<line class="sweep-here" x1="{x}" x2="{x}" y1="{y}" y2="{y}"/>'


def _columns(places: list[float], probabilities: list[float], here: int | None, scale: Scale) -> str:
    """Columns, which begin at 0."""
    tall, width = HEIGHT - 2 * EDGE, min(WIDTH / len(probabilities) - 4, WIDEST_COLUMN)
    columns = []
    for at, (place, p) in enumerate(zip(places, probabilities, strict=True)):
        kind = "sweep-column sweep-column-here" if at == here else "sweep-column"
        top, left = HEIGHT - EDGE - tall * p / scale[1], WIDTH * place - width / 2
        box = f'x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{HEIGHT - top:.1f}"'
        columns.append(f'<rect class="{kind}" {box}/>')
    return "".join(columns)


def _places(values: Sequence[Value]) -> list[float]:
    """Position of each value between the first and the last, 0 to 1."""
    if not all(_is_number(value) for value in values):
        return [(at + 0.5) / len(values) for at in range(len(values))]
    numbers = [number_of(value) for value in values]
    width = numbers[-1] - numbers[0] or 1.0
    return [(number - numbers[0]) / width for number in numbers]


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, float, dt.date)) and not isinstance(value, bool)
