"""The report in a real browser: from the disk, with the network off; and its links on the Performance page."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from ml.report.files import write

SCHEMES = {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 22, 28)"}


@pytest.fixture(scope="module")
def loan(service, tmp_path_factory):
    target = tmp_path_factory.mktemp("report") / "loan.html"
    write(service, "loan", target)
    return target


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 380)])
def test_from_the_disk_without_a_network_every_figure_is_drawn(chromium, loan, scheme, width):
    context = chromium.new_context(viewport={"width": width, "height": 800}, offline=True, color_scheme=scheme)
    page, said, asked = context.new_page(), [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(loan.as_uri())
    page.wait_for_selector("html[data-drawn]", timeout=60_000)
    figures = page.locator("script[data-plot]").count()
    assert figures > 25
    empty = "all => all.filter(each => !each.querySelector('.main-svg path')).map(each => each.id)"
    assert page.locator(".figure").evaluate_all(empty) == []
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == SCHEMES[scheme]
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert said == []
    assert asked == [loan.as_uri()]
    context.close()


@pytest.mark.nightly
@pytest.mark.parametrize(("words", "begins"), [("whole, HTML", b"<!doctype html>"), ("one page, PDF", b"%PDF-")])
def test_the_performance_page_gives_the_report(browse, words, begins):
    tab = browse()
    tab.open("/iris/performance?outcome=versicolor")
    with tab.page.expect_download(timeout=90_000) as caught:
        tab.page.get_by_role("link", name=words).click()
        expect(tab.page.locator(".report-links [role=status]")).not_to_be_empty()
    content = Path(caught.value.path()).read_bytes()
    assert content.startswith(begins)
    if begins.startswith(b"<"):
        assert "<title>Iris species: “Versicolor”</title>".encode() in content
    expect(tab.page.locator(".report-links [role=status]")).to_have_text("The report is in your downloads.")
