"""Lists at their exact limits: ties, calls that break even, one more and one less, and what is said of a list."""

from __future__ import annotations

import warnings
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from ml.advice.score_known import ESTIMATOR
from ml.campaign import reasons, words
from ml.campaign.focus import focus, ranks
from ml.campaign.forecast import Forecast, expected_and_actual, forecast
from ml.campaign.pick import PickedCalls, pick
from ml.campaign.wish import BadWish, read_wish
from ml.campaign.words import FEW, notes, promise, sentence
from ml.data.feature import Feature
from ml.data.outcomes import Outcome, Outcomes
from ml.data.schema import Schema
from tests.unit.test_campaign_lists import TWO, groups, wish

ONE_OF_TWO = Outcomes((Outcome("no", "No", "no"), Outcome("yes", "Yes", "yes")), exclusive=True, positive="yes")
TEN = Forecast(
    chosen=10, control=0, calls=10, buyers=3.6, buyers_low=1.0, buyers_high=6.0, cost=1_000.0, profit=2_600.0,
    profit_low=-500.0, profit_high=5_000.0, buyers_model=3.6, profit_model=2_600.0, verdict="held", losing=0, loss=0.0,
    losing_corrected=0, smallest_effect=None, by_chance=1.2, lowest=0.5, groups=(), outcomes=(),
)  # fmt: skip


def column(*probabilities):
    return np.array(probabilities)[:, None]


# ---- whom to take ------------------------------------------------------------------------------


def test_of_equally_likely_records_the_first_in_the_file_are_taken():
    found = pick(column(0.4, 0.5, 0.5, 0.5, 0.5), wish(by="number", number=2, outcomes=["a"]))
    assert found.rows.tolist() == [1, 2]


def test_of_equally_good_outcomes_the_first_is_offered():
    found = pick(np.array([[0.5, 0.5]]), wish(by="number", number=1))
    assert found.outcome.tolist() == [0]


def test_without_values_the_likelier_are_taken_whatever_a_call_costs():
    found = pick(column(0.1, 0.9, 0.2), wish(by="number", number=2, cost=5.0, outcomes=["a"]))
    assert found.rows.tolist() == [1, 2]
    assert found.gain.tolist() == [-5.0, -5.0]


@pytest.mark.parametrize(
    "length", [{"by": "number", "number": 3}, {"by": "budget", "budget": 100.0}, {"by": "cutoff", "cut_off": 0.0}]
)
def test_no_list_takes_a_call_that_loses_unless_it_is_told_to(length):
    asked = {"cost": 0.5, "values": {"a": 1.0}, "outcomes": ["a"], **length}
    p = column(0.9, 0.5, 0.1)
    found = pick(p, wish(**asked))
    assert (found.rows.tolist(), found.left_out) == ([0, 1], 1)  # the second breaks even
    told = pick(p, wish(**asked, losses=True))
    assert (told.rows.tolist(), told.left_out) == ([0, 1, 2], 0)
    brings = forecast(p, told, wish(**asked, losses=True))
    assert (brings.losing, brings.loss) == (1, pytest.approx(0.4))  # 0.1 · 1 - 0.5


def test_a_quota_falls_short_rather_than_lose():
    asked = {"by": "number", "number": 3, "cost": 0.5, "values": {"a": 1.0}, "outcomes": ["a"], "column": "c"}
    p, regions = column(0.9, 0.8, 0.6, 0.1), groups("NNSS")
    found = pick(p, wish(**asked, quotas={"S": 2}), regions)
    assert (sorted(found.rows.tolist()), found.short) == ([0, 1, 2], {"S": 1})
    told = pick(p, wish(**asked, quotas={"S": 2}, losses=True), regions)
    assert (sorted(told.rows.tolist()), told.short) == ([0, 2, 3], {})


def test_calls_left_out_are_counted_once_a_record_or_once_an_outcome():
    asked = {"by": "cutoff", "cut_off": 0.0, "cost": 5.0, "values": {"a": 10.0, "b": 10.0}}
    p = np.array([[0.9, 0.1], [0.1, 0.1], [np.nan, np.nan]])
    assert pick(p, wish(**asked)).left_out == 1
    assert pick(p, wish(**asked, several=True)).left_out == 3


