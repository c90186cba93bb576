"""Numbers as the reader writes them: shown so, and read so, while addresses and answers stay the same."""

import pytest
from playwright.sync_api import expect

from tests.e2e.addresses import filled

LOCALES = {
    "de-DE": ("746 to 20.901 in training", "62,5", "1.234,5", "5.000"),
    "en-US": ("746 to 20,901 in training", "62.5", "1,234.5", "5,000"),
    "de-CH": ("746 to 20’901 in training", "62.5", "1'234.5", "5'000"),
    "fr-FR": ("746 to 20\u202f901 in training", "62,5", "1 234,5", "5 000"),
}


@pytest.fixture
def loan(browse):
    def opened(locale, path=""):
        tab = browse(locale=locale).open(path or filled("loan"))
        tab.settle()
        return tab

    return opened


@pytest.mark.parametrize("locale", LOCALES)
def test_hints_are_written_and_numbers_read_as_the_reader_does(loan, service, locale):
    hint, plain, long, thousands = LOCALES[locale]
    tab = loan(locale)
    expect(tab.field("Income").locator(".field-said")).to_have_text(hint)
    for typed, value in ((thousands, 5000.0), (long, 1234.5), (plain, 62.5)):
        tab.type("Income", typed)
        tab.settle()
        expected = service.score_with_blanks("loan", record_of(service, ApplicantIncome=value)).probabilities
        assert list(tab.probabilities().values()) == pytest.approx(expected, abs=1e-12)
        assert f"ApplicantIncome={value:g}" in tab.page.url
    decimal = plain[2]
    assert decimal in tab.page.locator("#result .headline .number").text_content()
    expect(tab.textbox("Income")).to_have_value(plain)


def record_of(service, **values):
    given = {feature.name: feature.default for feature in service.model("loan").schema.features} | values
    return {name: value for name, value in given.items() if value is not None}


@pytest.mark.nightly
def test_what_is_no_number_here_is_refused_and_never_misread(loan):
    tab = loan("de-DE")
    for typed in ("5.00", "1,2,3", "12.34,5", "x"):
        tab.type("Income", typed)
        tab.settle("invalid")
        expect(tab.field("Income").locator(".field-said")).to_contain_text("is not a number")
        expect(tab.textbox("Income")).to_have_value(typed)
    tab.type("Income", "5,00")
    tab.settle()
    assert "ApplicantIncome=5.00" in tab.page.url


def test_a_link_opens_the_same_record_for_every_reader(loan):
    seen = []
    for locale, text in (("de-DE", "1234,5"), ("en-US", "1234.5")):
        tab = loan(locale, "/loan/predict?ApplicantIncome=1234.5")
        expect(tab.textbox("Income")).to_have_value(text)
        assert "ApplicantIncome=1234.5" in tab.page.url
        seen.append(tab.probabilities())
    assert seen[0] == seen[1]


@pytest.mark.nightly
@pytest.mark.parametrize("locale", ["en-US", "de-DE"])
def test_a_link_that_no_program_wrote_is_refused_for_every_reader_until_it_is_put_right(browse, locale):
    tab = browse(locale=locale).open(filled("loan", ApplicantIncome="1,234"))
    tab.settle("invalid")
    expect(tab.field("Income").locator(".field-said")).to_contain_text("“1,234?” is not a number")
    tab.page.reload()
    tab.settle("invalid")
    expect(tab.textbox("Income")).to_have_value("1,234?")
    tab.type("Income", "1234")
    tab.settle()
    assert "ApplicantIncome=1234" in tab.page.url


@pytest.mark.nightly
def test_arrows_undo_and_reset_keep_to_the_readers_marks(loan):
    tab = loan("de-DE", filled("iris"))
    box = tab.textbox("Petal length")
    before = box.input_value()
    assert "," in before
    box.press("ArrowUp")
    tab.settle()
    moved = box.input_value()
    assert "," in moved or moved.isdigit()
    assert moved != before
    tab.page.keyboard.press("Control+z")
    tab.settle()
    expect(box).to_have_value(before)


@pytest.mark.nightly
def test_what_was_understood_stands_in_the_field_once_it_is_left(loan):
    tab = loan("de-DE")
    box = tab.textbox("Income")
    box.fill("5.000")
    box.press("Tab")
    expect(box).to_have_value("5000")
