"""A lost connection: every callback says so and asks again, and no figure stands beside the label of another."""

import re

import pytest
from playwright.sync_api import expect

UPDATE = re.compile("_dash-update-component")
LOST = "No connection to the server. What you see may be older than your choices. Trying again …"


def lose(tab, failure):
    answer = (lambda route: route.abort()) if failure == "network" else (lambda route: route.fulfill(status=failure))
    tab.page.route(UPDATE, answer)


def line(tab):
    return tab.page.locator("#connection")


def is_back(tab):
    tab.page.unroute(UPDATE)
    expect(line(tab)).to_have_text("")
    assert tab.page.locator("html[data-connection]").count() == 0


def accuracy(tab):
    return tab.page.locator("#headline").inner_text()


@pytest.mark.parametrize("failure", ["network", 503, 429])
def test_figures_follow_the_chosen_outcome_once_the_server_is_back(browse, failure):
    right = browse().open("/bank-products/performance?outcome=credit-card")
    expect(right.page.locator("#headline")).to_contain_text("%")
    tab = browse(quiet=False).open("/bank-products/performance?outcome=personal-loan")
    expect(tab.page.locator("#headline")).to_contain_text("%")
    lose(tab, failure)
    tab.page.get_by_label("Outcome", exact=True).select_option("credit-card")
    expect(line(tab)).to_have_text(LOST)
    expect(tab.page.locator("#headline")).to_have_css("opacity", "0.55")
    is_back(tab)
    expect(tab.page.locator("#headline")).to_have_css("opacity", "1")
    says = "wanted => document.querySelector('#headline').innerText === wanted"
    tab.page.wait_for_function(says, arg=accuracy(right))


@pytest.mark.parametrize("failure", ["network", "silence"])
@pytest.mark.parametrize(
    ("kind", "part"), [("performance", "#headline"), ("performance", "#cut-off"), ("insights", ".answers")]
)
def test_no_figure_of_another_outcome_is_shown_as_that_of_the_chosen_one(browse, kind, part, failure):
    """While the server is silent, no line says so for 10 seconds: the figures are faded without it."""
    tab = browse(quiet=False).open(f"/bank-products/{kind}?outcome=personal-loan")
    expect(tab.page.locator(part)).to_have_css("opacity", "1")
    if failure == "silence":
        tab.page.route(UPDATE, lambda route: None)
    else:
        lose(tab, failure)
    tab.page.get_by_label("Outcome", exact=True).select_option("credit-card")
    expect(tab.page.locator(part)).to_have_css("opacity", "0.55", timeout=8_000)


@pytest.mark.nightly
@pytest.mark.parametrize("last", ["securities-account", "personal-loan"])
def test_of_two_choices_made_meanwhile_the_last_one_counts(browse, last):
    right = browse().open(f"/bank-products/performance?outcome={last}")
    expect(right.page.locator("#headline")).to_contain_text("%")
    tab = browse(quiet=False).open("/bank-products/performance?outcome=personal-loan")
    expect(tab.page.locator("#headline")).to_contain_text("%")
    lose(tab, "network")
    for outcome in ("credit-card", last):
        tab.page.get_by_label("Outcome", exact=True).select_option(outcome)
        expect(line(tab)).to_have_text(LOST)
    is_back(tab)
    tab.page.wait_for_function(
        "wanted => document.querySelector('#headline').innerText === wanted", arg=accuracy(right)
    )
    expect(tab.page.get_by_label("Outcome", exact=True)).to_have_value(last)
    assert f"outcome={last}" in tab.page.url


@pytest.mark.parametrize(("lost", "outcome"), [("request", "setosa"), ("answer", "versicolor")])
def test_a_cut_off_put_into_use_meanwhile_is_changed_once_when_the_server_is_back(browse, lost, outcome):
    tab = browse(quiet=False).open(f"/iris/performance?outcome={outcome}&cut_off=0.37")
    page, in_use = tab.page, tab.page.locator("#cut-off [data-pick=in_use]")
    expect(in_use).to_have_text("50\u00a0%")
    page.route(UPDATE, lambda route: (lost == "answer" and route.fetch(), route.abort()))
    page.click("#cut-off-use")
    page.fill("#cut-off-reason", "an outage")
    page.click("#cut-off-confirm")
    expect(line(tab)).to_have_text(LOST)
    expect(in_use).to_have_text("50\u00a0%")
    page.fill("#cut-off-typed", "42")  # moves in the browser, meanwhile too
    expect(page.locator(".headline-sentence")).to_contain_text("Acting from 42\u00a0%")
    is_back(tab)
    expect(in_use).to_have_text("37\u00a0%")
    expect(page.locator("#cut-off-history summary")).to_have_text("Changed once")
    expect(page.locator(".cut-off-said")).to_have_text("Prediction and campaigns now use 37\u00a0%.")
    page.click("#cut-off-undo")  # the server is that of other tests too
    page.click("#cut-off-confirm")
    expect(in_use).to_have_text("50\u00a0%")


def test_a_page_that_was_asked_for_comes_when_the_server_is_back(browse):
    tab = browse(quiet=False).open("/iris/performance")
    lose(tab, "network")
    tab.page.get_by_role("link", name="Insights").click()
    expect(line(tab)).to_have_text(LOST)
    is_back(tab)
    tab.page.wait_for_selector("[data-title*=Insights]")


@pytest.mark.nightly
def test_an_error_of_the_server_is_said_and_not_asked_again(browse):
    tab = browse(quiet=False).open("/iris/performance")
    asked = []
    tab.page.route(UPDATE, lambda route: (asked.append(route.request.post_data), route.fulfill(status=500)))
    tab.page.get_by_role("link", name="Insights").click()
    expect(line(tab)).to_contain_text("The server made an error")
    tab.page.wait_for_timeout(2500)
    assert len([body for body in asked if '"output":"content.children"' in body]) == 1
    tab.page.unroute(UPDATE)
    tab.page.get_by_role("link", name="Models").click()
    tab.page.wait_for_selector("#models")
    expect(line(tab)).to_have_text("")


@pytest.mark.nightly
def test_every_plot_that_was_asked_for_meanwhile_comes_when_the_server_is_back(browse):
    tab = browse(quiet=False).open("/iris/performance")
    plots, asked = ("segments", "worst-segments", "mistakes"), []
    tab.page.route(UPDATE, lambda route: (asked.append(route.request.post_data), route.abort()))
    for plot in plots:
        card = tab.page.locator(f"[data-plot={plot}]")
        card.scroll_into_view_if_needed()
        while not any(f'"key":"{plot}"' in each for each in asked):
            tab.page.wait_for_timeout(100)
        expect(card.locator(".plot-waiting")).to_be_visible()
    expect(line(tab)).to_have_text(LOST)
    is_back(tab)
    for plot in plots:
        expect(tab.page.locator(f"[data-plot={plot}] .plot-waiting")).to_have_count(0)
