"""The row by which outcomes are told, on models of other sorts, where nobody signs in."""

from __future__ import annotations

import shutil
import time

import pytest
from playwright.sync_api import expect

from app import create_server
from settings import Settings
from store.db import open_store
from store.outcomes.desk_records import CAME, Done, HandedOut
from tests.call_lists import call_list, shop
from tests.e2e.addresses import filled
from tests.e2e.test_after_the_call import button, words
from tests.serving import served
from tests.stored import events_of


@pytest.fixture(scope="module")
def settings(models_dir, tmp_path_factory):
    """Of a server of its own: the demo models, and one whose customers have ids."""
    folder = tmp_path_factory.mktemp("row")
    shutil.copytree(models_dir, folder / "models", symlinks=True)
    shop(folder / "models")
    return Settings(models_dir=folder / "models", var_dir=folder / "var")


@pytest.fixture(scope="module")
def address(settings):
    with served(create_server(settings)) as address:
        yield address


@pytest.fixture(scope="module")
def events(settings):
    """What is stored of a model, the first first."""
    store = open_store(settings.database_url).outcomes
    return lambda model: events_of(store, model)


def test_of_several_products_the_words_and_the_note_are_of_the_one_in_focus(browse, events):
    tab = browse().open(filled("bank-products"))
    tab.settle()
    tab.page.locator("[data-choose=credit-card]").click()
    tab.answered(1)
    expect(button(tab, "Credit card: Bought")).to_be_visible()
    tab.page.keyboard.press("2")
    expect(words(tab)).to_have_text("Noted: Credit card: Not bought")
    event = events("bank-products")[-1]
    assert (event.outcome, event.value, event.by) == ("credit-card", 0.0, "")
    tab.page.locator("[data-choose=personal-loan]").click()
    tab.answered(2)
    expect(button(tab, "Personal loan: Not bought")).to_have_attribute("aria-pressed", "false")
    tab.page.keyboard.press("1")  # says nothing of the other product, and takes nothing back
    expect(words(tab)).to_have_text("Noted: Personal loan: Bought")
    told = [(each.kind, each.outcome, each.value) for each in events("bank-products")[-2:]]
    assert told == [("outcome", "credit-card", 0.0), ("outcome", "personal-loan", 1.0)]


def test_of_several_classes_one_says_which_it_was(browse, events):
    tab = browse().open(filled("iris"))
    tab.settle()
    before = len(events("iris"))
    button(tab, "Note it").click()  # nothing is chosen yet
    expect(tab.page.get_by_label("What came?")).to_be_focused()
    tab.page.get_by_label("What came?").select_option("virginica")
    button(tab, "Note it").click()
    expect(words(tab)).to_have_text("Noted: Virginica")
    assert [(each.outcome, each.value) for each in events("iris")[before:]] == [("virginica", 1.0)]


def test_a_record_of_the_book_shows_its_history_again_and_another_one_does_not(browse, events):
    tab = browse().open("/loan/predict?record=7")
    tab.settle()
    tab.page.keyboard.press("3")
    expect(words(tab)).to_have_text("Noted: No answer")
    expect(tab.page.locator("#history")).to_contain_text("No answer")
    box = tab.page.locator("#finder-box")
    box.fill("12")
    box.press("Enter")
    expect(tab.page.locator("#record-name")).to_contain_text("12")
    expect(tab.page.locator("#history")).to_be_empty()
    expect(words(tab)).to_have_text("")
    expect(button(tab, "No answer")).to_have_attribute("aria-pressed", "false")
    tab.page.goto(f"{tab.address}/loan/predict?record=7")
    tab.settle()
    expect(tab.page.locator("#history")).to_contain_text("No answer")  # it came with the page
    assert tab.updates()[-1].url  # and asked nothing more
    asked = [each for each in tab.updates() if "history-asked" in (each.post_data or "")]
    assert len(asked) == 2  # after the note, and for the other record


def test_where_nobody_signs_in_two_pages_still_get_two_customers(browse, settings):
    campaign, job = call_list(settings)
    desk = open_store(settings.database_url).outcomes.desk
    desk.hand_out(HandedOut(job, campaign, "shop@00000000", "march.csv"))
    tabs = [browse().open("/today") for _ in range(2)]
    names = []
    for tab in tabs:
        tab.page.get_by_role("button", name="Next customer").click()
        tab.settle()
        names.append(tab.page.locator("#record-name").inner_text())
    assert names[0] != names[1]
    desk.take_back(job)


