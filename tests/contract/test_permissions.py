"""Who may do what: every route, callback and operation, without a session, with each role, and with each scope."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import pytest
from werkzeug.test import Client

from api.contract.document import operations
from app import create_service
from auth.accounts import Accounts
from auth.audit_log import AuditLog
from auth.keys import ApiKeys
from auth.permissions import ROLES, SCOPES, Permission
from auth.table import CALLBACKS, ROUTES, callback_name
from settings import Settings
from store.db import Store
from tests.small import SORTS, small_model

WORD = "four plain words here"
OPEN = {route for route, needs in ROUTES.items() if needs is Permission.OPEN}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A service where people sign in, with one person of each role and one key of each scope."""
    folder = tmp_path_factory.mktemp("shop")
    for sort in SORTS[:2]:
        small_model(sort, folder / "models")
    settings = Settings(models_dir=folder / "models", var_dir=folder / "var", auth="password")
    pages = create_service(settings)
    store = Store(settings.database_url)
    audit = AuditLog(store)
    accounts, keys = Accounts(store, audit), ApiKeys(store, audit)
    for role in ROLES:
        accounts.accept(accounts.invite(role.replace(" ", "-"), role), WORD)
    made = {scope: keys.make(scope, [scope])[0] for scope in SCOPES}
    return SimpleNamespace(pages=pages, server=pages.server, accounts=accounts, keys=keys, made=made, audit=audit)


def signed_in(shop, name):
    client = Client(shop.server)
    answer = client.post("/sign-in", data={"name": name, "password": WORD})
    assert answer.status_code == 303, answer.text
    return client


@pytest.fixture(scope="module")
def callers(shop):
    """A client and its headers for each kind of caller."""
    people = {role: (signed_in(shop, role.replace(" ", "-")), {}) for role in ROLES}
    keys = {
        f"key {scope}": (Client(shop.server), {"Authorization": f"Bearer {key}"}) for scope, key in shop.made.items()
    }
    return {"nobody": (Client(shop.server), {})} | people | keys


def routes(shop):
    """Every route of both applications, as the table names them, and an address of each."""
    dispatcher = find(shop.server.wsgi_app, "api")
    for flask in (shop.server, dispatcher.api):
        for rule in flask.url_map.iter_rules():
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield f"{method} {rule.rule}", method, address(rule.rule)


def find(application, name):
    while not hasattr(application, name):
        application = application.application
    return application


def address(rule):
    known = {"<name>": "binary", "<part:name>": "binary", "<path:path>": "binary/insights", "<token>": "none"}
    for part, value in known.items():
        rule = rule.replace(part, value)
    return re.sub(r"<(?:any\((\w+)[^>]*|[^>]+)>", lambda found: found[1] or "nothing", rule)


def granted(caller, shop):
    """Permissions that a caller must have, from the definitions of roles and scopes."""
    if caller == "nobody":
        return {Permission.OPEN}
    of = SCOPES[caller.removeprefix("key ")] if caller.startswith("key ") else ROLES[caller]
    return {*of, Permission.OPEN, Permission.SIGNED_IN}


def test_every_route_has_a_row_and_every_row_a_route(shop):
    assert {route for route, *_ in routes(shop)} == set(ROUTES)


def test_every_callback_has_a_row_and_every_row_a_callback(shop):
    server_side = {callback_name(output) for output, each in shop.pages.callback_map.items() if "callback" in each}
    assert server_side == set(CALLBACKS)


def test_every_operation_of_the_openapi_document_has_a_row(shop):
    described = {(each.method, re.sub(r"{[^}]*}", "*", each.path)) for each in operations()}
    rows = {(route.split(" ")[0], re.sub(r"<[^>]*>", "*", route.split(" ")[1])) for route in ROUTES}
    missing = {each for each in described - rows if "report" not in each[1]}  # one route for both kinds
    assert missing == set()


def test_only_assets_health_and_sign_in_are_open():
    assert {
        "GET /assets/<path:filename>", "GET /assets/likely.css", "GET /assets/likely.js", "GET /_favicon.ico",
        "GET /_dash-component-suites/<string:package_name>/<path:fingerprinted_path>",
        "GET /healthz", "GET /readyz", "GET /ping", "GET /v2/health/live", "GET /v2/health/ready",
        "GET /sign-in", "POST /sign-in", "POST /sign-out",
        "GET /account/invitation/<token>", "POST /account/invitation/<token>",
    } == OPEN  # fmt: skip


def test_matrix_of_routes_and_callers(shop, callers, capsys):
    """Each route with each caller: refused with 401 or 403 exactly where the table and the role say so."""
    matrix, wrong = {}, []
    for route, method, path in routes(shop):
        if route in ("POST /sign-out", "POST /sign-in", "POST /account", "POST /account/people", "POST /account/keys"):
            continue  # they change what the others stand on: tested by themselves
        for name, (client, headers) in callers.items():
            answer = client.open(
                path, method=method, headers=headers | {"Content-Type": "application/json"}, data=b"{}"
            )
            let_in = answer.status_code not in (401, 403)
            matrix.setdefault(route, {})[name] = "+" if let_in else "-"
            if let_in != (ROUTES[route] in granted(name, shop)) and not route.endswith("_dash-update-component"):
                wrong.append((route, name, answer.status_code, answer.text[:200]))
    with capsys.disabled():
        print(f"\n{'':70}{' '.join(callers)}")
        for route, row in matrix.items():
            print(f"{route[:70]:70}{' '.join(f'{row[name]:{len(name)}}' for name in callers)}")
    assert wrong == []


