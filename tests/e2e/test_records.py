"""Records are found by id, by part of a text or by chance; the address, a reload and Back restore them."""

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from app import create_server
from ml.bundle.record_book import BookRecord, as_row
from ml.service import open_service
from ml.training.build import build_bundle
from settings import Settings
from store.db import open_store
from tests import small
from tests.serving import served
from tests.small import people, pushed

CUSTOMERS = (
    BookRecord(
        "LP 1/ä", {"ApplicantIncome": "5000", "Married": "Yes", "Credit_History": "1"}, also=("José Müller", "555")
    ),
    BookRecord("LP2", {"ApplicantIncome": "2500", "Married": "No"}, also=("Anna Smith",)),
    BookRecord("LP20", {"ApplicantIncome": "7500", "Property_Area": "Rural"}, ("Rural",), also=("Anna Jensen",)),
)


@pytest.fixture(scope="module")
def address(models_dir, tmp_path_factory):
    """The pages, with customers for one model and a model that has personal fields."""
    var = tmp_path_factory.mktemp("var")
    open_store(f"sqlite:///{var / 'likely.db'}").book.fill("loan", map(as_row, CUSTOMERS))
    with served(create_server(Settings(models_dir=models_dir, var_dir=var))) as address:
        yield address


@pytest.fixture(scope="module")
def models_dir(models_dir, tmp_path_factory):
    """Two demo models, and a small one whose region is personal."""
    folder = tmp_path_factory.mktemp("models")
    for name in ("loan", "bank-products"):
        (folder / name).symlink_to(models_dir / name)
    trained = small._independent(people(), pushed(people()))
    features = tuple(replace(each, personal=each.name in ("region", "debt")) for each in trained.schema.features)
    build_bundle(replace(trained, name="private", schema=replace(trained.schema, features=features)), folder)
    return folder


@pytest.fixture(scope="module")
def service(models_dir):
    """Of these models: the one of all tests would be remembered with them."""
    return open_service(models_dir)


def query(tab):
    return {name: values[0] for name, values in parse_qs(urlsplit(tab.page.url).query, keep_blank_values=True).items()}


def box(tab):
    return tab.page.get_by_label("Find a record").locator("input")


def said(tab, words):
    expect(tab.page.locator("#finder-words")).to_have_text(words)


def named(tab, words):
    """The record's name, which belongs to the values in the form."""
    expect(tab.page.locator("#record-name")).to_have_text(words)


def find(tab, text, *, choose=0):
    """Search and choose by keyboard, as somebody with a telephone in hand does."""
    tab.page.keyboard.press("/")
    tab.page.keyboard.type(text, delay=15)
    expect(tab.page.get_by_role("option").first).to_be_visible()
    for _ in range(choose):
        tab.page.keyboard.press("ArrowDown")
    tab.page.keyboard.press("Enter")
    expect(tab.page.get_by_role("listbox")).to_be_hidden()


def chosen(tab, record_id):
    """Wait until that record is in the form, scored, and in the address."""
    expect(tab.page.locator(".form")).to_have_attribute("data-record", record_id)
    tab.settle()
    tab.page.wait_for_function("id => (new URLSearchParams(location.search).get('record') ?? '') === id", arg=record_id)


def test_by_id_the_form_is_filled_and_one_question_asked(browse):
    tab = browse().open("/loan/predict")
    tab.settle()
    asked = [request for request in tab.updates() if '"id":"form-request"' in (request.post_data or "")]
    find(tab, "lp 1/Ä")
    chosen(tab, "LP 1/ä")
    named(tab, "Record LP 1/ä · José Müller · 555")
    values = {name: text for name, text in tab.record().items() if text}
    assert values == {"ApplicantIncome": "5000", "Married": "Yes", "Credit_History": "1"}
    later = [request for request in tab.updates() if '"id":"form-request"' in (request.post_data or "")]
    assert len(later) - len(asked) == 1
    assert query(tab) == {"record": "LP 1/ä"}


@pytest.mark.nightly
def test_by_part_of_a_text_with_the_arrows(browse):
    tab = browse().open("/loan/predict")
    tab.settle()
    tab.page.keyboard.press("/")
    said(tab, "3 records: type an id or part of a text.")
    find(tab, "anna", choose=1)
    chosen(tab, "LP20")
    assert tab.record()["Property_Area"] == "Rural"
    assert "anna" not in tab.page.url


def test_the_score_is_the_records(browse, service):
    tab = browse().open("/loan/predict")
    find(tab, "muller")
    chosen(tab, "LP 1/ä")
    standing = service.score_with_blanks("loan", CUSTOMERS[0].values)
    expected = dict(zip(standing.model.outcomes.names, standing.probabilities, strict=True))
    assert tab.probabilities() == pytest.approx(expected, abs=1e-9)


