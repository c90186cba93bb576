"""Pages on paper: no controls, nothing that is still being worked out, and no plot wider than a sheet."""

from __future__ import annotations

import io
import re
import unicodedata

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

SHEET = 688  # pixels of A4 between its margins
TALL = 1010
CONTROLS = ("Download", "Working it out", "Use this cut-off", "Undo", "Show everything at", "What is assumed here")
CONTROLS += ("By probability", "Mark as declined", "similar known records", "Choose a file")
# Widest and tallest figure, and what sticks out of the sheet.
ON_PAPER = """() => {
    dispatchEvent(new Event("beforeprint"));
    const shown = [...document.querySelectorAll("#content *")].filter((part) => part.checkVisibility());
    const out = shown.filter((part) => !part.closest("svg") && part.getBoundingClientRect().right > innerWidth + 1);
    const graphs = shown.filter((part) => part.matches(".dash-graph")).map((part) => part.getBoundingClientRect());
    const [rights, heights] = [graphs.map(({ right }) => right), graphs.map(({ height }) => height)];
    return {
        out: out.map((part) => part.className), graphs: graphs.length,
        width: Math.max(0, ...rights), height: Math.max(0, ...heights),
    };
}"""


# Two figures at least of the page that Dash has drawn in the place of the prerendered one, and none that is being drawn
DRAWN = """() => document.querySelectorAll(".plot-card .main-svg").length >= 2
    && !document.querySelector("#prerender, .dash-graph--pending, .plot-card [data-dash-is-loading]")"""

# How many figures are in sight whenever the state of one changes
WATCHED = """() => {
    const graphs = () => [...document.querySelectorAll("#content .dash-graph")];
    window.inSight = [];
    new MutationObserver(() => inSight.push(graphs().filter((one) => one.checkVisibility()).length))
        .observe(document.body, { subtree: true, attributeFilter: ["class"] });
}"""

FITTED = "() => inSight.length && !document.querySelector('.dash-graph--pending')"


def sheets_of(page):
    """The text of each sheet, if the page is printed."""
    read = PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))
    return [re.sub(r"\s+", " ", unicodedata.normalize("NFKC", sheet.extract_text())) for sheet in read.pages]


@pytest.mark.parametrize(
    ("path", "ready", "said"),
    [
        ("/", ".shell", ("Bank products", "Loan approval")),
        ("/loan/predict?record=3", "#result .headline", ("Sample record 3", "Debts paid")),
        ("/bank-products/predict", ".reasons[data-state=current]", ("Personal loan", "How far to trust it")),
        (
            "/iris/insights",
            ".answer:last-child .main-svg",
            ("What drives it?", "Is it good enough to use?", "Intended use"),
        ),
        (
            "/loan/performance",
            "#averages, #money .main-svg",
            ("From which probability does acting pay most?", "Headline"),
        ),
        ("/bank-products/campaign", "#campaign", ("Which file is it about?",)),
    ],
)
def test_a_page_is_printed_with_what_is_there_and_without_controls(browse, path, ready, said):
    page = browse(width=900, color_scheme="dark").open(path).page
    expect(page.locator("#prerender")).to_have_count(0)
    expect(page.locator(ready).first).to_be_visible()
    expect(page.locator(".dash-graph--pending")).to_have_count(0)
    words = " ".join(sheets_of(page))
    for text in said:
        assert text in words
    assert [text for text in CONTROLS if text in words] == []


def test_a_result_that_is_longer_than_the_window_is_printed_whole(browse):
    tab = browse(height=400).open("/loan/predict?record=3")
    tab.reasons()
    tab.page.emulate_media(media="print")
    side = tab.page.locator(".predict > .side")
    expect(side).to_have_css("overflow", "visible")
    assert side.evaluate("side => side.scrollHeight - side.clientHeight") <= 1


@pytest.mark.parametrize("path", ["/bank-products/insights", "/loan/performance"])
def test_a_figure_of_a_wide_screen_fits_on_a_sheet(browse, path):
    page = browse(width=950, height=3000).open(path).page
    expect(page.locator(".plot-card:has(.main-svg)").nth(1)).to_be_visible()
    page.wait_for_function(DRAWN, timeout=60_000)
    page.emulate_media(media="print")
    page.evaluate(WATCHED)
    page.set_viewport_size({"width": SHEET, "height": 900})
    page.wait_for_function(FITTED)
    assert min(page.evaluate("inSight")) >= 2  # none is hidden while it is fitted to the sheet
    seen = page.evaluate(ON_PAPER)
    assert seen["graphs"] >= 2
    assert seen["width"] <= SHEET + 1
    assert seen["height"] <= TALL
    assert seen["out"] == []
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".dash-graph").evaluate_all("all => all.map((one) => one.style.zoom).join('')") == ""