def test_matrix_of_callbacks_and_callers(shop, callers):
    """Each callback with each caller, by a request that names it and nothing else."""
    wrong = []
    for output, each in shop.pages.callback_map.items():
        if "callback" not in each:
            continue
        body = envelope(output, each)
        for name, (client, headers) in callers.items():
            answer = client.post("/_dash-update-component", json=body, headers=headers)
            let_in = answer.status_code not in (401, 403)
            if let_in != (CALLBACKS[callback_name(output)] in granted(name, shop)):
                wrong.append((callback_name(output), name, answer.status_code, answer.text[:200]))
    assert wrong == []


def envelope(output, callback):
    """A request of a callback with values that mean nothing."""

    def given(of):
        component = json.loads(of["id"]) if of["id"].startswith("{") else of["id"]
        if isinstance(component, dict):
            if ["ALL"] in component.values():
                return []
            component = {name: "x" if isinstance(value, list) else value for name, value in component.items()}
        return {"id": component, "property": of["property"], "value": None}

    names = output[2:-2].split("...") if output.startswith("..") else [output]
    outputs = []
    for name in names:
        component, _, prop = name.rpartition(".")
        outputs.append(given({"id": component.replace("\\.", "."), "property": prop.partition("@")[0]}))
    return {
        "output": output,
        "outputs": outputs if output.startswith("..") else outputs[0],
        "inputs": [given(each) for each in callback["inputs"]],
        "state": [given(each) for each in callback["state"]],
        "changedPropIds": [],
    }


def test_a_path_in_the_body_of_a_callback_opens_nothing(shop):
    """The class of dash-auth: the body says which page it is for."""
    seller = signed_in(shop, "seller")
    body = envelope("content.children", shop.pages.callback_map["content.children"])
    body["inputs"][0]["value"], body["inputs"][1]["value"] = "/binary/campaign", ""
    refused = seller.post("/_dash-update-component", json=body)
    assert refused.status_code == 200
    assert "You may not work on files with the model binary." in refused.text
    assert Client(shop.server).post("/_dash-update-component", json=body).status_code == 401


def test_models_that_are_not_for_somebody_are_not_there(shop):
    shop.accounts.accept(shop.accounts.invite("half", "", {"binary": "seller"}), WORD)
    client = signed_in(shop, "half")
    assert [each["name"] for each in client.get("/api/v1/models").json["models"]] == ["binary"]
    assert client.get("/api/v1/models/multiclass").status_code == 404
    assert client.post("/api/v1/models/multiclass/predict", json={"income": 1}).status_code == 404
    assert client.get("/multiclass/insights").status_code == 404
    assert "binary" not in client.get("/api/v1/models/multiclass").text
    body = envelope("content.children", shop.pages.callback_map["content.children"])
    body["inputs"][0]["value"], body["inputs"][1]["value"] = "/multiclass/insights", ""
    assert "There is no model" in client.post("/_dash-update-component", json=body).text
    key, _ = shop.keys.make("one model", ["score"], ["multiclass"])
    bearer = {"Authorization": f"Bearer {key}"}
    programs = Client(shop.server)
    assert programs.post("/api/v1/models/multiclass/predict", json={}, headers=bearer).status_code == 422
    assert programs.post("/api/v1/models/binary/predict", json={}, headers=bearer).status_code == 404
    assert programs.post("/v2/models/binary/infer", json={"inputs": []}, headers=bearer).status_code == 404


def test_jobs_of_models_that_are_not_for_somebody_are_not_there(shop):
    manager = signed_in(shop, "manager")
    rows = b"income,debt,shoe_size,region\n50,10,40,north\n"
    job = manager.post("/api/v1/models/binary/jobs", data=rows, headers={"Content-Type": "text/csv"})
    assert job.status_code == 202, job.text
    number = job.json["id"]
    shop.accounts.accept(shop.accounts.invite("other", "", {"multiclass": "manager"}), WORD)
    other = signed_in(shop, "other")
    for method, path in (("GET", ""), ("GET", "/result"), ("POST", "/cancel"), ("DELETE", ""), ("GET", "/choices")):
        assert other.open(f"/api/v1/jobs/{number}{path}", method=method).status_code == 404, path
    assert number not in other.get("/api/v1/jobs").text
    assert number in manager.get("/api/v1/jobs").text
    manager.delete(f"/api/v1/jobs/{number}")


def test_a_new_route_without_a_row_is_for_nobody(shop, monkeypatch):
    monkeypatch.delitem(ROUTES, "GET /api/v1/models")
    monkeypatch.delitem(CALLBACKS, "content.children")
    administrator = signed_in(shop, "administrator")
    assert administrator.get("/api/v1/models").status_code == 403
    body = envelope("content.children", shop.pages.callback_map["content.children"])
    assert administrator.post("/_dash-update-component", json=body).status_code == 403


def test_browsers_are_sent_to_sign_in_and_programs_are_told(shop):
    client = Client(shop.server)
    answer = client.get("/binary/predict?income=5", headers={"Accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in?next=/binary/predict%3Fincome%3D5"
    answer = client.get("/api/v1/models")
    assert (answer.status_code, answer.json["error"]["code"]) == (401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    wrong = client.get("/api/v1/models", headers={"Authorization": "Bearer lk_000000000000_wrong"})
    assert wrong.status_code == 401


def test_a_key_in_a_request_with_a_cookie_counts_alone(shop):
    client = signed_in(shop, "administrator")
    assert client.get("/api/v1/models", headers={"Authorization": "Bearer wrong"}).status_code == 401
