"""Drawings of what-if sweeps: their scale, their places and their words."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from layouts.predict.what_if import _drawn, scale_of
from ml.advice.what_if import Sweep
from ml.data.feature import Choice, Feature

INCOME = Feature("income", "Income", "number", low=0.0, high=100.0, seen=(0.0, 100.0))
TOWN = Feature("town", "Town", "category", widget="select", choices=(Choice("a<b", "A & B"), Choice("c", "C")))


def sweep_of(feature, values, probabilities, here):
    return Sweep(feature.name, values, np.array([[1 - each, each] for each in probabilities]), here)


def drawing(feature, sweep, scale):
    return ElementTree.fromstring(_drawn(feature, sweep, 1, scale)["drawing"])


def test_one_scale_for_all_fields_is_at_least_20_points_wide_and_within_0_and_1():
    assert scale_of([[0.1, 0.3], [0.5]]) == (0.1, 0.5)
    low, high = scale_of([[0.5, 0.52]])
    assert (low, high) == pytest.approx((0.41, 0.61))
    assert scale_of([[0.01, 0.02]])[0] == 0
    assert scale_of([]) == pytest.approx((0.0, 0.1))


def test_a_number_is_a_line_over_its_values_with_a_mark_at_the_records_own():
    svg = drawing(INCOME, sweep_of(INCOME, (0.0, 50.0, 100.0), (0.2, 0.6, 0.4), 1), (0.2, 0.6))
    assert svg.find("polyline").get("points") == "2.0,26.0 100.0,2.0 198.0,14.0"
    here = svg.findall("line")[-1]
    assert (here.get("x1"), here.get("y1")) == ("100.0", "2.0")
    assert svg.get("aria-label") == "Over its values from 20.0\xa0% to 60.0\xa0%"
    assert svg.find("title").text == "From 20.0\xa0% at 0 to 60.0\xa0% at 50"
    assert not drawing(INCOME, sweep_of(INCOME, (0.0, 100.0), (0.2, 0.6), None), (0.2, 0.6)).findall("line")


def test_choices_are_columns_that_begin_at_0_and_carry_their_scores():
    sweep = sweep_of(TOWN, ("a<b", "c"), (0.3, 0.6), 0)
    first, second = drawing(TOWN, sweep, (0.3, 0.6)).findall("rect")
    assert (first.get("height"), second.get("height")) == ("14.0", "26.0")
    assert "sweep-column-here" in first.get("class")
    assert "sweep-column-here" not in second.get("class")
    made = _drawn(TOWN, sweep, 1, (0.3, 0.6))
    assert (made["scores"], made["here"]) == ({"a<b": "30.0\xa0%", "c": "60.0\xa0%"}, "a<b")
    assert drawing(TOWN, sweep, (0.3, 0.6)).find("title").text == "From 30.0\xa0% at A & B to 60.0\xa0% at C"


def test_buttons_show_the_scores_themselves_and_have_no_drawing():
    buttons = Feature("town", "Town", "category", widget="radio", choices=TOWN.choices)
    assert set(_drawn(buttons, sweep_of(buttons, ("a<b", "c"), (0.3, 0.6), None), 1, (0.3, 0.6))) == {"scores", "here"}
