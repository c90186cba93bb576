"""After the call, in a browser: sellers tell what came, by keys and on a phone, and work through today's list."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from app import create_server
from auth.accounts import Accounts
from auth.audit_log import AuditLog
from settings import Settings
from store.db import Store
from store.outcomes.desk_records import HandedOut
from tests.call_lists import call_list, shop
from tests.e2e.test_accessibility import AXE, FOUND, VARIANTS
from tests.e2e.test_accounts import WORD, signed_in
from tests.e2e.test_pseudo_locale import CUT, READ, plain
from tests.results import on_list
from tests.serving import served
from tests.stored import events_of

RECORD = "/shop/predict?income=62&debt=3&shoe_size=41&region=south"


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    shop(folder / "models")
    return Settings(models_dir=folder / "models", var_dir=folder / "var", auth="password")


@pytest.fixture(scope="module")
def address(settings):
    with served(create_server(settings)) as address:
        yield address


@pytest.fixture(scope="module")
def store(settings, address):
    return Store(settings.database_url)


@pytest.fixture(scope="module")
def accounts(store):
    made = Accounts(store, AuditLog(store))
    made.accept(made.first_invitation(), WORD)
    for name, role in (("ann", "seller"), ("bob", "seller"), ("meg", "manager"), ("vic", "viewer")):
        made.accept(made.invite(name, role), WORD)
    return made


@pytest.fixture
def listed(settings, store):
    """A list that is on Today of all who may sell, and on nobody's afterwards."""
    campaign, job = call_list(settings)
    store.outcomes.desk.hand_out(HandedOut(job, campaign, "shop@00000000", "march.csv"))
    yield job
    store.outcomes.desk.take_back(job)


def words(tab):
    return tab.page.locator(".outcome-words")


def button(tab, name):
    return tab.page.locator("#outcomes").get_by_role("button", name=name, exact=True)


def told(store, record=None):
    """What is stored of a record, or at all, the first first."""
    found = events_of(store.outcomes, "shop")
    return [each for each in found if record is None or each.record == record]


def test_a_seller_tells_by_keys_what_came_of_what_is_shown_and_takes_it_back(browse, accounts, store):
    tab = signed_in(browse, accounts, "ann", RECORD)
    tab.settle()
    shown, before = tab.probabilities(), len(told(store))
    tab.page.keyboard.press("1")
    expect(words(tab)).to_have_text("Noted: Bought")
    expect(button(tab, "Bought")).to_have_attribute("aria-pressed", "true")
    event = told(store)[-1]
    decision = store.outcomes.decisions.get(event.decision)
    assert (event.kind, event.outcome, event.value) == ("outcome", "buys", 1.0)
    assert decision.probabilities == pytest.approx(shown, abs=1e-12)
    tab.page.keyboard.press("1")  # it is noted already
    button(tab, "Undo").click()
    expect(words(tab)).to_have_text("Taken back.")
    expect(button(tab, "Bought")).to_have_attribute("aria-pressed", "false")
    assert [each.kind for each in told(store)[before:]] == ["outcome", "void"]


def test_keys_write_into_fields_and_tell_nothing_there(browse, accounts, store):
    tab = signed_in(browse, accounts, "ann", RECORD)
    tab.settle()
    before = len(told(store))
    tab.textbox("Income").focus()
    tab.page.keyboard.type("1")
    tab.settle()
    tab.page.locator("#finder-box").focus()
    tab.page.keyboard.type("2")
    tab.page.wait_for_timeout(500)
    assert len(told(store)) == before
    expect(words(tab)).to_have_text("")


def test_a_double_click_is_noted_once(browse, accounts, store):
    tab = signed_in(browse, accounts, "ann", RECORD)
    tab.settle()
    before = len(told(store))
    button(tab, "No answer").dblclick()
    expect(words(tab)).to_have_text("Noted: No answer")
    tab.page.wait_for_timeout(500)
    assert [each.kind for each in told(store)[before:]] == ["contacted"]


