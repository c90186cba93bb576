"""What every figure of the catalogue must show: the numbers of its result, one check a plot."""

from __future__ import annotations

import pytest

from ml.errors import LikelyError
from ml.plots.results import Drawn, drawn
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
    assert shown.figure.data
    assert shown.figure.layout.height > 100
    assert shown.sentence.endswith(".")
    assert "nan" not in shown.sentence
    assert "nan" not in shown.figure.to_json().lower()
    shows_its_result(shown)


def shows_its_result(shown: Drawn) -> None:
    """The figure's data is the result's data."""
    CHECKS[shown.plot.key](shown.result, shown.view, shown.figure)
