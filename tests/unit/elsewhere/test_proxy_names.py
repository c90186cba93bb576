"""Names in a header of a proxy: believed with its secret and from its network, and never otherwise."""

from dataclasses import replace

import pytest

from app import create_service
from settings import BadSetting, Settings
from store.db import Store
from tests.identity_provider import audit_of
from tests.serving import OwnPage

SECRET = "0123456789abcdef0123456789abcdef"
GOOD = {"X-Forwarded-Email": "Ann@shop.example", "X-Forwarded-Groups": "sales,x", "X-Proxy-Secret": SECRET}
PEER = {"REMOTE_ADDR": "10.1.2.3"}


@pytest.fixture
def settings(models, tmp_path):
    return Settings(
        models_dir=models,
        var_dir=tmp_path,
        auth="proxy",
        proxy_user_header="X-Forwarded-Email",
        proxy_groups_header="X-Forwarded-Groups",
        proxy_secret=SECRET,
        proxy_networks="10.0.0.0/8, fd00::/8",
        proxy_hops=1,
        group_roles="sales=seller; it=administrator",
    )


@pytest.fixture
def store(settings):
    return Store(settings.database_url)


def asked(client, headers, peer="10.1.2.3", path="/account", **more):
    return client.get(path, headers=headers | more, environ_overrides={"REMOTE_ADDR": peer})


def test_whom_the_proxy_names_is_let_in(client, store):
    answer = asked(client, GOOD)
    assert (answer.status_code, "signed in as ann@shop.example" in answer.text) == (200, True)
    assert audit_of(store) == [("ann@shop.example", "account made", "ann@shop.example", "seller")]
    assert asked(client, GOOD, peer="fd00::1").status_code == 200
    assert asked(client, GOOD, peer="::ffff:10.0.0.9").status_code == 200


@pytest.mark.parametrize("peer", ["11.0.0.1", "127.0.0.1", "::1", "", "unix:", "10.1.2.3, 11.0.0.1"])
def test_names_from_elsewhere_are_nobody(client, store, peer):
    assert asked(client, GOOD, peer=peer).status_code == 401
    assert asked(client, GOOD, peer=peer, path="/sign-in").status_code == 403
    assert store.people.all() == []


def test_the_peer_is_that_of_the_connection_whatever_the_headers_say(client):
    forwarded = {"X-Forwarded-For": "10.1.2.3", "X-Real-Ip": "10.1.2.3", "Forwarded": "for=10.1.2.3"}
    assert asked(client, GOOD | forwarded, peer="11.0.0.1").status_code == 401
    assert asked(client, GOOD | {"X-Forwarded-For": "11.0.0.1"}).status_code == 200


@pytest.mark.parametrize(
    "secret", [None, "", "wrong", SECRET[:-1], SECRET + "0", SECRET.upper(), f"{SECRET},{SECRET}", "é" * 32]
)
def test_names_without_the_secret_are_nobody(client, store, secret):
    headers = {name: value for name, value in GOOD.items() if name != "X-Proxy-Secret"}
    headers |= {} if secret is None else {"X-Proxy-Secret": secret}
    assert asked(client, headers).status_code == 401
    assert store.people.all() == []


@pytest.mark.parametrize("name", ["", " ", "admin,ann", "ann, ann", "x" * 256, "m\xfcller", "a\x7fb"])
def test_a_name_that_is_none_or_more_than_one_is_nobody(client, name):
    """A header that a client sent and the proxy added to: servers join the two by a comma."""
    assert asked(client, GOOD | {"X-Forwarded-Email": name}).status_code == 401


def test_other_headers_name_nobody(client):
    headers = {"X-Proxy-Secret": SECRET, "X-Remote-User": "root", "X-Forwarded-User": "root", "Remote-User": "root"}
    assert asked(client, headers | {"X-Forwarded-Groups": "it"}).status_code == 401


def test_capitals_are_no_way_back_in(client, store):
    asked(client, GOOD)
    root = GOOD | {"X-Forwarded-Email": "root@shop.example", "X-Forwarded-Groups": "it"}
    form = {"do": "close", "person": store.people.find("ann@shop.example").id}
    assert "Saved." in client.post("/account/people", data=form, headers=root, environ_overrides=PEER).text
    for name in ("ann@shop.example", "ANN@SHOP.EXAMPLE", " ann@shop.example "):
        assert asked(client, GOOD | {"X-Forwarded-Email": name}).status_code == 401
    assert "Your account is closed." in asked(client, GOOD, path="/sign-in").text


def test_groups_are_read_from_their_header_only(client, settings):
    assert asked(client, GOOD | {"X-Forwarded-Groups": ""}).status_code == 401
    assert asked(client, GOOD | {"X-Forwarded-Groups": "x, it"}, path="/account/people").status_code == 200
    by_name = replace(settings, proxy_groups_header="", group_roles="*=viewer; root@shop.example=administrator")
    other = OwnPage(create_service(by_name).server)
    headers = {"X-Proxy-Secret": SECRET, "X-Forwarded-Groups": "root@shop.example"}
    assert asked(other, headers | {"X-Forwarded-Email": "eve"}, path="/account/people").status_code == 403
    assert asked(other, headers | {"X-Forwarded-Email": "root@shop.example"}, path="/account/people").status_code == 200


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "PROXY_SECRET, PROXY_NETWORKS set"),
        ({"PROXY_SECRET": SECRET}, "PROXY_NETWORKS set"),
        ({"PROXY_NETWORKS": "10.0.0.0/8"}, "PROXY_SECRET set"),
        ({"PROXY_SECRET": SECRET, "PROXY_NETWORKS": "0.0.0.0/0"}, "not all"),
        ({"PROXY_SECRET": SECRET, "PROXY_NETWORKS": "10.0.0.0/8 ::/0"}, "not all"),
        ({"PROXY_SECRET": "short", "PROXY_NETWORKS": "10.0.0.0/8"}, "32 or more"),
        ({"PROXY_SECRET": SECRET, "PROXY_NETWORKS": "10.0.0.0/8", "GROUP_ROLES": ""}, "GROUP_ROLES set"),
        ({"PROXY_USER_HEADER": "X_User"}, "letters, digits and -"),
        ({"PROXY_USER_HEADER": "X-User: admin"}, "letters, digits and -"),
    ],
)
def test_settings_that_would_believe_a_bare_header_stop_the_start(given, missing):
    environ = {"AUTH": "proxy", "PROXY_USER_HEADER": "X-User", "GROUP_ROLES": "*=viewer"}
    with pytest.raises(BadSetting, match=missing):
        Settings.from_environ(environ | given)


def test_secrets_are_not_shown(settings):
    assert SECRET not in repr(settings)
