"""Sign-in, invitations, roles, keys and audit in a browser, by keyboard, and without faults that axe-core finds."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from app import create_server
from auth.accounts import Accounts
from auth.audit_log import AuditLog
from settings import Settings
from store.db import Store
from tests.e2e.test_accessibility import AXE, FOUND, VARIANTS
from tests.e2e.test_pseudo_locale import CUT, READ, plain
from tests.serving import served
from tests.small import small_model

WORD = "four plain words here"


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("accounts")
    small_model("binary", folder / "models")
    return Settings(models_dir=folder / "models", var_dir=folder / "var", auth="password")


@pytest.fixture(scope="module")
def address(settings):
    with served(create_server(settings)) as address:
        yield address


@pytest.fixture(scope="module")
def accounts(settings, address):
    store = Store(settings.database_url)
    made = Accounts(store, AuditLog(store))
    made.accept(made.first_invitation(), WORD)
    made.accept(made.invite("ann", "seller"), WORD)
    return made


def signed_in(browse, accounts, name="admin", path="/", **options):
    """Sign in as a password manager or a keyboard does: name, Tab, password, Enter."""
    tab = browse(**options)
    tab.page.goto(tab.address + path)
    expect(tab.page.get_by_label("Name or e-mail address")).to_be_focused()
    tab.page.keyboard.type(name)
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.type(WORD)
    tab.page.keyboard.press("Enter")
    expect(tab.page).not_to_have_url(re.compile("/sign-in"))
    return tab


def type_income(tab, text):
    control = tab.page.locator("[data-feature=income] input").first
    control.fill(text)
    control.press("Enter")


def test_a_seller_comes_to_the_page_that_was_asked_for_and_predicts(browse, accounts):
    tab = signed_in(browse, accounts, "ann", "/binary/predict?income=50&debt=10&shoe_size=40&region=north")
    tab.settle()
    assert tab.probabilities()
    type_income(tab, "80")
    tab.settle()
    tab.page.goto(f"{tab.address}/binary/campaign")
    expect(tab.page.locator("main")).to_contain_text("You may not work on files with the model binary.")
    tab.page.get_by_role("link", name="Account").click()
    expect(tab.page.locator("main")).to_contain_text("signed in as ann")
    assert tab.page.get_by_role("link", name="People").count() == 0


@pytest.mark.parametrize("button", ["Sign out", "Sign out everywhere"])
def test_who_signs_out_leaves_no_customers_in_the_tab(browse, accounts, button):
    tab = signed_in(browse, accounts, "ann", "/binary/predict?income=50&debt=10&shoe_size=40&region=north")
    tab.settle()
    tab.page.wait_for_function("sessionStorage.length")
    tab.page.get_by_role("link", name="Account").click()
    tab.page.get_by_role("button", name=button, exact=True).click()
    expect(tab.page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert tab.page.evaluate("Object.keys(sessionStorage)") == []


def test_wrong_passwords_are_told_at_the_form(browse, accounts):
    tab = browse(quiet=False)
    tab.page.goto(f"{tab.address}/sign-in")
    tab.page.get_by_label("Name or e-mail address").fill("ann")
    tab.page.get_by_label("Password").fill("not this one")
    tab.page.get_by_role("button", name="Sign in").click()
    expect(tab.page.get_by_role("alert")).to_have_text("Name or password is wrong.")
    expect(tab.page.get_by_label("Password")).to_be_focused()
    expect(tab.page.get_by_label("Name or e-mail address")).to_have_value("ann")


def test_an_administrator_invites_somebody_who_chooses_a_password(browse, accounts):
    tab = signed_in(browse, accounts, path="/account/people")
    tab.page.get_by_label("Name or e-mail address").fill("bob@shop.example")
    tab.page.get_by_label("Role", exact=True).select_option("viewer")
    tab.page.get_by_role("button", name="Make a link", exact=True).click()
    link = tab.page.get_by_role("region", name="Link for bob@shop.example").get_by_role("textbox").input_value()
    bob = browse()
    bob.page.goto(link)
    bob.page.keyboard.type(WORD)
    bob.page.keyboard.press("Enter")
    expect(bob.page.get_by_role("link", name="Account")).to_be_visible()
    bob.page.goto(f"{bob.address}/binary/predict")
    expect(bob.page.locator("main")).to_contain_text("You may not score with the model binary.")


def test_a_key_is_shown_once_and_the_audit_names_who_made_it(browse, accounts):
    tab = signed_in(browse, accounts, path="/account/keys")
    tab.page.get_by_label("What is it for?").fill("The shop")
    tab.page.get_by_label("score: predictions, files as jobs").check()
    tab.page.get_by_role("button", name="Make the key").click()
    key = tab.page.get_by_role("region", name="The new key").get_by_role("textbox").input_value()
    record = {"income": 50, "debt": 10, "shoe_size": 40, "region": "north"}
    asked = tab.page.request.post(
        f"{tab.address}/api/v1/models/binary/predict", data=record, headers={"Authorization": f"Bearer {key}"}
    )
    assert asked.status == 200
    tab.page.goto(f"{tab.address}/account/keys")
    assert key not in tab.page.content()
    tab.page.goto(f"{tab.address}/account/audit")
    expect(tab.page.get_by_role("row").filter(has_text="key made").first).to_contain_text("admin")


def test_a_role_is_changed_by_keyboard_and_counts_at_once(browse, accounts):
    accounts.accept(accounts.invite("cat", "manager"), WORD)
    cat = signed_in(browse, accounts, "cat", "/binary/insights")
    tabs = cat.page.get_by_role("navigation", name="Pages of this model").get_by_role("link")
    expect(tabs).to_have_text(["Prediction", "Insights", "Performance", "Campaign", "Results", "Versions"])
    tab = signed_in(browse, accounts, path="/account/people")
    tab.page.get_by_label("Role of cat").focus()
    tab.page.keyboard.type("Viewer")
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.press("Tab")
    expect(tab.page.get_by_role("button", name="Save the roles of cat")).to_be_focused()
    tab.page.keyboard.press("Enter")
    expect(tab.page.locator(":focus")).to_have_text("Saved.")
    cat.page.reload()
    expect(tabs).to_have_text(["Insights", "Performance", "Results", "Versions"])
    tab.page.goto(f"{tab.address}/account/audit")
    row = tab.page.get_by_role("row").filter(has_text="role changed").filter(has_text="cat").first
    expect(row.get_by_role("cell")).to_contain_text(["", "admin", "role changed", "cat", "manager", "viewer", "", ""])


def test_the_result_of_a_form_stands_beside_whom_it_is_about_and_has_the_focus(browse, accounts):
    tab = signed_in(browse, accounts, path="/account/people", quiet=False)
    page, focused = tab.page, tab.page.locator(":focus")
    for number in range(9):
        accounts.invite(f"late-{number}", "seller")
    page.reload()
    late = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="late-7"))
    for models, said in (("binary: viewer", "Saved."), ("binary", "Roles of single models look like")):
        page.get_by_label("Other roles of late-7 for single models").fill(models)
        page.keyboard.press("Enter")
        expect(late.locator(":focus")).to_contain_text(said)
        expect(focused).to_be_in_viewport()
        assert page.get_by_text(said).count() == 1
    page.get_by_role("button", name="Make a link for a new password of late-7").press("Enter")
    expect(late.locator(":focus")).to_have_value(re.compile("/account/invitation/"))
    page.get_by_label("Name or e-mail address").fill("late-9")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Link for late-9").locator(":focus")).to_be_in_viewport()
    page.get_by_role("link", name="API keys").click()
    page.get_by_label("What is it for?").fill("The shop")
    page.get_by_label("score: predictions, files as jobs").check()
    page.get_by_role("button", name="Make the key").press("Enter")
    expect(page.get_by_role("region", name="The new key").locator(":focus")).to_have_value(re.compile("."))


def test_an_account_is_found_and_closed_by_keyboard_after_a_question(browse, accounts):
    for number in range(10):
        accounts.invite(f"Émile-{number}@shop.example", "seller")
    tab = signed_in(browse, accounts, path="/account/people")
    page, focused = tab.page, tab.page.locator(":focus")
    page.get_by_role("searchbox", name="Search the people").press_sequentially("emile-7")
    expect(page.locator("#people > li:visible")).to_have_count(1)
    expect(page.locator("#search-words")).to_contain_text("1 of ")
    page.keyboard.press("Enter")
    expect(focused).to_have_accessible_name("Role of émile-7@shop.example")
    closes = page.get_by_role("button", name="Close the account of émile-7@shop.example")
    closes.press("Enter")
    expect(page.get_by_role("dialog", name="Close the account of émile-7@shop.example?")).to_be_visible()
    expect(focused).to_have_text("Cancel")
    page.evaluate(AXE.read_text())
    assert page.evaluate(FOUND) == []
    page.keyboard.press("Escape")
    expect(closes).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(focused).to_have_text("Saved.")
    expect(page.get_by_role("button", name="Open the account again: émile-7@shop.example")).to_be_visible()


def test_a_browser_without_popovers_shows_the_question_in_place_of_its_button(browse, accounts):
    accounts.invite("old@shop.example", "seller")
    tab = signed_in(browse, accounts)

    def without_popovers(route):
        answer = route.fetch()
        body = answer.text().replace(" popover ", " ").replace("not selector(:popover-open)", "(display: block)")
        route.fulfill(response=answer, body=body)

    tab.page.route(re.compile(r"/account/people$|likely\.css"), without_popovers)
    tab.page.goto(f"{tab.address}/account/people")
    question = tab.page.get_by_role("dialog", name="Close the account of old@shop.example?")
    expect(question.get_by_role("button")).to_have_count(1)
    question.get_by_role("button", name="Close the account").click()
    expect(tab.page.locator(":focus")).to_have_text("Saved.")
    expect(tab.page.get_by_role("button", name="Open the account again: old@shop.example")).to_be_visible()


def test_paper_has_people_and_keys_and_nothing_to_press(browse, accounts):
    tab = signed_in(browse, accounts, path="/account/people")
    tab.page.emulate_media(media="print")
    for path, form, listed in (("people", "Invite somebody", "Everybody"), ("keys", "Make a key", "Keys")):
        tab.page.goto(f"{tab.address}/account/{path}")
        expect(tab.page.get_by_role("heading", name=listed, exact=True)).to_be_visible()
        expect(tab.page.get_by_role("heading", name=form, exact=True)).to_be_hidden()
        assert tab.page.locator("main button:visible").count() == 0


def test_who_is_signed_out_elsewhere_is_told_and_goes_on_after_signing_in_again(browse, accounts):
    tab = signed_in(browse, accounts, "ann", "/binary/predict?income=50&debt=10&shoe_size=40&region=north", quiet=False)
    tab.settle()
    accounts.end_sessions(next(each.id for each in accounts.all() if each.name == "ann"))
    tab.page.wait_for_timeout(1100)  # what was looked up is remembered for a second
    type_income(tab, "80")
    expect(tab.page.locator("#connection")).to_contain_text("You are signed out.")
    other = tab.page.context.new_page()
    other.goto(f"{tab.address}/sign-in")
    other.get_by_label("Name or e-mail address").fill("ann")
    other.get_by_label("Password").fill(WORD)
    other.keyboard.press("Enter")
    other.wait_for_url("**/")
    expect(tab.page.locator("#connection")).to_have_text("")
    tab.settle()
    assert tab.record()["income"] == "80"


@pytest.mark.parametrize("variant", VARIANTS)
def test_axe_finds_nothing(browse, accounts, variant):
    tab = browse(**VARIANTS[variant])
    for path in ("/sign-in", "/account", "/account/people", "/account/keys", "/account/audit"):
        if path == "/account":
            tab = signed_in(browse, accounts, path=path, **VARIANTS[variant])
        tab.page.goto(tab.address + path)
        tab.page.evaluate(AXE.read_text())
        assert tab.page.evaluate(FOUND) == [], path
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= VARIANTS[variant]["width"], path


def test_every_sentence_is_a_message_and_nothing_is_cut(browse, accounts):
    data = {"binary", "score", "read", "outcomes", "loan: viewer, iris: manager", "The shop"}  # keys of other tests too
    data |= {each.name for each in accounts.all()}
    tab = browse(width=380, locale="qps-ploc")
    for path in ("/sign-in", "/account", "/account/people", "/account/keys"):
        tab.page.goto(tab.address + path)
        assert plain(tab.page.evaluate(READ), data) == [], path
        assert tab.page.evaluate(CUT) == [], path
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= 380, path
        if path == "/sign-in":
            tab.page.keyboard.type("admin")
            tab.page.keyboard.press("Tab")
            tab.page.keyboard.type(WORD)
            tab.page.keyboard.press("Enter")
            expect(tab.page).not_to_have_url(re.compile("/sign-in"))
