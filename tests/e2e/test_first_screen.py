"""The first screen of the Prediction page: who this is, what to offer and what to ask, without scrolling."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.addresses import filled

MODELS = ("bank-products", "loan")
FIELDS = 6  # at least so many can be filled without scrolling

_CONTROLS = """() => [...document.querySelectorAll(".form [data-feature]")].map(field => {
    const control = field.querySelector("[role=radiogroup]") ?? document.getElementById(field.dataset.control);
    return control.getBoundingClientRect().bottom; })"""


def bottom(tab, selector):
    box = tab.page.locator(selector).last.bounding_box()
    assert box["height"] > 0, selector
    return box["y"] + box["height"]


def tops(tab, *selectors):
    return [tab.page.locator(each).first.bounding_box()["y"] for each in selectors]


def focus(tab):
    return tab.page.locator("#result [data-focus]").get_attribute("data-focus")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("model", MODELS)
def test_on_a_desk_everything_that_is_needed_stands_on_the_first_screen(browse, model, scheme):
    tab = browse(width=1440, height=900, view=None, color_scheme=scheme).open(f"/{model}/predict")
    tab.reasons()
    for part in ("#record-name", ".headline", ".action", ".bars .bar", ".ask-next li"):
        assert bottom(tab, part) <= 900, part
    assert len([edge for edge in tab.page.evaluate(_CONTROLS) if edge <= 900]) >= FIELDS
    assert tab.page.evaluate("scrollY") == 0
    form, side = (tab.page.locator(part).bounding_box() for part in (".form", ".side"))
    assert form["width"] + side["width"] > 0.9 * 1440


@pytest.mark.parametrize("width", [380, 768])
@pytest.mark.parametrize("model", MODELS)
def test_on_smaller_screens_the_same_comes_in_the_same_order(browse, model, width):
    tab = browse(width=width, height=900, view=None).open(f"/{model}/predict")
    tab.reasons()
    places = tops(tab, "#record-name", ".headline", ".bars", ".form [data-feature]", ".reasons-parts")
    assert places == sorted(places)
    assert places[3] < 900, "the first value is on the first screen"
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("model", ["iris", "breast-cancer", *MODELS])
def test_the_page_opens_with_nothing_known_and_says_so(browse, service, model):
    tab = browse().open(f"/{model}/predict")
    tab.settle()
    assert set(tab.record().values()) == {""}
    assert "?" not in tab.page.url
    expect(tab.page.locator("#record-name")).to_have_text("New record")
    expect(tab.page.locator(".known")).to_contain_text("Nothing is known yet.")
    expected = service.score_with_blanks(model, {})
    named = dict(zip(expected.model.outcomes.names, expected.probabilities, strict=True))
    assert tab.probabilities() == pytest.approx(named, abs=1e-12)


def test_an_address_that_names_a_value_opens_it_and_leaves_the_others_unknown(browse):
    tab = browse().open("/bank-products/predict?income=95")
    tab.settle()
    assert {name: text for name, text in tab.record().items() if text} == {"income": "95"}
    tab.page.reload()
    tab.settle()
    assert {name: text for name, text in tab.record().items() if text} == {"income": "95"}


def test_the_headline_follows_the_board_until_an_outcome_is_chosen_by_hand(browse):
    tab = browse().open("/bank-products/predict?income=95")
    tab.settle()
    first = next(iter(tab.probabilities()))
    assert focus(tab) == first
    expect(tab.page.locator(".headline-lead")).to_contain_text("Best offer")
    tab.page.get_by_role("button", name="By probability").click()
    tab.answered(1)
    most = tab.probabilities()
    assert focus(tab) == next(iter(most)) == max(most, key=most.get) != first
    tab.page.locator(f".bar[data-outcome={focus(tab)}] [data-decline]").click()
    tab.answered(2)
    assert focus(tab) == next(iter(tab.probabilities()))
    last = [*tab.probabilities()][2]
    tab.page.locator(f"[data-choose={last}]").click()
    tab.answered(3)
    assert focus(tab) == last
    expect(tab.page.locator(".headline-lead")).to_have_count(0)
    tab.page.get_by_role("button", name="By value").click()
    tab.answered(4)
    assert focus(tab) == last
    assert tab.reasons()["about"] == last


@pytest.mark.parametrize(("model", "view"), [("bank-products", "call"), ("loan", "call"), ("iris", "whole")])
def test_a_model_whose_card_says_what_to_do_opens_for_the_call_and_a_choice_is_remembered(browse, model, view):
    tab = browse(view=None).open(f"/{model}/predict")
    tab.reasons()
    whole = tab.page.locator(".predict")
    expect(whole).to_have_attribute("data-view", view)
    tab.page.get_by_role("button", name="On call").click()
    other = {"call": "whole", "whole": "call"}[view]
    expect(whole).to_have_attribute("data-view", other)
    tab.page.reload()
    tab.reasons()
    expect(whole).to_have_attribute("data-view", other)


def test_on_call_scenarios_are_pinned_and_compared(browse):
    tab = browse(view=None).open(filled("bank-products"))
    tab.settle()
    tab.page.get_by_role("button", name="Pin", exact=True).click()
    expect(tab.page.locator("#pins-words")).to_have_text("Pinned as A.")
    tab.page.get_by_role("button", name="Compare").click()
    expect(tab.page.locator("#pins-table")).to_be_visible()


def test_the_link_is_copied_and_opens_the_same_again(browse):
    tab = browse(permissions=["clipboard-read", "clipboard-write"]).open("/bank-products/predict?income=95")
    tab.settle()
    button = tab.page.locator("[data-do=copy]")
    expect(button).to_have_text("Copy link")
    button.click()
    expect(button).to_have_text("Copied")
    link = tab.page.evaluate("navigator.clipboard.readText()")
    assert link == f"{tab.address}/bank-products/predict?income=95"
    expect(button).to_have_text("Copy link")


@pytest.mark.parametrize("model", ["iris", *MODELS])
def test_the_first_value_is_three_tabs_from_the_start(browse, model):
    tab = browse().open(f"/{model}/predict")
    tab.settle()
    reached = []
    for _ in range(3):
        tab.page.keyboard.press("Tab")
        reached.append(tab.page.evaluate("document.activeElement.closest('[data-feature]')?.dataset.feature"))
    first = tab.page.locator(".form [data-feature]").first.get_attribute("data-feature")
    assert first in reached


def test_a_page_that_is_opened_at_a_place_or_by_a_link_begins_there(browse):
    tab = browse().open("/iris/predict#content")
    tab.settle()
    assert tab.page.evaluate("document.activeElement.id") != "fields"
    tab.page.get_by_role("link", name="Performance", exact=True).click()
    expect(tab.page.locator("#headline")).to_be_visible()
    tab.page.get_by_role("link", name="Prediction", exact=True).click()
    expect(tab.page.locator("#fields")).to_be_visible()
    expect(tab.page.locator("#content")).to_be_focused()


def test_escape_deletes_no_value_and_leaves_the_field(browse):
    tab = browse().open(filled("bank-products"))
    tab.settle()
    record = tab.record()
    control = tab.textbox("Income")
    control.focus()
    control.press("Escape")
    expect(control).not_to_be_focused()
    tab.page.get_by_role("combobox", name="Education").press("Escape")
    tab.field("Online banking").get_by_role("radio", name="Yes").press("Escape")
    tab.page.wait_for_timeout(400)
    assert tab.record() == record


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("locale", "label", "typed", "words"),
    [
        ("en-US", "Income", "64k", "Did you mean 64?"),
        ("en-US", "Income", "$64", "Did you mean 64?"),
        ("en-US", "Income", "64000", "Did you mean 64?"),
        ("en-US", "Mortgage", "64000", "Did you mean 64?"),
        ("de-DE", "Card spending", "1.4", "The decimal mark here is “,”. Did you mean 1,4?"),
    ],
)
def test_numbers_as_people_type_them_are_asked_about(browse, locale, label, typed, words):
    tab = browse(locale=locale).open("/bank-products/predict")
    tab.settle()
    tab.type(label, typed)
    expect(tab.field(label).locator(".field-said")).to_contain_text(words)


def test_another_model_keeps_the_customers_common_fields(browse):
    """Fields are common where name and unit are the same; what is invalid there is left out."""
    tab = browse().open("/iris/predict")
    tab.settle()
    kept = {
        "model": "other",
        "title": "Other",
        "values": {
            "sepal_length": {"text": "5.1", "unit": "cm"},
            "sepal_width": {"text": "3", "unit": "inch"},
            "petal_length": {"text": "-7", "unit": "cm"},
            "colour": {"text": "blue", "unit": ""},
        },
    }
    tab.page.evaluate("text => sessionStorage.setItem('customer', text)", json.dumps(kept))
    tab.page.goto(f"{tab.address}/iris/predict")
    expect(tab.page.locator("#finder-words")).to_contain_text("Kept from Other: Sepal length.")
    expect(tab.textbox("Petal length")).to_have_value("")
    tab.settle()
    assert {name: text for name, text in tab.record().items() if text} == {"sepal_length": "5.1"}
    expect(tab.page).to_have_url(re.compile(r"sepal_length=5\.1"))
    tab.page.goto(f"{tab.address}/bank-products/predict?income=95")
    tab.settle()
    assert {name: text for name, text in tab.record().items() if text} == {"income": "95"}


@pytest.mark.parametrize("width", [380, 560, 650, 720])
def test_the_heading_of_a_record_is_never_broken_within_a_word(browse, width):
    """As where somebody reads texts at twice their size."""
    tab = browse(width=width).open("/bank-products/predict")
    assert tab.page.locator("#record-name").bounding_box()["height"] < 32
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
