"""Words in which people tell what came: the card's where it has some, and no others than those that can be shown."""

from __future__ import annotations

import pytest

from ml.data.outcomes import Outcome, Outcomes
from ml.decision.outcome_words import (
    REASONS,
    check_outcome_words,
    outcome_words,
    override_reasons,
    told_words,
    words_of,
)
from ml.errors import InvalidData
from ml.training.describe import read_described


def test_words_come_from_the_card_each_for_itself():
    card = {"outcome_words": {"loan": {"came": "Bought", "missed": "Not"}, "card": {"came": "Took it"}}}
    assert outcome_words(card, "loan", "Personal loan") == ("Bought", "Not")
    assert outcome_words(card, "card", "Credit card") == ("Took it", "Credit card: no")
    assert outcome_words({}, "loan", "Personal loan") == ("Personal loan: yes", "Personal loan: no")
    check_outcome_words(card, ["loan", "card"])


def test_reasons_come_from_the_card_or_are_the_usual_ones():
    assert override_reasons({"overrides": {"reasons": ["They moved"]}}) == ("They moved",)
    assert override_reasons({}) == REASONS


@pytest.mark.parametrize(
    ("card", "said"),
    [
        ({"outcome_words": "Bought"}, "The outcome words are 'Bought'"),
        ({"outcome_words": {"loan": "Bought"}}, "The words of loan are 'Bought'"),
        ({"outcome_words": {"loan": {"yes": "Bought"}}}, "The words of loan are"),
        ({"outcome_words": {"loan": {"came": " "}}}, "outcomes.loan.came is ' '"),
        ({"outcome_words": {"loan": {"came": "x" * 81}}}, "outcomes.loan.came is 'xxx"),
        ({"outcome_words": {"lone": {"came": "Bought"}}}, "unknown outcomes: lone. Known outcomes: loan"),
        ({"overrides": ["They moved"]}, "The overrides are"),
        ({"overrides": {"reasons": []}}, "The overrides are"),
        ({"overrides": {"reasons": [5]}}, r"overrides.reasons\[0\] is '5'"),
        ({"overrides": {"reasons": ["a"] * 13}}, "12 at most"),
    ],
)
def test_words_of_another_form_are_refused(card, said):
    with pytest.raises(InvalidData, match=said):
        check_outcome_words(card, ["loan"])


def test_a_description_tells_words_and_reasons():
    given = {"outcomes": {"left": {"came": "Cancelled", "missed": "Stays"}}, "overrides": {"reasons": ["They moved"]}}
    assert read_described(given, "d.toml").card() == {
        "outcome_words": {"left": {"came": "Cancelled", "missed": "Stays"}},
        "overrides": {"reasons": ["They moved"]},
    }


def test_of_several_products_words_say_which_one_is_meant():
    card = {"outcome_words": {"loan": {"came": "Bought", "missed": "Not"}, "card": {"came": "Took it"}}}
    items = tuple(Outcome(name, label, name) for name, label in (("loan", "Personal loan"), ("card", "Credit card")))
    products = Outcomes(items, False, "loan")
    assert told_words(card, products, "loan") == ("Personal loan: Bought", "Personal loan: Not")
    assert told_words(card, products, "card") == ("Credit card: Took it", "Credit card: no")
    assert told_words({}, products, "card") == ("Credit card: yes", "Credit card: no")
    assert told_words(card, Outcomes(items, True, "loan"), "loan") == ("Bought", "Not")  # classes: one decision
    assert told_words(card, Outcomes(items[:1], False, "loan"), "loan") == ("Bought", "Not")


def test_words_of_a_button_are_short_and_what_they_are_about_stands_once():
    card = {"outcome_words": {"loan": {"came": "Bought", "missed": "Not"}, "card": {"came": "Took it"}}}
    items = tuple(Outcome(name, label, name) for name, label in (("loan", "Personal loan"), ("card", "Credit card")))
    products, classes = Outcomes(items, False, "loan"), Outcomes(items, True, "loan")

    def shown(card, outcomes, name):
        found = words_of(card, outcomes, name)
        return found.about, found.came, found.missed

    assert shown(card, products, "loan") == ("Personal loan", "Bought", "Not")
    assert shown(card, products, "card") == ("Credit card", "Took it", "No")
    assert shown({}, products, "card") == ("Credit card", "Yes", "No")
    assert shown(card, classes, "loan") == ("", "Bought", "Not")  # the card's words say it themselves
    assert shown(card, classes, "card") == ("Credit card", "Took it", "No")
    assert shown({}, classes, "loan") == ("Personal loan", "Yes", "No")
    assert words_of(card, products, "card").whole == ("Credit card: Took it", "Credit card: no")