FULL = {"payoff": {"call": 2.0, "outcomes": {
    "a": {"true_positive": 50.0, "false_positive": -8.0, "false_negative": -20.0, "true_negative": 1.0},
    "b": {"true_positive": 9.0, "false_negative": 4.0},
}}}  # fmt: skip


def test_all_four_ends_and_the_cost_count_by_hand():
    """Of a: 0.3 · (50 + 20) + 0.7 · (-8 - 1) - 2 = 12.7; of b: 0.8 · (9 - 4) - 2 = 2."""
    asked = read_wish({"by": "number", "number": 5, "several": True}, FULL, TWO, lambda _: 0.5)
    p = np.array([[0.3, 0.8]])
    found = pick(p, asked)
    assert (found.outcome.tolist(), found.gain.tolist()) == ([0, 1], pytest.approx([12.7, 2.0]))
    brings = forecast(p, found, asked)
    assert (brings.profit, brings.cost) == (pytest.approx(14.7), 4.0)
    # a brings 70 - 2 or -9 - 2, b 5 - 2 or -2: -13, -8, 66 or 71 with the chances 0.14, 0.56, 0.06 and 0.24
    assert (brings.profit_low, brings.profit_high) == pytest.approx((-13.0, 71.0))


def test_one_call_with_four_ends_brings_one_or_the_other():
    """50 + 20 - 2 where it is so, -8 - 1 - 2 where not."""
    asked = read_wish({"by": "number", "number": 1, "outcomes": ["a"]}, FULL, TWO, lambda _: 0.5)
    brings = forecast(column(0.3), pick(column(0.3), asked), asked)
    assert (brings.profit_low, brings.profit_high) == pytest.approx((-11.0, 68.0))


def test_a_value_and_a_cost_of_the_request_replace_those_of_the_card_alone():
    asked = read_wish({"values": {"a": 100.0}, "cost": 0.0}, FULL, TWO, lambda _: 0.5)
    first, second = asked.payoffs
    assert (first.true_positive, first.false_positive, first.false_negative, first.call) == (100.0, -8.0, -20.0, 0.0)
    assert (second.true_positive, second.false_negative, second.call) == (9.0, 4.0, 0.0)


def test_ranks_go_by_worth_with_all_four_ends():
    at, key = focus(np.array([[0.3, 0.8], [0.05, 0.9]]), FULL, TWO)
    assert (at.tolist(), key.tolist()) == ([0, 1], pytest.approx([12.7, 2.5]))
    alone = focus(
        np.array([[0.7, 0.3]]), {"payoff": {"call": 1.0, "outcomes": {"yes": {"true_positive": 10.0}}}}, ONE_OF_TWO
    )
    assert (alone[0].tolist(), alone[1].tolist()) == ([1], pytest.approx([2.0]))


@pytest.mark.parametrize(("budget", "calls"), [(0.0, 0), (0.09, 0), (0.1, 1), (0.29, 2), (0.3, 3), (0.31, 3), (9.0, 5)])
def test_a_budget_pays_for_as_many_calls_as_fit_into_it(budget, calls):
    asked = wish(by="budget", budget=budget, cost=0.1, values={"a": 1.0}, outcomes=["a"])
    assert pick(column(0.5, 0.9, 0.6, 0.8, 0.7), asked).rows.tolist() == [1, 3, 4, 2, 0][:calls]


def test_a_refused_record_is_never_taken():
    p = column(0.2, np.nan, 0.9)
    for asked in (
        wish(by="number", number=3, outcomes=["a"]),
        wish(by="cutoff", cut_off=0.0, outcomes=["a"]),
        wish(by="budget", budget=9.0, cost=0.1, values={"a": 1.0}, outcomes=["a"]),
    ):
        assert pick(p, asked).rows.tolist() == [2, 0]


def test_a_quota_that_is_just_filled_is_not_called_short():
    asked = wish(by="cutoff", outcomes=["a"], column="c", quotas={"S": 2})
    found = pick(column(0.9, 0.2, 0.1), asked, groups("NSS"))
    assert (found.rows.tolist(), found.short) == ([0, 1, 2], {})