def test_a_press_while_the_page_updates_is_about_the_values_that_stand_in_the_form(browse, accounts, store):
    tab = signed_in(browse, accounts, "ann", RECORD)
    tab.settle()
    old = tab.probabilities()
    held, waits = [], [True]
    hold = lambda route: held.append(route) if waits else route.continue_()  # noqa: E731
    tab.page.route("**/_dash-update-component*", hold)
    tab.textbox("Income").fill("30")
    tab.textbox("Income").press("Enter")
    expect(tab.page.locator("#panel")).to_have_attribute("data-state", "waiting")
    button(tab, "Not").click()
    expect(words(tab)).to_have_text("Noting …")
    before = len(told(store))
    waits.clear()
    for route in held:
        route.continue_()
    expect(words(tab)).to_have_text("Noted: Not")
    [event] = told(store)[before:]
    decision = store.outcomes.decisions.get(event.decision)
    assert decision.probabilities == pytest.approx(tab.probabilities(), abs=1e-12)
    assert decision.probabilities["buys"] != pytest.approx(old["buys"], abs=1e-6)


def test_a_press_while_only_the_records_are_away_is_kept_and_says_so(browse, accounts, store):
    tab = signed_in(browse, accounts, "ann", RECORD, quiet=False)
    tab.settle()
    before, away = len(told(store)), [True]
    body = '{"error": {"code": "store_away", "message": "The store does not answer."}}'
    refuse = lambda route: route.fulfill(status=503, body=body) if away else route.continue_()  # noqa: E731
    tab.page.route("**/_dash-update-component*", refuse)
    tab.page.keyboard.press("3")
    expect(words(tab)).to_contain_text("Your answer is sent again")
    expect(tab.page.locator("#connection")).to_contain_text("The database cannot be reached at the moment.")
    away.clear()
    expect(words(tab)).to_have_text("Noted: No answer")
    expect(tab.page.locator("#connection")).to_have_text("")
    assert [each.kind for each in told(store)[before:]] == ["contacted"]


def test_a_press_that_is_lost_on_the_way_arrives_once(browse, accounts, store):
    tab = signed_in(browse, accounts, "ann", RECORD, quiet=False)
    tab.settle()
    before, lost = len(told(store)), []

    def lose_the_answer(route):
        if "outcome-act" in (route.request.post_data or "") and not lost:
            lost.append(route.fetch())  # the server hears it; the page does not hear the server
            route.abort()
        else:
            route.continue_()

    tab.page.route("**/_dash-update-component*", lose_the_answer)
    button(tab, "Bought").click()
    expect(words(tab)).to_have_text("Noted: Bought")
    assert lost
    assert [each.kind for each in told(store)[before:]] == ["outcome"]


def test_who_disagrees_gives_a_reason_of_the_card_and_a_note(browse, accounts, store):
    tab = signed_in(browse, accounts, "ann", RECORD)
    tab.settle()
    tab.page.locator("#outcomes summary", has_text="Note").click()
    tab.page.locator(".outcome-note").fill("moves house in May")
    tab.page.locator("#outcomes summary", has_text="I disagree").click()
    button(tab, "They told me so").click()
    expect(words(tab)).to_have_text("Noted: Disagrees: They told me so")
    override = told(store)[-1]
    assert (override.kind, override.reason, bool(override.note)) == ("override", "They told me so", True)
    button(tab, "Bought").click()
    expect(words(tab)).to_have_text("Noted: Bought")
    assert told(store)[-1].decision == override.decision  # about the same result
    button(tab, "Not").click()
    expect(words(tab)).to_have_text("Noted: Not")
    assert [each.kind for each in told(store)[-2:]] == ["void", "outcome"]  # it takes the place of the other


def test_nothing_is_told_of_a_form_in_which_nothing_is_known(browse, accounts):
    tab = signed_in(browse, accounts, "ann", "/shop/predict")
    tab.settle()
    expect(tab.page.locator("#outcomes")).to_be_hidden()
    tab.type("Income", "50")
    tab.settle()
    expect(tab.page.locator("#outcomes")).to_be_visible()
    assert len([each for each in tab.updates() if "form-request" in (each.post_data or "")]) == 1


