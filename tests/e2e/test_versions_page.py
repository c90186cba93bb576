"""The Versions page in a browser: a version goes live and back, with a reason, and two people meet."""

from __future__ import annotations

import getpass

import pytest
from playwright.sync_api import expect

from app import create_server
from ml.lifecycle.history import read_history
from ml.lifecycle.state import live_of
from ml.training.build import build_bundle
from settings import Settings
from tests.e2e.test_accessibility import AXE, FOUND, VARIANTS
from tests.e2e.test_pseudo_locale import CUT, FOREIGN, READ, plain
from tests.serving import served
from tests.unit.test_lifecycle import trained


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A model of two versions and one that waits, changed by these tests only."""
    folder = tmp_path_factory.mktemp("models")
    for c in (1.0, 0.1):
        build_bundle(trained(c), folder, by="anna", why=f"C is {c}")
    build_bundle(trained(0.5), folder, action="hold", by="ben", why="more customers")
    return folder


@pytest.fixture(scope="module")
def address(models, tmp_path_factory):
    with served(create_server(Settings(models_dir=models, var_dir=tmp_path_factory.mktemp("var")))) as address:
        yield address


def fingerprints(models):
    return [entry.fingerprint for entry in read_history(models / "pay").entries[:3]]


def figures(tab):
    expect(tab.page.locator(".versions-table")).not_to_contain_text("…")
    return tab


def test_a_version_goes_live_and_back_with_a_reason(browse, models):
    first, second, held = fingerprints(models)
    tab = figures(browse().open("/pay/versions"))
    row = tab.page.locator(f"tr[data-version='{held}']")
    expect(row).to_contain_text("Waits, was never live")
    expect(row).to_contain_text("ben: “more customers”")
    other = figures(browse().open("/pay/versions"))
    other.page.locator(f"tr[data-version='{first}']").get_by_role("link", name="Make live").click()
    row.get_by_role("link", name="Make live").click()
    expect(tab.page.locator(".versions-step h2")).to_have_text(f"Make {held} live?")
    confirm, said = tab.page.get_by_role("button", name="Make it live"), tab.page.locator(".versions-said")
    confirm.click()
    expect(said).to_contain_text("there is no reason")
    assert live_of(models, "pay") == second
    tab.page.get_by_label("Why?").fill("better in March")
    confirm.click()
    expect(said).to_contain_text(f"{held} is live now. Before it was {second}.")
    expect(confirm).to_be_disabled()
    assert live_of(models, "pay") == held
    # somebody else decided while another version was live
    other.page.get_by_label("Why?").fill("I like the old one")
    other.page.get_by_role("button", name="Make it live").click()
    expect(other.page.locator(".versions-said")).to_contain_text(f"pay@{held} is live now")
    assert live_of(models, "pay") == held
    said.get_by_role("link").click()
    expect(tab.page.locator(".versions-live")).to_contain_text("Live since")
    tab.page.get_by_role("link", name=f"Roll back to {second}").click()
    tab.page.get_by_label("Why?").fill("too many calls")
    tab.page.get_by_role("button", name="Roll back").click()
    expect(said).to_contain_text(f"{second} is live now")
    last = read_history(models / "pay").entries[-1]
    assert (last.action, last.fingerprint, last.why) == ("rollback", second, "too many calls")
    tab.page.go_back()
    expect(tab.page.locator(".versions-history summary")).to_be_visible()
    tab.page.locator(".versions-history summary").click()
    expect(tab.page.locator(".versions-history li").first).to_contain_text(f"Rolled back to {second}.")


def test_a_step_begins_at_its_heading_and_leads_back_to_where_one_was(browse, models):
    _, _, held = fingerprints(models)
    tab = figures(browse(width=380, height=500).open("/pay/versions"))
    # A smooth scroll to the top, which Dash begins at each link, would take the focus out of sight on a busy machine
    assert tab.page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    for link, asks in (("Make live", f"Make {held} live?"), ("Ask in shadow", f"Ask {held} in shadow?")):
        way = tab.page.locator(f"tr[data-version='{held}']").get_by_role("link", name=link)
        way.focus()
        tab.page.keyboard.press("Enter")
        expect(tab.page.get_by_role("heading", name=asks)).to_be_focused()
        tab.page.get_by_role("link", name="Cancel").click()
        expect(way).to_be_focused()
        expect(way).to_be_in_viewport()


@pytest.mark.parametrize("variant", VARIANTS)
def test_axe_finds_nothing_in_the_step(browse, models, variant):
    _, _, held = fingerprints(models)
    tab = browse(**VARIANTS[variant]).open(f"/pay/versions?promote={held}")
    tab.page.get_by_role("button", name="Make it live").click()
    expect(tab.page.locator(".versions-said")).not_to_be_empty()
    tab.page.evaluate(AXE.read_text())
    assert tab.page.evaluate(FOUND) == []
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_challenger_is_chosen_and_stopped(browse, models):
    _, _, held = fingerprints(models)
    tab = figures(browse().open("/pay/versions"))
    tab.page.locator(f"tr[data-version='{held}']").get_by_role("link", name="Ask in shadow").click()
    expect(tab.page.locator(".versions-step h2")).to_have_text(f"Ask {held} in shadow?")
    said = tab.page.locator(".versions-said")
    tab.page.get_by_label("Share of the decisions").select_option("0.5")
    tab.page.get_by_label("Why?").fill("more customers")
    tab.page.get_by_role("button", name="Ask it").click()
    expect(said).to_contain_text(f"From now on {held} is asked too, for 50\u00a0% of the decisions.")
    said.get_by_role("link").click()
    challenger = tab.page.locator(".versions-challenger")
    expect(challenger).to_contain_text("Nobody sees its answers")
    expect(challenger).to_contain_text("Too few to tell")
    expect(tab.page.locator(f"tr[data-version='{held}']")).to_contain_text("Challenger: asked in shadow")
    tab.page.evaluate(AXE.read_text())
    assert tab.page.evaluate(FOUND) == []
    challenger.get_by_role("link", name="Stop asking it").click()
    tab.page.get_by_label("Why?").fill("decided")
    tab.page.get_by_role("button", name="Stop asking it").click()
    expect(said).to_contain_text(f"{held} is no longer asked.")


@pytest.mark.parametrize("width", [380, 1440])
@pytest.mark.parametrize("query", ["", "?promote=", "?challenge="])
def test_every_sentence_is_a_message_and_nothing_is_cut(browse, models, query, width):
    first, second, held = fingerprints(models)
    tab = browse(width=width, **FOREIGN).open(f"/pay/versions{query and query + held}")
    if not query:
        figures(tab)
        tab.page.locator(".versions-history summary").click()
    data = {
        "Will pay?",
        "anna",
        "ben",
        "C is 1.0",
        "C is 0.1",
        "more customers",
        first,
        second,
        held,
        getpass.getuser(),
    }
    data |= {entry.why for entry in read_history(models / "pay").entries}
    assert plain(tab.page.evaluate(READ), data) == []
    assert tab.page.evaluate(CUT) == []
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