def test_quotas_may_take_all_the_room_there_is():
    asked = wish(by="number", number=2, outcomes=["a"], column="c", quotas={"S": 2})
    assert pick(column(0.9, 0.2, 0.1), asked, groups("NSS")).rows.tolist() == [1, 2]


def test_a_limit_may_be_as_small_as_its_quota():
    asked = wish(by="number", number=3, outcomes=["a"], column="c", quotas={"S": 1}, limits={"S": 1})
    assert pick(column(0.9, 0.2, 0.3), asked, groups("NSS")).rows.tolist() == [0, 2]


def test_a_long_name_of_a_group_is_cut_where_it_is_named():
    asked = wish(outcomes=["a"], column="c", quotas={"x" * 81: 2}, limit=1)
    with pytest.raises(BadWish, match=f"Of '{'x' * 80}' at least"):
        pick(column(0.9), asked, groups(["x" * 81]))


def test_nobody_is_kept_back_where_nobody_draws():
    assert not pick(np.full((9, 1), 0.5), wish(by="number", number=9, outcomes=["a"], control=0.2)).control.any()


def test_a_list_of_nobody_may_be_asked_for():
    assert pick(column(0.9), wish(by="number", number=0, outcomes=["a"])).rows.tolist() == []


def test_of_exclusive_outcomes_the_positive_one_is_offered_and_of_independent_ones_all():
    assert read_wish({}, {}, ONE_OF_TWO, lambda _: 0.5).outcomes == ("yes",)
    assert wish().outcomes == ("a", "b")


@pytest.mark.parametrize("parts", [{"quotas": {"N": 1}}, {"limit": 0}, {"limits": {"N": 1}}])
def test_limits_and_quotas_are_about_a_column(parts):
    with pytest.raises(BadWish, match="no column"):
        wish(**parts)
    assert wish(column="c", **parts).column == "c"


def test_a_long_name_that_is_no_outcome_is_cut_where_it_is_named():
    with pytest.raises(BadWish, match=f"values is about '{'x' * 80}'"):
        wish(values={"x" * 81: 1.0})


# ---- what it should bring ----------------------------------------------------------------------


def test_products_of_different_value_are_added_up_call_by_call():
    """10 · X + 20 · Y - 2: -2, 8, 18 or 28 with the chances 3/8, 3/8, 1/8 and 1/8."""
    asked = wish(by="number", number=2, cost=1.0, values={"a": 10.0, "b": 20.0})
    p = np.array([[0.5, 0.0], [0.0, 0.25]])
    found = forecast(p, pick(p, asked), asked)
    assert found.profit == pytest.approx(8.0)
    assert (found.profit_low, found.profit_high) == pytest.approx((-2.0, 28.0))


def test_one_call_brings_its_value_or_nothing():
    asked = wish(by="number", number=1, cost=2.0, values={"a": 10.0}, outcomes=["a"])
    found = forecast(column(0.5), pick(column(0.5), asked), asked)
    assert (found.profit_low, found.profit_high) == (-2.0, 8.0)


def test_those_kept_back_count_on_the_list_and_for_nothing_that_it_brings():
    asked = wish(by="number", number=3, cost=2.0, values={"a": 10.0}, outcomes=["a"], column="c")
    rows, nobody = np.array([2, 0, 1]), np.zeros(3, dtype=int)
    p = column(0.5, 0.25, 0.75)
    picked = PickedCalls(rows, nobody, p[rows, 0], 10 * p[rows, 0] - 2, np.array([True, False, False]), {})
    found = forecast(p, picked, asked, groups("NSN"))
    assert (found.chosen, found.control, found.calls, found.cost) == (3, 1, 2, 4.0)
    assert found.buyers == pytest.approx(0.75)
    assert found.groups == (("N", 2, pytest.approx(0.5)), ("S", 1, pytest.approx(0.25)))
    assert found.outcomes == (("a", 3, pytest.approx(0.75)),)
    assert found.lowest == 0.25  # of the list, whoever is called


