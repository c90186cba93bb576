"""The Prediction page as it is used in a conversation, in a real browser."""

import json
import random
import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from ml.text.cut_off_words import cut_off_text
from tests.e2e.addresses import filled
from tests.e2e.modules import clear as clear_field
from tests.e2e.modules import set_text

UPDATE = "**/_dash-update-component*"
FACE = "list => list.selectedOptions[0].text"  # what a closed list shows


def clear(control):
    """Make a typed value unknown."""
    control.fill("")
    control.press("Enter")


def numbers_of(standing):
    return dict(zip(standing.model.outcomes.names, standing.probabilities, strict=True))


def by_value(service, tab):
    """Outcomes in the order of probability times worth."""
    worth = service.model("bank-products").card["payoff"]["outcomes"]
    shown = tab.probabilities()
    return sorted(shown, key=lambda name: -shown[name] * worth[name]["true_positive"])


def focus(tab):
    return tab.page.locator("#result [data-focus]").get_attribute("data-focus")


@pytest.mark.parametrize("model", ["iris", "breast-cancer", "loan", "bank-products"])
def test_a_new_record_gives_the_base_rate_and_a_range_and_undo_brings_all_back(browse, service, model):
    tab = browse().open(filled(model))
    before, record = tab.probabilities(), tab.record()
    assert tab.page.locator(".range").count() == 0
    tab.page.get_by_role("button", name="New", exact=True).click()
    tab.answered(1)
    assert set(tab.record().values()) == {""}
    assert tab.probabilities() == pytest.approx(numbers_of(service.score_with_blanks(model, {})), abs=1e-12)
    assert tab.page.locator(".bar-range").first.inner_text()
    expect(tab.page.locator(".known")).to_contain_text("Nothing is known yet.")
    tab.page.get_by_role("button", name="Undo").click()
    tab.answered(2)
    assert tab.record() == record
    assert tab.probabilities() == before
    assert tab.page.locator(".range").count() == 0


@pytest.mark.nightly
def test_every_kind_of_field_can_be_blank(browse, service):
    tab = browse().open(filled("bank-products"))
    for serial, label in enumerate(["Age", "Income"], start=1):
        clear(tab.textbox(label))
        tab.answered(serial)
    tab.page.get_by_role("combobox", name="Education").select_option(index=1)
    tab.answered(3)
    tab.field("Online banking").get_by_text("Not known").click()
    tab.answered(4)
    tab.page.get_by_role("combobox", name="Region").select_option(index=1)
    tab.answered(5)
    for label in ("Region", "Education"):
        assert tab.page.get_by_role("combobox", name=label).evaluate(FACE) == "Not known"
    blank = {name for name, text in tab.record().items() if not text}
    assert blank == {"age", "income", "education", "online_banking", "region"}
    assert tab.field("Online banking").get_by_role("radio", name="Not known").is_checked()
    assert tab.textbox("Age").get_attribute("placeholder") == "Not known"
    assert tab.probabilities() == pytest.approx(
        numbers_of(service.score_with_blanks("bank-products", tab.record())), abs=1e-12
    )
    expect(tab.page.locator(".known")).to_contain_text("3 of 8 known.")


@pytest.mark.nightly
def test_the_range_drawn_is_the_services(browse, service):
    tab = browse().open("/bank-products/predict")
    standing = service.score_with_blanks("bank-products", {})
    for name, low, high in zip(standing.model.outcomes.names, standing.low, standing.high, strict=True):
        bar = tab.page.locator(f"#result [data-outcome={name}]")
        track, soft = (bar.locator(part).bounding_box() for part in (".track", ".range"))
        assert (soft["x"] - track["x"]) / track["width"] == pytest.approx(low, abs=0.01)
        assert soft["width"] / track["width"] == pytest.approx(high - low, abs=0.01)