def test_who_may_not_tell_sees_no_row_and_no_list(browse, accounts):
    tab = signed_in(browse, accounts, "vic", "/shop/insights")
    assert tab.page.get_by_role("link", name="Today").count() == 0
    tab.page.goto(f"{tab.address}/today")
    expect(tab.page.locator("main")).to_contain_text("You may not do this.")


def test_a_seller_works_through_the_list_and_another_never_gets_the_same_customer(browse, accounts, store, listed):
    ann, bob = (signed_in(browse, accounts, name, "/today") for name in ("ann", "bob"))
    names = []
    for tab in (ann, bob):
        tab.page.get_by_role("button", name="Next customer").click()
        tab.settle()
        names.append(tab.page.locator("#record-name").inner_text())
    assert names[0] != names[1]
    ann.page.keyboard.press("3")
    expect(words(ann)).to_have_text("Noted: No answer")
    expect(button(ann, "Next customer")).to_be_focused()
    expect(ann.page.locator("#history")).to_contain_text("ann")
    ann.page.keyboard.press("Enter")
    expect(ann.page.locator("#record-name")).not_to_have_text(names[0])
    assert ann.page.locator("#record-name").inner_text() not in names
    ann.settle()
    expect(button(ann, "No answer")).to_have_attribute("aria-pressed", "false")
    ann.page.keyboard.press("3")  # of this customer nothing is noted yet
    expect(words(ann)).to_have_text("Noted: No answer")
    ann.page.keyboard.press("1")
    expect(words(ann)).to_have_text("Noted: Bought")
    assert (told(store)[-1].campaign, told(store)[-1].record[:2]) == (listed, "K-")
    ann.page.get_by_role("link", name="Back to Today").click()
    main = ann.page.locator("main")
    expect(main).to_contain_text("1 done")
    expect(ann.page.locator(".today-table").first).to_contain_text("bob is with them")
    expect(ann.page.locator(".today-table").last).to_contain_text("Bought")
    kept = {each.record for each in on_list(store.outcomes, listed, "control")}
    shown = set(re.findall(r"K-\d+", main.inner_text()))
    assert kept
    assert not kept & shown


def test_a_customer_whom_somebody_has_is_not_opened_and_is_free_when_they_leave(browse, accounts, listed):
    ann = signed_in(browse, accounts, "ann", "/today")
    ann.page.get_by_role("button", name="Next customer").click()
    ann.settle()
    place = ann.page.url.removeprefix(ann.address)
    bob = signed_in(browse, accounts, "bob", place)
    expect(bob.page.locator("#finder-words")).to_contain_text("ann is with this customer at the moment.")
    assert set(bob.record().values()) == {""}
    ann.page.get_by_role("link", name="Back to Today").click()  # the page is left
    expect(ann.page.get_by_role("heading", name="Today")).to_be_visible()
    bob.page.goto(bob.address + place)
    expect(bob.page.locator("#record-name")).to_contain_text("K-")
    assert set(bob.record().values()) != {""}


def test_a_call_back_is_told_for_a_day_and_comes_when_it_is_due(browse, accounts, store, listed):
    tab = signed_in(browse, accounts, "ann", "/today")
    tab.page.get_by_role("button", name="Next customer").click()
    tab.settle()
    tab.page.keyboard.press("4")
    expect(button(tab, "In an hour")).to_be_focused()
    button(tab, "Tomorrow").click()
    expect(words(tab)).to_have_text("Noted: Call back")
    morning = tab.page.evaluate(
        "d => { const t = new Date(d * 1000); return [t.getHours(), t.getMinutes()]; }", told(store)[-1].due
    )
    assert morning == [9, 0]
    tab.page.get_by_role("link", name="Back to Today").click()
    expect(tab.page.locator(".today-counts")).to_contain_text("1 call-back later")