def test_a_file_that_was_refused_whole_brings_nothing_and_warns_of_nothing():
    p, asked = np.full((2, 2), np.nan), wish(by="number", number=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = forecast(p, pick(p, asked), asked)
    assert (found.chosen, found.buyers, found.by_chance, found.outcomes) == (0, 0.0, 0.0, ())


def test_the_hold_out_counts_from_the_lowest_probability_itself():
    truth, probabilities, weight = np.array([1.0, 0.0, 1.0]), np.array([0.5, 0.5, 0.49]), np.array([2.0, 1.0, 1.0])
    assert expected_and_actual(truth, probabilities, weight, 0.5) == (1.5, 2.0)


# ---- which outcome, which place ----------------------------------------------------------------


def test_exclusive_outcomes_are_about_the_positive_one():
    at, key = focus(np.array([[0.9, 0.1], [np.nan, np.nan]]), {}, ONE_OF_TWO)
    assert (at.tolist(), key[0], np.isnan(key[1])) == ([1, 1], 0.1, True)


def test_independent_outcomes_are_about_the_likeliest_and_the_first_of_equals():
    at, key = focus(np.array([[0.2, 0.7], [0.5, 0.5], [np.nan, np.nan]]), {}, TWO)
    assert (at.tolist(), key[:2].tolist(), np.isnan(key[2])) == ([1, 0, 0], [0.7, 0.5], True)


def test_where_each_outcome_has_a_worth_the_dearest_counts():
    card = {"payoff": {"outcomes": {"a": {"true_positive": 10.0}, "b": {"true_positive": 4.0}}}}
    at, key = focus(np.array([[0.25, 0.5], [0.25, 0.75]]), card, TWO)
    assert (at.tolist(), key.tolist()) == ([0, 1], [2.5, 3.0])


def test_places_are_counted_from_one_ties_by_their_order_and_refused_records_have_none():
    assert ranks(np.array([0.5, np.nan, 0.9, 0.5, 0.1])).tolist() == [2, 0, 1, 3, 4]


# ---- in words ----------------------------------------------------------------------------------


def test_an_empty_list_says_so():
    empty = SimpleNamespace(chosen=0)
    assert sentence(empty, wish(outcomes=["a"])) == "Nobody is on this list."


def test_what_a_list_brings_is_said_with_money_only_where_something_has_a_value():
    plain = "10 calls should bring 4 (between 1 and 6); as many picked blindly, 1."
    assert sentence(TEN, wish(outcomes=["a"]), "EUR") == plain
    money = wish(outcomes=["a"], values={"a": 1_000.0})
    after = " After the cost of 1,000{0} that leaves 2,600{0} (between -500 and 5,000)."
    assert sentence(TEN, money) == plain + after.format("")
    assert sentence(TEN, money, "EUR") == plain + after.format("\u00a0EUR")
    kept = SimpleNamespace(**{**vars(TEN), "control": 2})
    assert sentence(kept, money) == plain + after.format("") + " 2 more are kept back to compare with."


def picked(rows=1, short=None, left_out=0):
    return SimpleNamespace(rows=np.arange(rows), short=short or {}, left_out=left_out)


@pytest.fixture
def holdout(monkeypatch):
    """A hold-out of 30 records at 0.5, of which 18 came, and one below."""
    seen = SimpleNamespace(
        truth=np.array([1.0] * 18 + [0.0] * 12 + [1.0]), probabilities=np.array([0.5] * FEW + [0.1]), weight=np.ones(31)
    )
    monkeypatch.setattr(words, "evaluation_of", lambda bundle: SimpleNamespace(of={"a": seen}.__getitem__))
    return seen


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("too_much", "This model promises too much: by its own numbers 214, corrected 157 expected."),
        ("too_little", "This model promises too little: by its own numbers 214, corrected 157 expected."),
        ("held", "The model's promises held on the hold-out: by its own numbers 214."),
        (
            "too_few",
            "The hold-out has too few such records to say whether the model's promises hold: by its own numbers 214.",
        ),
    ],
)
def test_a_verdict_in_words(verdict, words):
    assert promise(replace(TEN, buyers_model=214.3, buyers=156.9, verdict=verdict)) == words
    assert promise(replace(TEN, calls=0, verdict=verdict)) == ""


def test_the_smallest_effect_in_words(holdout):
    of = wish(outcomes=["a"])
    some = replace(TEN, control=120, calls=1_080, smallest_effect=0.0412)
    words = "With 120 kept back of 1,200, a difference below 4.1 points cannot be told from chance."
    assert notes(None, of, picked(), some)[-1] == words
    none = notes(None, of, picked(), replace(some, smallest_effect=None))[-1]
    assert none == "With 120 kept back of 1,200, no difference can be told from chance: keep back more, or call more."


