"""The Prediction page as it is used in a conversation, in a real browser."""

import json
import re

import pytest
from playwright.sync_api import expect

UPDATE = "**/_dash-update-component*"


def nothing_known(tab):
    tab.page.get_by_role("button", name="Start with nothing known").click()
    tab.answered(1)
    return tab


def numbers_of(standing):
    return dict(zip(standing.model.outcomes.names, standing.probabilities, strict=True))


def focus(tab):
    return tab.page.locator("#result [data-focus]").get_attribute("data-focus")


@pytest.mark.parametrize("model", ["iris", "breast-cancer", "loan", "bank-products"])
def test_nothing_known_gives_the_base_rate_and_a_range_and_reset_brings_all_back(browse, service, model):
    tab = browse().open(f"/{model}/predict")
    before, record = tab.probabilities(), tab.record()
    assert tab.page.locator(".range").count() == 0
    nothing_known(tab)
    assert set(tab.record().values()) == {""}
    assert tab.probabilities() == pytest.approx(numbers_of(service.stand(model, {})), abs=1e-12)
    assert tab.page.locator(".bar-range").first.inner_text()
    expect(tab.page.locator(".known")).to_contain_text("Nothing is known yet.")
    tab.page.get_by_role("button", name="Reset", exact=True).click()
    tab.answered(2)
    assert tab.record() == record
    assert tab.probabilities() == before
    assert tab.page.locator(".range").count() == 0


def test_every_kind_of_field_can_be_blank_and_escape_makes_it_so(browse, service):
    tab = browse().open("/bank-products/predict")
    for serial, label in enumerate(["Age", "Income"], start=1):
        tab.textbox(label).press("Escape")
        tab.answered(serial)
    tab.page.get_by_role("combobox", name="Education").press("Escape")
    tab.answered(3)
    tab.field("Online banking").get_by_role("radio", name="Yes").press("Escape")
    tab.answered(4)
    tab.page.get_by_role("combobox", name="Region").select_option("Not known")
    tab.answered(5)
    blank = {name for name, text in tab.record().items() if not text}
    assert blank == {"age", "income", "education", "online_banking", "region"}
    assert tab.field("Online banking").get_by_role("radio", name="Not known").is_checked()
    assert tab.textbox("Age").get_attribute("placeholder") == "Not known"
    assert tab.probabilities() == pytest.approx(numbers_of(service.stand("bank-products", tab.record())), abs=1e-12)
    expect(tab.page.locator(".known")).to_contain_text("3 of 8 known.")


def test_the_range_drawn_is_the_services(browse, service):
    tab = nothing_known(browse().open("/bank-products/predict"))
    standing = service.stand("bank-products", {})
    for name, low, high in zip(standing.model.outcomes.names, standing.low, standing.high, strict=True):
        bar = tab.page.locator(f"#result [data-outcome={name}]")
        track, soft = (bar.locator(part).bounding_box() for part in (".track", ".range"))
        assert (soft["x"] - track["x"]) / track["width"] == pytest.approx(low, abs=0.01)
        assert soft["width"] / track["width"] == pytest.approx(high - low, abs=0.01)


def test_blanks_are_in_the_address_and_come_back(browse):
    tab = browse().open("/bank-products/predict")
    tab.textbox("Income").press("Escape")
    tab.answered(1)
    tab.page.wait_for_url("**?income=")
    before = tab.probabilities()
    tab.page.reload()
    tab.settle()
    assert tab.record()["income"] == ""
    assert tab.probabilities() == before


def test_the_band_stands_beside_its_number(browse, service):
    tab = browse().open("/bank-products/predict")
    tab.type("Income", "190")
    tab.settle()
    standing = service.stand("bank-products", tab.record())
    expect(tab.page.locator(".headline")).to_have_text(f"{standing.band.label}, {tab.percents()['personal-loan']}")


