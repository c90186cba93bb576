"""The Results page in a browser: its answers, the end of an alarm, what a phone and a screen reader get."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from app import create_server
from auth.accounts import Accounts
from auth.audit_log import AuditLog
from feedback.results.model_results import ModelResults
from feedback.results.watch import Watch
from feedback.service import Feedback
from ml.service import open_service
from settings import Settings
from store.db import open_store
from tests.e2e.test_accessibility import AXE, FOUND, VARIANTS
from tests.e2e.test_accounts import WORD, signed_in
from tests.e2e.test_print import sheets_of
from tests.e2e.test_pseudo_locale import CUT, FOREIGN, READ, data_of, plain
from tests.results import shop, story
from tests.serving import served

KINDS = ("right", "off", "empty")
BROKEN = """() => [...document.querySelectorAll(".results-table thead th")].flatMap((head) => {
  const [text] = head.childNodes;
  return [...(text?.textContent ?? "").matchAll(/[A-Za-z]+/g)].filter((word) => {
    const range = document.createRange();
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1;
  }).map((word) => word[0]);
})"""  # words that stand on two lines
BROKEN_DATES = """() => {
  const texts = document.createTreeWalker(document.querySelector("#content"), NodeFilter.SHOW_TEXT);
  const broken = [];
  while (texts.nextNode()) for (const date of texts.currentNode.data.matchAll(/\\d{4}-\\d\\d-\\d\\d/g)) {
    const range = document.createRange();
    range.setStart(texts.currentNode, date.index);
    range.setEnd(texts.currentNode, date.index + date[0].length);
    if (range.getClientRects().length > 1) broken.push(date[0]);
  }
  return broken;
}"""


@pytest.fixture(scope="module")
def homes(tmp_path_factory):
    """Three services: whose model is right, whose is off, and of which nothing is known; their addresses."""
    found = {}
    running = []
    for kind in KINDS:
        base = tmp_path_factory.mktemp(kind)
        key = shop(base / "models")
        settings = Settings.from_environ({"MODELS_DIR": str(base / "models"), "VAR_DIR": str(base), "AUTH": "none"})
        server = create_server(settings)
        if kind != "empty":
            store = open_store(settings.database_url)
            story(store, key, 0.55 if kind == "off" else None)
            Watch(Feedback(open_service(base / "models"), store, None)).look_at("shop")
        running.append(served(server))
        found[kind] = running[-1].__enter__()
        found |= {"key": key, "bundle": open_service(base / "models").model(key)}
    yield found
    for each in running:
        each.__exit__(None, None, None)


def opened(browse, address, path="/shop/results", **options):
    tab = browse(**options)
    tab.address = address
    tab.open(path)
    expect(tab.page.locator("[data-answer]")).to_have_count(3)
    return tab


def answer(tab, name):
    return tab.page.locator(f"[data-answer={name}]")


def test_a_manager_reads_three_answers(browse, homes):
    tab = opened(browse, homes["right"])
    expect(answer(tab, "right").locator(".answer-first")).to_have_text("Yes: outcomes came as often as it said.")
    expect(answer(tab, "right")).to_contain_text("80 more decisions")
    expect(answer(tab, "right").get_by_role("row", name=re.compile("^All 1,200"))).to_be_visible()
    expect(answer(tab, "paid")).to_contain_text("Kept back")
    expect(answer(tab, "paid")).to_contain_text("Forecast of all called")
    expect(answer(tab, "used").locator(".answer-first")).to_contain_text("of 900 people listed", ignore_case=True)
    expect(answer(tab, "used")).to_contain_text("People see something that the model does not.")
    expect(tab.page.get_by_role("link", name="Results")).to_have_class(re.compile("model-tab-open"))


def test_the_numbers_of_the_page_are_those_of_the_api(browse, homes):
    tab = opened(browse, homes["right"])
    link = tab.page.get_by_role("link", name="All numbers of this page")
    found = tab.page.evaluate("async (at) => (await fetch(at)).json()", link.get_attribute("href"))
    assert found["right"]["all"]["records"] == 1_200
    assert found["right"]["state"] == "right"
    assert found["analysts"]["records"] == 1_280


def test_what_takes_long_comes_by_itself(browse, homes, monkeypatch):
    compute = ModelResults._compute
    monkeypatch.setattr("feedback.results.model_results.REVISION", 10_000)  # nothing of it is in the cache
    monkeypatch.setattr("callbacks.results.ANSWER_DEADLINE", 0.1)
    monkeypatch.setattr(ModelResults, "_compute", lambda *asked: (time.sleep(2), compute(*asked))[1])
    tab = browse()
    tab.address = homes["right"]
    tab.page.goto(f"{tab.address}/shop/results")
    expect(tab.page.get_by_text("This is still being worked out")).to_be_visible()
    expect(answer(tab, "right").locator(".answer-first")).to_have_text("Yes: outcomes came as often as it said.")


def test_analysts_open_what_is_behind_it(browse, homes):
    tab = opened(browse, homes["right"])
    assert tab.page.locator(".js-plotly-plot").count() == 0
    tab.page.get_by_text("For analysts").click()
    expect(tab.page.locator("#results-analysts .plot-card")).to_have_count(3)
    expect(tab.page.locator("#results-analysts .js-plotly-plot")).to_have_count(1)
    expect(tab.page.locator("#results-analysts")).to_contain_text("the alarm goes off at 100")
    figure = tab.page.locator("#results-analysts .plot-figure")
    figure.focus()
    tab.page.keyboard.press("ArrowRight")
    expect(figure.get_by_role("status")).to_contain_text(re.compile(r"20\d\d-\d\d-\d\d: [\d.,]+"))


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A service where people sign in, and whose model is off; its address, accounts and store."""
    base = tmp_path_factory.mktemp("guarded")
    key = shop(base / "models")
    settings = Settings(models_dir=base / "models", var_dir=base / "var", auth="password")
    server = create_server(settings)
    store = open_store(settings.database_url)
    accounts = Accounts(store, AuditLog(store))
    accounts.accept(accounts.first_invitation(), WORD)
    for name, role in (("ann", "seller"), ("mia", "manager")):
        accounts.accept(accounts.invite(name, role), WORD)
    story(store, key, 0.55)
    Watch(Feedback(open_service(base / "models"), store, None)).look_at("shop")
    with served(server) as address:
        yield address, store


