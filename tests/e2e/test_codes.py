"""A number of which some values have names: buttons write it, and any other number can be typed."""

import re

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect
from sklearn.linear_model import LogisticRegression

from app import create_server
from ml.training.build import build_bundle
from ml.training.infer_schema import infer_schema
from settings import Settings
from tests.serving import served
from tests.small import trained_of


@pytest.fixture(scope="module")
def estimator_and_address(tmp_path_factory):
    """A model of a flag and a tier."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"flag": rng.integers(0, 2, 300), "tier": rng.integers(1, 4, 300)})
    truth = pd.Series(np.where(frame["flag"] + frame["tier"] + rng.normal(size=300) > 2.5, "high", "low"))
    estimator = LogisticRegression().fit(frame, truth)
    folder = tmp_path_factory.mktemp("models")
    build_bundle(
        trained_of("tiers", estimator, frame, truth, 200, schema=infer_schema(frame)),
        folder,
    )
    with served(create_server(Settings(models_dir=folder, var_dir=tmp_path_factory.mktemp("var")))) as address:
        yield estimator, address


@pytest.fixture(scope="module")
def address(estimator_and_address):
    return estimator_and_address[1]


def button(tab, feature, name):
    return tab.page.locator(f"[data-feature={feature}]").get_by_role("radio", name=name, exact=True)


def click(tab, feature, name):
    tab.page.locator(f"[data-feature={feature}] label.choice", has_text=re.compile(f"^{name}$")).click()


def pressed(tab, feature):
    return tab.page.locator(f"[data-feature={feature}] .codes :checked + label")


def scored(tab, estimator, flag, tier):
    """The page has the estimator's own numbers."""
    tab.settle()
    truth = estimator.predict_proba(pd.DataFrame({"flag": [flag], "tier": [tier]}))[0]
    assert tab.probabilities() == pytest.approx(dict(zip(estimator.classes_, truth, strict=True)), abs=1e-12)


@pytest.mark.parametrize("width", [1400, 380])
def test_buttons_arrows_escape_and_other_numbers(browse, estimator_and_address, width):
    estimator, _ = estimator_and_address
    tab = browse(width=width).open("/tiers/predict?flag=0&tier=2")
    scored(tab, estimator, 0, 2)
    click(tab, "flag", "Yes")
    expect(pressed(tab, "flag")).to_have_text("Yes")
    scored(tab, estimator, 1, 2)
    button(tab, "tier", "2").focus()
    tab.page.keyboard.press("ArrowRight")
    expect(pressed(tab, "tier")).to_have_text("3")
    scored(tab, estimator, 1, 3)
    click(tab, "tier", "Other")
    expect(tab.page.locator("[data-feature=tier] .codes-other input")).to_be_focused()
    tab.page.keyboard.type("6")
    tab.page.keyboard.press("Enter")
    expect(tab.page.locator("[data-feature=tier] .field-said")).to_have_text("The model has seen 1 to 3.")
    scored(tab, estimator, 1, 6)
    tab.page.get_by_role("button", name="Undo").click()
    expect(pressed(tab, "tier")).to_have_text("3")
    expect(tab.page.locator("[data-feature=tier] .codes-other")).to_be_hidden()
    scored(tab, estimator, 1, 3)
    button(tab, "flag", "Yes").focus()
    tab.page.keyboard.press("Escape")
    expect(pressed(tab, "flag")).to_have_text("Yes")
    click(tab, "flag", "Not known")
    expect(pressed(tab, "flag")).to_have_text("Not known")
    tab.settle()
    assert tab.record()["flag"] == ""
    assert tab.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.nightly
def test_an_address_with_another_number_shows_it(browse, estimator_and_address):
    estimator, _ = estimator_and_address
    tab = browse().open("/tiers/predict?flag=2&tier=9")
    scored(tab, estimator, 2, 9)
    for feature, value in (("flag", "2"), ("tier", "9")):
        expect(tab.page.locator(f"[data-feature={feature}] .codes-other input")).to_be_visible()
        expect(tab.page.locator(f"[data-feature={feature}] .codes-other input")).to_have_value(value)


@pytest.mark.nightly
def test_scores_stand_on_the_buttons(browse, estimator_and_address):
    estimator, _ = estimator_and_address
    tab = browse().open("/tiers/predict?flag=1&tier=2")
    tab.reasons()
    shown = tab.page.locator("[data-feature=tier] [data-code]").evaluate_all("all => all.map(one => one.dataset.score)")
    focus = tab.page.locator("#result [data-focus]").get_attribute("data-focus")
    column = list(estimator.classes_).index(focus)
    asked = pd.DataFrame({"flag": [1, 1, 1], "tier": [1, 2, 3]})
    truth = [f"{100 * share:.1f}\u00a0%" for share in estimator.predict_proba(asked)[:, column]]
    assert shown[:3] == truth
    assert shown[3] is None  # not known is no value
