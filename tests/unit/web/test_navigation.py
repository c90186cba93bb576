"""The header is the same on all pages, those of accounts too, and leads to what its reader may open, nowhere else."""

import re

import pytest

from app import create_service
from auth.permissions import ROLES
from settings import Settings
from tests.serving import OwnPage
from tests.small import small_model
from tests.unit.web.test_sign_in import WORD, accounts_of, sign_in

SITE = {"/": "Models", "/today": "Today", "/gallery": "Inputs", "/account": "Account"}
ACCOUNT = {
    "/account": "Your account",
    "/account/people": "People",
    "/account/keys": "API keys",
    "/account/audit": "Audit",
}
EVERYBODY = ("", *ROLES)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A service with somebody of each role, of the role's name, and "nobody" of none."""
    folder = tmp_path_factory.mktemp("roles")
    small_model("binary", folder / "models")
    settings = Settings(models_dir=folder / "models", var_dir=folder, auth="password")
    server, accounts = create_service(settings).server, accounts_of(settings)
    accounts.accept(accounts.first_invitation(), WORD)
    for role in EVERYBODY:
        accounts.accept(accounts.invite(named(role), role), WORD)
    return server


def named(role):
    return role.replace(" ", "-") or "nobody"


def signed_in(service, role):
    for limiter in service.extensions["limiter"]:
        limiter.reset()
    client = OwnPage(service)
    assert sign_in(client, named(role)).status_code == 303
    return client


def links(page, name):
    """Addresses and words of the links in the navigation of that name."""
    found = re.search(rf'<nav [^>]*aria-label="{name}">(.*?)</nav>', page, re.DOTALL)
    return dict(re.findall(r'<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>', found[1])) if found else {}


def header_of_dash(client):
    parts = client.get("/_dash-layout").json["props"]["children"]
    (header,) = [each for each in parts if each["type"] == "Header"]
    (nav,) = [each for each in header["props"]["children"] if each["type"] == "Nav"]
    return {each["props"]["href"]: each["props"]["children"] for each in nav["props"]["children"]}


def opens(client, path):
    """Whether what is behind an address is shown; the page of the day says within itself that it is refused."""
    if path == "/today":
        named = {"id": "location", "property": "pathname", "value": path}, {"id": "location", "property": "search"}
        body = {"output": "content.children", "outputs": {"id": "content", "property": "children"}, "inputs": named}
        answer = client.post("/_dash-update-component", json=body)
        return answer.status_code == 200 and "You may not do this." not in answer.text
    return client.get(path).status_code == 200


@pytest.mark.parametrize("role", EVERYBODY)
def test_each_role_is_led_to_what_it_may_open_and_nowhere_else(service, role):
    client = signed_in(service, role)
    of_dash, page = header_of_dash(client), client.get("/account").text
    assert links(page, "Site") == of_dash == {path: words for path, words in SITE.items() if opens(client, path)}
    parts = {path: words for path, words in ACCOUNT.items() if opens(client, path)}
    assert links(page, "Account") == (parts if len(parts) > 1 else {})


def test_the_parts_of_the_account_mark_the_open_one(service):
    client = signed_in(service, "administrator")
    for path in ACCOUNT:
        page = client.get(path).text
        assert re.findall(r'href="([^"]*)" aria-current="page"', page.split("</header>")[1]) == [path]
        assert re.findall(r'aria-current="(\w+)">Account', page) == ["page" if path == "/account" else "true"]


def test_who_has_not_signed_in_is_led_nowhere(service):
    page = OwnPage(service).get("/sign-in").text
    assert links(page, "Site") == links(page, "Account") == {}


def test_a_page_of_plots_has_the_header_before_dash_has_started(service):
    client = signed_in(service, "viewer")
    early = re.search(r'<nav class="shell-nav">(.*?)</nav>', client.get("/binary/insights").text)
    assert set(re.findall(r'href="([^"]*)"', early[1])) == set(header_of_dash(client))
