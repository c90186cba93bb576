"""The campaigns that a browser keeps, in a real browser: a fresh tab finds what an earlier one has sent."""

import re

import pytest
from playwright.sync_api import expect

from store.db import open_store
from tests.e2e.test_campaign import OVER, customers, rows, step  # noqa: F401 - fixtures

LISTED = "#campaigns tbody tr"


@pytest.fixture
def sent(browse, customers):  # noqa: F811
    """A tab that has sent a file and has begun to score it, and the id of its job."""
    tab = browse(quiet=False).open("/loan/campaign")
    expect(tab.page.locator("#campaigns")).to_be_hidden()  # nobody has sent anything yet
    tab.page.set_input_files("#campaign-file", customers)
    step(tab, "columns")
    return tab, re.search(r"job=([0-9a-f]{32})", tab.page.url)[1]


def test_a_fresh_tab_finds_the_campaign_with_its_list(sent):
    tab, _ = sent
    tab.page.get_by_role("link", name="My campaigns").click()
    expect(tab.page.locator(LISTED)).to_contain_text("customers.csv")
    expect(tab.page.locator(LISTED)).to_contain_text("Not started")
    tab.page.get_by_role("link", name="customers.csv").click()
    step(tab, "columns")
    tab.page.get_by_role("button", name="Score").click()
    step(tab, "result", OVER)
    tab.page.get_by_role("button", name="Make the list").click()
    expect(tab.page.get_by_role("heading", name="The list", exact=True)).to_be_visible(timeout=OVER)
    address = tab.page.url
    assert "list=" in address

    fresh = tab.page.context.new_page()
    fresh.goto(f"{tab.address}/iris/campaign")  # of every model
    line = fresh.locator(LISTED)
    expect(line).to_contain_text("Done")
    expect(line.get_by_role("cell", name="300", exact=True)).to_be_visible()
    fresh.get_by_role("link", name="customers.csv").click()
    expect(fresh.get_by_role("heading", name="The list", exact=True)).to_be_visible()
    assert fresh.url == address
    titles = fresh.locator("#campaign h2").all_inner_texts()
    assert titles[0] == "The list"  # who comes back to it came for it


def test_one_that_the_server_has_removed_is_said_and_can_be_taken_off(sent, settings):
    tab, job = sent
    table = open_store(settings.database_url).jobs
    assert table.cancel(job)
    assert table.removals.finish(job)
    tab.page.goto(f"{tab.address}/loan/campaign")
    line = tab.page.locator(LISTED)
    expect(line).to_contain_text("No longer here")
    expect(line.get_by_role("link")).to_have_count(0)
    line.get_by_role("button", name="Remove customers.csv from the list").click()
    expect(tab.page.locator("#campaigns")).to_be_hidden()
    tab.page.reload()
    step(tab, "file")
    expect(tab.page.locator("#campaigns")).to_be_hidden()


@pytest.mark.nightly
def test_a_phone_shows_the_list_without_scrolling_sideways(browse, sent):
    tab, _ = sent
    tab.page.set_viewport_size({"width": 380, "height": 740})
    tab.page.get_by_role("link", name="My campaigns").click()
    expect(tab.page.locator(LISTED)).to_be_visible()
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 380
