"""Accessibility of every page: axe-core finds nothing wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.addresses import filled
from tests.e2e.cards import shows_its_data

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
PAGES = {
    "models": "/",
    "inputs": "/gallery",
    "today": "/today",
    "nothing known": "/bank-products/predict",
    "filled": filled("bank-products"),
    "three outcomes": filled("iris"),
    "insights": "/loan/insights",
    "performance": "/bank-products/performance",
    "campaign": "/bank-products/campaign",
    "versions": "/loan/versions",
    "missing": "/iris/nope",
    "api": "/api/docs",
}
VARIANTS = {
    "light": {"width": 1440, "color_scheme": "light"},
    "dark": {"width": 1440, "color_scheme": "dark"},
    "phone": {"width": 380, "height": 800, "color_scheme": "light", "has_touch": True},
    "dark phone": {"width": 380, "height": 800, "color_scheme": "dark", "has_touch": True},
}
FOUND = """async () => (await axe.run(document, {
    resultTypes: ["violations"],
    rules: { "target-size": { enabled: true } },  // 24 pixels, or as far from the next
})).violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 5).map((node) => node.html.slice(0, 160))}`)"""

# Nothing is faded since it is being worked out anew, or comes into view
STILL = """() => !document.querySelector("[data-dash-is-loading=true]")
    && document.getAnimations().every(
        (one) => one.playState !== "running" || one.effect.getTiming().iterations === Infinity)"""


def opened(browse, path, variant):
    """The page once everything that stands open on it has come."""
    tab = browse(quiet="nope" not in path, **VARIANTS[variant])
    if path == "/api/docs":
        tab.page.goto(tab.address + path)
        tab.page.wait_for_load_state("networkidle")
        return tab
    tab.open(path)
    if "/predict" in path:
        tab.reasons()
    for card in tab.page.locator(".plot-card:visible").all():
        card.scroll_into_view_if_needed()
        expect(card.locator(".plot-waiting, [data-again]")).to_have_count(0)
        shows_its_data(card)
    tab.page.wait_for_function(STILL)
    return tab


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_nothing(browse, page, variant):
    tab = opened(browse, PAGES[page], variant)
    tab.page.evaluate(AXE.read_text())  # not as an element, which the content security policy forbids
    assert tab.page.evaluate(FOUND) == []


@pytest.mark.parametrize("height", [640, 800])
@pytest.mark.parametrize("model", ["bank-products", "iris"])
def test_what_stays_in_sight_on_a_phone_takes_at_most_a_third(browse, model, height):
    tab = browse(width=380, height=height).open(filled(model))
    tab.reasons()
    tab.page.evaluate("scrollTo(0, 600)")
    panel = tab.page.locator("#panel").bounding_box()
    assert panel["y"] == pytest.approx(0, abs=1)
    assert panel["height"] <= height / 3
    best = tab.page.locator(".headline").bounding_box()
    assert best["y"] + best["height"] <= height / 3


BACKGROUNDS = """() => [...document.querySelectorAll("main *")].filter((one) => {
    const { backgroundColor: colour, borderStyle } = getComputedStyle(one);
    return !one.textContent && one.checkVisibility() && borderStyle === "none" && !colour.endsWith(", 0)");
}).map((one) => `${one.className}: ${getComputedStyle(one).backgroundColor}`)"""


def test_what_is_drawn_by_its_background_alone_is_there_in_forced_colours(browse):
    tab = browse().open(filled("bank-products"))
    tab.reasons()
    tab.page.wait_for_function(STILL)
    drawn = tab.page.evaluate(BACKGROUNDS)
    assert {line.partition(":")[0] for line in drawn} >= {"track", "tick", "fall-step"}
    tab.page.emulate_media(forced_colors="active")
    assert tab.page.evaluate("matchMedia('(forced-colors: active)').matches")
    assert tab.page.evaluate(BACKGROUNDS) == drawn
