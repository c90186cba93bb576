"""Words 40 % longer, as other languages have them: no page grows wider than its screen, and no word is cut."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.addresses import filled

PAGES = {
    "models": "/",
    "inputs": "/gallery",
    "nothing known": "/bank-products/predict",
    "filled": filled("loan"),
    "insights": "/loan/insights",
    "performance": "/bank-products/performance",
    "campaign": "/bank-products/campaign",
}

# Each word of letters gets two in five more of them; figures draw their words themselves, and what a person types is
# no label.
LONGER = """() => {
  const more = (word) => "ëöäüï".repeat(9).slice(0, Math.ceil(word.length * 0.4));
  const lengthen = (text) => text.replace(/\\p{L}{2,}/gu, (word) => word + more(word));
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  for (const node of nodes) {
    if (node.parentElement.closest("svg, script, style, textarea")) continue;
    node.textContent = lengthen(node.textContent);
  }
  for (const each of document.querySelectorAll("[placeholder]")) each.placeholder = lengthen(each.placeholder);
}"""

# Elements that show no more than a part of their words, and cannot be scrolled to the rest
CUT = """() => [...document.querySelectorAll("main *, header *")].filter((element) => {
  if (element.closest("svg, .visually-hidden, .finder > .field-label, .js-plotly-plot, [hidden]")) return false;
  if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
  const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  if (!own || element.matches("option, select, textarea, input")) return false;
  const box = document.createRange();
  box.selectNodeContents(element);
  const { right, left, width } = box.getBoundingClientRect();
  if (!width) return false;
  for (let around = element; around && around !== document.body; around = around.parentElement) {
    const style = getComputedStyle(around);
    if (["auto", "scroll"].includes(style.overflowX) || style.clipPath !== "none") return false; // for screen readers
    const frame = around.getBoundingClientRect();
    const framed = style.borderRightWidth !== "0px" || ["hidden", "clip"].includes(style.overflowX);
    if (framed && (right > frame.right + 1 || left < frame.left - 1)) return true;
  }
  return right > innerWidth + 1 || left < -1;
}).map((element) => `${element.className || element.tagName}: ${element.textContent.slice(0, 60)}`)"""


@pytest.mark.parametrize("width", [380, 768, 1440])
@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_cut(browse, page, width):
    tab = browse(width=width, height=900).open(PAGES[page])
    if "/predict" in PAGES[page]:
        tab.reasons()
    for card in tab.page.locator(".plot-card:visible").all():
        card.scroll_into_view_if_needed()
        expect(card.locator(".plot-waiting, [data-again]")).to_have_count(0)
    tab.page.evaluate(LONGER)
    tab.page.wait_for_timeout(100)
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.page.evaluate(CUT) == []
