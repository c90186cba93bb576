"""A proxy in front that names people in a header: in a browser, and at the real server."""

from __future__ import annotations

import socket

import pytest
from playwright.sync_api import expect

from app import create_server
from settings import Settings
from tests.serving import app, free_port, served, starter, wait_for
from tests.small import small_model

PROXY_SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    small_model("binary", folder)
    return folder


@pytest.fixture(scope="module")
def address(models, tmp_path_factory):
    settings = Settings(
        models_dir=models,
        var_dir=tmp_path_factory.mktemp("var"),
        auth="proxy",
        proxy_user_header="X-User",
        proxy_groups_header="X-Groups",
        proxy_secret=PROXY_SECRET,
        proxy_networks="127.0.0.1",
        group_roles="sales=seller; it=administrator",
    )
    with served(create_server(settings)) as address:
        yield address


def named(name, groups):
    """What the proxy adds to each request."""
    return {"X-User": name, "X-Groups": groups, "X-Proxy-Secret": PROXY_SECRET}


def test_whom_the_proxy_names_predicts_and_signs_out_nowhere_here(browse):
    tab = browse(extra_http_headers=named("ann@shop.example", "sales"))
    tab.open("/binary/predict?income=50&debt=10&shoe_size=40&region=north")
    tab.settle()
    assert tab.probabilities()
    tab.page.get_by_role("link", name="Account").click()
    expect(tab.page.locator("main")).to_contain_text("signed in as ann@shop.example")
    assert tab.page.get_by_role("button", name="Sign out").count() == 0


def test_who_is_shut_out_is_told_why(browse):
    ann = browse(extra_http_headers=named("eve@shop.example", "sales"), quiet=False)
    ann.open("/binary/insights")
    root = browse(extra_http_headers=named("root@shop.example", "it"))
    root.page.goto(f"{root.address}/account/people")
    root.page.get_by_role("button", name="Close the account of eve@shop.example").click()
    root.page.get_by_role("dialog").get_by_role("button", name="Close the account").click()
    expect(root.page.locator(":focus")).to_have_text("Saved.")
    ann.page.goto(f"{ann.address}/binary/insights")
    expect(ann.page.get_by_role("alert")).to_contain_text("Your account is closed.")
    assert ann.page.get_by_role("link", name="Sign in").count() == 0


def test_who_comes_around_the_proxy_is_told_what_to_do(browse):
    tab = browse(quiet=False)
    tab.page.goto(f"{tab.address}/binary/insights")
    expect(tab.page.get_by_role("alert")).to_contain_text("Open the service at its usual address.")


def status_of(port, *headers):
    """The status of a request with just these headers, as written."""
    lines = ["GET /account HTTP/1.1", "Host: localhost", "Connection: close", *headers, "", ""]
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall("\r\n".join(lines).encode())
        return int(connection.makefile("rb").readline().split()[1])


def test_headers_of_a_proxy_at_the_real_server_are_neither_smuggled_nor_doubled(models, tmp_path):
    port = free_port()
    environ = {
        "AUTH": "proxy",
        "PROXY_USER_HEADER": "X-User",
        "PROXY_SECRET": PROXY_SECRET,
        "PROXY_NETWORKS": "127.0.0.1",
        "PROXY_HOPS": "1",
        "GROUP_ROLES": "*=viewer",
    }
    name, secret = "X-User: ann", f"X-Proxy-Secret: {PROXY_SECRET}"
    with starter(models, tmp_path) as start:
        start(app("--port", str(port), "--workers", "1"), **environ)
        wait_for(port)
        assert status_of(port, name, secret) == 200
        assert status_of(port, name, secret, "X-Forwarded-For: 8.8.8.8") == 200
        refused = [
            (name,),
            (secret,),
            ("X_User: ann", secret),
            (name, f"X_Proxy_Secret: {PROXY_SECRET}"),
            (name, secret, "X-User: admin"),
            (name, secret, secret),
            (name, "X-Proxy-Secret: wrong", f"X_Proxy_Secret: {PROXY_SECRET}"),
        ]
        assert [status_of(port, *headers) for headers in refused] == [401] * len(refused)
        assert status_of(port, name, secret, "X_User: admin") == 200  # dropped: it is ann who is let in
        assert status_of(port, "X-User : ann", secret) == 400
    with starter(models, tmp_path) as start:
        start(app("--port", str(port), "--workers", "1"), **environ | {"PROXY_NETWORKS": "10.0.0.0/8"})
        wait_for(port)
        assert status_of(port, name, secret, "X-Forwarded-For: 10.0.0.1") == 401
