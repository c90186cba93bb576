"""The Insights and Performance pages on a phone: nothing is wider than the screen, and no word is cut."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

FOLDED = "document.querySelectorAll('.plots-more').forEach(part => part.open = true)"

# Words of a card's figures that are cut where their drawing ends.
STICKING_OUT = """card => [...card.querySelectorAll(".js-plotly-plot text")].filter((text) => {
  const box = text.ownerSVGElement.getBoundingClientRect();
  const { left, right, top, bottom, width, height } = text.getBoundingClientRect();
  const out = left < box.left - 0.5 || right > box.right + 0.5 || top < box.top - 0.5 || bottom > box.bottom + 0.5;
  return (width || height) && out;
}).map((text) => text.textContent)"""

# Words inside a card's figures that run into each other.
TOUCHING = """card => {
  const words = [...card.querySelectorAll(".heatmap-label text, .annotation-text")];
  const boxes = words.map((text) => [text.textContent, text.getBoundingClientRect()]).filter(([, box]) => box.width);
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top + 1 < b.bottom && b.top + 1 < a.bottom;
  return boxes.flatMap(([one, a], at) =>
    boxes.slice(at + 1).filter(([, b]) => meet(a, b)).map(([other]) => [one, other]));
}"""


@pytest.mark.parametrize(
    ("path", "theme"),
    [
        ("iris/performance", "dark"),
        ("bank-products/performance?outcome=securities-account", "light"),
        ("loan/performance", "dark"),
        ("loan/insights", "light"),
        ("bank-products/insights", "dark"),
    ],
)
def test_on_a_phone_nothing_sticks_out(browse, path, theme):
    page = browse(width=380, height=800, color_scheme=theme).open(f"/{path}").page
    page.wait_for_selector(".plot-card")
    page.evaluate(FOLDED)
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    for card in page.locator(".plot-card:visible").all():
        card.scroll_into_view_if_needed()
        expect(card.locator(".plot-words, .answer-words, .plot-refusal:not([data-again])").first).to_be_visible()
        box = card.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 380
        if card.locator(".dash-graph").count():
            card.locator(".js-plotly-plot .main-svg").first.wait_for()
        assert card.evaluate(STICKING_OUT) == [], card.get_attribute("data-plot")
        assert card.evaluate(TOUCHING) == [], card.get_attribute("data-plot")
    for table in page.locator(".measures-each").all():
        box = table.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 380
