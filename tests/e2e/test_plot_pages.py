"""The Insights and Performance pages in a real browser, under the policy that is really sent."""

from __future__ import annotations

import os
import shutil
import threading

import pytest
from playwright.sync_api import expect, sync_playwright
from werkzeug.serving import make_server

from app import create_server
from settings import Settings

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="module")
def address(models_dir, tmp_path_factory):
    server = create_server(Settings(models_dir=models_dir, var_dir=tmp_path_factory.mktemp("var")))
    running = make_server("127.0.0.1", 0, server, threaded=True)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    thread.join()


@pytest.fixture(scope="module")
def chromium():
    path = next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Chromium is installed: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


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