@pytest.fixture
def long_list(settings):
    """A list of 75 customers on Today, of whom 33 are done; and on nobody's afterwards."""
    campaign, job = call_list(settings, number=75, control=0, rows=200)
    desk = open_store(settings.database_url).outcomes.desk
    desk.hand_out(HandedOut(job, campaign, "shop@00000000", "april.csv"))
    for at, entry in enumerate(desk.to_do([job], time.time(), 33)):
        desk.note(Done(job, entry.assignment.row, f"{job[:20]}{at:012}", CAME))
    yield job
    desk.take_back(job)


@pytest.mark.parametrize("width", [380, 1280])
@pytest.mark.parametrize(("rows", "before", "after"), [("to-do", 30, 42), ("done", 30, 33)])
def test_who_asks_for_more_stays_there_and_goes_on_at_the_first_new_row(browse, long_list, width, rows, before, after):
    tab = browse(width=width).open("/today")
    links = tab.page.locator(f"[data-rows={rows}] tbody a")
    expect(links).to_have_count(before)
    more = tab.page.locator(f"[data-rows={rows}]").get_by_role("link", name="Show more")
    more.scroll_into_view_if_needed()
    top = tab.page.evaluate("scrollY")
    assert top > 0
    more.focus()
    tab.page.keyboard.press("Enter")
    expect(links).to_have_count(after)
    expect(links.nth(before)).to_be_focused()
    assert links.nth(before).is_visible()
    assert abs(tab.page.evaluate("scrollY") - top) < 200
    expect(tab.page.get_by_role("status").filter(has_text="More are shown, beginning here.")).to_have_count(1)
    expect(more).to_have_count(0)
    tab.page.go_back()
    expect(links).to_have_count(before)


def test_another_outcome_of_results_is_shown_where_one_is(browse):
    tab = browse(width=380, height=500).open("/bank-products/results")
    tabs = tab.page.get_by_role("navigation", name="Outcome")
    open_one, other = tabs.locator("[aria-current=true]"), tabs.locator("a:not([aria-current])").first
    expect(tab.page.locator("[data-answer]")).to_have_count(3)
    name = other.inner_text()
    tabs.scroll_into_view_if_needed()
    top = tab.page.evaluate("scrollTo({ top: 60, behavior: 'instant' }), scrollY")
    assert top > 0
    other.focus()
    tab.page.keyboard.press("Enter")
    expect(open_one).to_have_text(name)
    expect(tab.page.locator("[data-answer]")).to_have_count(3)
    expect(open_one).to_be_focused()
    assert tab.page.evaluate("scrollY") == top


def test_digits_do_nothing_where_somebody_turned_them_off(browse, events):
    tab = browse().open("/loan/predict?record=9")
    tab.settle()
    before = len(events("loan"))
    tab.page.locator("summary", has_text="Keys").click()
    tab.page.get_by_label("Use these keys").uncheck()
    tab.page.reload()
    tab.settle()
    assert button(tab, "No answer").get_attribute("aria-keyshortcuts") is None
    tab.page.keyboard.press("1")
    button(tab, "No answer").click()  # the next press is noted, and is the only one
    expect(words(tab)).to_have_text("Noted: No answer")
    assert [each.kind for each in events("loan")[before:]] == ["contacted"]


def test_what_was_told_is_taken_back_after_a_reload(browse, events):
    tab = browse().open("/loan/predict?record=11")
    tab.settle()
    tab.page.keyboard.press("1")
    expect(words(tab)).to_have_text("Noted: Approved")
    expect(tab.page.locator("#history")).to_contain_text("Approved")
    tab.page.reload()
    tab.settle()
    expect(button(tab, "Approved")).to_have_attribute("aria-pressed", "true")
    button(tab, "Undo").click()
    expect(words(tab)).to_have_text("Taken back.")
    expect(button(tab, "Approved")).to_have_attribute("aria-pressed", "false")
    assert [each.kind for each in events("loan")[-2:]] == ["outcome", "void"]
