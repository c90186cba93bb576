"""Times of day and time zones: values to try, groups, and distances between records."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from ml.advice.evidence import _numbers, _scale
from ml.advice.grid import grid
from ml.data.columns import column
from ml.data.feature import Feature
from ml.insights.feature_grid import edge_texts

VIENNA = ZoneInfo("Europe/Vienna")
MARCH = dt.datetime.fromisoformat("2024-03-02T02:42+01:00")
DECEMBER = dt.datetime.fromisoformat("2024-12-29T15:37+01:00")


def arrived(**fields):
    return Feature("arrived", "Arrived", "date", dtype="datetime64[us, Europe/Vienna]", timed=True,
                   zone="Europe/Vienna", **fields)  # fmt: skip


def test_times_to_try_have_the_offset_of_their_own_season():
    """In July clocks in Vienna are two hours ahead, whatever the offset of the ends is."""
    tried = grid(arrived(seen=(MARCH, DECEMBER)), 7)
    assert [tried[0], tried[-1]] == [MARCH, DECEMBER]
    for moment in tried:
        assert moment.utcoffset() == moment.astimezone(VIENNA).utcoffset()
    steps = np.diff([moment.timestamp() for moment in tried])
    assert steps == pytest.approx(np.full(6, (DECEMBER - MARCH).total_seconds() / 6), abs=60)


def test_times_around_the_hour_that_is_there_twice_rise():
    low, high = (dt.datetime.fromisoformat(f"2024-10-27T0{hour}:00+00:00") for hour in (0, 3))
    stamps = [moment.timestamp() for moment in grid(arrived(seen=(low, high)), 7)]
    assert stamps == sorted(stamps)
    assert np.diff(stamps).tolist() == [1800.0] * 6


def test_edges_within_a_day_are_times_on_the_clock_of_the_zone():
    noon = dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC).timestamp()
    assert edge_texts(arrived(), [noon, noon + 90.5]) == ["2024-07-01T14:00:00", "2024-07-01T14:01:30"]
    plain = Feature("since", "Since", "date", dtype="datetime64[us]", timed=True)
    assert edge_texts(plain, [noon]) == ["2024-07-01T12:00:00"]
    assert edge_texts(Feature("day", "Day", "date", dtype="datetime64[s]"), [noon, -1]) == ["2024-07-01", "1969-12-31"]


def test_two_times_of_one_day_are_apart():
    feature = Feature("since", "Since", "date", dtype="datetime64[us]", timed=True)
    times = column(feature, [dt.datetime.fromisoformat(f"2024-07-01T{hour:02}:00") for hour in range(24)])
    assert np.ptp(_numbers(times)) == pytest.approx(23 / 24)
    assert _scale(feature, times) == pytest.approx(0.9 * 23 / 24)
