"""A page of plots is on the screen before Dash starts, shows what the real one shows, and makes way for it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

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
    sentence: card.querySelector(".plot-words")?.textContent,
    place: Math.round(card.getBoundingClientRect().top),
  };
}"""


@pytest.fixture
def held(browse):
    """A page on which Dash does not start, and what lets it."""

    def open_page(path, **options):
        tab, waiting = browse(**options), []
        tab.page.route(DASH, lambda route: waiting.append(route))
        tab.page.goto(tab.address + path, wait_until="commit")
        tab.page.wait_for_selector("#before .plot-card", state="attached")

        def go_on():
            while not waiting:
                tab.page.wait_for_timeout(50)
            waiting.pop().continue_()

        return tab.page, go_on

    return open_page


@pytest.mark.parametrize("width", [1440, 380])
@pytest.mark.parametrize(
    "path", ["/iris/performance?outcome=virginica&cut_off=0.3", "/bank-products/performance", "/loan/insights"]
)
def test_it_shows_what_the_real_page_shows_and_nothing_moves(browse, held, path, width):
    browse(width=width, height=2000).open(path).page.wait_for_selector(".plot-card .main-svg")  # it is in the cache
    page, go_on = held(path, width=width, height=2000)
    page.wait_for_selector("#before .main-svg")
    before = page.locator("#before").evaluate(SEEN)
    go_on()
    page.wait_for_selector("#before", state="detached")
    assert before["lines"]
    assert before == page.locator("#react-entry-point").evaluate(SEEN)


def test_it_is_neither_read_nor_reached_nor_found_twice(held):
    page, go_on = held("/loan/performance")
    assert page.get_by_role("heading").count() == 0
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#before')") is None
    go_on()
    page.wait_for_selector("#before", state="detached")
    names = page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert sorted(names) == sorted(set(names))


def test_whoever_touches_the_page_gets_the_real_one(held):
    page, go_on = held("/loan/performance")
    later = []
    counts = lambda route: later.append(route) if "tally-asked" in route.request.post_data else route.continue_()  # noqa: E731
    page.route("**/_dash-update-component", counts)
    go_on()
    page.wait_for_selector("#content [data-title]", state="attached")
    assert page.locator("#before").count() == 1
    page.mouse.click(5, 500)
    assert page.locator("#before").count() == 0
    for route in later:
        route.continue_()


def test_where_the_first_plot_lies_far_below_it_is_not_drawn_yet(held):
    page, go_on = held("/bank-products/performance", width=380, height=600)
    go_on()
    page.wait_for_selector("#before", state="detached")
    expect(page.locator("#plots .plot-card").first).not_to_be_in_viewport()
    assert page.locator(".main-svg").count() == 0
    page.locator("#plots .plot-card").first.scroll_into_view_if_needed()
    expect(page.locator("#plots .plot-card .main-svg").first).to_be_visible()


def test_without_the_script_that_draws_dash_starts_all_the_same(browse):
    tab = browse(quiet=False)
    tab.page.route("**/plotly-cartesian*", lambda route: route.abort())
    tab.page.goto(f"{tab.address}/loan/performance")
    tab.page.wait_for_selector("#before", state="detached")
    expect(tab.page.locator("#plots [data-pick=precision]").first).to_contain_text("%")
