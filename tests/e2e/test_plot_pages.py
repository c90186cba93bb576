"""The Insights and Performance pages in a real browser, under the policy that is really sent."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


@pytest.fixture
def page(chromium):
    """A page whose console must stay free of errors."""
    opened = chromium.new_page(viewport={"width": 1280, "height": 900})
    errors = []
    opened.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    opened.close()
    assert errors == []


def test_each_plot_comes_by_itself_and_follows_the_outcome(page, address):
    page.goto(f"{address}/bank-products/performance")
    expect(page.locator(".plot-card .main-svg.main-svg >> nth=0")).to_be_visible()
    expect(page.locator(".plot-words")).to_have_count(2)
    expect(page.locator(".plot-words").last).to_contain_text("Personal loan")
    page.select_option("#plots-outcome", "credit-card")
    expect(page.locator(".plot-words").first).to_contain_text("Credit card")
    expect(page.locator(".plot-card .g-ytitle").last).to_contain_text("Credit card")


def test_importance_names_every_feature(page, address):
    page.goto(f"{address}/iris/insights?outcome=virginica")
    expect(page.locator(".plot-words")).to_contain_text("For “Virginica”")
    expect(page.locator(".annotation-text")).to_have_count(4)
    expect(page.locator(".annotation-text", has_text="Petal length")).to_be_visible()


@pytest.mark.parametrize("name", ["iris/performance", "bank-products/insights", "loan/insights"])
def test_on_a_phone_nothing_sticks_out(page, address, name):
    page.set_viewport_size({"width": 380, "height": 800})
    page.goto(f"{address}/{name}")
    expect(page.locator(".plot-words").first).to_be_visible()
    expect(page.locator(".plot-card .xtick").first).to_be_visible()
    for card in page.locator(".plot-card").all():
        box = card.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 380
        texts = card.locator(".js-plotly-plot text").all()
        assert texts
        for text in texts:
            words = text.bounding_box()
            assert words is None or (box["x"] <= words["x"] and words["x"] + words["width"] <= box["x"] + box["width"])
