"""A whole hold-out through every door: one sum of worths to the cent, and what really came in curve and report."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ml.decision.payoff import ENDS, Payoff
from ml.plots.decisions.profit_curve import amount
from tests.simulations.one_worth import Doors, built, by_hand
from tests.small import people, pushed

ROWS, SHOWN = 2_000, 40
# A hit that is worth much; false alarms and misses cost: what the hits bring is not what acting brings
GIVEN, CALL = (40.0, -20.0, -10.0, 3.0), 4.0


@pytest.fixture(scope="module")
def doors(tmp_path_factory):
    folder = tmp_path_factory.mktemp("worth")
    frame = people(rows=ROWS, seed=21)
    truth = pd.Series(np.where(pushed(frame, seed=22) > 1.2, "left", "stayed"))
    payoff = {"currency": "USD", "call": CALL, "outcomes": dict(zip(ENDS, GIVEN, strict=True))}
    return Doors(built(frame, truth, payoff, folder / "models"), folder)


@pytest.fixture(scope="module")
def hand(doors):
    return by_hand(doors, GIVEN, CALL, SHOWN)


def test_the_sum_of_the_worths_is_the_same_at_every_door(doors, hand):
    assert 0 < hand.calls < len(doors.records) == round(0.3 * ROWS)
    assert hand.first != 0
    assert round(doors.page(SHOWN), 2) == round(doors.api(SHOWN), 2) == round(hand.first, 2)
    listed = doors.campaign()
    assert listed.calls == listed.said["chosen"] == hand.calls
    announced = round(hand.announced, 2)
    assert [round(each, 2) for each in (doors.api(), listed.rows, listed.said["profit_model"])] == [announced] * 3
    # The hit's value alone, as campaigns once counted, says something else altogether
    assert abs(hand.hits_times_value - announced) > 0.1 * abs(announced)
    assert listed.said["profit_low"] <= hand.real <= listed.said["profit_high"]


def test_the_profit_curve_and_the_report_count_what_really_came(doors, hand):
    came = hand.alone + hand.real
    assert round(doors.curve(), 2) == round(came, 2)
    for_1_000 = 1_000 * came / len(doors.records)
    shown = amount(for_1_000, doors_money(doors))
    assert f"At this cut-off 1,000 records like these bring {shown}" in doors.report()


def doors_money(doors):
    """As much of a profit curve as its words for money need."""
    return type("Money", (), {"payoff": vars(Payoff(currency="USD"))})()