def test_products_are_ranked_and_choosing_one_makes_it_the_focus(browse, service):
    tab = browse().open("/bank-products/predict")
    tab.textbox("Income").press("Escape")
    tab.answered(1)
    shown = list(tab.probabilities().values())
    assert shown == sorted(shown, reverse=True)
    assert focus(tab) == "personal-loan"
    card = tab.page.locator("[data-choose=credit-card]")
    expect(card).to_have_attribute("aria-pressed", "false")
    card.focus()
    card.press("Enter")
    tab.answered(2)
    assert focus(tab) == "credit-card"
    expect(card).to_have_attribute("aria-pressed", "true")
    expect(tab.page.locator(".said .eyebrow")).to_have_text("Credit card")
    asked = [question.feature for question in service.stand("bank-products", tab.record(), "credit-card").questions]
    offered = tab.page.locator("[data-ask]").evaluate_all("all => all.map(one => one.dataset.ask)")
    assert offered == asked[: len(offered)]
    tab.page.wait_for_url("**outcome=credit-card*")
    tab.page.reload()
    tab.settle()
    assert focus(tab) == "credit-card"


def test_a_declined_product_leaves_the_ranking_and_comes_back(browse):
    tab = browse().open("/bank-products/predict?outcome=credit-card")
    tab.settle()
    first, *others = tab.probabilities()
    assert first == "credit-card"
    tab.page.get_by_role("button", name="Declined: Credit card").click()
    tab.answered(1)
    assert list(tab.probabilities()) == [*others, first]
    tab.page.get_by_role("button", name="Put back: Credit card").click()
    tab.answered(2)
    assert list(tab.probabilities()) == [first, *others]


def test_classes_keep_their_places_and_the_models_own_label_is_named(browse):
    tab = browse().open("/iris/predict")
    tab.type("Petal width", "2.4")
    tab.type("Petal length", "6")
    tab.settle()
    assert list(tab.probabilities()) == ["setosa", "versicolor", "virginica"]
    assert focus(tab) == "virginica"
    expect(tab.page.locator("#result")).to_contain_text("The model says Virginica.")
    tab.textbox("Petal width").press("Escape")
    expect(tab.page.locator("#result")).not_to_contain_text("The model says")


def test_a_question_leads_to_its_field(browse, service):
    tab = nothing_known(browse().open("/bank-products/predict"))
    worth = service.stand("bank-products", {}).questions
    buttons = tab.page.locator(".ask-button")
    assert buttons.count() == 3
    assert buttons.first.get_attribute("data-ask") == worth[0].feature
    expect(buttons.first).to_contain_text(re.compile(r"likely to move this by [\d.]+ points?, \d+\xa0% chance that it"))
    buttons.first.focus()
    buttons.first.press("Enter")
    here = "document.activeElement.closest('[data-feature]').dataset.feature"
    assert tab.page.evaluate(here) == worth[0].feature
    tab.page.keyboard.type("150")
    tab.page.keyboard.press("Enter")
    tab.answered(2)
    assert tab.record()[worth[0].feature] == "150"


def test_a_changed_field_says_what_it_moved_and_can_be_undone_and_reset(browse):
    tab = browse().open("/bank-products/predict")
    before, record = tab.percents()["personal-loan"], tab.record()
    tab.type("Income", "150")
    tab.answered(1)
    after = tab.percents()["personal-loan"]
    expect(tab.field("Income").locator(".moved")).to_contain_text(f"{before} → {after}, +")
    tab.type("Age", "30")
    tab.answered(2)
    assert tab.field("Income").locator(".moved").count() == 0
    tab.page.keyboard.press("Control+z")
    tab.answered(3)
    assert tab.record() == record | {"income": "150"}
    tab.page.get_by_role("button", name="Undo").click()
    tab.answered(4)
    assert tab.record() == record
    assert tab.page.get_by_role("button", name="Undo").is_disabled()
    tab.field("Region").get_by_role("combobox").select_option("Los Angeles")
    tab.answered(5)
    tab.field("Region").hover()
    tab.page.get_by_role("button", name="Reset Region").click()
    tab.answered(6)
    assert tab.record() == record


def test_what_the_browser_asks_names_the_outcome(browse):
    tab = browse().open("/loan/predict?outcome=N")
    tab.type("Income", "9000")
    tab.answered(1)
    sent = json.loads(tab.updates()[-1].post_data)["inputs"][0]["value"]
    assert (sent["outcome"], sent["serial"]) == ("N", 1)
