"""The data of a figure as a table on the page: of the same result, opened by keys, and kept up with the options."""

from __future__ import annotations

import csv
import io

import pytest
from playwright.sync_api import expect


def card_of(tab, plot):
    card = tab.page.locator(f".plot-card[data-plot={plot}]")
    card.scroll_into_view_if_needed()
    card.locator(".js-plotly-plot .main-svg").first.wait_for()
    return card


def test_a_table_is_opened_and_read_by_keys_and_says_what_the_file_says(browse):
    tab = browse(width=1440).open("/loan/performance")
    card = card_of(tab, "calibration")
    opener = card.locator(".plot-data > summary")
    expect(card.locator(".plot-data-rows")).to_have_count(0)
    opener.focus()
    tab.page.keyboard.press("Enter")
    region = card.get_by_role("region", name="Table: Do the probabilities mean what they say?")
    expect(region).to_be_visible()
    tab.page.keyboard.press("Tab")
    expect(region).to_be_focused()
    expect(region.get_by_role("columnheader").first).to_have_text("Mean probability of the group")
    link = card.locator("[data-table]")
    link.dispatch_event("pointerdown")
    got = tab.page.request.get(tab.address + link.get_attribute("href")).text()
    rows = list(csv.DictReader(io.StringIO(got)))
    shown = [row.locator("th, td").all_inner_texts() for row in region.locator("tbody tr").all()]
    assert [row[0] for row in shown] == [f"{100 * float(row['said']):.0f}\u00a0%" for row in rows]
    assert [row[-1] for row in shown] == [f"{float(row['records']):.0f}" for row in rows]
    opener.press("Enter")
    expect(region).to_have_count(0)


def test_an_open_table_is_of_the_options_on_the_card(browse):
    tab = browse(width=1440).open("/loan/performance?segments.feature=Gender")
    card = card_of(tab, "segments")
    card.locator(".plot-data > summary").click()
    heads = card.locator(".plot-data-rows thead th")
    expect(heads.first).to_have_text("Gender")
    card.get_by_label("Feature").select_option("Education")
    expect(heads.first).to_have_text("Education")
    expect(card.locator(".plot-data-rows tbody th").first).to_be_visible()
    card.get_by_label("Measure").select_option("recall")
    expect(heads.nth(1)).to_have_text("Recall")


@pytest.mark.parametrize(("path", "at"), [("/loan/insights", 1), ("/loan/performance", 0)])
def test_a_table_stays_within_a_phone_and_is_printed_whole(browse, path, at):
    tab = browse(width=380, height=800).open(path)
    card = tab.page.locator(".plot-card").nth(at)
    card.scroll_into_view_if_needed()
    card.locator(".plot-data > summary").click()
    region = card.locator(".plot-data-rows")
    expect(region).to_be_visible()
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 380
    tab.page.emulate_media(media="print")
    assert region.evaluate("region => region.scrollHeight <= region.clientHeight + 1")


def test_largest_errors_are_a_table_already(browse):
    tab = browse(width=1440).open("/loan/performance")
    tab.page.evaluate("for (const each of document.querySelectorAll('.plots-more')) each.open = true")
    card = tab.page.locator(".plot-card[data-plot=mistakes]")
    card.scroll_into_view_if_needed()
    card.locator(".plot-table").wait_for()
    expect(card.locator(".plot-data")).to_be_hidden()