@pytest.mark.nightly
def test_a_value_made_unknown_leaves_the_address_and_stays_unknown(browse):
    tab = browse().open(filled("bank-products"))
    clear(tab.textbox("Income"))
    tab.answered(1)
    tab.page.wait_for_function("() => !location.search.includes('income=')")
    before = tab.probabilities()
    tab.page.reload()
    tab.settle()
    assert tab.record()["income"] == ""
    assert tab.probabilities() == before


@pytest.mark.nightly
def test_the_band_stands_beside_its_number(browse, service):
    tab = browse().open(filled("bank-products"))
    tab.type("Income", "190")
    tab.settle()
    standing = service.score_with_blanks("bank-products", tab.record())
    assert standing.band.label in tab.page.locator(".action").inner_text()
    expect(tab.page.locator(".headline")).to_have_text(f"Best offer: Personal loan, {tab.percents()['personal-loan']}")


def test_products_are_ranked_and_choosing_one_makes_it_the_focus(browse, service):
    tab = browse().open(filled("bank-products"))
    clear(tab.textbox("Income"))
    tab.answered(1)
    assert list(tab.probabilities()) == by_value(service, tab)
    assert focus(tab) == next(iter(tab.probabilities()))  # the first of the board
    card = tab.page.locator("[data-choose=credit-card]")
    expect(card).to_have_attribute("aria-pressed", "false")
    card.focus()
    card.press("Enter")
    tab.answered(2)
    assert focus(tab) == "credit-card"
    expect(card).to_have_attribute("aria-pressed", "true")
    expect(tab.page.locator(".headline")).to_contain_text("Credit card")
    asked = [
        question.feature
        for question in service.score_with_blanks("bank-products", tab.record(), "credit-card").questions
    ]
    offered = tab.page.locator("[data-ask]").evaluate_all("all => all.map(one => one.dataset.ask)")
    assert offered == asked[: len(offered)]
    tab.page.wait_for_url("**outcome=credit-card*")
    tab.page.reload()
    tab.settle()
    assert focus(tab) == "credit-card"


@pytest.mark.nightly
def test_a_declined_product_leaves_the_ranking_and_comes_back(browse):
    tab = browse().open(filled("bank-products", outcome="credit-card", order="probability"))
    tab.settle()
    first, *others = tab.probabilities()
    assert first == "credit-card"
    tab.page.get_by_role("button", name="Mark as declined: Credit card").click()
    tab.answered(1)
    assert list(tab.probabilities()) == [*others, first]
    assert focus(tab) == others[0]  # what to say and ask next is about the best of the rest
    tab.page.get_by_role("button", name="Put back: Credit card").click()
    tab.answered(2)
    assert list(tab.probabilities()) == [first, *others]


@pytest.mark.nightly
def test_declining_is_undone_like_any_other_step(browse):
    tab = browse().open(filled("bank-products", outcome="credit-card", order="probability"))
    tab.settle()
    tab.type("Income", "120")
    tab.answered(1)
    tab.page.get_by_role("button", name="Mark as declined: Credit card").click()
    tab.answered(2)
    tab.page.keyboard.press("Control+z")
    tab.answered(3)
    assert tab.page.get_by_role("button", name="Mark as declined: Credit card").is_visible()
    assert focus(tab) == "credit-card"
    assert tab.textbox("Income").input_value() == "120"


@pytest.mark.nightly
@pytest.mark.parametrize("act", ["Random", "New"])
def test_what_one_customer_declined_is_offered_to_the_next(browse, act):
    tab = browse().open(filled("bank-products", outcome="credit-card", order="probability"))
    tab.settle()
    tab.page.get_by_role("button", name="Mark as declined: Credit card").click()
    tab.answered(1)
    tab.type("Income", "120")
    tab.answered(2)
    tab.page.get_by_role("button", name=act, exact=True).click()
    tab.answered(3)
    assert tab.page.locator("[data-declined]").get_attribute("data-declined") == ""
    assert focus(tab) == "credit-card"  # what the person chose to look at
    tab.page.wait_for_function("() => !location.search.includes('declined')")