def test_a_manager_hands_a_list_out_to_people_and_takes_it_back(browse, accounts, settings, store):
    campaign, job = call_list(settings)
    tab = signed_in(browse, accounts, "meg", f"/shop/campaign?job={campaign}&list={job}")
    hand = tab.page.locator(".campaign-hand")
    expect(hand).to_be_visible()
    table, heading = (each.bounding_box() for each in (tab.page.locator(".ag-root-wrapper").first, hand.locator("h2")))
    assert heading["y"] >= table["y"] + table["height"] + 10  # it does not stand on the table's edge
    hand.get_by_label("ann").check()
    hand.get_by_role("button", name="Put it on Today").click()
    expect(hand.get_by_role("status")).to_have_text("It is on Today for ann.")
    assert [each.sellers for each in store.outcomes.desk.handed_out(job)] == [(f"person {person(accounts, 'ann')}",)]
    for name, count in (("ann", 1), ("bob", 0)):
        seller = signed_in(browse, accounts, name, "/today")
        expect(seller.page.get_by_role("button", name="Next customer")).to_have_count(count)
    hand.get_by_role("button", name="Take it back").click()
    expect(hand.get_by_role("status")).to_contain_text("on nobody's list now")
    assert store.outcomes.desk.handed_out(job) == []


def person(accounts, name):
    return next(each.id for each in accounts.all() if each.name == name)


@pytest.mark.parametrize("variant", VARIANTS)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(browse, accounts, listed, variant):
    tab = signed_in(browse, accounts, "ann", "/today", **VARIANTS[variant])
    tab.page.wait_for_selector(".today-table")
    for page in ("today", "customer"):
        if page == "customer":
            tab.page.get_by_role("button", name="Next customer").click()
            tab.settle()
            tab.page.keyboard.press("3")
            expect(words(tab)).to_have_text("Noted: No answer")
            tab.page.keyboard.press("4")
            tab.page.evaluate("for (const each of document.querySelectorAll('#outcomes details')) each.open = true")
            expect(tab.page.locator("#history")).to_contain_text("No answer")
        tab.page.evaluate(AXE.read_text())
        assert tab.page.evaluate(FOUND) == [], page
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= VARIANTS[variant]["width"], page


def test_every_sentence_is_a_message_and_nothing_is_cut(browse, accounts, listed):
    data = {
        "ann",
        "bob",
        "march.csv",
        "Who buys?",
        "Buys",
        "Bought",
        "Not",
        "They told me so",
        "A value is wrong",
        "EUR",
    }
    tab = browse(width=380, locale="qps-ploc", height=900)
    tab.page.goto(f"{tab.address}/sign-in")
    tab.page.locator("input[name=name]").fill("ann")
    tab.page.locator("input[type=password]").fill(WORD)
    tab.page.keyboard.press("Enter")
    expect(tab.page).not_to_have_url(re.compile("/sign-in"))
    tab.page.goto(f"{tab.address}/today")
    tab.page.wait_for_selector(".today-table")
    assert rest(plain(tab.page.evaluate(READ), data)) == []
    assert tab.page.evaluate(CUT) == []
    tab.page.locator(".today-head button").click()
    tab.settle()
    tab.page.keyboard.press("3")
    expect(words(tab)).not_to_be_empty()
    tab.page.keyboard.press("4")
    tab.page.evaluate("for (const each of document.querySelectorAll('#outcomes details')) each.open = true")
    expect(tab.page.locator("#history")).not_to_be_empty()
    for part in ("#outcomes", "#history"):
        of_part = READ.replace("document.documentElement", f"document.querySelector('{part}')")
        of_part = of_part.replace("document.body", f"document.querySelector('{part}')")
        assert rest(plain(tab.page.evaluate(of_part), data)) == [], part
    assert tab.page.evaluate(CUT) == []


def rest(found):
    """Without what a file holds, and times as the browser writes them."""
    return [each for each in found if not re.search(r"Customer \d|K-\d|\d{1,2}:\d\d|T-\d", each)]
