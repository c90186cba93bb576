"""The best cut-off of a version: against brute force, its place in the order of cut-offs, and in words."""

from __future__ import annotations

import numpy as np
import pytest

from ml.data.outcomes import Outcome, Outcomes
from ml.decision.cut_offs import CutOffs, card_cut_off, check_cut_offs, read_best_cut_off
from ml.errors import InvalidData
from ml.text.best_cut_off_words import best_cut_off_words
from ml.training.best_cut_offs import find_best_cut_offs
from tests.unit.test_decide import CARD

TWO = Outcomes((Outcome("yes", "Yes", "yes"), Outcome("no", "No", "no")), exclusive=True, positive="yes")
KEPT = {
    "cut_off": 0.12, "low": 0.0912, "high": 0.17, "half_loses": 11188.0, "half_loses_low": 9000.0,
    "half_loses_high": 12400.0, "with": 300, "without": 1800,
}  # fmt: skip


@pytest.fixture(scope="module")
def made():
    rng = np.random.default_rng(3)
    p = rng.beta(1, 3, 300).round(3)
    truth = rng.random(300) < p
    columns = np.column_stack([p, 1 - p])
    both = np.column_stack([truth, ~truth])
    return p, truth, find_best_cut_offs(CARD, TWO, both, columns >= 0.5, columns)


def profit_of(p, truth, cut_off):
    """Money for 1,000 records, record by record."""
    acting = {True: 50.0 - 2.0, False: -8.0 - 2.0}
    leaving = {True: -20.0, False: 1.0}
    each = [(acting if a else leaving)[bool(t)] for a, t in zip(p >= cut_off, truth, strict=True)]
    return 1000 * sum(each) / len(each)


def test_no_cut_off_brings_more_and_one_half_loses_what_is_said(made):
    p, truth, found = made
    most = max(profit_of(p, truth, cut) for cut in [*np.unique(p), 1.1])
    best = found["yes"]
    assert profit_of(p, truth, best["cut_off"]) == pytest.approx(most)
    assert best["half_loses"] == pytest.approx(most - profit_of(p, truth, 0.5))
    assert best["half_loses_low"] <= best["half_loses"] <= best["half_loses_high"]
    assert best["low"] <= best["cut_off"] <= best["high"]
    assert (best["with"], best["without"]) == (truth.sum(), (~truth).sum())


def test_an_outcome_without_a_payoff_or_without_one_of_two_truths_has_none(made):
    p, truth, found = made
    assert set(found) == {"yes"}  # the card has no payoff of "no"
    columns = np.column_stack([p, 1 - p])
    for same in (np.ones_like(truth), np.zeros_like(truth)):
        assert find_best_cut_offs(CARD, TWO, np.column_stack([same, ~same]), columns >= 0.5, columns) == {}
    both = np.column_stack([truth, ~truth])
    assert find_best_cut_offs({}, TWO, both, columns >= 0.5, columns) == {}
    assert find_best_cut_offs(CARD, TWO, both, both, None) == {}


def test_a_choice_goes_before_the_card_and_the_card_before_the_best_and_this_before_one_half():
    card = {"best_cut_offs": {"yes": KEPT}}
    assert card_cut_off({}, "yes") == 0.5
    assert card_cut_off(card, "yes") == 0.12
    assert card_cut_off(card, "no") == 0.5
    assert card_cut_off(card | {"cut_offs": {"yes": 0.4}}, "yes") == 0.4
    assert card_cut_off(card | {"cut_offs": {"no": 0.4}}, "yes") == 0.12
    assert CutOffs(lambda _: {"yes": 0.9}).in_use("m", card, ["yes"]) == {"yes": 0.9}


@pytest.mark.parametrize(
    "written",
    [5, {"yes": 0.3}, {"yes": {}}, {"yes": KEPT | {"cut_off": 1.2}}, {"yes": KEPT | {"high": "x"}},
     {"yes": KEPT | {"half_loses": None}}, {"yes": KEPT | {"cut_off": True}}],
)  # fmt: skip
def test_a_garbled_one_is_refused(written):
    with pytest.raises(InvalidData, match="best cut-off of yes"):
        check_cut_offs({"best_cut_offs": written}, ["yes"])


def test_it_is_said_with_its_interval_and_the_loss_of_one_half():
    card = {"best_cut_offs": {"yes": KEPT}, "payoff": {"currency": "USD"}}
    assert best_cut_off_words(card, "yes").replace("\xa0", " ") == (
        "Best by what decisions are worth: 12 % (9.12 to 17 %); "
        "50 % would lose 11,188 USD for 1,000 records (9,000 to 12,400 USD)."
    )
    assert best_cut_off_words(card, "no") == ""
    assert read_best_cut_off({}, "yes") is None


def test_an_interval_that_begins_at_the_best_is_rounded_like_it():
    card = {"best_cut_offs": {"yes": KEPT | {"cut_off": 0.02152, "low": 0.02152, "high": 0.0263}}}
    assert "2.15 % (2.15 to 2.63 %)" in best_cut_off_words(card, "yes").replace("\xa0", " ")


def test_few_records_are_named_and_one_half_is_not_where_it_loses_nothing():
    few = KEPT | {"with": 41, "half_loses": 0.0, "low": None}
    said = best_cut_off_words({"best_cut_offs": {"yes": few}}, "yes").replace("\xa0", " ")
    assert said == (
        "Best by what decisions are worth: 12 %. This rests on only 41 records with the outcome: expect it to move."
    )
