"""Colours of outcomes can be seen on the light and on the dark page, and told apart."""

import pytest

from ml.data.outcomes import Outcome, Outcomes
from ml.errors import UnknownOutcome
from ml.plots.palette import COLOURS, colour_of


def luminance(colour):
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first, second):
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("page", ["#ffffff", "#171c23"])
def test_marks_stand_out_from_the_page(colour, page):
    assert contrast(colour, page) >= 3


def test_an_outcome_has_its_colour_and_many_come_round_again():
    outcomes = Outcomes(tuple(Outcome(f"o{at}", f"O{at}", at) for at in range(10)), exclusive=True, positive="o0")
    assert [colour_of(outcomes, f"o{at}") for at in range(8)] == list(COLOURS)
    assert colour_of(outcomes, "o8") == COLOURS[0]
    with pytest.raises(UnknownOutcome):
        colour_of(outcomes, "nobody")
