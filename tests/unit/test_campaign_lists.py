"""Lists: against brute force over all lists, against hand arithmetic, and against simulation."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.campaign.forecast import forecast
from ml.campaign.pick import CodedColumn, pick
from ml.campaign.wish import BadWish, read_wish
from ml.data.outcomes import Outcome, Outcomes

TWO = Outcomes((Outcome("a", "A", "a"), Outcome("b", "B", "b")), exclusive=False, positive="a")


def wish(**asked):
    return read_wish(asked, {}, TWO, lambda _: 0.5)


def groups(names):
    values = tuple(dict.fromkeys(names))
    return CodedColumn(values, np.array([values.index(name) for name in names]))


def gain_of(chosen, probabilities, asked):
    return sum(probabilities[row, at] * asked.payoffs[at].true_positive - asked.cost for row, at in chosen)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_other_list_brings_more(data):
    n = data.draw(st.integers(1, 4))
    several = data.draw(st.booleans())
    draws = [data.draw(st.integers(0, 10)) for _ in range(2 * n)]
    p = np.array(draws, dtype=float).reshape(n, 2) / 10
    names = [data.draw(st.sampled_from("NS")) for _ in range(n)]
    limit = data.draw(st.none() | st.integers(1, 3))
    quotas = {"S": data.draw(st.integers(0, 1))} if limit is None or limit >= 1 else {}
    number = data.draw(st.integers(1, 4))
    values = {"a": float(data.draw(st.integers(1, 5))), "b": float(data.draw(st.integers(1, 5)))}
    asked = wish(
        by="number",
        number=number,
        values=values,
        cost=0.0,
        several=several,
        column="region",
        limit=limit,
        quotas=quotas,
    )
    found = pick(p, asked, groups(names))
    best = -np.inf
    pairs = list(product(range(n), range(2)))
    for mask in product((False, True), repeat=len(pairs)):
        chosen = [pair for pair, taken in zip(pairs, mask, strict=True) if taken]
        counts = {name: sum(names[row] == name for row, _ in chosen) for name in "NS"}
        there = sum(name == "S" for name in names) * (2 if several else 1)
        fits = (
            len(chosen) <= number
            and (several or len({row for row, _ in chosen}) == len(chosen))
            and (limit is None or max(counts.values(), default=0) <= limit)
            and counts["S"] >= min(quotas.get("S", 0), there)
        )
        if fits:
            best = max(best, gain_of(chosen, p, asked))
    mine = list(zip(found.rows.tolist(), found.outcome.tolist(), strict=True))
    assert gain_of(mine, p, asked) == pytest.approx(best)
    assert len(mine) <= number
    assert found.gain.sum() == pytest.approx(best)


def test_by_cut_off_all_from_it_and_nobody_below():
    p = np.array([[0.9, 0.1], [0.5, 0.4], [0.49, 0.2], [np.nan, np.nan]])
    found = pick(p[:, :1], wish(by="cutoff", outcomes=["a"]))
    assert found.rows.tolist() == [0, 1]
    assert pick(p[:, :1], wish(by="cutoff", cut_off=0.3, outcomes=["a"])).rows.tolist() == [0, 1, 2]


def test_by_budget_as_many_as_it_pays_for_and_none_that_loses():
    p = np.array([[0.9], [0.5], [0.3], [0.05]])
    asked = wish(by="budget", budget=0.3, cost=0.1, values={"a": 1.0}, outcomes=["a"])
    assert pick(p, asked).rows.tolist() == [0, 1, 2]
    asked = wish(by="budget", budget=100, cost=0.1, values={"a": 1.0}, outcomes=["a"])
    assert pick(p, asked).rows.tolist() == [0, 1, 2]


def test_one_product_a_customer_is_the_one_that_brings_most():
    p = np.array([[0.6, 0.5], [0.2, 0.9]])
    asked = wish(by="number", number=2, values={"a": 10.0, "b": 20.0}, cost=1.0)
    found = pick(p, asked)
    assert list(zip(found.rows, found.outcome, strict=True)) == [(1, 1), (0, 1)]
    assert found.gain.tolist() == [17.0, 9.0]
    assert len(pick(p, wish(by="number", number=9, several=True)).rows) == 4


def test_a_wanted_product_goes_before_a_dearer_one_that_is_not():
    p = np.array([[0.6, 0.4]])
    found = pick(p, wish(by="cutoff", values={"a": 1.0, "b": 100.0}))
    assert found.outcome.tolist() == [0]


def test_a_quota_reaches_below_the_cut_off_and_says_where_the_file_falls_short():
    p = np.array([[0.9], [0.8], [0.2], [0.1]])
    asked = wish(by="cutoff", outcomes=["a"], column="region", quotas={"S": 3, "W": 1})
    found = pick(p, asked, groups(["N", "N", "S", "S"]))
    assert found.rows.tolist() == [0, 1, 2, 3]
    assert found.short == {"S": 2, "W": 0}


def test_quotas_that_leave_no_room_are_refused():
    p = np.array([[0.9], [0.8], [0.2]])
    with pytest.raises(BadWish, match="quotas alone take 2"):
        pick(p, wish(by="number", number=1, outcomes=["a"], column="c", quotas={"S": 2}), groups(["N", "S", "S"]))
    with pytest.raises(BadWish, match="at least 2 are wanted and at most 1"):
        pick(p, wish(outcomes=["a"], column="c", quotas={"S": 2}, limit=1), groups(["N", "S", "S"]))


def test_who_draws_less_than_the_share_is_kept_back_for_all_outcomes():
    p, draws = np.full((5, 2), 0.5), np.array([0.05, 0.1, 0.3, 0.0999, 0.9])
    found = pick(p, wish(by="number", number=10, several=True, control=0.1), draws=draws)
    assert sorted(set(found.rows[found.control].tolist())) == [0, 3]
    assert found.control.sum() == 4
    assert not pick(p, wish(by="number", number=10, several=True), draws=draws).control.any()


def test_the_forecast_by_hand():
    p = np.array([[0.5], [0.25], [0.1]])
    asked = wish(by="number", number=2, cost=2.0, values={"a": 10.0}, outcomes=["a"])
    found = forecast(p, pick(p, asked), asked)
    assert (found.chosen, found.calls, found.control) == (2, 2, 0)
    assert found.buyers == pytest.approx(0.75)
    assert found.cost == 4.0
    assert found.profit == pytest.approx(3.5)
    assert (found.buyers_low, found.buyers_high) == (0.0, 2.0)
    assert (found.profit_low, found.profit_high) == (-4.0, 16.0)
    assert found.by_chance == pytest.approx(2 * 0.85 / 3)
    assert found.lowest == 0.25
    assert found.outcomes == (("a", 2, pytest.approx(0.75)),)


def test_an_empty_list_brings_nothing():
    asked = wish(by="cutoff", cut_off=1.0, outcomes=["a"])
    found = forecast(np.array([[0.5]]), pick(np.array([[0.5]]), asked), asked)
    assert (found.chosen, found.buyers, found.lowest, found.profit_low) == (0, 0.0, None, 0.0)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"by": "luck"}, "by is"),
        ({"by": "number"}, "no number"),
        ({"by": "number", "number": 2.5}, "whole number"),
        ({"by": "number", "number": True}, "whole number"),
        ({"by": "budget", "budget": 5.0}, "needs a cost"),
        ({"cost": -1}, "0 or more"),
        ({"cost": float("nan")}, "is a number"),
        ({"cut_off": 2}, "from 0 to 1"),
        ({"control": 0.9}, "from 0 to 0.5"),
        ({"limits": {"N": 3}}, "no column"),
        ({"values": {"c": 1}}, "values is"),
        ({"outcomes": []}, "outcomes is"),
        ({"colour": 1}, "Unknown: colour"),
        ({"several": "yes"}, "true or false"),
    ],
)
def test_what_makes_no_list_is_refused_in_words(asked, words):
    with pytest.raises(BadWish, match=words):
        wish(**asked)


def test_what_is_left_out_comes_from_the_card():
    card = {"payoff": {"call": 3.0, "outcomes": {"a": {"true_positive": 50.0}}}}
    found = read_wish({}, card, TWO, SimpleNamespace(get={"a": 0.2, "b": 0.3}.get).get)
    assert (found.cost, tuple(each.true_positive for each in found.payoffs), found.cut_offs, found.outcomes) == (
        3.0,
        (50.0, 0.0),
        (0.2, 0.3),
        ("a", "b"),
    )
