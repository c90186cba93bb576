"""What-if sweeps for the page's script: the score over the values of each feature."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from layouts.shared.percent import percents
from ml.advice.advice import Advice, Standing
from ml.advice.what_if import Sweep
from ml.data.feature import Feature, Value, text_of
from ml.text.words import shown_value


def advised(standing: Standing, advice: Advice, serial: int, step: int = 0) -> dict[str, Any]:
    """Response with the sweeps that the script draws into the fields.

    Returns
    -------
    dict
        ``serial``, ``model``, ``outcome``, and ``sweeps``: feature name to ``at`` (0 to 1, from left to right), ``p``
        (0 to 1), ``here``, ``label`` and ``title`` of the drawing, and for choices ``values`` (texts as fields have
        them) with what is ``shown`` beside each; ``step``, and ``sharper``: the step to ask for next, or None.
    """
    column = standing.model.outcomes.index(standing.outcome)
    schema = standing.model.schema.displayed
    drawn = {name: _drawn(schema.feature(name), sweep, column) for name, sweep in advice.sweeps.items()}
    asked = {"serial": serial, "step": step, "sharper": advice.sharper}
    return asked | {"model": standing.model.key, "outcome": standing.outcome, "sweeps": drawn}


def nothing(serial: int, model: str) -> dict[str, Any]:
    """Response without advice."""
    return {"serial": serial, "model": model, "outcome": "", "sweeps": {}}


def _drawn(feature: Feature, sweep: Sweep, column: int) -> Mapping[str, Any]:
    probabilities = sweep.probabilities[:, column].tolist()
    ends = [probabilities.index(min(probabilities)), probabilities.index(max(probabilities))]
    low, high = percents([probabilities[at] for at in ends], exclusive=False)
    least, most = (shown_value(feature, sweep.values[at]) for at in ends)
    line = feature.kind in ("number", "integer", "date")
    drawn = {
        "line": line,
        "at": _places(sweep.values),
        "p": [round(probability, 6) for probability in probabilities],
        "here": sweep.here,
        "label": f"Over its values from {low} to {high}",
        "title": f"From {low} at {least} to {high} at {most}",
    }
    if line and not feature.codes:
        return drawn
    return drawn | {
        "values": [text_of(value) for value in sweep.values],
        "shown": percents(probabilities, exclusive=False),
    }


def _places(values: Sequence[Value]) -> list[float]:
    """Position of each value between the first and the last, 0 to 1."""
    if not all(_is_number(value) for value in values):
        return [(at + 0.5) / len(values) for at in range(len(values))]
    numbers = [_number(value) for value in values]
    width = numbers[-1] - numbers[0] or 1.0
    return [round((number - numbers[0]) / width, 6) for number in numbers]


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, float, dt.date)) and not isinstance(value, bool)


def _number(value: Any) -> float:
    if not isinstance(value, dt.date):
        return float(value)
    clock = value.hour * 3600 + value.minute * 60 if isinstance(value, dt.datetime) else 0
    return value.toordinal() + clock / 86_400  # days
