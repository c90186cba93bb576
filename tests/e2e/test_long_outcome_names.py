"""The row that tells what came, of outcomes and products with long names: compact, and nothing of them is cut."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

from app import create_server
from ml.data.outcomes import Outcome, Outcomes
from ml.training.build import build_bundle
from ml.training.trained import outcomes_of
from settings import Settings
from tests.e2e.test_after_the_call import button, words
from tests.e2e.test_pseudo_locale import CUT
from tests.serving import served
from tests.small import people, pushed, trained_of

LABELS = {
    "hazards": "Supplementary home insurance with natural hazards",
    "savings": "Retirement savings plan with monthly contributions",
    "renovation": "Consumer credit for the energy-efficient renovation of homes",
}
ACTIONS = {name: {"act": f"Offer: {label}.", "leave": "Leave it."} for name, label in LABELS.items()}
LONG_WORDS = {"came": "Signed the supplementary home insurance contract", "missed": "Declined to sign that contract"}
WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmützenverordnungsdurchführungsbestimmung"
# With the mark of a colour before it
LINES_OF_TEXT = "(each) => Math.round(each.offsetHeight / parseFloat(getComputedStyle(each).lineHeight))"
RECORD = "predict?income=62&debt=3&shoe_size=41"
MOST = 200  # pixels of the row's height
LINES = """() => new Set([...document.querySelectorAll("#outcomes .outcome-buttons :is(button, select)")]
    .map((each) => Math.round(each.getBoundingClientRect().top))).size"""  # of buttons


def plain():
    """People with three numbers and a score."""
    frame = people()
    return frame[["income", "debt", "shoe_size"]], pushed(frame)


def products():
    """Three independent products, whose words do not say which is meant."""
    frame, score = plain()
    noise = np.random.default_rng(7)
    truth = pd.DataFrame({name: (score + noise.normal(0, 1, len(score)) > 0.3).astype(int) for name in LABELS})
    fitted = OneVsRestClassifier(LogisticRegression(max_iter=5_000)).fit(frame[:300], truth[:300])
    outcomes = Outcomes(tuple(Outcome(name, label, name) for name, label in LABELS.items()), False, "hazards")
    card = {"actions": ACTIONS, "outcome_words": {name: {"came": "Bought it", "missed": "Not"} for name in LABELS}}
    return trained_of("products", fitted, frame, truth, 300, outcomes=outcomes, about=card)


def classes(name, count, **card):
    """Classes with long labels."""
    frame, score = plain()
    names = list(LABELS)[:count]
    truth = pd.Series(np.array(names)[np.digitize(score, [-0.8, 0.8][: count - 1])])
    fitted = LogisticRegression(max_iter=5_000).fit(frame[:300], truth[:300])
    positive = {"positive": "hazards"} if count == 2 else {}
    outcomes = outcomes_of(fitted, labels={each: LABELS[each] for each in names}, **positive)
    return trained_of(name, fitted, frame, truth, 300, outcomes=outcomes, about=card)


def worded():
    """A model of which everything is named by one word that is longer than a phone is wide."""
    frame, score = plain()
    frame = frame.rename(columns={"income": WORD})
    truth = pd.Series(np.where(score > 0, WORD, f"No{WORD}"))
    fitted = LogisticRegression(max_iter=5_000).fit(frame[:300], truth[:300])
    outcomes = outcomes_of(fitted, WORD)
    return trained_of("worded-all", fitted, frame, truth, 300, outcomes=outcomes, title=WORD, description=WORD)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("long")
    offered = {"actions": {"hazards": ACTIONS["hazards"]}}
    models = [
        products(),
        classes("several", 3),
        classes("two", 2),
        classes("offered", 2, **offered),
        classes("worded", 2, **offered, outcome_words={"hazards": LONG_WORDS}),
        worded(),
    ]
    for each in models:
        build_bundle(each, folder / "models")
    with served(create_server(Settings(models_dir=folder / "models", var_dir=folder / "var"))) as address:
        yield address


@pytest.mark.parametrize("screen", [(380, 800), (1440, 900)])
@pytest.mark.parametrize("model", ["products", "several", "two", "offered", "worded"])
def test_the_row_is_compact_and_whole(browse, model, screen):
    width, height = screen
    tab = browse(width=width, height=height).open(f"/{model}/{RECORD}")
    tab.reasons()
    row = tab.page.locator("#outcomes")
    assert row.bounding_box()["height"] <= MOST
    assert tab.page.evaluate(LINES) <= 2
    assert [each for each in tab.page.evaluate(CUT) if each.startswith("outcome")] == []
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [380, 1280])
def test_numbers_stay_in_sight_beside_one_long_word(browse, width):
    tab = browse(width=width, height=800).open("/worded-all/predict")
    tab.settle()
    right = "all => all.map((each) => each.getBoundingClientRect().right)"
    (edge,) = tab.page.locator(".bars").evaluate_all(right)
    numbers = tab.page.locator(".bar-words .number").evaluate_all(right)
    assert len(numbers) == 2
    assert max(numbers) <= edge + 1
    edges = tab.page.locator(".panel").evaluate_all(right)
    assert edge <= edges[0]


@pytest.mark.parametrize("kind", ["insights", "performance", "results"])
@pytest.mark.parametrize("model", ["products", "several"])
def test_no_choice_of_an_outcome_is_wider_than_a_phone(browse, model, kind):
    tab = browse(width=380, height=800).open(f"/{model}/{kind}")
    expect(tab.page.get_by_text(LABELS["savings"]).first).to_be_attached()
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 380
    assert (
        tab.page.locator(".model-tab").evaluate_all(
            "tabs => tabs.filter((tab) => tab.scrollWidth > tab.clientWidth + 1).length"
        )
        == 0
    )


@pytest.mark.parametrize("kind", ["", "predict", "insights", "performance", "campaign", "results", "versions"])
def test_one_long_word_makes_no_page_wider_than_it_is_at_four_times_its_size(browse, kind):
    """1280 pixels at 400 %, WCAG 1.4.10."""
    tab = browse(width=320, height=256).open(f"/worded-all/{kind}" if kind else "/")
    expect(tab.page.get_by_text(WORD).first).to_be_attached()
    for card in tab.page.locator(".plot-card:visible").all() if kind == "performance" else ():
        card.scroll_into_view_if_needed()
        expect(card.locator(".plot-waiting, [data-again]")).to_have_count(0)
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_colour_of_a_long_word_stands_on_its_first_line(browse):
    tab = browse(width=380).open("/worded-all/predict")
    tab.settle()
    for place, most in ((".eyebrow:has(> .dot)", 2), (".bar-face[aria-pressed=true] .bar-name", 5)):
        assert 1 < tab.page.locator(f"#result {place}").evaluate(LINES_OF_TEXT) <= most, place


def test_results_on_paper_name_their_outcome_and_no_other(browse):
    tab = browse().open("/products/results?outcome=savings")
    tab.page.emulate_media(media="print")
    expect(tab.page.get_by_text(LABELS["savings"], exact=True)).to_be_visible()
    expect(tab.page.get_by_text(LABELS["hazards"], exact=True)).to_be_hidden()
    expect(tab.page.locator("#tab-results")).to_be_hidden()


def test_each_product_stands_once_above_its_buttons_which_say_it_to_screen_readers(browse):
    tab = browse(width=380).open(f"/products/{RECORD}")
    tab.settle()
    for name, label in LABELS.items():
        tab.page.locator(f"[data-choose={name}]").click()
        tab.settle()
        expect(tab.page.locator(".outcome-about")).to_have_text(label)
        expect(button(tab, f"{label}: Bought it")).to_have_text("Bought it")
        button(tab, f"{label}: Bought it").click()
        expect(words(tab)).to_have_text(f"Noted: {label}: Bought it")


def test_the_whole_name_of_a_class_stands_below_a_list_that_cuts_it(browse):
    tab = browse(width=380).open(f"/several/{RECORD}")
    tab.settle()
    for name, label in LABELS.items():
        tab.page.get_by_label("What came?").select_option(name)
        expect(tab.page.locator(".outcome-chosen")).to_have_text(label)
    tab.page.get_by_label("What came?").select_option("")
    expect(tab.page.locator(".outcome-chosen")).to_be_hidden()
