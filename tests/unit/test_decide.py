"""One decision and one worth: by hand, by the law of what decisions add up to, and against counted payoffs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.decision.decide import NOT_FINAL, Actions, actions, acts, check_actions, decide
from ml.decision.payoff import Payoff
from ml.decision.worth import loses, worth, worth_of
from ml.errors import InvalidData
from ml.metrics.confusion_counts import ConfusionCounts
from ml.metrics.evaluation import OneVsRest
from ml.metrics.profit import payoff_total, profit_curve

FULL = Payoff(true_positive=50.0, false_positive=-8.0, false_negative=-20.0, true_negative=1.0, call=2.0)
CARD = {"payoff": {"call": 2.0, "currency": "EUR", "outcomes": {"yes": {
    "true_positive": 50.0, "false_positive": -8.0, "false_negative": -20.0, "true_negative": 1.0}}}}  # fmt: skip


def worth_left_alone(payoff, probability):
    return probability * payoff.false_negative + (1 - probability) * payoff.true_negative


def test_the_worth_by_hand():
    """0.3 · (50 + 20) + 0.7 · (-8 - 1) - 2 = 21 - 6.3 - 2; not acting brings 0.3 · -20 + 0.7 · 1."""
    assert worth(FULL, 0.3) == pytest.approx(12.7)
    assert worth_left_alone(FULL, 0.3) == pytest.approx(-5.3)
    assert worth_of(CARD, "yes", 0.3) == worth(FULL, 0.3)
    assert worth_of(CARD, "no", 0.3) is None


def test_it_is_nothing_at_the_break_even_probability():
    """(1 + 8 + 2) / (50 + 20 + 8 + 1) = 11 / 79."""
    assert worth(FULL, 11 / 79) == pytest.approx(0, abs=1e-12)
    assert worth(Payoff(true_positive=400.0, call=5.0), 0.0125) == pytest.approx(0, abs=1e-12)


MONEY = st.floats(-500, 500, allow_nan=False)


@given(
    ends=st.tuples(MONEY, MONEY, MONEY, MONEY),
    call=st.floats(0, 50),
    records=st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30),
)
def test_payoffs_add_up_to_leaving_all_alone_plus_the_worth_of_those_acted_on(ends, call, records):
    """And this is what the counts of the threshold table give, each record counted as p and 1 - p, to the cent."""
    payoff = Payoff(*ends, call=call)
    p, acted = np.array([each for each, _ in records]), np.array([each for _, each in records])
    counts = ConfusionCounts(
        p[acted].sum(), (1 - p[acted]).sum(), p[~acted].sum(), (1 - p[~acted]).sum(), np.array(0.5)
    )
    law = worth_left_alone(payoff, p).sum() + worth(payoff, p[acted]).sum()
    assert float(payoff_total(payoff, counts)) == pytest.approx(law, abs=0.005)


def test_a_loss_is_more_than_rounding():
    assert loses(np.array([-0.01, -1e-12, 0.0, 3.0, np.nan])).tolist() == [True, False, False, False, False]


def test_one_acts_from_the_cut_off_on_and_never_where_nothing_is_known():
    assert acts(0.5, 0.5)
    assert not acts(0.49, 0.5)
    assert acts(np.array([[0.5, 0.2], [np.nan, 0.3]]), np.array([0.5, 0.3])).tolist() == [[True, False], [False, True]]


@pytest.mark.parametrize(
    ("probability", "between", "act", "words"),
    [
        (0.146, None, True, "Offer it."),
        (0.03, None, True, "Offer it."),
        (0.029, None, False, "Leave it, unless they ask."),
        (0.146, (0.03, 0.2), True, "Offer it."),
        (0.146, (0.02, 0.2), True, NOT_FINAL),
        (0.01, (0.001, 0.03), False, NOT_FINAL),
    ],
)
def test_what_to_do_follows_from_the_cut_off_and_not_from_the_band(probability, between, act, words):
    card = CARD | {"bands": [{"label": "Unlikely", "from": 0.0, "action": "Leave it at once."}]}
    found = decide(card, "yes", probability, 0.03, between)
    assert (found.act, found.words, found.final) == (act, words, words != NOT_FINAL)
    assert found.worth == worth(FULL, probability)


def test_a_card_words_its_actions():
    card = {"actions": {"act": "Call.", "leave": "Write."}}
    assert actions(card, "any") == Actions("Call.", "Write.")
    each = {"actions": {"churn": {"act": "Call."}, "*": {"leave": "Nothing."}}}
    assert actions(each, "churn") == Actions("Call.", "Leave it, unless they ask.")
    assert actions(each, "fraud") == Actions("Offer it.", "Nothing.")
    assert actions({"actions": {"churn": {"act": "Call."}}}, "fraud") is None
    assert (actions(CARD, "yes"), actions(CARD, "no")) == (Actions(), None)  # of "no" it has no payoff
    assert actions({"bands": []}, "no") == Actions()
    assert actions({}, "any") is None
    assert decide({}, "any", 0.9, 0.5).words == ""
    check_actions(each, ["churn", "fraud"])


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Call.", "no actions: Call"),
        ({"act": ""}, "actions.act is ''"),
        ({"act": 5}, "actions.act is 5"),
        ({"act": "Call.", "wait": "x"}, "no actions"),
        ({"other": {"act": "Call."}}, "unknown outcomes: other"),
        ({"yes": {"act": "Call.", "later": "x"}}, "no actions"),
    ],
)
def test_what_are_no_actions_is_refused_in_words(written, words):
    with pytest.raises(InvalidData, match=words):
        check_actions({"actions": written}, ["yes"])


def test_the_profit_curve_is_leaving_all_alone_plus_the_worth_of_those_acted_on():
    """With known truth a record has the outcome with probability 1 or 0; to the cent at every cut-off of the curve."""
    rng = np.random.default_rng(8)
    p = rng.beta(1, 3, 200).round(2)
    truth = rng.random(200) < p
    curve = profit_curve(OneVsRest(truth, truth, p, np.ones(200)), FULL, "buys")
    alone = float(worth_left_alone(FULL, truth.astype(float)).sum())
    for cut_off, profit in zip(curve.cut_off, curve.profit, strict=True):
        acting = float(worth(FULL, truth[acts(p, cut_off)].astype(float)).sum())
        assert profit * 200 / 1000 == pytest.approx(alone + acting, abs=0.005)
