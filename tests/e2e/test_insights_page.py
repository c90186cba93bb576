"""The Insights page in a real browser: its plots, the card, the schema and the estimator."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from ml.plots.catalogue import plots_of


def scrolled(tab):
    """The page scrolled through, so that every plot has come, with its sentence or why there is none."""
    count = len(plots_of("insights"))
    for _ in range(60):
        tab.page.mouse.wheel(0, 900)
        tab.page.wait_for_timeout(100)
        if tab.page.locator(".plot-words, .plot-refusal").count() >= count:
            break
    return tab.page


@pytest.mark.parametrize("dark", ["light", "dark"])
def test_every_plot_comes_and_nothing_complains(browse, dark):
    tab = browse(width=1440, color_scheme=dark).open("/loan/insights")
    page = scrolled(tab)
    expect(page.locator(".plot-words")).to_have_count(
        len(plots_of("insights"))
    )  # one that took long is asked for again
    shown = page.locator("body").inner_text()
    for plot in plots_of("insights"):
        assert plot.question in shown


def test_a_plot_about_a_feature_follows_the_outcome(browse):
    tab = browse().open("/bank-products/insights?outcome=credit-card")
    page = scrolled(tab)
    words = " ".join(page.locator(".plot-words").all_inner_texts())
    assert "“Credit card”" in words
    assert "“Personal loan”" not in words


def test_card_schema_and_estimator_stand_below_the_plots(browse):
    tab = browse().open("/loan/insights")
    for name in ("Card", "Schema", "Estimator"):
        expect(tab.page.get_by_role("region", name=name, exact=True)).to_be_visible()
    table = tab.page.get_by_role("region", name="Schema", exact=True).get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(12)  # eleven features and the heads
    expect(table.get_by_role("rowheader", name="Loan amount")).to_be_visible()
    estimator = tab.page.get_by_role("region", name="Estimator", exact=True)
    expect(estimator.get_by_text("RandomForestClassifier")).to_be_visible()
    card = tab.page.get_by_role("region", name="Card", exact=True)
    expect(card.get_by_text("equal to scikit-learn on")).to_be_visible()


@pytest.mark.parametrize("name", ["bank-products", "loan"])
def test_on_a_phone_nothing_below_the_plots_sticks_out(browse, name):
    tab = browse(width=380).open(f"/{name}/insights")
    page = scrolled(tab)
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    out = page.locator(".about *").evaluate_all(
        """parts => parts.filter(part => {
            const box = part.getBoundingClientRect();
            const hidden = part.closest("thead");
            const wide = getComputedStyle(part).display !== "inline" && part.scrollWidth > part.clientWidth + 1;
            return !hidden && box.width && (box.right > 380.5 || box.left < -0.5 || wide);
        }).map(part => part.className + ": " + part.textContent.slice(0, 60))"""
    )
    assert out == []


@pytest.mark.parametrize("name", ["bank-products", "loan", "iris"])
def test_on_a_phone_no_words_of_a_figure_are_cut(browse, name):
    tab = browse(width=380).open(f"/{name}/insights")
    page = scrolled(tab)
    page.wait_for_timeout(500)
    cut = page.locator(".plot-card .js-plotly-plot").evaluate_all(
        """plots => plots.flatMap(plot => {
            const frame = plot.getBoundingClientRect();
            return [...plot.querySelectorAll("text")].filter(text => {
                const box = text.getBoundingClientRect();
                return box.width && (box.left < frame.left - 1 || box.right > frame.right + 1
                    || box.top < frame.top - 1 || box.bottom > frame.bottom + 1);
            }).map(text => text.textContent);
        })"""
    )
    assert cut == []
