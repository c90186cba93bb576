"""A model of more features than a form has fields: the page stands, and each value of a record counts."""

import re

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect
from sklearn.linear_model import LogisticRegression

from app import create_server
from ml.bundle.feature_order import MOST_FIELDS
from ml.data.columns import rows_of
from ml.service import open_service
from ml.training.build import build_bundle
from settings import Settings
from tests.serving import served
from tests.small import trained_of

FEATURES = 500

pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Five hundred numbers, each of which moves the score a little."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(400, FEATURES)).round(3), columns=[f"f{at}" for at in range(FEATURES)])
    truth = pd.Series(np.where(frame["f1"] + frame["f499"] + rng.normal(size=400) > 0, "yes", "no"))
    made = tmp_path_factory.mktemp("models")
    estimator = LogisticRegression().fit(frame[:300], truth[:300])
    build_bundle(trained_of("wide", estimator, frame, truth, 300), made)
    return made


@pytest.fixture(scope="module")
def address(folder, tmp_path_factory):
    with served(create_server(Settings(models_dir=folder, var_dir=tmp_path_factory.mktemp("var")))) as address:
        yield address


def probability(tab):
    return float(tab.page.locator("[data-outcome=yes]").first.get_attribute("data-probability"))


def test_five_hundred_features_stand_and_a_found_record_counts_with_all_of_its_values(browse, folder):
    service = open_service(folder)
    bundle = service.model("wide")
    held = [dict(zip(bundle.schema.names, row, strict=True)) for row in rows_of(bundle.schema, bundle.holdout.block)]
    tab = browse().open("/wide/predict")
    tab.settle()
    assert tab.page.locator("[data-feature]").count() == MOST_FIELDS
    expect(
        tab.page.get_by_text("This model has 500 features; the form shows the 200 that matter most.")
    ).to_be_visible()
    expect(tab.page.locator("#rest-words")).to_have_text("")

    for name, open_it in (
        ("found", lambda: tab.page.locator("[data-find=random]").click()),
        ("again", tab.page.reload),
    ):
        open_it()
        tab.page.wait_for_url(re.compile(r"record="))
        expect(tab.page.locator("#rest-words")).to_contain_text(
            "300 values of this record have no field here and count."
        )
        tab.settle()
        row = int(tab.page.locator("#form").get_attribute("data-row"))
        [said] = service.score("wide", [held[row]]).scores
        assert probability(tab) == said.probabilities[1], name

    label = tab.page.locator("[data-feature]").first.get_attribute("data-feature")
    tab.page.locator("[data-feature] input").first.fill("1.5")
    tab.page.keyboard.press("Enter")
    expect(tab.page.locator("#record-changed")).to_have_text("1 value changed")
    tab.settle()
    [said] = service.score("wide", [held[row] | {label: 1.5}]).scores
    assert probability(tab) == said.probabilities[1]

    tab.page.locator("[data-find=new]").click()
    expect(tab.page.locator("#rest-words")).to_have_text("")
    tab.settle()
    assert probability(tab) != said.probabilities[1]