def test_a_reload_and_a_link_open_the_record_with_its_changes(browse):
    tab = browse().open("/loan/predict")
    find(tab, "lp2")
    chosen(tab, "LP2")
    tab.type("Income", "4321")
    tab.settle()
    expect(tab.page).to_have_url(re.compile("ApplicantIncome=4321"))
    assert query(tab) == {"record": "LP2", "ApplicantIncome": "4321"}
    before = (tab.record(), tab.probabilities())
    tab.page.reload()
    tab.settle()
    assert (tab.record(), tab.probabilities()) == before
    named(tab, "Record LP2 · Anna Smith")
    tab.page.get_by_role("button", name="Reset", exact=True).first.click()
    chosen(tab, "LP2")
    assert tab.record()["ApplicantIncome"] == "2500"
    link = browse().open(urlsplit(tab.page.url).path + "?record=LP2&ApplicantIncome=4321")
    link.settle()
    assert link.record() == before[0]


@pytest.mark.nightly
def test_back_and_forward_go_from_record_to_record_and_edits_are_no_steps(browse):
    tab = browse().open("/loan/predict")
    tab.settle()
    start = (tab.record(), tab.page.evaluate("history.length"))
    find(tab, "lp2")
    chosen(tab, "LP2")
    for income in ("3000", "3100", "3200"):
        tab.type("Income", income)
        tab.settle()
    box(tab).focus()
    find(tab, "lp20")
    chosen(tab, "LP20")
    assert tab.page.evaluate("history.length") - start[1] == 2
    tab.page.go_back()
    chosen(tab, "LP2")
    assert tab.record()["ApplicantIncome"] == "3200"
    named(tab, "Record LP2 · Anna Smith")
    tab.page.go_back()
    chosen(tab, "")
    assert tab.record() == start[0]
    tab.page.go_forward()
    chosen(tab, "LP2")
    assert tab.record()["ApplicantIncome"] == "3200"


@pytest.mark.nightly
def test_new_starts_over(browse):
    tab = browse().open("/loan/predict?record=LP2&ApplicantIncome=1")
    tab.settle()
    fresh = browse().open("/loan/predict")
    fresh.settle()
    tab.page.get_by_role("button", name="New").click()
    chosen(tab, "")
    assert (tab.record(), query(tab)) == (fresh.record(), {})
    assert set(tab.record().values()) == {""}
    named(tab, "New record")


def test_random_takes_a_sample_record_where_no_own_ones_are_loaded(browse, service):
    tab = browse().open("/bank-products/predict")
    tab.settle()
    tab.page.get_by_role("button", name="Random").click()
    expect(tab.page.locator("#record-name")).to_have_text(re.compile(r"^Sample record \d+$"))
    number = query(tab).get("record") or tab.page.locator(".form").get_attribute("data-record")
    chosen(tab, number)
    lines = (service.model("bank-products").folder / "holdout.csv").read_text().splitlines()
    names, cells = lines[0].split(","), lines[int(number)].split(",")
    for name, text in tab.record().items():
        cell = cells[names.index(name)]
        assert text == cell or float(text) == float(cell)


@pytest.mark.nightly
def test_personal_values_stay_out_of_the_address_and_come_back_with_back(browse):
    tab = browse().open("/private/predict")
    find(tab, "3")
    chosen(tab, "3")
    tab.type("Debt", "12345")
    tab.type("Shoe size", "44")
    tab.settle()
    expect(tab.page).to_have_url(re.compile("shoe_size=44"))
    version = tab.page.locator(".form").get_attribute("data-model").partition("@")[2]
    assert query(tab) == {"record": "3", "version": version, "shoe_size": "44"}
    tab.page.get_by_role("button", name="New").click()
    chosen(tab, "")
    tab.type("Debt", "777")
    tab.settle()
    assert "777" not in tab.page.url
    tab.page.go_back()
    chosen(tab, "3")
    assert tab.record()["debt"] == "12345"
    tab.page.reload()
    tab.settle()
    assert tab.record()["debt"] not in ("12345", "")  # the record's own


@pytest.mark.nightly
def test_a_link_to_a_sample_record_opens_nothing_in_another_version(browse):
    tab = browse().open("/bank-products/predict")
    find(tab, "17")
    chosen(tab, "17")
    expect(tab.page).to_have_url(re.compile("version="))
    path, record = urlsplit(tab.page.url), tab.record()
    same = browse().open(f"{path.path}?{path.query}")
    same.settle()
    assert same.record() == record
    other = browse().open(f"{path.path}?record=17&version=00000000")
    other.settle()
    said(
        other,
        "Sample record 17 belongs to another version, which numbers its records differently: the form starts empty.",
    )
    expect(other.page.locator(".form")).to_have_attribute("data-record", "")
    expect(other.page).not_to_have_url(re.compile("record|version"))


def test_a_record_that_is_not_there_is_said(browse):
    tab = browse().open("/loan/predict?record=%00%3Cb%3Enonsense")
    tab.settle()
    expect(tab.page.locator("#finder-words")).to_contain_text("There is no record")
    assert "<b>nonsense" in tab.page.locator("#finder-words").text_content()
    expect(tab.page).not_to_have_url(re.compile("record"))


