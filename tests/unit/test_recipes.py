"""The demo models are what their data allow, and the same each time."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from ml.decision.outcome_words import told_words
from ml.decision.ripening_time import DAY, ripening_of
from ml.errors import InvalidData
from ml.recipes import RECIPES, bank_products, loan, recipe
from ml.service import open_service
from ml.training.build import build_bundle
from tests.applications import write_applications


def quiet(line):
    """Take a line of progress and say nothing."""


@pytest.mark.parametrize("name", RECIPES)
def test_every_demo_model_is_served_compiled(service, name):
    bundle = service.model(name)
    assert bundle.card["path"]["kind"] == "compiled", bundle.card["path"]["why"]


@pytest.mark.parametrize("name", RECIPES)
def test_what_serves_equals_scikit_learn_on_the_holdout(service, name):
    from ml.predict.predictor import SklearnPredictor

    bundle = service.model(name)
    wanted = SklearnPredictor(bundle.estimator, bundle.schema, bundle.outcomes).block(bundle.holdout.block)
    answer = bundle.predictor.block(bundle.holdout.block)
    assert np.array_equal(answer.labels, wanted.labels)
    assert np.abs(answer.probabilities - wanted.probabilities).max() <= 1e-9


def test_the_same_recipe_gives_the_same_probabilities(service, tmp_path):
    again = open_service(tmp_path)
    build_bundle(recipe("loan")(None, quiet), tmp_path)
    holdout = service.model("loan").holdout
    before = service.model("loan").predictor.block(holdout.block)
    after = again.model("loan").predictor.block(again.model("loan").holdout.block)
    assert np.array_equal(before.probabilities, after.probabilities)


@pytest.mark.nightly
def test_the_search_finds_what_the_tests_train_without_it(service, tmp_path):
    assert build_bundle(recipe("breast-cancer")(None, quiet), tmp_path) == service.model("breast-cancer").key


def test_iris_answers_to_its_aliases(service):
    score = service.score("iris", [{"sl": 5.1, "sepal_width_cm": "3.5", "pl": 1.4, "petal_width": 0.2}]).scores[0]
    assert score.labels == ("setosa",)
    assert service.model("iris").outcomes.names == ("setosa", "versicolor", "virginica")


def test_breast_cancer_separates_on_its_holdout(service):
    bundle = service.model("breast-cancer")
    assert bundle.schema.names == ("radius_mean", "texture_mean", "smoothness_mean", "compactness_mean")
    assert (set(bundle.outcomes.names), bundle.outcomes.positive) == ({"M", "B"}, "M")
    column = bundle.outcomes.index("M")
    answer = bundle.predictor.block(bundle.holdout.block)
    assert roc_auc_score(bundle.holdout.truth[:, column], answer.probabilities[:, column]) >= 0.95
    assert len(bundle.holdout.truth) == round(0.3 * 569)


def test_loan_takes_a_record_without_any_value(service):
    score = service.score("loan", [{}]).scores[0]
    assert sum(score.probabilities) == pytest.approx(1, abs=1e-12)


def test_loan_keeps_the_record_id(service):
    assert service.score("loan", [{"Loan_ID": "LP001"}]).scores[0].id == "LP001"


def test_loan_learns_from_a_file(tmp_path):
    """A file with the columns of the real table; more than a tenth better than saying yes to all."""
    build_bundle(recipe("loan")(write_applications(tmp_path / "loan.csv", 600, truth=True), quiet), tmp_path / "models")
    bundle = open_service(tmp_path / "models").model("loan")
    assert len(bundle.holdout.truth) == 150
    right = (bundle.predictor.block(bundle.holdout.block).labels == bundle.holdout.truth).all(axis=1)
    yes = bundle.holdout.truth[:, bundle.outcomes.names.index("Y")].mean()
    assert right.mean() > yes


def test_the_banks_own_columns_become_ours(tmp_path):
    (tmp_path / "bank.csv").write_text(
        "ID,Age,Experience,Income,ZIP Code,Family,CCAvg,Education,Mortgage,Personal Loan,Securities Account,CD Account,"
        "Online,CreditCard\n1,25,1,49,91107,4,1.6,1,0,0,1,0,0,0\n2,60,33,180,94720,1,8.5,3,120,1,0,1,1,1\n"
    )
    first, second = bank_products.from_bank(tmp_path / "bank.csv").to_dict("records")
    told = ("age", "family_size", "region", "income", "card_spending", "mortgage", "online_banking")
    assert tuple(first[name] for name in told) == (25, 4, "los-angeles", 49.0, 1.6, 0.0, False)
    assert tuple(second[name] for name in told) == (60, 1, "bay-area", 180.0, 8.5, 120.0, True)
    assert [first[name] for name in bank_products.PRODUCTS] == [0, 1, 0, 0]
    assert [second[name] for name in bank_products.PRODUCTS] == [1, 0, 1, 1]


def test_loan_learns_from_the_real_table(shared_data, tmp_path):
    build_bundle(recipe("loan")(shared_data / "loan-training.csv", quiet), tmp_path)
    bundle = open_service(tmp_path).model("loan")
    answer = bundle.predictor.block(bundle.holdout.block)
    right = (answer.labels == bundle.holdout.truth).all(axis=1)
    assert len(right) == 154
    assert right.mean() >= 0.79


def better_than_the_base_rate(bundle):
    """By outcome: Brier score of the model and of always saying the rate in training (three times the hold-out)."""
    answer = bundle.predictor.block(bundle.holdout.block)
    for column, name in enumerate(bundle.outcomes.names):
        truth = bundle.holdout.truth[:, column]
        base = np.full(len(truth), bundle.card["metrics"]["Brier score"][name]["training rate"])
        yield name, brier_score_loss(truth, answer.probabilities[:, column]), brier_score_loss(truth, base)


def test_bank_products_beat_the_base_rate_for_every_outcome(service):
    for name, model, base in better_than_the_base_rate(service.model("bank-products")):
        assert model < base, name


@pytest.mark.nightly
def test_bank_products_learn_from_the_real_table(shared_data, tmp_path):
    build_bundle(recipe("bank-products")(shared_data / "bank-products.csv", quiet), tmp_path)
    bundle = open_service(tmp_path).model("bank-products")
    assert not bundle.outcomes.exclusive
    for name, model, base in better_than_the_base_rate(bundle):
        assert model < base, name


def test_every_feature_of_the_flagship_speaks_to_a_salesperson(service):
    for feature in service.model("bank-products").schema.features:
        assert feature.group
        assert feature.help or feature.unit or feature.choices
        assert feature.label != feature.name


def test_a_recipe_refuses_a_table_without_its_columns(tmp_path):
    pd.DataFrame({"Gender": ["Male"]}).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(InvalidData, match=r"lacks the columns .*Married"):
        recipe("loan")(tmp_path / "t.csv", quiet)
    with pytest.raises(InvalidData, match="takes no file"):
        recipe("iris")(tmp_path / "t.csv", quiet)


@pytest.mark.parametrize("table", [loan.synthetic, bank_products.synthetic])
def test_synthetic_tables_are_the_same_each_time(table):
    pd.testing.assert_frame_equal(table(rows=50), table(rows=50))


@pytest.mark.parametrize(
    ("zip_code", "region"), [(91107, "los-angeles"), (94720, "bay-area"), (9307, "other"), (92120, "san-diego")]
)
def test_regions_follow_the_zip_code(zip_code, region):
    assert bank_products.region_of(zip_code) == region


def test_cards_are_plain_json(service):
    for name in service.names():
        assert json.loads(json.dumps(service.model(name).card))["title"]


@pytest.mark.parametrize(("name", "outcome", "words"), [
    ("bank-products", "credit-card", ("Credit card: Bought", "Credit card: Not bought")),
    ("loan", "Y", ("Approved", "Declined")),
    ("loan", "N", ("Declined", "Approved")),
])  # fmt: skip
def test_outcomes_of_the_demo_models_ripen_and_have_words_for_what_came(service, name, outcome, words):
    bundle = service.model(name)
    assert told_words(bundle.card, bundle.outcomes, outcome) == words
    assert ripening_of(bundle.card, outcome) >= 14 * DAY