@pytest.mark.parametrize(("width", "height"), [(1280, 700), (380, 740)])
def test_after_an_edit_the_score_is_in_sight_whatever_was_read_before(browse, width, height):
    tab = browse(width=width, height=height).open(filled("bank-products"))
    tab.reasons()
    scroller = ".panel" if width < 700 else ".side"
    assert tab.page.locator(scroller).evaluate("part => { part.scrollTop = 9999; return part.scrollTop; }") > 0
    tab.type("Income", "120")
    tab.answered(1)
    expect(tab.page.locator("#result .headline")).to_be_in_viewport()
    tab.page.wait_for_function(f"() => document.querySelector('{scroller}').scrollTop === 0")


@pytest.mark.nightly
def test_classes_keep_their_places_and_the_models_own_label_is_named(browse):
    tab = browse().open(filled("iris"))
    tab.settle()
    assert focus(tab) == "versicolor"
    tab.type("Petal width", "2.4")
    tab.type("Petal length", "6")
    tab.settle()
    assert list(tab.probabilities()) == ["setosa", "versicolor", "virginica"]
    assert focus(tab) == "versicolor"
    expect(tab.page.locator("#result")).to_contain_text("The model says Virginica.")
    clear(tab.textbox("Petal width"))
    expect(tab.page.locator("#result")).not_to_contain_text("The model says")


def test_a_question_leads_to_its_field(browse, service):
    tab = browse().open("/bank-products/predict")
    worth = service.score_with_blanks("bank-products", {}).questions
    buttons = tab.page.locator(".ask-button")
    assert buttons.count() == 3
    assert buttons.first.get_attribute("data-ask") == worth[0].feature
    expect(buttons.first).to_contain_text(
        re.compile(r"likely to move this by [\d.]+ points?, \d+\xa0% chance that you would")
    )
    buttons.first.focus()
    buttons.first.press("Enter")
    here = "document.activeElement.closest('[data-feature]').dataset.feature"
    assert tab.page.evaluate(here) == worth[0].feature
    tab.page.keyboard.type("150")
    tab.page.keyboard.press("Enter")
    tab.answered(1)
    assert tab.record()[worth[0].feature] == "150"


@pytest.mark.nightly
def test_a_changed_field_says_what_it_moved_and_can_be_undone_and_reset(browse):
    tab = browse().open(filled("bank-products", outcome="personal-loan"))
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
    tab.field("Region").get_by_role("combobox").select_option(value="los-angeles")
    tab.answered(5)
    tab.field("Region").hover()
    tab.page.get_by_role("button", name="Reset Region").click()
    tab.answered(6)
    assert tab.record() == record | {"region": ""}  # with which a new record starts


def test_what_the_browser_asks_names_the_outcome(browse):
    tab = browse().open(filled("loan", outcome="N"))
    tab.type("Income", "9000")
    tab.answered(1)
    sent = json.loads(tab.updates()[-1].post_data)["inputs"][0]["value"]
    assert (sent["outcome"], sent["serial"]) == ("N", 1)


def wondering(route):
    return '"reasons-request"' in (route.request.post_data or "")


@pytest.mark.parametrize("model", ["iris", "breast-cancer", "loan", "bank-products"])
def test_reasons_lead_from_the_base_rate_to_the_score_that_is_shown(browse, service, model):
    tab = browse().open(filled(model))
    schema = service.model(model).schema
    for names in [(), schema.names[:1], schema.names[1:3]]:
        for name in names:
            clear_field(tab.page.locator(f"[data-feature='{name}']"))
        said = tab.reasons()
        assert said["about"] == focus(tab)
        assert said["base"] == pytest.approx(numbers_of(service.score_with_blanks(model, {}))[said["about"]], abs=1e-9)
        assert said["total"] == pytest.approx(tab.probabilities()[said["about"]], abs=1e-12)
        assert said["base"] + sum(said["points"]) / 100 == pytest.approx(said["total"], abs=0.0005)


