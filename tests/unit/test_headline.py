"""The headline in words: the best offer with its number, what to do, and why."""

from types import SimpleNamespace

import pytest

from layouts.predict.headline import headline
from ml.data.outcomes import Outcome, Outcomes
from ml.decision.bands import DEFAULT, band_of
from ml.decision.decide import decide
from ml.decision.ranking import Ranking

NAMES = ("loan", "card")
PAYOFF = {
    "currency": "USD",
    "call": 5.0,
    "outcomes": {"loan": {"true_positive": 400.0}, "card": {"true_positive": 60.0}},
}
BY_WORTH = Ranking()


def words(component):
    """All text of a component, as it is read."""
    if isinstance(component, (list, tuple)):
        return "".join(map(words, component))
    return words(component.children) if hasattr(component, "children") else str(component or "")


def said(probabilities, outcome="", *, card=None, exclusive=False, cut_off=0.1, blank=(), reach=None, ranking=BY_WORTH):
    """The lines of the headline."""
    card = {"payoff": PAYOFF} if card is None else card
    outcomes = Outcomes(tuple(Outcome(name, name.title(), name) for name in NAMES), exclusive, "loan")
    at = outcomes.index(outcome)
    low, high = reach or (probabilities[at], probabilities[at])
    standing = SimpleNamespace(
        model=SimpleNamespace(card=card, outcomes=outcomes),
        probabilities=probabilities,
        probability=probabilities[at],
        outcome=outcome,
        band=band_of(DEFAULT, probabilities[at]),
        blank=blank,
        known=(True, not blank),
        low=(low,) * 2,
        high=(high,) * 2,
    )

    def decision(name=outcome):
        probability = probabilities[outcomes.index(name)]
        cut = cut_off[name] if isinstance(cut_off, dict) else cut_off
        return decide(card, name, probability, cut, (low, high) if blank else None)

    standing.decision = decision
    lines = headline(standing, f"{100 * probabilities[at]:.1f} %", ranking).children[0].children
    return [words(line).replace("\u00a0", " ") for line in lines]


def test_the_first_of_the_board_is_the_best_offer_and_a_small_chance_is_explained():
    """By hand: 0.04 · 400 - 5 = 11, above 0.2 · 60 - 5 = 7."""
    assert said((0.04, 0.2), "loan", cut_off=5 / 400) == [
        "Best offer: Loan, 4.0 %",
        "Offer it. Unlikely, but worth 11 USD on average.",
    ]


def test_a_likely_offer_needs_no_but():
    assert said((0.001, 0.6), "card")[1] == "Offer it. Likely, worth 31 USD on average."


def test_what_was_chosen_by_hand_is_not_called_the_best():
    assert said((0.04, 0.2), "card")[0] == "Card, 20.0 %"
    assert said((0.04, 0.2), "loan", ranking=Ranking(by="probability"))[0] == "Loan, 4.0 %"


def test_a_declined_one_is_called_so_and_the_next_is_the_best():
    ranking = Ranking(["loan"])
    assert said((0.04, 0.2), "loan", cut_off=0.01, ranking=ranking) == ["Declined: Loan, 4.0 %"]  # and not "Offer it."
    assert said((0.04, 0.2), "card", ranking=ranking)[0] == "Best offer: Card, 20.0 %"


def test_where_nothing_pays_no_offer_is_called_the_best():
    assert said((0.01, 0.01), "loan", cut_off=0.0125) == [
        "Nearest to an offer: Loan, 1.0 %",
        "Leave it, unless they ask. Unlikely: it would lose 1 USD on average.",
    ]


def test_the_first_that_a_cut_off_leaves_is_not_nearest_to_an_offer_where_another_is_one():
    """By hand: of the loan 0.04 · 400 - 5 = 11, of the card 0.2 · 60 - 5 = 7, which alone reaches its cut-off."""
    cut_offs = {"loan": 0.05, "card": 0.1}
    assert said((0.04, 0.2), "loan", cut_off=cut_offs)[0] == "Highest in value: Loan, 4.0 %"
    assert (
        said((0.04, 0.2), "loan", cut_off=cut_offs, ranking=Ranking(["card"]))[0] == "Nearest to an offer: Loan, 4.0 %"
    )
    likely = Ranking(by="probability")
    assert (
        said((0.1, 0.2), "card", cut_off={"loan": 0.05, "card": 0.3}, ranking=likely)[0] == "Most likely: Card, 20.0 %"
    )


def test_while_blanks_may_turn_it_the_offer_is_the_best_so_far():
    lines = said((0.2, 0.2), "loan", blank=("age",), reach=(0.01, 0.5))
    assert lines == ["Best offer so far: Loan, 20.0 %", "Not settled yet: ask first."]


def test_a_cut_off_against_the_worth_says_what_that_costs():
    assert said((0.04, 0.0), "loan", cut_off=0.05)[1] == (
        "Leave it, unless they ask. The cut-off is 5 %; acting is still worth 11 USD on average."
    )


@pytest.mark.parametrize(("probability", "reason"), [(0.3, "Still worth 115 USD"), (0.6, "Worth 235 USD")])
def test_of_classes_the_band_stands_with_the_number(probability, reason):
    eyebrow, number, act = said((probability, 1 - probability), "loan", exclusive=True)
    assert (eyebrow, number) == ("Loan", f"{band_of(DEFAULT, probability).label}, {100 * probability:.1f} %")
    assert act == f"Offer it. {reason} on average."


def test_without_words_about_decisions_the_first_is_the_most_likely():
    assert said((0.04, 0.2), "card", card={}) == ["Most likely: Card, 20.0 %"]
