"""Who may do what: every route, callback and operation, without a session, with each role, and with each scope."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from api.contract.document import operations
from app import create_service
from auth.accounts import Accounts
from auth.audit_log import AuditLog
from auth.keys import ApiKeys
from auth.permissions import ROLES, SCOPES, Permission
from auth.table import CALLBACKS, ROUTES, callback_name
from auth.tokens import new_key
from settings import Settings
from store.accounts.account_records import ApiKey
from store.db import Store
from tests import walk
from tests.serving import OwnPage
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
    client = OwnPage(shop.server)
    answer = client.post("/sign-in", data={"name": name, "password": WORD})
    assert answer.status_code == 303, answer.text
    return client


@pytest.fixture(scope="module")
def callers(shop):
    """A client and its headers for each kind of caller."""
    people = {role: (signed_in(shop, role.replace(" ", "-")), {}) for role in ROLES}
    keys = {
        f"key {scope}": (OwnPage(shop.server), {"Authorization": f"Bearer {key}"}) for scope, key in shop.made.items()
    }
    return {"nobody": (OwnPage(shop.server), {})} | people | keys


def routes(shop):
    """Every route of both applications, as the table names them, and an address of each."""
    for route, method, rule in walk.routes(shop.server):
        yield route, method, walk.address(rule, {"name": "binary", "path": "binary/insights", "token": "none"})


def granted(caller, shop):
    """Permissions that a caller must have, from the definitions of roles and scopes."""
    if caller == "nobody":
        return {Permission.OPEN}
    of = SCOPES[caller.removeprefix("key ")] if caller.startswith("key ") else ROLES[caller]
    return {*of, Permission.OPEN, Permission.SIGNED_IN}


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
        "GET /sign-in", "POST /sign-in", "POST /sign-out", "GET /sign-in/start", "GET /sign-in/callback",
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
    for body in walk.callbacks(shop.pages, {}):
        output = body["output"]
        for name, (client, headers) in callers.items():
            answer = client.post("/_dash-update-component", json=body, headers=headers)
            let_in = answer.status_code not in (401, 403)
            if let_in != (CALLBACKS[callback_name(output)] in granted(name, shop)):
                wrong.append((callback_name(output), name, answer.status_code, answer.text[:200]))
    assert wrong == []


def request(shop, name):
    """A request of a callback with values that mean nothing."""
    return next(each for each in walk.callbacks(shop.pages, {}) if callback_name(each["output"]) == name)


def test_a_path_in_the_body_of_a_callback_opens_nothing(shop):
    """The class of dash-auth: the body says which page it is for."""
    seller = signed_in(shop, "seller")
    body = request(shop, "content.children")
    body["inputs"][0]["value"], body["inputs"][1]["value"] = "/binary/campaign", ""
    refused = seller.post("/_dash-update-component", json=body)
    assert refused.status_code == 200
    assert "You may not work on files with the model binary." in refused.text
    assert OwnPage(shop.server).post("/_dash-update-component", json=body).status_code == 401


def test_models_that_are_not_for_somebody_are_not_there(shop):
    shop.accounts.accept(shop.accounts.invite("half", "", {"binary": "seller"}), WORD)
    client = signed_in(shop, "half")
    assert [each["name"] for each in client.get("/api/v1/models").json["models"]] == ["binary"]
    assert client.get("/api/v1/models/multiclass").status_code == 404
    assert client.post("/api/v1/models/multiclass/predict", json={"income": 1}).status_code == 404
    assert client.get("/multiclass/insights").status_code == 404
    assert "binary" not in client.get("/api/v1/models/multiclass").text
    body = request(shop, "content.children")
    for page in ("insights", "predict", "campaign"):
        body["inputs"][0]["value"], body["inputs"][1]["value"] = f"/multiclass/{page}", ""
        assert "There is no model" in client.post("/_dash-update-component", json=body).text


def test_a_callback_of_a_job_that_is_not_there_is_refused_in_words(shop):
    body = request(shop, "campaign=parts.children")
    answer = signed_in(shop, "manager").post("/_dash-update-component", json=body)
    assert (answer.status_code, answer.json["error"]["message"]) == (404, "There is no job '0'.")


def test_files_that_are_none_are_404(shop):
    answer = OwnPage(shop.server).get("/_dash-component-suites/dash/x")
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


def test_a_key_of_single_models_administers_nobody(shop):
    """One that was made before such keys were refused."""
    whole, key, hashed = new_key()
    shop.keys._store.api_keys.add(ApiKey(key, hashed, "half", ("admin",), ("binary",), "ann", 0.0))
    client, sent = OwnPage(shop.server), {"Authorization": f"Bearer {whole}"}
    for route, needs in ROUTES.items():
        if needs is Permission.ADMIN:
            method, path = route.split(" ")
            assert client.open(path, method=method, headers=sent).status_code == 403
    assert client.get("/api/v1/models/binary", headers=sent).status_code == 200


def test_jobs_of_models_that_one_may_only_see_are_not_listed(shop):
    shop.accounts.accept(shop.accounts.invite("mixed", "", {"binary": "manager", "multiclass": "viewer"}), WORD)
    manager = signed_in(shop, "manager")
    for model in ("binary", "multiclass"):
        manager.post(f"/api/v1/models/{model}/jobs?held=true", data=b"income\n5\n", content_type="text/csv")
    found = signed_in(shop, "mixed").get("/api/v1/jobs").json["jobs"]
    assert {each["model"].partition("@")[0] for each in found} == {"binary"}


def test_pages_that_a_role_may_not_open_have_no_tab(shop):
    """And the card of a model leads to the first page that may be opened."""
    tabs = {
        "viewer": "insights performance results",
        "seller": "predict insights performance results",
        "manager": "predict insights performance campaign results",
    }
    for role, kinds in tabs.items():
        client = signed_in(shop, role)
        body = request(shop, "content.children")
        body["inputs"][0]["value"], body["inputs"][1]["value"] = "/", ""
        links = re.findall(r"binary\\u002f(\w+)", client.post("/_dash-update-component", json=body).text)
        assert links == [kinds.split()[0], *kinds.split()]
        body["inputs"][0]["value"] = "/binary/performance"
        shown = client.post("/_dash-update-component", json=body).text
        assert re.findall(r'"id":"tab-(\w+)"', shown) == [*kinds.split(), "versions"]
        hidden = re.search(r'"className":"cut-off-buttons","hidden":(\w+)', shown)[1]
        assert hidden == ("false" if role == "manager" else "true")
        body["inputs"][0]["value"] = "/nope" if role == "manager" else "/binary/campaign"
        links = re.findall(r"binary\\u002f(\w+)", client.post("/_dash-update-component", json=body).text)
        assert links == kinds.split()[:1]
    key, _ = shop.keys.make("one model", ["score"], ["multiclass"])
    bearer = {"Authorization": f"Bearer {key}"}
    programs = OwnPage(shop.server)
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


def test_a_job_that_is_hidden_is_answered_as_one_that_is_not_there(shop):
    """On each address that names a job or an answer, and in each callback of the campaign page."""
    manager = signed_in(shop, "manager")
    rows = {"data": b"income,debt,shoe_size,region\n50,10,40,north\n", "content_type": "text/csv"}
    jobs = {
        held: manager.post(f"/api/v1/models/binary/jobs?held={held}", **rows).json["id"] for held in ("true", "false")
    }
    shop.accounts.accept(shop.accounts.invite("apart", "", {"multiclass": "manager"}), WORD)
    other, none = signed_in(shop, "apart"), "0" * 32
    asked = [
        (route.split(" ")[0], re.sub(r"<[^>]*>", "{}", route.split(" ")[1]))
        for route in ROUTES
        if "<job>" in route or "<answer>" in route
    ]
    assert len(asked) > 10
    for method, path in asked:
        for job in jobs.values():
            hidden, unknown = (other.open(path.format(each), method=method, json={"calls": 1}) for each in (job, none))
            told = [(each.status_code, each.text.replace(job, none)) for each in (hidden, unknown)]
            assert told[0] == told[1], (method, path)
            assert hidden.status_code in (400, 404), (method, path, hidden.text)
    mentioned = 0
    for body in walk.callbacks(shop.pages, {}):
        if CALLBACKS[callback_name(body["output"])] is Permission.FILES or "content" in body["output"]:
            texts = []
            for job in (*jobs.values(), none):
                sent = walk.as_sent(_with_job(body, job))
                answer = other.post("/_dash-update-component", data=sent, content_type="application/json")
                texts.append((answer.status_code, answer.text.replace(job, none)))
                mentioned += none in texts[-1][1]
            assert texts[0] == texts[1] == texts[2], body["output"]
    assert mentioned > 20
    for job in jobs.values():
        manager.delete(f"/api/v1/jobs/{job}")


def _with_job(value, job):
    """A callback's body in which each job is this one, in ids, in what the page keeps, and in its address."""
    if isinstance(value, dict):
        there = {
            "data": {"job": job, "of": job, "made": job},
            "search": f"?job={job}",
            "pathname": "/multiclass/campaign",
        }
        more = {"value": there[value["property"]]} if value.get("property") in there else {}
        return {name: job if name == "job" else _with_job(each, job) for name, each in value.items()} | more
    return [_with_job(each, job) for each in value] if isinstance(value, list) else value


