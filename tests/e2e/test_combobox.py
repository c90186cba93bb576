"""A choice among thousands is typed and searched; what is no choice says so."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import TargetEncoder

from app import create_server
from ml.service import open_service
from ml.training.build import build_bundle
from ml.training.infer_schema import infer_schema
from ml.training.trained import Trained, outcomes_of
from settings import Settings
from tests.serving import served

NAMES = [f"{part} {at}" for at in range(300) for part in ("Öd", "Linz", "Unterlinz", "Straßwalchen")]


@pytest.fixture(scope="module")
def models_dir(tmp_path_factory):
    """A model of 1,200 towns, and the same one where it takes others, too."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"town": pd.Categorical(np.tile(NAMES, 3)), "age": rng.integers(18, 90, 3 * len(NAMES))})
    frame = frame.sample(frac=1, random_state=1, ignore_index=True)
    shift = frame["town"].cat.codes % 7 * 10
    truth = pd.Series(np.where(frame["age"] + shift + rng.normal(0, 20, len(frame)) > 80, "yes", "no"))
    encode = make_column_transformer((TargetEncoder(), ["town"]), remainder="passthrough")
    estimator = make_pipeline(encode, LogisticRegression(max_iter=500)).fit(frame, truth)
    folder = tmp_path_factory.mktemp("models")
    trained = Trained(
        name="towns",
        title="Towns",
        description="",
        estimator=estimator,
        schema=infer_schema(frame),
        outcomes=outcomes_of(estimator),
        training=frame,
        holdout=frame[:500],
        truth=truth[:500],
    )
    build_bundle(trained, folder)
    town, age = trained.schema.features
    free = replace(trained.schema, features=(replace(town, unknown=True), age))
    build_bundle(replace(trained, name="free", schema=free), folder)
    return folder


@pytest.fixture(scope="module")
def address(models_dir, tmp_path_factory):
    """Where its page is served."""
    with served(create_server(Settings(models_dir=models_dir, var_dir=tmp_path_factory.mktemp("var")))) as address:
        yield address


@pytest.fixture(scope="module")
def service(models_dir):
    return open_service(models_dir)


def box(tab):
    return tab.page.locator(".combobox input")


def options(tab):
    return tab.page.locator(".combobox [role=option]")


def opened(browse, width=1280):
    tab = browse(width=width).open("/towns/predict?age=50&town=Linz+12")
    tab.settle()
    return tab


def scored(tab, service, town):
    """Wait until that town is scored, and compare with the service."""
    expect(box(tab)).to_have_value(town)
    tab.settle()
    truth = service.score("towns", [{"town": town, "age": 50}]).scores[0].probabilities
    names = service.model("towns").outcomes.names
    assert tab.probabilities() == pytest.approx(dict(zip(names, truth, strict=True)), abs=1e-12)


@pytest.mark.parametrize("width", [1400, 380])
def test_what_is_typed_is_searched_and_the_first_match_taken_by_enter(browse, service, width):
    tab = opened(browse, width)
    box(tab).fill("")
    box(tab).press_sequentially("LINZ 29", delay=20)
    expect(options(tab).first).to_have_text("Linz 29")  # a slow typist sees what fits the first letters before
    expect(options(tab)).to_have_count(20)
    assert options(tab).all_inner_texts()[:2] == ["Linz 29", "Linz 290"]
    expect(tab.page.locator(".combobox-words")).to_have_text("The first 20 of 22 that fit.")
    expect(box(tab)).to_have_attribute("aria-activedescendant", options(tab).first.get_attribute("id"))
    tab.page.keyboard.press("ArrowDown")
    tab.page.keyboard.press("Enter")
    expect(tab.page.get_by_role("listbox")).to_be_hidden()
    scored(tab, service, "Linz 290")
    assert "town=Linz+290" in tab.page.url
    assert tab.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.nightly
def test_a_click_takes_one_and_undo_brings_back_what_was(browse, service):
    tab = opened(browse)
    first = box(tab).input_value()
    box(tab).click()
    expect(options(tab)).to_have_count(20)
    box(tab).fill("strasswalchen 7")
    expect(options(tab).first).to_have_text("Straßwalchen 7")
    options(tab).first.click()
    scored(tab, service, "Straßwalchen 7")
    tab.page.get_by_role("button", name="Undo").click()
    scored(tab, service, first)


@pytest.mark.nightly
def test_who_types_faster_than_the_server_answers_gets_the_first_match(browse, service):
    tab = opened(browse)
    box(tab).fill("od 17")
    tab.page.keyboard.press("Enter")
    scored(tab, service, "Öd 17")


@pytest.mark.nightly
def test_while_one_searches_nothing_is_asked_and_nothing_is_wrong(browse, service):
    tab = opened(browse)
    before = len(tab.updates())
    box(tab).fill("unterl")
    expect(options(tab)).to_have_count(20)
    tab.page.wait_for_timeout(400)
    assert [update for update in tab.updates()[before:] if '"form-request"' in (update.post_data or "")] == []
    expect(tab.page.locator("#panel")).to_have_attribute("data-state", "waiting")
    tab.page.keyboard.press("Escape")
    tab.settle()
    expect(tab.page.get_by_role("listbox")).to_be_hidden()
    kept = box(tab).input_value()
    tab.page.keyboard.press("Escape")  # the second leaves the field, as in any other
    expect(box(tab)).not_to_be_focused()
    expect(box(tab)).to_have_value(kept)
    assert kept


def test_what_is_no_choice_says_so_and_what_was_meant(browse):
    tab = opened(browse)
    box(tab).fill("Lniz 12")
    tab.page.keyboard.press("Tab")
    tab.settle("invalid")
    words = "“Lniz 12” is not one of the 1,200 choices. Did you mean 'Linz 12'?"
    expect(tab.page.locator(".field-combobox .field-said")).to_have_text(words)


@pytest.mark.nightly
def test_where_the_model_takes_others_what_is_typed_is_noted_and_scored(browse):
    tab = browse().open("/free/predict?age=50")
    tab.settle()
    box(tab).fill("Lniz 12")
    tab.page.keyboard.press("Enter")
    words = "“Lniz 12” is not one of the values that the model knows. Did you mean 'Linz 12'?"
    expect(tab.page.locator(".field-combobox .field-said")).to_have_text(words)
    tab.settle()
    assert tab.record()["town"] == "Lniz 12"
    box(tab).fill("linz 12")  # the same but for capitals is the same
    expect(options(tab).first).to_have_text("Linz 12")
    tab.page.keyboard.press("Enter")
    expect(box(tab)).to_have_value("Linz 12")
    tab.settle()
    expect(tab.page.locator(".field-combobox .field-said")).to_have_text("")


@pytest.mark.nightly
def test_the_gallery_has_one_too(browse):
    tab = browse().open("/gallery")
    box(tab).fill("slov")
    expect(options(tab)).to_have_text(["Slovakia", "Slovenia"])
    tab.page.keyboard.press("ArrowDown")
    tab.page.keyboard.press("Enter")
    expect(box(tab)).to_have_value("Slovenia")
    expect(tab.page.locator(".gallery-row").filter(has=box(tab)).locator(".received")).to_contain_text("'Slovenia'")
