"""The time in which an outcome may still come is read from the card as written, or refused in words that name it."""

import pytest

from ml.bundle.card import fault_of_card
from ml.bundle.model_card import card_facts
from ml.decision.ripening_time import check_ripening, ripening_of, silence_of
from ml.errors import InvalidData
from ml.service import open_service
from ml.training.describe import read_described
from tests.results import shop


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("30 days", 2_592_000), ("1 day", 86_400), ("12 hours", 43_200), ("2 weeks", 1_209_600), (" 7  days ", 604_800)],
)
def test_a_time_is_hours_days_or_weeks(written, seconds):
    assert ripening_of({"ripening": {"loan": {"after": written}}}, "loan") == seconds


def test_an_outcome_of_which_nothing_is_said_has_none():
    assert ripening_of({}, "loan") is None
    assert ripening_of({"ripening": {"card": {"after": "3 days"}}}, "loan") is None
    assert silence_of({"ripening": {"loan": {"after": "3 days"}}}, "loan") == silence_of({}, "loan") == "unknown"
    assert silence_of({"ripening": {"loan": {"after": "3 days", "silence": "no"}}}, "loan") == "no"
    check_ripening({}, ["loan"])


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("30 days", "ripening of card is '30 days'. Write"),
        ({"loan": "30 days"}, "ripening of loan is '30 days'"),
        ({"loan": {"after": "a month"}}, "outcomes.loan.after is 'a month'. Write it as \"30 days\""),
        ({"loan": {"after": 30}}, "outcomes.loan.after is '30'"),
        ({"loan": {"after": "0 days"}}, "outcomes.loan.after is '0 days'"),
        ({"loan": {"after": "-3 days"}}, "outcomes.loan.after is '-3 days'"),
        ({"loan": {"after": "3651 days"}}, "ten years at most"),
        ({"loan": {"after": "3 days", "silence": "maybe"}}, "outcomes.loan.silence is 'maybe'. It is no or unknown"),
        ({"loan": {"silence": "no"}}, "outcomes.loan.silence says what it means that a time is over"),
        ({"lone": {"after": "30 days"}}, "unknown outcomes: lone. Known outcomes: card, loan"),
    ],
)
def test_a_time_of_another_form_is_refused(written, said):
    with pytest.raises(InvalidData, match=said):
        check_ripening({"ripening": written}, ["card", "loan"])


def test_a_bundle_whose_card_holds_another_form_does_not_serve():
    card = {
        "title": "t", "outcomes": {}, "offers": "labels", "path": {"kind": "k"}, "rows": {"training": 1, "hold-out": 1},
        "versions": {"scikit-learn": "1"}, "ripening": {"loan": {"after": "soon"}},
    }  # fmt: skip
    assert "outcomes.loan.after is 'soon'" in (fault_of_card(card, ["loan"]) or "")
    assert fault_of_card(card | {"ripening": {"loan": {"after": "5 days"}}}, ["loan"]) is None


def test_the_card_tells_how_long_an_outcome_may_come(tmp_path):
    shop(tmp_path)
    facts = dict(card_facts(open_service(tmp_path).model("shop")))
    assert facts["Known after"] == "“Will buy”: 30 days"


def test_a_description_tells_label_and_time_of_an_outcome():
    told = read_described({"outcomes": {"stayed": "Stays", "left": {"label": "Cancels", "after": "90 days"}}}, "d.toml")
    assert told.labels() == {"stayed": "Stays", "left": "Cancels"}
    assert told.card() == {"ripening": {"left": {"after": "90 days"}}}
    alone = read_described({"outcomes": {"left": {"after": "90 days"}}}, "d.toml")
    assert alone.labels() == {}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"label": 5}, "outcomes.left.label in d.toml is 5. It is written as a text"),
        ({"within": "3 days"}, "outcomes.left in d.toml says within. Known: label, after, silence"),
        ({"after": 5}, "outcomes.left.after in d.toml is 5. It is written as a text"),
    ],
)
def test_a_description_of_another_form_is_refused(given, said):
    with pytest.raises(InvalidData, match=said):
        read_described({"outcomes": {"left": given}}, "d.toml")