def test_the_score_waits_for_no_reasons_and_old_ones_are_faded(browse):
    tab = browse().open(filled("bank-products", outcome="personal-loan"))
    tab.reasons()
    held = []
    # Sharper ones, which are asked for next, are let through.
    tab.page.route(UPDATE, lambda route: held.append(route) if wondering(route) and not held else route.continue_())
    tab.type("Income", "150")
    tab.answered(1)
    expect(tab.page.locator(".reasons")).to_have_attribute("data-state", "waiting")
    expect(tab.page.locator(".reasons-parts")).to_have_css("opacity", "0.45")
    expect(tab.field("Income").locator(".sweep")).to_have_css("opacity", "0.45")
    assert len(tab.numbers_seen()) == 5
    held[0].continue_()
    assert tab.reasons()["serial"] == "1"
    expect(tab.page.locator(".reasons-parts")).to_have_css("opacity", "1")


def test_choosing_another_outcome_brings_its_reasons(browse):
    tab = browse().open(filled("bank-products"))
    assert tab.reasons()["about"] == focus(tab) != "securities-account"
    tab.page.locator("[data-choose=securities-account]").click()
    tab.answered(1)
    said = tab.reasons()
    assert said["about"] == "securities-account"
    assert said["total"] == tab.probabilities()["securities-account"]


@pytest.mark.nightly
def test_reasons_are_the_services_sentences_and_say_that_they_are_no_causes(browse, service):
    tab = browse().open(filled("bank-products", outcome="personal-loan", income="120"))
    tab.reasons()
    reasons = service.advise(service.score_with_blanks("bank-products", tab.record())).reasons
    said = tab.page.locator(".waterfall [data-points] .fall-words").all_inner_texts()
    wanted = {f"{reason.sentence}." for reason in (*reasons.raising, *reasons.lowering)}
    assert set(said[: len(wanted)]) == wanted
    strongest = max((*reasons.raising, *reasons.lowering), key=lambda reason: abs(reason.points))
    assert said[0] == f"{strongest.sentence}."
    expect(tab.page.locator(".why")).to_contain_text("not causes")


def test_fields_show_how_the_score_moves_over_their_values(browse, service):
    tab = browse().open(filled("loan"))
    tab.reasons()
    advice = service.advise(service.score_with_blanks("loan", tab.record()))
    column = service.model("loan").outcomes.index("Y")
    area = advice.sweeps["Property_Area"]
    for value, probability in zip(area.values, area.probabilities[:, column], strict=True):
        shown = tab.page.locator(f"[data-feature=Property_Area] input[value='{value}'] + .choice")
        assert float(shown.get_attribute("data-score").rstrip("\xa0%")) == pytest.approx(100 * probability, abs=0.051)
    income = tab.field("Income")
    expect(income.locator(".sweep polyline")).to_have_count(1)
    expect(income.locator(".sweep-here")).to_have_count(1)
    expect(income.locator(".sweep title")).to_contain_text("at 12,000 a month")  # as people read it
    clear(tab.textbox("Income"))
    tab.answered(1)
    tab.reasons()
    expect(income.locator(".sweep polyline")).to_have_count(1)
    expect(income.locator(".sweep-here")).to_have_count(0)


