"""The order of the bars, by hand."""

from types import SimpleNamespace

import pytest

from layouts.shared.form_messages import BY_PROBABILITY, FormRequest
from ml.data.outcomes import Outcome, Outcomes
from ml.decision.payoff import payoffs_of
from ml.decision.ranking import Ranking, ranked, worths_of
from ml.locale import format_of_locale, use_number_format
from ml.text.cut_off_words import cut_off_text

NAMES = ("loan", "card", "account")


def standing(probabilities, worth, *, exclusive=False):
    card = {"payoff": {"outcomes": {name: {"true_positive": each} for name, each in worth.items()}}}
    outcomes = Outcomes(tuple(Outcome(name, name, name) for name in NAMES), exclusive, "loan")
    return SimpleNamespace(model=SimpleNamespace(card=card, outcomes=outcomes), probabilities=probabilities)


def order(given, declined=(), order=""):
    parts = given.model.card, given.model.outcomes, given.probabilities
    return [NAMES[at] for at in ranked(*parts, Ranking(declined, order))]


def worths(given):
    return worths_of(given.model.card, given.model.outcomes, given.probabilities)


def test_what_brings_most_on_average_comes_first():
    given = standing((0.1, 0.6, 0.3), {"loan": 400.0, "card": 60.0, "account": 150.0})  # 40, 36, 45
    assert order(given) == ["account", "loan", "card"]
    assert order(given, order=BY_PROBABILITY) == ["card", "account", "loan"]
    assert order(given, declined=["account"]) == ["loan", "card", "account"]
    assert order(given, declined=["card"], order=BY_PROBABILITY) == ["account", "loan", "card"]


@pytest.mark.parametrize("worth", [{}, {"loan": 400.0, "card": 60.0}])
def test_unless_each_has_a_payoff_the_most_probable_comes_first(worth):
    given = standing((0.1, 0.6, 0.3), worth)
    assert worths(given) is None
    assert order(given) == order(given, order=BY_PROBABILITY) == ["card", "account", "loan"]


def test_classes_stay_where_they_are():
    given = standing((0.1, 0.6, 0.3), dict.fromkeys(NAMES, 5.0), exclusive=True)
    assert worths(given) is None
    assert order(given, declined=["loan"]) == list(NAMES)


def test_classes_too_many_to_look_over_stand_by_probability():
    """Of 200 classes nobody finds the likely ones in the order of the alphabet."""
    for count, want in ((12, [0, 1, 2]), (13, [12, 11, 10])):
        outcomes = Outcomes(tuple(Outcome(f"c{at}", f"c{at}", at) for at in range(count)), True, "c0")
        assert ranked({}, outcomes, [float(at) for at in range(count)])[:3] == want


def test_payoffs_are_compared_only_where_each_outcome_has_one():
    assert payoffs_of({}, NAMES) is None
    assert payoffs_of({"payoff": {"outcomes": {"loan": {}}}}, NAMES) is None
    assert [each.call for each in payoffs_of({"payoff": {"call": 2.0, "outcomes": {"loan": {}}}}, ["loan"])] == [2.0]


def test_all_four_ends_and_the_cost_rank_the_bars():
    """By hand: loan 0.1 · 400 + 0.9 · -60 - 5 = -19; card 0.6 · 60 - 5 = 31; account 0.3 · (20 + 90) - 5 = 28."""
    ends = {
        "loan": {"true_positive": 400.0, "false_positive": -60.0},
        "card": {"true_positive": 60.0},
        "account": {"true_positive": 20.0, "false_negative": -90.0},
    }
    given = standing((0.1, 0.6, 0.3), {})
    given.model.card = {"payoff": {"call": 5.0, "outcomes": ends}}
    assert worths(given) == pytest.approx((-19.0, 31.0, 28.0))
    assert order(given) == ["card", "account", "loan"]


@pytest.mark.parametrize(("sent", "read"), [("probability", "probability"), ("value", ""), (5, ""), (None, "")])
def test_an_order_that_there_is_not_is_none(sent, read):
    assert FormRequest.read({"order": sent}).order == read


# At most three significant digits, and no end of the scale that is not reached
LONG = [
    (0.451596, "45.2 %"),
    (5 / 230, "2.17 %"),
    (0.00012345, "0.0123 %"),
    (1e-7, "0.00001 %"),
    (0.99999, "99.9 %"),
]


@pytest.mark.parametrize(("cut_off", "said"), [(0.35, "35 %"), (0.125, "12.5 %"), (0.0, "0 %"), (1.0, "100 %"), *LONG])
def test_a_cut_off_is_said_without_needless_digits(cut_off, said):
    assert cut_off_text(cut_off).replace("\xa0", " ") == said
    with use_number_format(format_of_locale("de")):
        assert cut_off_text(cut_off).replace("\xa0", " ") == said.replace(".", ",")
