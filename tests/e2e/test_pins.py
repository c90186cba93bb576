"""Scenarios side by side, in a real browser: a pin is what was on the screen, and the table says how pins differ."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from layouts.shared import ids
from layouts.shared.percent import percents
from tests.e2e.addresses import filled

UPDATE = "**/_dash-update-component*"
MODEL = "bank-products"

_TABLE = """table => [...table.rows].map(row => [...row.cells].map(cell =>
    cell.querySelector("input")?.value ?? cell.querySelector(".pin-text")?.textContent ?? cell.textContent))"""


def table(tab, state="current"):
    """The table as people read it: first row the names, then a row an outcome, then the values that differ."""
    expect(tab.page.locator("#pins")).to_have_attribute("data-state", state)
    rows = tab.page.locator("#pins-table").evaluate(_TABLE)
    names, body = rows[0][1:], rows[1:-1]
    return names, {title.split(" thousand")[0]: dict(zip(names, cells, strict=False)) for title, *cells in body}


def said(tab):
    return tab.page.locator("#pins-words")


def pin(tab):
    tab.page.get_by_role("button", name="Pin", exact=True).click()


def percents_of(service, record, model=MODEL):
    """What the service would have the page show of a record, by the label of the outcome."""
    standing = service.score_with_blanks(model, record)
    outcomes = standing.model.outcomes
    shown = percents(standing.probabilities, exclusive=outcomes.exclusive)
    return dict(zip([item.label for item in outcomes.items], shown, strict=True))


def asks_score(request):
    """Whether a request asks for the score of what is in the form, and not for reasons or what was told before."""
    return '"form-request.data"' in (request.post_data or "")


def pin_incomes(tab, *incomes):
    """Pin one scenario an income by keyboard alone; the records that were pinned."""
    records = []
    for serial, income in enumerate(incomes, start=1):
        control = tab.textbox("Income")
        control.fill(income)
        control.press("Control+Enter")
        tab.answered(serial)
        expect(said(tab)).to_have_text(f"Pinned as {'ABCD'[len(records)]}.")
        records.append(tab.record())
        expect(tab.page.locator("[data-pin-name]")).to_have_count(len(records))
    return records


def test_pins_and_what_stands_in_the_form_stand_side_by_side_with_the_services_numbers(browse, service):
    tab = browse().open(filled(MODEL))
    tab.settle()
    expect(tab.page.locator("#pins")).to_be_hidden()
    records = pin_incomes(tab, "30", "120", "180")
    tab.type("Income", "90")
    tab.answered(4)
    names, rows = table(tab)
    assert names == ["Now", "A", "B", "C"]
    for name, record in zip(names, [tab.record(), *records], strict=True):
        shown = {label: rows[label][name] for label in percents_of(service, record)}
        assert shown == percents_of(service, record)
    assert rows["Income"] == {"Now": "90", "A": "30", "B": "120", "C": "180"}
    assert set(rows) == {*percents_of(service, records[0]), "Income"}


@pytest.mark.nightly
def test_only_values_that_differ_have_a_line_and_a_mark_that_is_not_colour_alone(browse):
    tab = browse().open(filled(MODEL))
    tab.settle()
    pin(tab)
    expect(tab.page.locator(".pin-none")).to_have_text("No value differs.")
    tab.type("Income", "")
    tab.answered(1)
    tab.field("Online banking").get_by_text("No", exact=True).click()
    tab.answered(2)
    _, rows = table(tab)
    assert rows["Income"]["Now"] == "Not known"
    assert rows["Online banking"] == {"Now": "No", "A": "Yes"}
    assert "Age" not in str(rows)
    marks = tab.page.locator(".pin-value .pin-mark")
    expect(marks).to_have_count(2)
    assert set(marks.all_inner_texts()) == {"≠"}
    expect(tab.page.get_by_role("cell", name="differs: Yes")).to_be_visible()


@pytest.mark.nightly
def test_two_spellings_of_a_number_do_not_differ(browse):
    tab = browse().open(f"/{MODEL}/predict?income=90")
    tab.settle()
    pin(tab)
    tab.type("Income", "90.0")
    tab.answered(1)
    expect(tab.page.locator(".pin-none")).to_be_visible()
    pin(tab)
    expect(said(tab)).to_have_text("This is pinned already, as A.")


@pytest.mark.nightly
def test_a_fifth_pin_and_the_same_pin_again_are_refused_in_words(browse):
    tab = browse().open(filled(MODEL))
    tab.settle()
    pin_incomes(tab, "30", "60", "120", "180")
    tab.page.keyboard.press("Control+Enter")
    expect(said(tab)).to_have_text("This is pinned already, as D.")
    tab.type("Income", "90")
    tab.answered(5)
    tab.page.keyboard.press("Control+Enter")
    expect(said(tab)).to_have_text("Four scenarios are pinned. Remove one to pin another.")
    assert table(tab)[0] == ["Now", "A", "B", "C", "D"]


def test_a_pin_comes_back_into_the_form_with_its_numbers_and_undo_leads_away_again(browse):
    tab = browse().open(filled(MODEL))
    tab.settle()
    (record,) = pin_incomes(tab, "30")
    tab.reasons()
    before = tab.probabilities()
    tab.type("Income", "180")
    tab.answered(2)
    after = tab.record()
    assert tab.probabilities() != before
    tab.page.get_by_role("button", name="Load A").click()
    tab.answered(3)
    expect(said(tab)).to_have_text("A is in the form.")
    assert (tab.record(), tab.probabilities()) == (record, before)
    tab.page.wait_for_url("**income=30*")
    tab.page.keyboard.press("Control+z")
    tab.answered(4)
    assert tab.record() == after


@pytest.mark.nightly
def test_a_pin_of_another_record_brings_that_record_back(browse):
    tab = browse().open(f"/{MODEL}/predict?record=1")
    tab.settle()
    pin(tab)
    first, shown = tab.record(), tab.percents()
    tab.page.get_by_role("button", name="New", exact=True).click()
    tab.answered(1)
    _, rows = table(tab)
    assert rows["Record"] == {"Now": "New", "A": "1"}
    tab.page.get_by_role("button", name="Load A").click()
    tab.answered(2)
    assert (tab.record(), tab.percents()) == (first, shown)
    expect(tab.page.locator("#record-name")).to_have_text("Sample record 1")
    tab.page.wait_for_url("**/predict?record=1&version=*")
    tab.page.go_back()
    tab.answered(3)
    assert "record" not in tab.page.url


@pytest.mark.nightly
def test_pins_are_named_removed_and_survive_a_reload_but_are_in_no_address(browse):
    tab = browse().open(filled(MODEL))
    tab.settle()
    pin_incomes(tab, "30", "60", "120")
    name = tab.page.get_by_role("textbox", name="Name of the scenario").nth(1)
    name.fill("With a rise")
    name.press("Enter")
    tab.page.get_by_role("button", name="Remove A").click()
    expect(said(tab)).to_have_text("A is removed.")
    expect(tab.page.get_by_role("button", name="Remove With a rise")).to_be_focused()
    before = table(tab)
    assert before[0] == ["Now", "With a rise", "C"]
    assert "rise" not in tab.page.url
    tab.page.reload()
    tab.settle()
    expect(tab.page.locator("#pins .pin-now .pin-text").first).not_to_be_empty()
    assert table(tab) == before
    tab.page.locator("[data-pin-act=remove]").first.click()
    expect(tab.page.locator("[data-pin-act=remove]")).to_have_count(1)  # two presses at once remove one
    tab.page.locator("[data-pin-act=remove]").click()
    expect(tab.page.locator("#pins")).to_be_hidden()
    expect(tab.page.get_by_role("button", name="Pin", exact=True)).to_be_focused()


@pytest.mark.nightly
def test_a_name_is_never_empty_and_its_own_undo_leaves_the_form_alone(browse):
    tab = browse().open(filled(MODEL))
    tab.settle()
    (record,) = pin_incomes(tab, "30")
    name = tab.page.get_by_role("textbox", name="Name of the scenario")
    name.fill("   ")
    name.press("Enter")
    assert name.input_value() == "A"
    name.focus()
    name.press_sequentially("B")
    name.press("Control+z")
    name.fill("C")
    name.press("Escape")
    assert name.input_value() == "A"
    tab.page.wait_for_timeout(400)
    assert tab.record() == record


@pytest.mark.nightly
def test_pins_of_another_model_stay_away_and_those_of_a_former_version_are_dropped_with_a_word(browse, service):
    tab = browse().open(filled(MODEL))
    tab.settle()
    pin(tab)
    tab.open(filled("iris"))
    tab.settle()
    expect(tab.page.locator("#pins")).to_be_hidden()
    tab.open(filled(MODEL))
    tab.settle()
    assert table(tab)[0] == ["Now", "A"]
    key = service.model(MODEL).key
    rename = "key => sessionStorage.setItem(key, sessionStorage.getItem(key).replace(/@[0-9a-f]{8}/, '@00000000'))"
    tab.page.evaluate(rename, ids.element(ids.pins_kept(key.split("@")[0])))
    tab.page.reload()
    tab.settle()
    expect(said(tab)).to_have_text("This model has a new version. Scenarios pinned for the former one are gone.")
    expect(tab.page.locator("#pins")).to_be_hidden()
    tab.page.reload()
    tab.settle()
    expect(said(tab)).to_be_empty()


def test_nothing_is_pinned_that_has_no_result(browse):
    tab = browse().open(filled(MODEL))
    tab.settle()
    pin(tab)
    tab.type("Income", "much")
    tab.settle("invalid")
    tab.page.keyboard.press("Control+Enter")
    expect(said(tab)).to_have_text("Nothing is pinned: these values have no result.")
    expect(tab.page.locator(".pin-outcome .pin-now .pin-text").first).to_have_css("opacity", "0.45")
    assert table(tab, "waiting")[0] == ["Now", "A"]


def test_a_pin_that_was_asked_for_before_the_answer_has_the_numbers_of_its_own_values(browse, service):
    tab = browse().open(filled(MODEL))
    tab.settle()
    tab.reasons()
    held = []
    tab.page.route(
        UPDATE, lambda route: held.append(route) if asks_score(route.request) and not held else route.continue_()
    )
    control = tab.textbox("Income")
    with tab.page.expect_request(asks_score):  # after a pause in typing
        control.fill("150")
        control.press("Control+Enter")
    tab.page.wait_for_function("() => document.querySelector('#panel').dataset.state === 'waiting'")
    expect(said(tab)).to_have_text("Pinned as A.")  # what follows the held request goes through
    wanted = percents_of(service, tab.record())
    _, rows = table(tab, "waiting")
    assert {label: rows[label]["A"] for label in wanted} == wanted
    assert {rows[label]["Now"] for label in wanted} == {""}  # the form has no result yet
    assert len(held) == 1
    held[0].continue_()
    tab.answered(1)
    _, rows = table(tab)
    assert {label: rows[label]["Now"] for label in wanted} == wanted


@pytest.mark.nightly
def test_a_pin_that_is_there_already_leaves_the_column_of_now_in_step(browse, service):
    tab = browse().open(filled(MODEL))
    tab.settle()
    pin_incomes(tab, "30")
    tab.type("Income", "90")
    tab.answered(2)
    control = tab.textbox("Income")
    control.fill("30")
    control.press("Control+Enter")
    tab.answered(3)
    expect(said(tab)).to_have_text("This is pinned already, as A.")
    _, rows = table(tab)
    wanted = percents_of(service, tab.record())
    assert {label: rows[label]["Now"] for label in wanted} == wanted


def test_a_model_without_probabilities_pins_nothing_and_complains_of_nothing(browse):
    tab = browse().open("/gallery")
    tab.page.keyboard.press("Control+Enter")
    assert tab.page.locator("[data-do=pin], #pins").count() == 0


@pytest.mark.nightly
@pytest.mark.parametrize("model", ["iris", "breast-cancer", "loan", MODEL])
def test_the_table_scrolls_inside_itself_on_a_phone_and_says_what_it_is(browse, model):
    tab = browse(width=380, height=800).open(filled(model))
    tab.settle()
    pin(tab)
    for serial, act in enumerate(["[data-find=new]", "[data-do=undo]"], start=1):
        tab.page.locator(act).click()
        tab.answered(serial)
        pin(tab)
    tab.page.get_by_role("button", name="Compare").click()
    frame = tab.page.get_by_role("region", name="Scenarios")
    expect(frame).to_be_focused()
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 380
    inside = tab.page.get_by_role("table", name="Scenarios")
    columns, rows = inside.get_by_role("columnheader"), inside.get_by_role("rowheader")
    assert columns.count() == 3
    outcomes = tab.page.locator("#result [data-outcome]").count()
    assert rows.count() >= outcomes
    assert rows.first.inner_text()


def test_nothing_glides_where_somebody_asked_for_less_motion(browse):
    tab = browse(height=500, reduced_motion="reduce").open(filled(MODEL))
    tab.settle()
    pin(tab)
    expect(tab.page.locator("#pins [data-pin-name]")).to_be_visible()
    settles = """() => {
        const top = () => document.querySelector("#pins").getBoundingClientRect().top;
        const before = top();
        document.querySelector("[data-do=compare]").click();
        const at = top();
        return new Promise((done) => setTimeout(() => done([before, at, top()]), 500));
    }"""
    before, at, after = tab.page.evaluate(settles)
    assert at == after < before


@pytest.mark.nightly
def test_on_call_pins_are_compared_too(browse):
    tab = browse().open(filled(MODEL))
    tab.settle()
    tab.page.get_by_role("button", name="On call").click()
    pin(tab)
    expect(said(tab)).to_have_text("Pinned as A.")
    expect(tab.page.locator("#pins")).to_be_visible()
    tab.page.get_by_role("button", name="On call").click()
    expect(tab.page.locator("#pins")).to_be_visible()
