"""Data of the Performance page: cut-offs from browsers and addresses, and which table the cache keeps."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from ml.metrics import overview as module
from ml.metrics.overview import opening_cut_offs, read_cut_off, read_extra, table_of

SERVICE = SimpleNamespace(cut_off=lambda _bundle, outcome: {"a": 0.5, "b": 0.25}[outcome], result="the cache")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (0, 0.0), (1, 1.0), (0.0, 0.0), ("0.3", 0.3), ("1", 1.0),
        (math.nextafter(0, -1), None), (math.nextafter(1, 2), None), (2, None),
        ("", None), ("half", None), ("nan", None), (math.inf, None), (10**400, None), (None, None), ([0.5], None),
    ],
)  # fmt: skip
def test_a_cut_off_that_was_sent_is_a_number_from_0_to_1(raw, value):
    assert read_cut_off(raw) == value


def test_extra_cut_offs_are_the_first_three_of_a_list_without_those_that_are_none():
    assert read_extra([0.1, "0.2", 0.3, 0.4]) == (0.1, 0.2, 0.3)
    assert read_extra([7, 0.2, None, 0.4]) == (0.2,)
    assert read_extra((0.1, 0.2)) == read_extra("0.1") == read_extra(None) == ()


def test_the_page_opens_with_the_cut_off_that_is_asked_for_else_with_the_one_in_use():
    assert opening_cut_offs(SERVICE, None, "b") == (0.25, 0.25, (0.25,))
    assert opening_cut_offs(SERVICE, None, "b", 0.25) == (0.25, 0.25, (0.25,))
    assert opening_cut_offs(SERVICE, None, "b", 0.0) == (0.25, 0.0, (0.0, 0.25))
    assert opening_cut_offs(SERVICE, None, "a", 0.9) == (0.5, 0.9, (0.5, 0.9))


def test_the_cache_keeps_the_table_of_the_cut_off_in_use_alone(monkeypatch):
    asked = []
    monkeypatch.setattr(module, "threshold_table_of", lambda *given: asked.append(given))
    for extra in ((0.25,), (0.5,), (0.25, 0.5), ()):
        table_of(SERVICE, "bundle", "b", extra)
    assert asked == [
        ("bundle", "b", (0.25,), "the cache"),
        ("bundle", "b", (0.5,), None),
        ("bundle", "b", (0.25, 0.5), None),
        ("bundle", "b", (), None),
    ]
