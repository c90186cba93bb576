"""The largest errors: the right records, in the right words, with links that open them."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from ml.data.columns import rows_of
from ml.data.feature import Choice, Feature
from ml.data.schema import Schema
from ml.errors import NothingToShow
from ml.metrics.evaluation import evaluation_of
from ml.slices.largest_errors import largest_errors, unusual
from tests.small import small_service


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), "multiclass", "independent")


def test_the_records_furthest_from_their_truth_come_first(service):
    bundle = service.model("multiclass")
    answers = evaluation_of(bundle).of("gold")
    result = largest_errors(bundle, answers, "gold", "both", 10)
    distance = np.where(answers.truth, 1 - answers.probabilities, answers.probabilities)
    assert [distance[number - 1] for number in result.record] == sorted(distance, reverse=True)[:10]
    for number, said, was in zip(result.record, result.probability, result.was, strict=True):
        assert said == answers.probabilities[number - 1]
        (true,) = np.flatnonzero(bundle.holdout.truth[number - 1])
        assert was == bundle.outcomes.items[true].label
    assert result.link[0] == f"/multiclass/predict?record={result.record[0]}&outcome=gold"
    assert result.wrong == (distance > 0.5).sum()


@pytest.mark.parametrize(("sort", "truth"), [("missed", True), ("alarm", False)])
def test_only_records_with_or_only_without_the_outcome(service, sort, truth):
    bundle = service.model("independent")
    answers = evaluation_of(bundle).of("loan")
    result = largest_errors(bundle, answers, "loan", sort, 5)
    assert result.truth == [truth] * 5
    assert result.was == ["Loan: yes" if truth else "Loan: no"] * 5
    rest = np.abs(answers.truth - answers.probabilities)[answers.truth == truth]
    assert abs(truth - result.probability[0]) == rest.max()


@pytest.mark.parametrize(("sort", "outcome"), [("independent", "loan"), ("multiclass", "gold")])
def test_reasons_are_the_largest_contributions_away_from_the_truth(service, sort, outcome):
    bundle = service.model(sort)
    result = largest_errors(bundle, evaluation_of(bundle).of(outcome), outcome, "both", 6)
    rows, at = rows_of(bundle.schema, bundle.holdout.block), bundle.outcomes.index(outcome)
    for record, truth, words in zip(result.record, result.truth, result.reasons, strict=True):
        exact = 100 * service.explain(bundle, rows[record - 1], blanks=False).contributions[:, at]
        away = -exact if truth else exact
        said = [float(points) for points in re.findall(r"by ([\d.]+) points?", words)]
        assert words.count("lowers it by" if truth else "raises it by") == len(said) >= 1
        assert said == sorted(said, reverse=True)
        assert said[0] == pytest.approx(away.max(), abs=3)  # the smaller budget of 6 records at once


def test_no_record_of_that_sort_is_said(service):
    bundle = service.model("independent")
    answers = replace(evaluation_of(bundle).of("loan"), truth=np.zeros(150, bool))
    with pytest.raises(NothingToShow, match="with “Loan”"):
        largest_errors(bundle, answers, "loan", "missed", 5)
    assert len(largest_errors(bundle, answers, "loan", "both", 500).record) == 150


def test_unusual_values_are_the_far_and_the_rare_and_personal_ones_stay_out():
    def objects(values):
        array = np.empty(len(values), dtype=object)
        array[:] = values
        return array

    features = (
        Feature("age", "Age", "integer", unit="years"),
        Feature("region", "Region", "category", choices=(Choice("n", "North"), Choice("s", "South"))),
        Feature("born", "Born", "date"),
        Feature("weight", "Weight", "number", personal=True),
        Feature("note", "Note", "text"),
    )
    ages, days = np.arange(20.0, 70.0), np.array(["2000-01-01"] * 50, dtype="datetime64[s]")
    background = (ages, objects(["n"] * 49 + ["s"]), days, np.zeros(50), objects(["x"] * 50))
    block = (
        np.array([45.0, 69.0, np.nan]), objects(["n", "s", "n"]), days[:3], np.array([0.0, 1e9, 0.0]), objects("abc"),
    )  # fmt: skip
    bundle = SimpleNamespace(schema=Schema(features), background=background, holdout=SimpleNamespace(block=block))
    # 69 is the last of fifty: 2/50; South is 1/50; a gap is unheard of.
    assert unusual(bundle, np.array([0, 1, 2])) == ["", "Region South, Age of 69 years", "Age: not known"]
