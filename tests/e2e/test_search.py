"""A long form and a long list of models are searched on the page; what is hidden keeps its value and counts."""

import shutil

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
from tests.small import small_model, trained_of

SITES = ("Arm", "Bein", "Hüfte")


def long_model(folder):
    """Thirty measurements of three sites, and one that tells the truth: level 0."""
    rng = np.random.default_rng(0)
    names = [f"{site} level {at}" for at in range(10) for site in SITES]
    frame = pd.DataFrame(rng.normal(size=(300, 30)), columns=names)
    truth = pd.Series(np.where(frame["Arm level 0"] + rng.normal(size=300) > 0, "ill", "well"))
    estimator = LogisticRegression().fit(frame[:200], truth[:200])
    told = {
        name: {"group": name.partition(" ")[0], "help": "In the morning." if name.endswith("0") else ""}
        for name in names
    }
    trained = trained_of(
        "long", estimator, frame, truth, 200, title="Long form", schema=infer_schema(frame[:200], told)
    )
    return build_bundle(trained, folder)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A long form among a dozen models, one of which is broken."""
    folder = tmp_path_factory.mktemp("models")
    long_model(folder)
    small_model("binary", folder)
    for at in range(10):
        shutil.copytree(folder / "binary", folder / f"copy-{at}", symlinks=True)
    next((folder / "copy-9").glob("*/card.json")).write_text("{}")
    with served(create_server(Settings(models_dir=folder, var_dir=tmp_path_factory.mktemp("var")))) as address:
        yield address


def shown(tab):
    """Labels of the fields that can be seen."""
    seen = "all => all.filter(one => one.offsetParent).map(one => one.dataset.feature)"
    return set(tab.page.locator("[data-feature]").evaluate_all(seen))


def said(tab, words):
    expect(tab.page.locator("#search-words")).to_have_text(words)


@pytest.mark.parametrize("width", [1400, 380])
def test_fields_are_found_by_label_group_and_help_whatever_the_accents(browse, width):
    tab = browse(width=width).open("/long/predict")
    tab.settle()
    everything = shown(tab)
    tab.page.keyboard.press("Control+k")
    tab.page.keyboard.type("HUFTE")
    said(tab, "10 of 30 values")
    assert shown(tab) == {name for name in everything if name.startswith("Hüfte")}
    assert tab.page.locator("legend:visible").all_inner_texts() == ["Hüfte"]
    tab.page.keyboard.type(" morning")
    said(tab, "1 of 30 values")
    assert shown(tab) == {"Hüfte level 0"}
    tab.page.keyboard.press("Escape")
    said(tab, "")
    assert shown(tab) == everything
    tab.page.keyboard.type("knee")
    said(tab, "None of 30 values matches “knee”.")
    assert shown(tab) == set()
    assert tab.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_what_is_hidden_keeps_its_value_and_counts(browse):
    tab = browse().open("/long/predict?Arm+level+0=2.5")
    tab.settle()
    before, record = tab.probabilities(), tab.record()
    tab.page.locator("#search").fill("bein level 3")
    tab.page.keyboard.press("Enter")
    expect(tab.textbox("Bein level 3")).to_be_focused()
    tab.page.keyboard.type("0.75")
    tab.page.keyboard.press("Enter")
    expect(tab.page.locator("#result [data-serial]")).not_to_have_attribute("data-serial", "0")
    tab.settle()
    assert tab.record() == record | {"Bein level 3": "0.75"}
    assert tab.probabilities() != before
    assert "Arm+level+0=2.5" in tab.page.url


def test_what_is_wrong_is_seen_whatever_is_searched(browse):
    tab = browse().open("/long/predict?Arm+level+0=abc")
    tab.settle("invalid")
    tab.page.locator("#search").fill("bein level 3")
    said(tab, "1 of 30 values")
    assert shown(tab) == {"Bein level 3", "Arm level 0"}


def test_a_short_form_and_a_short_list_have_no_search(browse):
    tab = browse().open("/binary/predict")
    tab.settle()
    expect(tab.page.locator("#search")).to_have_count(0)
    tab.page.keyboard.press("Control+k")


@pytest.mark.parametrize("width", [1400, 380])
def test_models_are_found_by_name_title_and_outcome_and_broken_ones_by_that(browse, width):
    tab = browse(width=width).open("/")
    items = tab.page.locator(".card-item:visible")
    expect(items).to_have_count(12)
    search = tab.page.get_by_role("searchbox", name="Search the models")
    for text, names in {"long": 1, "copy-3": 1, "will pay": 10, "small model": 10}.items():
        search.fill(text)
        expect(items).to_have_count(names)
    search.fill("broken")
    said(tab, "1 of 12 models")
    expect(items).to_contain_text("Does not serve")
    expect(items).to_contain_text("copy-9")
    search.press("Escape")
    expect(items).to_have_count(12)
    search.fill("long")
    search.press("Enter")
    tab.page.keyboard.press("Enter")
    expect(tab.page).to_have_url(tab.address + "/long/predict")
