"""Checks of every figure of the catalogue: it shows the numbers of its result, and no others.

Plots may have a check of their own that says more; a new plot needs none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from ml.errors import LikelyError
from ml.plots.drawn_plots import Drawn, drawn
from ml.plots.plot import Plot, View
from ml.plots.table import TextTable
from ml.service import Service
from tests.contract.figures_of_insights import INSIGHTS
from tests.contract.figures_of_performance import PERFORMANCE

CHECKS = INSIGHTS | PERFORMANCE

WITHOUT_PROBABILITIES = {  # plots that a model without them can have; all others need them
    *("importance", "distribution", "missing", "association"),
    *("confusion", "segments", "segment-pairs", "worst-segments", "groups", "challenger"),
}


def is_drawn_or_says_why(
    service: Service, model: str, plot: str, outcome: str, expected: type[LikelyError] | None
) -> None:
    """The plot shows its result's numbers; where an error is expected, it comes with what to do about it."""
    if expected:
        with pytest.raises(expected) as caught:
            drawn(service, model, plot, outcome)
        assert caught.value.message
        assert caught.value.hint
        return
    shown = drawn(service, model, plot, outcome)
    assert shown.sentence.endswith(".")
    assert "nan" not in shown.sentence
    if isinstance(shown.figure, TextTable):
        assert shown.figure.rows
        assert {len(row) for row in shown.figure.rows} == {len(shown.figure.heads)}
        assert len(shown.figure.links) == len(shown.figure.rows)
    else:
        assert shown.figure.data
        assert shown.figure.layout.height > 100
        assert "nan" not in shown.figure.to_json().lower()
    shows_its_result(shown)


def needs_probabilities(plot: Plot) -> bool:
    """Written down for the plots that have a check of their own; the others say it themselves."""
    return plot.key not in WITHOUT_PROBABILITIES if plot.key in CHECKS else "probabilities" in plot.needs


def shows_its_result(shown: Drawn) -> None:
    """The figure's data is the result's data."""
    CHECKS.get(shown.plot.key, shows_nothing_else)(shown.result, shown.view, shown.figure)


def shows_nothing_else(result: Any, _view: View, figure: go.Figure) -> None:
    """Each number at x, y or z is one of the result's (in percent, or with the other sign), or whole: a row's place."""
    known = np.abs([*numbers(asdict(result)), np.inf])
    given = [*numbers(getattr(trace, name, None) for trace in figure.data for name in ("x", "y", "z"))]
    assert given
    for number in given:
        size = np.abs([number, number / 100])
        assert number == round(number) or np.isclose(size, known[:, None], rtol=1e-9, atol=0).any()


def numbers(values: Any) -> Iterator[float]:
    """All numbers among nested values."""
    if isinstance(values, Mapping):
        values = values.values()
    if isinstance(values, bool | str) or values is None:
        return
    if isinstance(values, int | float | np.number):
        yield float(values)
    elif isinstance(values, Iterable):
        for value in values:
            yield from numbers(value)
