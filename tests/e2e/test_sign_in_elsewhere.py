"""Sign-in at a real provider of OpenID Connect in a browser."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import expect

from app import create_server
from settings import Settings
from tests.e2e.test_accessibility import AXE, FOUND, VARIANTS
from tests.e2e.test_pseudo_locale import CUT, READ, plain
from tests.serving import served
from tests.small import small_model


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    small_model("binary", folder)
    return folder


@pytest.fixture(scope="module")
def provider():
    ann = User(sub="1", claims={"email": "ann@shop.example", "groups": ["sales"]})
    root = User(sub="2", claims={"email": "root@shop.example", "groups": ["it"]})
    eve = User(sub="3", claims={"email": "ann@shop.example", "groups": ["nothing"]})
    with run_server_in_thread(user_claims=(ann, root, eve)) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def settings(models, provider, tmp_path_factory):
    return Settings(
        models_dir=models,
        var_dir=tmp_path_factory.mktemp("var"),
        auth="oidc",
        oidc_issuer=provider,
        oidc_client_id="likely",
        oidc_client_secret="of the client",
        group_roles="sales=seller; it=administrator",
    )


@pytest.fixture(scope="module")
def address(settings):
    with served(create_server(settings)) as address:
        yield address


def sign_in(tab, who, path="/"):
    tab.page.goto(tab.address + path)
    expect(tab.page.get_by_role("link", name="Sign in at localhost")).to_be_focused()
    tab.page.keyboard.press("Enter")
    tab.page.get_by_role("button", name=re.compile(who)).first.click()


def test_who_signs_in_at_the_provider_comes_to_the_page_that_was_asked_for(browse):
    tab = browse(quiet=False)
    sign_in(tab, "1", "/binary/predict?income=50&debt=10&shoe_size=40&region=north")
    expect(tab.page).to_have_url(re.compile("/binary/predict"))
    tab.settle()
    assert tab.probabilities()
    tab.page.goto(f"{tab.address}/account")
    expect(tab.page.locator("main")).to_contain_text("signed in as ann@shop.example")
    tab.page.get_by_role("button", name="Sign out", exact=True).click()
    expect(tab.page.get_by_role("link", name="Sign out there, too")).to_be_visible()
    tab.page.get_by_role("link", name="Sign out there, too").click()
    expect(tab.page).to_have_url(re.compile("localhost.*client_id=likely"))


def test_who_is_in_no_group_is_told(browse):
    tab = browse(quiet=False)
    sign_in(tab, "3")
    expect(tab.page.get_by_role("alert")).to_contain_text("in no group that may use this service")


@pytest.mark.parametrize("variant", VARIANTS)
def test_axe_finds_nothing(browse, variant):
    tab = browse(quiet=False, **VARIANTS[variant])
    pages = ["/sign-in?out=1", "/sign-in/callback?state=x"]
    for path in (*pages, "/account", "/account/people"):
        if path == "/account":
            sign_in(tab, "2", path)
            expect(tab.page.locator("main")).to_contain_text("signed in as root@shop.example")
        tab.page.goto(tab.address + path)
        tab.page.evaluate(AXE.read_text())
        assert tab.page.evaluate(FOUND) == [], path
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= VARIANTS[variant]["width"], path


def test_every_sentence_is_a_message_and_nothing_is_cut(browse, provider):
    tab = browse(width=380, locale="qps-ploc", quiet=False)
    data = {"ann@shop.example", "root@shop.example", urlsplit(provider).netloc}
    for path in ("/sign-in?out=1", "/sign-in/callback?state=x", "/account", "/account/people"):
        if path == "/account":
            tab.page.goto(tab.address + path)
            expect(tab.page.locator("main a[autofocus]")).to_be_focused()
            tab.page.keyboard.press("Enter")
            tab.page.get_by_role("button", name=re.compile("2")).first.click()
            tab.page.wait_for_url("**/account")
        tab.page.goto(tab.address + path)
        assert plain(tab.page.evaluate(READ), data) == [], path
        assert tab.page.evaluate(CUT) == [], path
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= 380, path
