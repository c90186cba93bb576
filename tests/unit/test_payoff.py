"""The payoff is read from the card as written, or refused in words that name it."""

import pytest

from ml.decision.payoff import Payoff, check_payoff, payoff_of
from ml.errors import InvalidData

CARD = {
    "payoff": {
        "currency": " EUR ",
        "call": 4,
        "outcomes": {"loan": {"true_positive": 120, "false_positive": -2.5}, "card": {}},
    }
}


def test_what_is_left_out_is_nothing_and_what_is_not_named_is_not_known():
    assert payoff_of(CARD, "loan") == Payoff(120.0, -2.5, 0.0, 0.0, 4.0, "EUR")
    assert payoff_of(CARD, "card") == Payoff(call=4.0, currency="EUR")
    assert payoff_of(CARD, "account") is None
    assert payoff_of({}, "loan") is None


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("much", "payoff is 'much'. Write"),
        ([], "payoff is '\\[\\]'. Write"),
        ({"price": 1}, "payoff names price. Known: currency, call, outcomes"),
        ({"call": -1}, "payoff.call is -1. It is a cost, 0 or more"),
        ({"call": "4"}, "payoff.call is '4'. It is a number"),
        ({"call": True}, "payoff.call is True. It is a number"),
        ({"currency": 5}, "payoff.currency is 5. It is a text"),
        ({"outcomes": ["loan"]}, "payoff.outcomes is .* Write"),
        ({"outcomes": {"loan": 120}}, "payoff.outcomes.loan is '120'. Write"),
        ({"outcomes": {"loan": {"hit": 1}}}, "payoff.outcomes.loan names hit. Known: true_positive, false"),
        ({"outcomes": {"loan": {"true_positive": float("nan")}}}, "payoff.outcomes.loan.true_positive is nan"),
        ({"outcomes": {"lone": {"true_positive": 1}}}, "unknown outcomes: lone. Known outcomes: card, loan"),
    ],
)
def test_a_payoff_of_another_form_is_refused(written, said):
    with pytest.raises(InvalidData, match=said):
        check_payoff({"payoff": written}, ["card", "loan"])


def test_a_card_with_a_payoff_and_one_without_are_accepted():
    check_payoff(CARD, ["loan", "card", "account"])
    check_payoff({}, ["loan"])


@pytest.mark.parametrize(("model", "outcomes"), [("loan", {"Y"}), ("bank-products", None), ("iris", set())])
def test_the_demo_models_say_what_their_outcomes_are_worth(service, model, outcomes):
    bundle = service.model(model)
    known = {name for name in bundle.outcomes.names if payoff_of(bundle.card, name)}
    assert known == (set(bundle.outcomes.names) if outcomes is None else outcomes)