@pytest.mark.nightly
def test_a_list_that_unfolds_says_the_score_beside_each_other_choice(browse, service):
    tab = browse().open(filled("bank-products", outcome="personal-loan"))
    tab.reasons()
    labels = "list => Object.fromEntries([...list.options].map(one => [one.value, one.getAttribute('label')]))"
    education = tab.page.get_by_role("combobox", name="Education")
    for chosen in ("undergraduate", "graduate", ""):
        set_text(education, chosen)
        expect(education).to_have_value(chosen)
        tab.reasons()
        standing = service.score_with_blanks("bank-products", tab.record())
        sweep = service.advise(standing).sweeps["education"]
        column = standing.model.outcomes.index(standing.outcome)
        shown = {value: label for value, label in education.evaluate(labels).items() if label}
        assert set(shown) == set(sweep.values) - {chosen}
        for value, label in shown.items():
            name = next(
                each.label for each in standing.model.schema.feature("education").choices if each.value == value
            )
            said, percent = label.split(" · ")
            assert said == name
            probability = sweep.probabilities[sweep.values.index(value), column]
            assert float(percent.rstrip("\xa0%")) == pytest.approx(100 * probability, abs=0.051)
    tab.page.route("**/_dash-update-component*", lambda route: None)
    tab.textbox("Income").fill("151")
    expect(tab.page.locator(".reasons")).to_have_attribute("data-state", "waiting")
    assert not any(education.evaluate(labels).values())  # these belong to an earlier record


@pytest.mark.nightly
def test_what_would_change_it_is_said_and_true(browse, service):
    tab = browse().open(filled("loan", Credit_History="0"))
    tab.reasons()
    standing = service.score_with_blanks("loan", tab.record())
    cut_off = cut_off_text(standing.cut_off)
    said = tab.page.locator(".change").inner_text()
    if service.advise(standing).counterfactuals.found:
        assert f"would bring it to {cut_off}" in said
    else:
        assert f"Nothing that you can change brings it to {cut_off}" in said
    tab = browse().open(filled("iris"))
    tab.reasons()
    assert tab.page.locator(".change").count() == 0


@pytest.mark.nightly
def test_the_evidence_is_named_and_similar_records_stand_behind_a_disclosure(browse, service):
    tab = browse().open(filled("loan"))
    tab.reasons()
    found = service.advise(service.score_with_blanks("loan", tab.record()))
    words = f"Of {found.evidence.similar} records scored about like this, {found.evidence.had} really were ("
    expect(tab.page.locator(".evidence")).to_contain_text(words)
    rows = tab.page.locator(".neighbours li")
    expect(rows.first).to_be_hidden()
    tab.page.get_by_text("most similar known records").click()
    expect(rows).to_have_count(len(found.neighbours))
    expect(rows.first).to_be_visible()


@pytest.mark.nightly
def test_a_record_unlike_anything_in_training_is_said_to_be_so(browse):
    tab = browse().open(filled("bank-products"))
    tab.type("Income", "9000")
    tab.answered(1)
    tab.reasons()
    expect(tab.page.locator(".trust")).to_contain_text("Unlike anything in training: Income.")


@pytest.mark.nightly
def test_on_call_only_the_form_the_score_and_three_reasons_stay(browse):
    tab = browse(view=None).open(filled("bank-products", income="120"))
    tab.reasons()
    on_call = tab.page.get_by_role("button", name="On call")
    expect(on_call).to_have_attribute("aria-pressed", "true")
    expect(tab.page.locator("[data-points]:visible")).to_have_count(3)
    for part in (".trust", ".change", ".sweep >> nth=0"):
        expect(tab.page.locator(part)).to_be_hidden()
    tab.page.reload()
    tab.reasons()
    expect(tab.page.locator(".trust")).to_be_hidden()
    on_call.click()
    expect(tab.page.locator(".trust")).to_be_visible()


@pytest.mark.nightly
def test_reasons_that_fail_are_asked_for_again(browse):
    tab = browse(quiet=False).open(filled("iris"))
    tab.reasons()
    tab.page.route(UPDATE, lambda route: route.abort() if wondering(route) else route.continue_())
    tab.type("Petal width", "2")
    tab.answered(1)
    tab.page.wait_for_timeout(300)
    tab.page.unroute(UPDATE)
    assert tab.reasons()["serial"] == "1"


