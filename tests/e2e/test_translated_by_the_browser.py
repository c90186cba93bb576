"""A browser that translates the page replaces its texts by elements; numbers still follow the values."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.addresses import filled

# As Chrome does it: each text moves into an element of its own, also those that come later.
TRANSLATE = """() => {
    const walk = (node) => {
        for (const each of [...node.childNodes]) {
            if (each.nodeType === 1 && !each.matches("svg, script, style, font")) walk(each);
            if (each.nodeType !== 3 || !each.textContent.trim() || node.matches("textarea, option, title")) continue;
            const font = document.createElement("font");
            font.textContent = each.textContent;
            each.replaceWith(font);
        }
    };
    walk(document.body);
    new MutationObserver(() => walk(document.body)).observe(document.body, { subtree: true, childList: true });
}"""
WORTHS = "() => [...document.querySelectorAll('#result [data-worth]')].map(one => one.textContent)"


def test_numbers_of_a_translated_page_follow_the_values(browse):
    changes = ("5000", "", "5200")
    plain = browse().open(filled("loan"))
    translated = browse().open(filled("loan"))
    for tab in (plain, translated):
        tab.settle()
    translated.page.evaluate(TRANSLATE)
    for income in changes:
        for tab in (plain, translated):
            tab.page.locator("[data-feature=ApplicantIncome] input").first.fill(income)
            tab.page.keyboard.press("Enter")
            tab.settle()
        assert translated.page.evaluate(WORTHS) == plain.page.evaluate(WORTHS)
        assert translated.percents() == plain.percents()
        expect(translated.page.locator("#result")).to_have_text(plain.page.locator("#result").text_content())
    assert translated.complaints == []
