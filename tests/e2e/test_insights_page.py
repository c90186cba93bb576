"""The Insights page in a real browser: the three answers, and what is folded up for analysts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from ml.plots.catalogue import plots_of
from ml.plots.insight_questions import INSIGHT_QUESTIONS

SECTIONS = ("Which features matter", "What their values do", "What is in the records")
NOT_SHOWN = {"contributions"}  # stands in an answer


def plots_folded(service, name):
    bundle = service.model(name)
    return [plot for plot in plots_of("insights") if plot.key not in NOT_SHOWN and plot.fits(bundle)]


def plots_asked(tab):
    return [request for request in tab.requests if '"plot-request\\"' in (request.post_data or "")]


def answers_of(tab):
    expect(tab.page.locator(".answer-words")).to_have_count(len(INSIGHT_QUESTIONS))
    return tab.page


def opened(tab, count):
    """The page with all sections open and scrolled through, so that every plot has come."""
    page = answers_of(tab)
    for name in SECTIONS:
        page.locator("summary", has_text=name).click()
    for _ in range(60):
        page.mouse.wheel(0, 900)
        page.wait_for_timeout(100)
        if page.locator(".plot-words:visible, .plot-refusal:visible").count() >= count:
            break
    return page


def cut_words(page):
    """Words of figures that stick out of them."""
    page.wait_for_timeout(500)
    return page.locator(".plot-card .js-plotly-plot").evaluate_all(
        """plots => plots.flatMap(plot => {
            const frame = plot.getBoundingClientRect();
            return [...plot.querySelectorAll("text")].filter(text => {
                const box = text.getBoundingClientRect();
                return box.width && (box.left < frame.left - 1 || box.right > frame.right + 1
                    || box.top < frame.top - 1 || box.bottom > frame.bottom + 1);
            }).map(text => text.textContent);
        })"""
    )


@pytest.mark.parametrize("dark", ["light", "dark"])
def test_three_answers_stand_first_and_only_they_are_asked_for(browse, dark):
    tab = browse(width=1440, height=2000, color_scheme=dark).open("/loan/insights")
    page = answers_of(tab)
    expect(page.locator(".answer .main-svg").last).to_be_visible()
    assert page.locator("#plots h2").all_inner_texts() == [
        *(each.question for each in INSIGHT_QUESTIONS),
        "For analysts",
    ]
    tops = page.locator(".answer").evaluate_all("cards => cards.map(card => card.getBoundingClientRect().top)")
    assert len(set(tops)) == 1  # side by side
    assert len(plots_asked(tab)) == len(INSIGHT_QUESTIONS)
    assert page.locator(".plots-more .js-plotly-plot").count() == 0


@pytest.mark.parametrize(("name", "gaps"), [("loan", True), ("bank-products", False)])
def test_every_plot_comes_when_its_section_is_opened(browse, service, name, gaps):
    tab, plots = browse(width=1440).open(f"/{name}/insights"), plots_folded(service, name)
    assert ("missing" in {plot.key for plot in plots}) == gaps
    page = opened(tab, len(plots))
    expect(page.locator(".plots-more .plot-words")).to_have_count(len(plots))
    shown = page.locator(".plots-more h3").all_inner_texts()
    assert sorted(shown) == sorted(plot.question for plot in plots)


def test_an_option_in_the_address_opens_its_section(browse):
    page = browse().open("/loan/insights?dependence.feature=LoanAmount").page
    expect(page.locator("[data-plot=dependence] select")).to_have_value("LoanAmount")
    expect(page.locator("[data-plot=dependence]")).to_be_visible()
    expect(page.locator("[data-plot=importance]")).to_be_hidden()


def test_answers_follow_the_outcome(browse):
    tab = browse().open("/bank-products/insights?outcome=credit-card")
    words = " ".join(answers_of(tab).locator(".answer-words").all_inner_texts())
    assert "“Credit card”" in words
    assert "“Personal loan”" not in words


def test_card_schema_and_estimator_are_there(browse):
    page = browse().open("/loan/insights").page
    card = page.get_by_role("region", name="What is this model for, and what serves it?")
    expect(card.get_by_text("equal to scikit-learn on")).to_be_visible()
    for name in ("Schema", "Estimator"):
        expect(page.get_by_role("region", name=name, exact=True)).to_be_hidden()
        page.locator("summary", has_text=name).click()
    table = page.get_by_role("region", name="Schema", exact=True).get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(12)  # eleven features and the heads
    expect(table.get_by_role("rowheader", name="Loan amount")).to_be_visible()
    estimator = page.get_by_role("region", name="Estimator", exact=True)
    expect(estimator.get_by_text("RandomForestClassifier")).to_be_visible()


@pytest.mark.parametrize("name", ["bank-products", "loan", "iris"])
def test_on_a_phone_nothing_sticks_out_and_no_words_are_cut(browse, service, name):
    tab = browse(width=380).open(f"/{name}/insights")
    page = opened(tab, len(plots_folded(service, name)))
    for summary in ("Schema", "Estimator"):
        page.locator("summary", has_text=summary).click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    out = page.locator(".about *, .about-card *").evaluate_all(
        """parts => parts.filter(part => {
            const box = part.getBoundingClientRect();
            const hidden = part.closest("thead");
            const wide = getComputedStyle(part).display !== "inline" && part.scrollWidth > part.clientWidth + 1;
            return !hidden && box.width && (box.right > 380.5 || box.left < -0.5 || wide);
        }).map(part => part.className + ": " + part.textContent.slice(0, 60))"""
    )
    assert out == []
    assert cut_words(page) == []