def test_a_new_route_without_a_row_is_for_nobody(shop, monkeypatch):
    monkeypatch.delitem(ROUTES, "GET /api/v1/models")
    monkeypatch.delitem(CALLBACKS, "content.children")
    administrator = signed_in(shop, "administrator")
    assert administrator.get("/api/v1/models").status_code == 403
    body = request(shop, "content.children")
    assert administrator.post("/_dash-update-component", json=body).status_code == 403


def test_browsers_are_sent_to_sign_in_and_programs_are_told(shop):
    client = OwnPage(shop.server)
    answer = client.get("/binary/predict?income=5", headers={"Accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in?next=/binary/predict%3Fincome%3D5"
    # A session that ended while a form was filled in
    answer = client.post("/account/keys", data={"name": "crm"}, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/account/keys")
    answer = client.post("/account/keys", data={"name": "crm"})
    assert (answer.status_code, answer.json["error"]["code"]) == (401, "not_signed_in")
    answer = client.get("/api/v1/models")
    assert (answer.status_code, answer.json["error"]["code"]) == (401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    for sent, words in {
        "lk_000000000000_wrong": "does not begin with the scheme Bearer",
        "Basic YTpi": "does not begin with the scheme Bearer",
        "bearer ": "has no API key after",
        "Bearer lk_000000000000_wrong": "none that counts here",
    }.items():
        wrong = client.get("/api/v1/models", headers={"Authorization": sent})
        assert (wrong.status_code, wrong.json["error"]["code"]) == (401, "not_signed_in")
        assert words in wrong.json["error"]["message"]
        assert "Authorization: Bearer lk_" in wrong.json["error"]["hint"]
        assert "wrong" not in wrong.text


def test_a_key_in_a_request_with_a_cookie_counts_alone(shop):
    client = signed_in(shop, "administrator")
    assert client.get("/api/v1/models", headers={"Authorization": "Bearer wrong"}).status_code == 401
