"""The cut-off in use: chosen by somebody, else the card's, else one half; a silent store changes nothing."""

import pytest

from ml.decision import cut_offs
from ml.decision.cut_offs import CutOffs, card_cut_off, check_cut_offs
from ml.errors import InvalidData
from ml.service import open_service

CARD = {"cut_offs": {"loan": 0.35, "card": 1}}


class Choices:
    """A fake store of chosen cut-offs that counts its calls."""

    def __init__(self):
        self.kept, self.asked, self.down = {}, 0, False

    def __call__(self, model):
        self.asked += 1
        if self.down:
            raise OSError("gone")
        return {outcome: value for (name, outcome), value in self.kept.items() if name == model}


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(cut_offs.time, "monotonic", lambda: now[0])
    return now


def test_what_somebody_chose_counts_before_the_card_and_the_card_before_one_half():
    choices = Choices()
    current = CutOffs(choices)
    assert current.in_use("m", CARD, ("loan", "card", "account")) == {"loan": 0.35, "card": 1.0, "account": 0.5}
    choices.kept = {("m", "loan"): 0.0, ("other", "card"): 0.9}
    assert current.in_use("m", CARD, ("loan", "card", "account")) == {"loan": 0.0, "card": 1.0, "account": 0.5}
    assert CutOffs().in_use("m", {}, ("loan",)) == {"loan": 0.5}


def test_all_outcomes_of_a_model_are_one_question_to_the_store():
    choices, names = Choices(), [f"product {at}" for at in range(100)]
    choices.kept = {("m", names[7]): 0.2, ("m", names[99]): 0.9}
    found = CutOffs(choices).in_use("m", {}, names)
    assert (found[names[7]], found[names[99]], found[names[0]], len(found)) == (0.2, 0.9, 0.5, 100)
    assert choices.asked == 1


def test_a_choice_counts_at_once_and_its_end_too():
    choices = Choices()
    current = CutOffs(choices)
    for kept, wanted in [({("m", "loan"): 0.2}, 0.2), ({("m", "loan"): 0.7}, 0.7), ({}, 0.35)]:
        choices.kept = kept
        assert current.in_use("m", CARD, ["loan"]) == {"loan": wanted}


def test_a_store_that_does_not_answer_leaves_the_last_known_and_is_not_asked_again_at_once(clock, caplog):
    choices = Choices()
    current = CutOffs(choices)
    choices.kept["m", "loan"] = 0.2
    current.in_use("m", CARD, ["loan"])
    choices.down, choices.asked = True, 0
    assert [current.in_use("m", CARD, [name])[name] for name in ("loan", "card", "loan")] == [0.2, 1.0, 0.2]
    assert choices.asked == 1
    assert "cannot be read (gone)" in caplog.text
    choices.down, choices.kept["m", "loan"] = False, 0.9
    clock[0] += cut_offs.PAUSE
    assert current.in_use("m", CARD, ["loan"]) == {"loan": 0.9}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (0.5, "cut_offs is '0.5'. Write"),
        ({"loan": 1.1}, "cut-off of loan is 1.1. It is a probability, 0 to 1"),
        ({"loan": "0.5"}, "cut-off of loan is '0.5'"),
        ({"loan": True}, "cut-off of loan is True"),
        ({"loan": float("nan")}, "cut-off of loan is nan"),
        ({"lone": 0.5}, "unknown outcomes: lone. Known outcomes: loan, card"),
    ],
)
def test_cut_offs_of_another_form_are_refused(written, said):
    with pytest.raises(InvalidData, match=said):
        check_cut_offs({"cut_offs": written}, ["loan", "card"])


def test_a_card_that_says_nothing_is_accepted():
    check_cut_offs({}, ["loan"])
    assert card_cut_off(CARD, "card") == 1.0


def test_the_page_asks_for_the_cut_off_of_the_outcome_that_it_is_about(models_dir):
    choices = Choices()
    choices.kept = {("bank-products", "credit-card"): 0.3, ("bank-products", "personal-loan"): 0.6}
    service = open_service(models_dir, chosen=choices)
    assert service.cut_off(service.model("bank-products"), "credit-card") == 0.3
    best = service.model("bank-products").card["best_cut_offs"]["securities-account"]["cut_off"]
    choices.asked = 0
    assert len(service.cut_offs(service.model("bank-products"))) == 4
    assert choices.asked == 1
    for outcome, wanted in [("credit-card", 0.3), (None, 0.6), ("securities-account", best)]:
        standing = service.score_with_blanks("bank-products", {"income": "100"}, outcome)
        assert standing.cut_off == wanted
        assert service.advise(standing).counterfactuals.cut_off == wanted
