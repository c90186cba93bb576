"""What people read of a probability is never more than it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.shared.percent import percents


def tenths(text):
    return round(10 * float(text.strip("<> ").removesuffix("\u00a0%")))


@pytest.mark.parametrize(
    ("probabilities", "shown"),
    [
        ((0.25, 0.75), ["25.0", "75.0"]),
        ((1 / 3, 1 / 3, 1 / 3), ["33.4", "33.3", "33.3"]),
        ((0.0, 1.0), ["0.0", "100.0"]),
        ((0.0004, 0.9996), ["< 0.1", "> 99.9"]),
        ((0.1234, 0.8766), ["12.3", "87.7"]),
    ],
)
def test_exclusive_outcomes(probabilities, shown):
    assert percents(probabilities, exclusive=True) == [f"{text}\u00a0%" for text in shown]


def test_independent_outcomes_are_rounded_each_for_itself():
    shown = percents((1 / 3, 1 / 3, 1 / 3, 0.99999, 1e-9), exclusive=False)
    assert shown == [f"{text}\u00a0%" for text in ("33.3", "33.3", "33.3", "> 99.9", "< 0.1")]


@given(st.lists(st.floats(1e-6, 1), min_size=1, max_size=30))
def test_exclusive_outcomes_sum_to_a_hundred_and_each_is_close(weights):
    probabilities = [weight / sum(weights) for weight in weights]
    shown = percents(probabilities, exclusive=True)
    if not any(text[0] in "<>" for text in shown):
        assert sum(map(tenths, shown)) == 1000
    for text, probability in zip(shown, probabilities, strict=True):
        assert tenths(text) == pytest.approx(1000 * probability, abs=1 + 1e-6)
