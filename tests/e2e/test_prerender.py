"""A prerendered page is on the screen before Dash starts, shows what the real one shows, and makes way for it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from prerender import within_deadline

DASH = "**/dash_renderer*"
# Words and lines that can be seen, and where the first card stands.
SEEN = """root => {
  const shown = (element) => {
    const { top, bottom, width } = element.getBoundingClientRect();
    return element.checkVisibility() && width && bottom > 0 && top < innerHeight;
  };
  const card = root.querySelector(".plot-card");
  const leaves = [...root.querySelectorAll("*")].filter((one) => !one.closest(".plot-card") && !one.children.length);
  return {
    words: leaves.filter(shown).map((one) => one.value ?? one.textContent).filter((text) => text.trim()),
    lines: [...card.querySelectorAll(".main-svg path")].map((path) => path.getAttribute("d")),
    sentence: card.querySelector(".answer-words, .plot-words")?.textContent,
    place: Math.round(card.getBoundingClientRect().top),
  };
}"""


SEES = """new MutationObserver(() => { window.prerendered ||= document.querySelector("#prerender .plot-card"); })
.observe(document, {childList: true, subtree: true})"""


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    """The server has the time that it takes, however busy the machine is."""
    monkeypatch.setattr(within_deadline, "GLANCE", 20.0)
    monkeypatch.setattr(within_deadline, "LIMIT", 20.0)


@pytest.fixture
def held(browse):
    """A page on which Dash does not start, and what lets it."""

    def open_page(path, **options):
        tab, waiting = browse(**options), []
        tab.page.route(DASH, lambda route: waiting.append(route))
        tab.page.goto(tab.address + path, wait_until="commit")
        tab.page.wait_for_selector("#prerender .plot-card", state="attached")

        def go_on():
            while not waiting:
                tab.page.wait_for_timeout(50)
            waiting.pop().continue_()

        return tab.page, go_on

    return open_page


@pytest.mark.parametrize(
    ("path", "width"),
    [
        ("/iris/performance?outcome=virginica&cut_off=0.3", 380),
        ("/bank-products/performance", 1440),
        ("/loan/insights", 380),
    ],
)
def test_it_shows_what_the_real_page_shows_and_nothing_moves(browse, held, path, width):
    browse(width=width, height=2000).open(path).page.wait_for_selector(".plot-card .main-svg")  # it is in the cache
    page, go_on = held(path, width=width, height=2000)
    page.wait_for_selector("#prerender .main-svg")
    soon = page.locator("#prerender").evaluate(SEEN)
    go_on()
    page.wait_for_selector("#prerender", state="detached")
    assert soon["lines"]
    assert soon == page.locator("#react-entry-point").evaluate(SEEN)


def test_it_is_neither_read_nor_reached_nor_found_twice(held):
    page, go_on = held("/loan/performance")
    assert page.get_by_role("heading").count() == 0
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#prerender')") is None
    go_on()
    page.wait_for_selector("#prerender", state="detached")
    names = page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert sorted(names) == sorted(set(names))


@pytest.mark.nightly
def test_whoever_touches_the_page_gets_the_real_one(held):
    page, go_on = held("/loan/performance")
    counts = []
    page.route(
        "**/_dash-update-component*",
        lambda route: (
            counts.append(route) if '"output":"threshold-table.data"' in route.request.post_data else route.continue_()
        ),
    )
    go_on()
    page.wait_for_selector("#content [data-title]", state="attached")
    while not counts:
        page.wait_for_timeout(20)
    assert page.locator("#prerender").count() == 1
    page.mouse.click(5, 500)
    assert page.locator("#prerender").count() == 0
    counts.pop().continue_()


@pytest.mark.nightly
def test_where_the_first_plot_lies_far_below_it_is_not_drawn_yet(held):
    page, go_on = held("/iris/performance", width=380, height=600)
    go_on()
    page.wait_for_selector("#prerender", state="detached")
    expect(page.locator("#plots .plot-card").first).not_to_be_in_viewport()
    assert page.locator(".main-svg").count() == 0
    page.locator("#plots .plot-card").first.scroll_into_view_if_needed()
    expect(page.locator("#plots .plot-card .main-svg").first).to_be_visible()


@pytest.mark.nightly
def test_the_script_that_draws_is_asked_for_again_where_it_did_not_come(browse):
    tab, failed = browse(quiet=False), []
    draws = lambda route: (failed.append(1), route.abort()) if not failed else route.continue_()  # noqa: E731
    tab.page.route("**/plotly-cartesian*", draws)
    tab.page.goto(f"{tab.address}/loan/insights")
    expect(tab.page.locator("#plots .main-svg").first).to_be_visible()
    tab.page.wait_for_selector("#prerender", state="detached")
    assert failed == [1]


@pytest.mark.parametrize("missing", ["**/dash_renderer*", "**/likely.js*"])
def test_where_dash_does_not_start_nothing_is_hidden(browse, missing):
    page = browse(quiet=False).page
    page.route(missing, lambda route: route.abort())
    page.goto(f"{browse().address}/loan/performance")
    page.wait_for_selector("#prerender", state="detached", timeout=8000)


@pytest.mark.nightly
def test_back_shows_nothing_that_was_true_then(browse):
    tab = browse()
    tab.page.add_init_script(SEES)
    tab.open("/loan/performance")
    assert tab.page.evaluate("Boolean(window.prerendered)")
    tab.page.goto("about:blank")
    tab.page.go_back()
    tab.page.wait_for_selector("#content [data-title]")
    kind = tab.page.evaluate("performance.getEntriesByType('navigation')[0].type")
    assert kind == "back_forward"
    assert tab.page.locator("#prerender").count() == 0
    expect(tab.page.locator("#plots .main-svg").first).to_be_visible()


@pytest.mark.nightly
def test_a_part_of_the_page_is_found_by_its_address_and_by_a_reload(browse):
    page = browse().open("/loan/performance#money").page
    expect(page.locator("#money h2")).to_be_in_viewport()
    page.wait_for_timeout(500)
    page.evaluate("scrollTo(0, 1500)")
    page.wait_for_timeout(500)
    place = page.evaluate("scrollY")
    page.reload()
    page.wait_for_selector("#content [data-title]")
    page.wait_for_selector("#prerender", state="detached")
    assert abs(page.evaluate("scrollY") - place) < 300