@pytest.mark.nightly
def test_a_fast_typist_sees_only_what_belongs_to_the_last_value(browse, service):
    tab = browse().open(filled("bank-products"))
    tab.reasons()
    asked = len(tab.requests)
    control = tab.textbox("Income")
    control.fill("")
    began = time.monotonic()
    control.press_sequentially("123.45678901234567890", delay=30)
    pauses = int((time.monotonic() - began) / 0.25) - 3  # of a busy machine: each lets one question through
    control.press("Enter")
    said = tab.reasons()
    assert tab.probabilities() == pytest.approx(
        numbers_of(service.score_with_blanks("bank-products", tab.record())), abs=1e-12
    )
    assert said["total"] == tab.probabilities()[focus(tab)]
    assert len(tab.requests) - asked <= 4 + 2 * max(0, pauses)


def edit(tab, dice):
    """One thing that a person may do, at any speed."""
    control = tab.textbox(dice.choice(["Age", "Family size", "Income", "Card spending", "Mortgage"]))
    acts = {
        "type": lambda: control.fill(dice.choice(["20", "45", "61", "3", "1", "2"])),
        "commit": lambda: control.press(dice.choice(["Enter", "Tab", "ArrowUp"])),
        "clear": lambda: clear(control),
        "undo": lambda: tab.page.keyboard.press("Control+z"),
        "choose": lambda: tab.page.locator("[data-choose]").nth(dice.randrange(4)).click(),
        "all": lambda: tab.page.locator(dice.choice(["[data-find=new]", "[data-do=reset]"])).click(),
    }
    acts[dice.choice(["type", "type", "commit", "clear", "undo", "choose", "all"])]()
    tab.page.wait_for_timeout(dice.choice([0, 0, 40, 200]))


def in_address(tab):
    """Record and outcome that a reload would open."""
    query = parse_qs(urlsplit(tab.page.url).query, keep_blank_values=True)
    read = "all => all.map(one => [one.dataset.feature, one.dataset.default])"
    defaults = dict(tab.page.locator("[data-feature]").evaluate_all(read))
    record = {name: query.get(name, [text])[-1] for name, text in defaults.items()}
    return record, query.get("outcome", [""])[-1]


@pytest.mark.nightly
def test_after_any_edits_score_reasons_bars_and_address_belong_to_one_record(browse, service):
    dice = random.Random(7)
    tab = browse().open(filled("bank-products"))
    seen = 0
    for _ in range(12):
        for _ in range(dice.randint(1, 4)):
            edit(tab, dice)
        tab.page.wait_for_timeout(400)
        tab.page.wait_for_selector("#panel[aria-busy=false]")
        if tab.page.locator("#panel[data-state=invalid]").count():
            assert tab.numbers_seen() == []
            expect(tab.page.locator(".reasons")).to_have_attribute("data-state", "waiting")
            continue
        seen += 1
        said, record = tab.reasons(), tab.record()
        chosen = tab.page.locator("#form").get_attribute("data-outcome")
        wanted = numbers_of(service.score_with_blanks("bank-products", record, chosen or None))
        assert tab.probabilities() == pytest.approx(wanted, abs=1e-12)
        assert said["about"] == focus(tab) == (chosen or next(iter(tab.probabilities())))
        assert not any(record.values()) or said["total"] == pytest.approx(wanted[said["about"]], abs=1e-12)
        widths = tab.page.locator(".fill").evaluate_all("all => all.map(one => parseFloat(one.style.width))")
        assert widths == pytest.approx([100 * wanted[name] for name in tab.probabilities()], abs=1e-3)
        assert in_address(tab) == (record, chosen)
    assert seen > 4


@pytest.mark.parametrize(
    "path", ["/bank-products/predict?income=&age=", "/loan/predict?Credit_History=", "/iris/predict"]
)
def test_the_page_fits_a_phone(browse, path):
    tab = browse(width=380, height=800).open(path)
    tab.reasons()
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 380