def test_what_nobody_has_is_said_and_escape_leaves(browse):
    tab = browse().open("/loan/predict")
    tab.settle()
    tab.page.keyboard.press("/")
    tab.page.keyboard.type("<img src=x>")
    said(tab, "No record has “<img src=x>”.")
    expect(tab.page.get_by_role("listbox")).to_be_hidden()
    tab.page.keyboard.press("Escape")
    expect(box(tab)).to_have_value("")


def test_a_slash_in_the_field_of_a_number_types_nothing_and_searches_nothing(browse):
    tab = browse().open("/loan/predict?ApplicantIncome=64")
    tab.settle()
    tab.textbox("Income").focus()
    tab.page.keyboard.press("/")
    expect(box(tab)).not_to_be_focused()
    assert tab.textbox("Income").input_value() == "64"


def test_a_failed_search_and_edits_leave_the_name_with_its_values(browse):
    tab = browse().open("/loan/predict?record=LP2")
    tab.settle()
    named(tab, "Record LP2 · Anna Smith")
    tab.page.keyboard.press("/")
    tab.page.keyboard.type("nobody has this")
    said(tab, "No record has “nobody has this”.")
    named(tab, "Record LP2 · Anna Smith")
    tab.page.keyboard.press("Escape")
    expect(tab.page.locator("#record-changed")).to_have_text("")
    tab.type("Income", "9999")
    expect(tab.page.locator("#record-changed")).to_have_text("1 value changed")
    tab.page.get_by_role("button", name="New").click()
    chosen(tab, "")
    named(tab, "New record")
    expect(tab.page.locator("#record-changed")).to_have_text("")
    assert set(tab.record().values()) == {""}


def test_recent_records_are_listed_while_the_box_is_empty_and_open_again(browse):
    tab = browse().open("/loan/predict?record=LP2")
    tab.settle()
    find(tab, "lp20")
    chosen(tab, "LP20")
    tab.page.get_by_role("button", name="New").click()
    chosen(tab, "")
    box(tab).focus()
    expect(tab.page.get_by_role("option")).to_have_text(
        [re.compile("LP20.*Anna Jensen"), re.compile("LP2.*Anna Smith")]
    )
    tab.page.keyboard.press("ArrowDown")
    tab.page.keyboard.press("Enter")
    chosen(tab, "LP2")
    named(tab, "Record LP2 · Anna Smith")
    assert tab.record()["ApplicantIncome"] == "2500"
    assert "Anna" not in tab.page.url
    other = browse().open("/loan/predict")
    other.settle()
    box(other).focus()
    said(other, "3 records: type an id or part of a text.")
    expect(other.page.get_by_role("option")).to_have_count(0)


@pytest.mark.nightly
def test_the_newest_search_wins_over_a_late_one(browse):
    tab = browse().open("/loan/predict")
    tab.settle()
    late = []

    def hold(route):
        if '"text":"anna' in (route.request.post_data or "") and not late:
            late.append(route)
        else:
            route.continue_()

    tab.page.route("**/_dash-update-component*", hold)
    tab.page.keyboard.press("/")
    tab.page.keyboard.type("anna")
    tab.page.wait_for_timeout(600)
    assert late
    box(tab).fill("muller")
    expect(tab.page.get_by_role("option")).to_have_count(1)
    late[0].continue_()
    tab.page.wait_for_timeout(600)
    expect(tab.page.get_by_role("option")).to_have_text(re.compile("José Müller"))


@pytest.mark.nightly
def test_screen_readers_are_told_what_the_box_is(browse):
    tab = browse().open("/loan/predict")
    tab.settle()
    combobox = tab.page.get_by_role("combobox", name="Find a record")
    combobox.focus()
    tab.page.keyboard.type("anna")
    expect(tab.page.get_by_role("option")).to_have_count(2)
    expect(combobox).to_have_attribute("aria-expanded", "true")
    tab.page.keyboard.press("ArrowDown")
    active = combobox.get_attribute("aria-activedescendant")
    expect(tab.page.locator(f"#{active}")).to_have_attribute("aria-selected", "true")
    expect(tab.page.locator(f"#{active}")).to_contain_text("LP20")
    expect(tab.page.locator("#finder-words")).to_have_attribute("role", "status")
    tab.page.keyboard.press("Escape")
    expect(combobox).to_have_attribute("aria-expanded", "false")


def test_undo_stays_within_the_record(browse):
    tab = browse().open("/loan/predict")
    tab.settle()
    find(tab, "lp2")
    chosen(tab, "LP2")
    tab.type("Income", "3000")
    tab.settle()
    for _ in range(3):
        tab.page.keyboard.press("Control+z")
        tab.page.wait_for_timeout(400)
    tab.settle()
    assert tab.record()["ApplicantIncome"] == "2500"


def test_on_a_phone_nothing_is_wider_than_the_screen(browse):
    tab = browse(width=380, height=800).open("/loan/predict")
    tab.settle()
    box(tab).click()
    tab.page.keyboard.type("anna")
    expect(tab.page.get_by_role("option")).to_have_count(2)
    assert tab.page.evaluate("document.documentElement.scrollWidth") == 380
    tab.page.get_by_role("option").last.click()
    chosen(tab, "LP20")
