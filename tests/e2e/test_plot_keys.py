"""Points of figures by arrow keys: each is marked and said, in the words that the pointer finds."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect


def focused(browse, path, plot):
    """The figure of a plot, with the focus on it, and what it says."""
    tab = browse(width=1440).open(path)
    card = tab.page.locator(f"[data-plot={plot}]")
    card.scroll_into_view_if_needed()
    card.locator(".js-plotly-plot .main-svg").first.wait_for()
    figure = card.locator(".plot-figure")
    figure.focus()
    return tab, figure, figure.get_by_role("status")


def test_points_are_read_along_and_to_the_ends(browse):
    tab, figure, said = focused(browse, "/loan/performance", "calibration")
    tab.page.keyboard.press("ArrowRight")
    expect(said).not_to_be_empty()
    first = said.inner_text()
    assert re.search(r"\d", first)
    expect(figure.locator(".hovertext")).to_have_count(1)
    tab.page.keyboard.press("ArrowLeft")  # it is the first
    tab.page.wait_for_timeout(200)
    assert said.inner_text() == first
    tab.page.keyboard.press("ArrowRight")
    expect(said).not_to_have_text(first)
    tab.page.keyboard.press("End")
    expect(said).not_to_have_text(first)
    tab.page.keyboard.press("Home")
    expect(said).to_have_text(first)


@pytest.mark.nightly
@pytest.mark.parametrize("key", ["ArrowDown", "ArrowUp"])
def test_up_and_down_go_from_line_to_line(browse, key):
    tab, figure, said = focused(browse, "/bank-products/performance", "threshold")
    tab.page.keyboard.press("ArrowRight")
    expect(said).not_to_be_empty()
    heard = {said.inner_text()}
    for _ in range(3):
        tab.page.keyboard.press("ArrowDown")
        tab.page.wait_for_timeout(200)
        heard.add(said.inner_text())
    assert len(heard) > 1
    tab.page.keyboard.press(key)
    assert figure.evaluate("figure => figure.contains(document.activeElement)")
