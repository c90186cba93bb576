"""The table of a campaign in a real browser: filters, sorting, and the way to the Prediction page and back."""

import csv
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.test_accessibility import AXE, FOUND, VARIANTS
from tests.e2e.test_campaign import OVER, column, sort, when_asked


@pytest.fixture(scope="module")
def people(models_dir, tmp_path_factory):
    """Records with a name and a telephone number at the end of each line: more than AG Grid asks for at once."""
    (holdout,) = (models_dir / "loan").glob("*/holdout.csv")
    with holdout.open(newline="") as file:
        rows = [{name: text for name, text in row.items() if name[:3] != "is "} for row in csv.DictReader(file)]
    for at, row in enumerate(rows):
        row |= {"Kundenname": f"{('Zoë', 'Anna', 'Max')[at % 3]} {at:03d}", "Telefon": f"0{at:05d}"}
    file = tmp_path_factory.mktemp("campaign") / "people.csv"
    with file.open("w", newline="", encoding="utf-8") as target:
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file, rows


@pytest.fixture(scope="module")
def scored(chromium, address, people):
    """The address of a campaign of these people."""
    page = chromium.new_page()
    page.goto(f"{address}/loan/campaign")
    page.set_input_files("#campaign-file", people[0])
    page.get_by_role("button", name="Score").click()
    page.wait_for_selector("#campaign[data-at=result]", timeout=OVER)
    found = page.url.removeprefix(address)
    page.close()
    return found


def asked_rows(tab):
    return [each for each in tab.requests if '"rows-asked' in (each.post_data or "").replace("\\", "")]


def test_all_records_are_filtered_and_sorted_not_only_those_on_the_screen(browse, scored, people):
    _, rows = people
    tab = browse().open(scored)
    assert column(tab, "rank")[:2] == ["1", "2"]
    assert asked_rows(tab) == []  # the first rows came with the page
    income = next(f"c{at}" for at, name in enumerate(rows[0]) if name == "ApplicantIncome")
    name = next(f"c{at}" for at, name in enumerate(rows[0]) if name == "Kundenname")
    sort(tab, "Kundenname")
    expect(tab.page.locator(f'.ag-row[row-index="0"] [col-id="{name}"]')).to_have_text("Anna 001")
    sort(tab, "Kundenname")
    last = max(row["Kundenname"] for row in rows)
    expect(tab.page.locator(f'.ag-row[row-index="0"] [col-id="{name}"]')).to_have_text(last)
    tab.page.get_by_role("textbox", name="Kundenname").fill("zoe")
    some = sum(row["Kundenname"].startswith("Zoë") for row in rows)
    expect(tab.page.get_by_text(f"{some} records fit these filters.")).to_be_visible()
    tab.page.get_by_role("textbox", name="Kundenname").fill("zzz")
    expect(tab.page.get_by_text("No record fits these filters.")).to_be_visible()
    tab.page.get_by_role("textbox", name="Kundenname").fill("")
    expect(tab.page.locator(f'.ag-row[row-index="0"] [col-id="{name}"]')).to_have_text(last)
    assert income  # it is in the table, beyond the edge of the screen


def test_paper_has_the_rows_that_stand_on_the_screen(browse, scored):
    page = browse(width=1280).open(scored).page
    expect(page.locator('.ag-row[row-index="3"]').first).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator('.ag-row[row-index="3"]').first).to_be_visible()
    expect(page.get_by_text("These are the rows and columns that were on the screen.")).to_be_visible()
    for what in (".ag-floating-filter", ".campaign-tools", ".campaign-wish"):
        assert not any(each.is_visible() for each in page.locator(what).all())


def test_of_two_orders_the_later_is_shown(browse, scored):
    """Also where the answer to the first comes late, and where the later one is the order of the page's own rows."""
    tab = browse().open(scored)
    best = column(tab, "row")[0]
    held = []
    question = '[0,100,[{"sort":"asc","type":"default","colId":"row"}],{}]'
    when_asked(tab, "rows-asked", question, lambda route: route.continue_() if held else held.append(route))
    first = tab.page.locator('.ag-row[row-index="0"] [col-id="row"]')
    for _ in range(3):  # up, down, and as it was
        sort(tab, "Record")
    tab.page.wait_for_timeout(600)
    assert len(held) == 1
    held[0].continue_()
    expect(first).to_have_text(best)
    tab.page.wait_for_timeout(600)
    expect(first).to_have_text(best)
    sort(tab, "Record")
    expect(first).to_have_text("1")  # the same question once more


def test_a_name_opens_the_record_and_leads_back(browse, scored, people):
    _, rows = people
    tab = browse().open(scored)
    line = rows[int(column(tab, "row")[0].replace(",", "")) - 1]
    chance = column(tab, "p1")[0]
    tab.page.get_by_role("link", name=line["Kundenname"]).click()
    tab.settle()
    expect(tab.page.locator("#record-name")).to_contain_text(f"{line['Kundenname']} · {line['Telefon']} · people.csv")
    assert float(tab.record()["ApplicantIncome"]) == float(line["ApplicantIncome"])
    assert tab.percents()["Y"] == chance
    assert "Kundenname" not in tab.page.url
    tab.page.reload()
    tab.settle()
    assert float(tab.record()["ApplicantIncome"]) == float(line["ApplicantIncome"])
    tab.page.get_by_role("link", name="Back to the campaign").click()
    expect(tab.page).to_have_url(re.compile(re.escape(scored) + "$"))
    assert column(tab, "rank")[0] == "1"


def test_a_key_opens_the_record(browse, scored):
    tab = browse().open(scored)
    column(tab, "rank")
    tab.page.locator('.ag-row[row-index="1"] [col-id="rank"]').click()
    tab.page.keyboard.press("ArrowRight")
    tab.page.keyboard.press("Enter")
    tab.settle()
    expect(tab.page).to_have_url(re.compile(r"/loan/predict\?record=campaign"))


@pytest.mark.nightly
def test_a_phone_shows_whom_to_call_without_scrolling(browse, scored):
    tab = browse(width=380, height=740, color_scheme="dark").open(scored)
    column(tab, "rank")
    table = tab.page.locator(".campaign-table").bounding_box()
    number = tab.page.locator('.ag-row[row-index="0"] .ag-cell').nth(2).bounding_box()
    assert number["x"] + number["width"] <= table["x"] + table["width"]
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 380


@pytest.mark.parametrize("variant", VARIANTS)
def test_axe_finds_nothing_in_a_result(browse, scored, variant):
    tab = browse(**VARIANTS[variant]).open(scored)
    column(tab, "rank")
    tab.page.evaluate(AXE.read_text())
    assert tab.page.evaluate(FOUND) == []
