"""A standing and the advice behind it come from one game, so their numbers agree."""

from dataclasses import replace

import pytest

from ml.advice.sampling_budget import BUDGET
from ml.advice.value_function import ValueFunction
from ml.errors import InvalidRecord, NoProbabilities, UnknownOutcome
from ml.service import open_service
from tests.small import small_model

FULL = {
    "age": 45,
    "family_size": 3,
    "education": "graduate",
    "region": "bay-area",
    "income": 120,
    "card_spending": 2.5,
    "mortgage": 0,
    "online_banking": True,
}
MODEL = "bank-products"


def test_with_everything_known_the_standing_is_the_score(service):
    standing, score = service.score_with_blanks(MODEL, FULL), service.score(MODEL, [FULL]).scores[0]
    assert standing.probabilities == standing.low == standing.high == score.probabilities
    assert (standing.labels, standing.blank, standing.questions) == (score.labels, (), ())


@pytest.mark.parametrize("known", [[], ["income"], ["income", "age", "region"], list(FULL)])
@pytest.mark.parametrize("outcome", ["personal-loan", "credit-card"])
def test_score_contributions_and_sweeps_are_one(service, known, outcome):
    record = {name: FULL[name] for name in known}
    standing = service.score_with_blanks(MODEL, record, outcome)
    advice = service.advise(standing)
    column = standing.model.outcomes.index(outcome)
    explained = advice.explanation.base + advice.explanation.contributions.sum(axis=0)
    assert explained == pytest.approx(standing.probabilities, abs=1e-9)
    for name in known:
        sweep = advice.sweeps[name]
        assert sweep.probabilities[sweep.here][column] == pytest.approx(standing.probability, abs=1e-9)
    assert {question.feature for question in standing.questions} == set(FULL) - set(known)
    assert advice.counterfactuals.probability == standing.probability
    assert advice.evidence.lowest - 0.1 <= standing.probability <= advice.evidence.highest + 0.1


@pytest.mark.parametrize("known", [["income", "age"], list(FULL)])
def test_a_sharper_answer_walks_on_and_searches_nothing_again(service, monkeypatch, known):
    record = {name: FULL[name] for name in known}
    standing = service.score_with_blanks(MODEL, record, "personal-loan")
    value_function = service._value_function(standing.model)
    monkeypatch.setattr(value_function, "budgets", (2_000, 10_000, 40_000))  # whatever the pace of this machine
    monkeypatch.setattr(value_function, "quick_budget", BUDGET)
    first, asked = service.advise(standing, step=0), []
    ask = ValueFunction.ask
    monkeypatch.setattr(ValueFunction, "ask", lambda self, block: asked.append(len(block[0])) or ask(self, block))
    walked = service.advise(standing, step=1)
    assert (walked.sweeps, walked.counterfactuals) == (first.sweeps, first.counterfactuals)
    assert sum(asked) <= 10_000 - 2_000 + 500  # what the walks are given
    moved = service.advise(replace(standing, cut_offs=(0.99,) * len(standing.cut_offs)), step=1)
    assert moved.counterfactuals.cut_off == 0.99


def test_a_blank_needs_no_value_but_nonsense_is_refused(service):
    assert "income" in service.score_with_blanks(MODEL, FULL | {"income": ""}).blank
    with pytest.raises(InvalidRecord) as refused:
        service.score_with_blanks(MODEL, FULL | {"income": "lots", "age": 7})
    assert [problem.feature for problem in refused.value.problems] == ["age", "income"]


def test_blanks_of_a_model_that_takes_gaps_are_blanks_all_the_same(service):
    standing = service.score_with_blanks("loan", {"Credit_History": "1"})
    assert len(standing.blank) == 10
    assert standing.low[0] <= standing.probabilities[0] <= standing.high[0]


def test_an_outcome_that_there_is_not_is_refused(service):
    with pytest.raises(UnknownOutcome):
        service.score_with_blanks(MODEL, FULL, "yacht")


def test_labels_alone_are_no_game(tmp_path):
    small_model("labels-only", tmp_path)
    with pytest.raises(NoProbabilities):
        open_service(tmp_path).score_with_blanks("labels-only", {})