def test_a_manager_acknowledges_an_alarm_with_a_reason_and_a_seller_reads_it(browse, guarded):
    address, store = guarded

    def here(**options):
        tab = browse(**options)
        tab.address = address
        return tab

    seller = signed_in(here, None, "ann", "/shop/results")
    expect(answer(seller, "right").locator(".answer-first")).to_contain_text(
        re.compile("^No: it has been off since 20")
    )
    expect(seller.page.get_by_role("button", name="Acknowledge")).to_have_count(0)
    tab = signed_in(here, None, "mia", "/shop/results")
    tab.page.get_by_role("button", name="Acknowledge").click()
    expect(tab.page.locator("#results-said")).to_have_text("Say in a few words what is being done about it.")
    tab.page.get_by_label("We know about it.").fill("Prices are new; the model is made again.")
    tab.page.get_by_role("button", name="Acknowledge").click()
    expect(answer(tab, "right").locator(".answer-first")).to_contain_text("Nobody can say yet")
    tab.page.get_by_text("Earlier alarms").first.click()
    cell = tab.page.get_by_role("cell", name="Prices are new; the model is made again. (mia)")
    expect(cell).to_be_visible()
    noted = store.audit.newest(1)[0]
    assert (noted.who, noted.what, noted.why) == (
        "mia", "alarm acknowledged", "Prices are new; the model is made again."
    )  # fmt: skip


def test_where_nothing_is_known_the_page_says_what_to_do(browse, homes):
    tab = opened(browse, homes["empty"])
    expect(answer(tab, "right")).to_contain_text("POST /api/v1/outcomes")
    answer(tab, "paid").get_by_role("link", name="Campaign page").click()
    expect(tab.page).to_have_url(re.compile("/shop/campaign$"))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_and_nothing_is_cut(browse, homes, kind, variant):
    tab = opened(browse, homes[kind], **VARIANTS[variant])
    tab.page.get_by_text("For analysts").click()
    expect(tab.page.locator("#results-analysts .plot-card")).to_have_count(3)
    tab.page.evaluate(AXE.read_text())  # not as an element, which the content security policy forbids
    assert tab.page.evaluate(FOUND) == []
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [380, 1440])
def test_no_word_of_a_tables_head_is_broken(browse, homes, width):
    tab = opened(browse, homes["right"], width=width)
    tab.page.wait_for_selector(".results-used table")
    assert tab.page.evaluate(BROKEN) == []


@pytest.mark.parametrize("width", [320, 390])
def test_no_date_is_broken_at_a_hyphen(browse, homes, width):
    tab = opened(browse, homes["off"], width=width)
    tab.page.wait_for_selector(".results-used table")
    assert tab.page.evaluate(BROKEN_DATES) == []


def test_on_paper_the_first_answer_follows_the_title_and_nothing_is_asked(browse, homes):
    tab = opened(browse, homes["off"], width=900)
    sheets = sheets_of(tab.page)
    assert len(sheets) <= 3
    assert "No: it has been off since" in sheets[0]
    assert not any("What is being done?" in sheet for sheet in sheets)


@pytest.mark.parametrize("width", [380, 1440])
@pytest.mark.parametrize("kind", KINDS)
def test_every_sentence_is_a_message_and_nothing_is_cut(browse, homes, kind, width):
    tab = opened(browse, homes[kind], width=width, **FOREIGN)
    tab.page.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true")
    tab.page.locator("#results-more").dispatch_event("click")
    expect(tab.page.locator("#results-analysts .plot-card")).to_have_count(3)
    data = {
        "asked us first",
        "knows a cheaper shop",
        "Prices are new; the model is made again.",
        "POST /api/v1/outcomes",
    }
    data |= {"Decision-Id", "DECISION_VALUES", "yes", "no", "EUR", homes["key"]} | data_of(homes["bundle"])
    assert plain(tab.page.evaluate(READ), data) == []
    assert tab.page.evaluate(CUT) == []
