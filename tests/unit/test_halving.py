"""Bisection of what is refused: every refused item is found, whatever its company, and few questions are asked."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from ml.runtime.halving import bisect_refused


def test_all_refused_items_are_found_in_their_order_with_their_reasons():
    draw = random.Random(0)
    for _ in range(200):
        items = list(range(draw.randrange(40)))
        bad = {item for item in items if draw.random() < draw.choice((0.0, 0.1, 0.9))}
        found = bisect_refused(
            items, lambda some, bad=bad: str([each for each in some if each in bad]) if bad & {*some} else None
        )
        assert found == [(item, str([item])) for item in items if item in bad]


def test_an_empty_reason_is_a_refusal():
    assert bisect_refused(["a", "b"], lambda some: "" if "b" in some else None) == [("b", "")]


def test_one_refused_among_many_takes_a_logarithm_of_questions():
    asked: list[int] = []

    def why(some: Sequence[int]) -> str | None:
        asked.append(len(some))
        return "no" if 777 in some else None

    assert bisect_refused(range(1024), why) == [(777, "no")]
    assert len(asked) == 1 + 2 * math.log2(1024)
    asked.clear()
    assert bisect_refused(range(1024), lambda some: asked.append(len(some))) == []
    assert asked == [1024]