def test_calls_that_lose_by_the_corrected_numbers_alone_are_counted(holdout):
    of = wish(outcomes=["a"], values={"a": 1.0})
    said = "By the corrected numbers 30 of the calls are expected to lose."
    assert said in notes(None, of, picked(), replace(TEN, verdict="too_much", losing_corrected=30))
    assert said not in notes(None, of, picked(), replace(TEN, verdict="held", losing_corrected=30))


SEEN = "Of the hold-out's records from 50.0\u00a0% up (30): 15 were to be expected, and 18 came."


def test_notes_say_what_calls_lose_or_how_many_were_left_out(holdout):
    money = {"outcomes": ["a"], "values": {"a": 1.0}, "losses": True}
    assert notes(None, wish(**money), picked(), TEN) == [SEEN]
    losing = replace(TEN, losing=23, loss=410.4)
    assert notes(None, wish(**money), picked(), losing, "USD") == [
        "23 of the calls are expected to lose 410\u00a0USD in all.",
        SEEN,
    ]
    said = [
        "7 more are left out, because acting on them is expected to lose money. They are taken where you allow losses.",
        SEEN,
    ]
    assert notes(None, wish(**money), picked(left_out=7), TEN) == said
    number = {**money, "losses": False, "by": "number", "number": 2}
    assert notes(None, wish(**number), picked(2, left_out=7), TEN) == [SEEN]  # as many as were asked for
    assert notes(None, wish(**number), picked(1, left_out=7), TEN) == said


def test_notes_say_of_which_outcome_nothing_is_known(holdout):
    assert notes(None, wish(values={"a": 1.0}), picked(), TEN) == [
        "Nothing is said of what b would bring: that counts as 0."
    ]


def test_notes_name_short_quotas_first(holdout):
    asked = wish(outcomes=["a"], column="c", quotas={"S": 1_200})
    said = notes(None, asked, picked(short={"S": 3}), TEN)
    assert said == ["Of S at least 1,200 are wanted, and the file has 3.", SEEN]


def test_notes_look_at_the_hold_out_for_one_outcome_and_a_list_that_has_somebody(holdout):
    assert notes(None, wish(), picked(), TEN) == []
    assert notes(None, wish(outcomes=["a"]), picked(0), replace(TEN, lowest=None)) == []


def test_notes_say_where_the_hold_out_is_too_small_or_has_no_probabilities(holdout):
    few = replace(TEN, lowest=0.5)
    holdout.probabilities[0] = 0.4
    [said] = notes(None, wish(outcomes=["a"]), picked(0), few)
    assert said.startswith("Of the hold-out's records from 50.0\u00a0% up (29), which are too few to say much: ")
    assert said.endswith(": 14 were to be expected, and 17 came.")
    holdout.probabilities = None
    assert notes(None, wish(outcomes=["a"]), picked(0), few) == []


def test_three_reasons_the_strongest_first_and_empty_cells_where_there_are_fewer(monkeypatch):
    bundle = SimpleNamespace(schema=Schema((Feature("age", "Age", "number"), Feature("debt", "Debt", "number"))))
    asked, said = [], lambda *points: [SimpleNamespace(points=each, words=f"={each}") for each in points]
    service = SimpleNamespace(explain=lambda *given, **named: asked.append((given, named)) or "explained")
    found = SimpleNamespace(raising=said(0.1, 0.4), lowering=said(-0.3, -0.05))
    monkeypatch.setattr(reasons, "reasons", lambda schema, row, explained, outcome: found)
    cells = {"age": "41", "debt": "-3", "customer": "c-1"}
    assert reasons.reasons_in_cells(service, bundle, cells, 0, ESTIMATOR) == ["'=0.4", "'=-0.3", "'=0.1"]
    assert asked == [((bundle, (41.0, -3.0)), {"blanks": False, "many": True})]
    found.raising, found.lowering = said(0.1), []
    assert reasons.reasons_in_cells(service, bundle, cells, 0, ESTIMATOR) == ["'=0.1", "", ""]
