"""Who may do what where people sign in elsewhere: the same matrix, whoever says who they are."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from werkzeug.test import Client

from app import create_service
from auth.permissions import ROLES
from auth.table import ROUTES
from settings import Settings
from tests.contract.test_permissions import granted, routes
from tests.identity_provider import CLIENT, SECRET, Provider, sign_in
from tests.serving import served
from tests.small import SORTS, small_model

GROUPS = "; ".join(f"{role}={role}" for role in ROLES)
FROM_PROXY = {"X-Proxy-Secret": "0123456789abcdef0123456789abcdef"}
PEER = {"REMOTE_ADDR": "127.0.0.1"}
CHANGING = {"POST /sign-out", "POST /account", "POST /account/people", "POST /account/keys"}


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    for sort in SORTS[:2]:
        small_model(sort, folder)
    return folder


@pytest.fixture(scope="module")
def shops(models, tmp_path_factory):
    """A service of each way of signing in."""
    provider = Provider()
    with served(provider.app()) as address:
        provider.issuer = address
        modes = {
            "password": {},
            "oidc": {"oidc_issuer": address, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET},
            "proxy": {
                "proxy_user_header": "X-User",
                "proxy_groups_header": "X-Groups",
                "proxy_secret": FROM_PROXY["X-Proxy-Secret"],
                "proxy_networks": "127.0.0.0/8",
            },
        }
        made = {}
        for mode, given in modes.items():
            var = tmp_path_factory.mktemp(mode)
            settings = Settings(models_dir=models, var_dir=var, auth=mode, group_roles=GROUPS, **given)
            made[mode] = SimpleNamespace(server=create_service(settings).server, provider=provider)
        yield made


def callers(shop, mode):
    """A client and its headers for each role, and for nobody."""
    made = {"nobody": (Client(shop.server), {})}
    for role in ROLES:
        client, headers = Client(shop.server), {}
        if mode == "oidc":
            shop.provider.person = {"sub": role, "groups": [role]}
            assert sign_in(client).status_code == 303
        else:
            headers = FROM_PROXY | {"X-User": role.replace(" ", "-"), "X-Groups": role}
        made[role] = (client, headers)
    return made


def test_every_route_has_a_row_and_every_row_a_route(shops):
    assert {route for shop in shops.values() for route, *_ in routes(shop)} == set(ROUTES)


@pytest.mark.parametrize("mode", ["oidc", "proxy"])
def test_each_role_may_what_the_table_says(shops, mode):
    shop, wrong = shops[mode], []
    everybody = callers(shop, mode)
    for route, method, path in routes(shop):
        if route in CHANGING or route.endswith("_dash-update-component"):
            continue  # tested by themselves
        for name, (client, headers) in everybody.items():
            sent = headers | {"Content-Type": "application/json"}
            answer = client.open(path, method=method, headers=sent, data=b"{}", environ_overrides=PEER)
            # the pages of sign-in themselves say 401 and 403 in HTML
            let_in = answer.status_code not in (401, 403) or path.startswith("/sign-in")
            if let_in != (ROUTES[route] in granted(name, shop)):
                wrong.append((route, name, answer.status_code, answer.text[:200]))
    assert wrong == []
