"""Every route and every callback: with what no client sends, while the store is away or locked, and no 500."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import OperationalError

import store.sql
from app import create_service
from jobs.local_runner import LocalRunner
from jobs.worker import Worker
from ml.service import open_service
from settings import Settings
from store.db import Store
from store.errors import StoreUnavailable
from store.files import Files
from tests import walk
from tests.lanes import fewer
from tests.serving import OwnPage
from tests.small import SORTS, people, small_model

JSON, CSV, FORM = "application/json", "text/csv", "application/x-www-form-urlencoded"
CALLBACKS = "/_dash-update-component"
SEEDS = fewer(60, 8)
DATA = people(rows=30, seed=4).to_csv(index=False).encode()
BODIES = (
    (b"{}", JSON), (b'"\\ud800"', JSON), (b'{"income":"\\ud800","debt":1,"shoe_size":40,"region":"south"}', JSON),
    (b'{"\\ud800":1}', JSON), (b"[" * 100_000, JSON), (b"\xff\xfe\x00", JSON), (b'income,debt\n"1,2', CSV), (DATA, CSV),
    (b"a=%ff&b=\xed\xa0\x80", FORM), (b"{}", "x/\xff"),
)  # fmt: skip
QUERIES = (
    "?x=%ff", "?income=%ED%A0%80", "?outcome=%ED%A0%80&cut_off=nan", "?cut_off=1e999&outcome=yes", "?record=%00&x=%F0",
    "?" + "a=1&" * 3_000,
)  # fmt: skip
HEADERS = {
    "Accept-Language": "\xff" * 50, "Accept": "\xed\xa0\x80", "Cookie": "session=\xff; x=%ED", "Range": "bytes=\xff-",
    "Authorization": "Bearer \xff\xed", "If-None-Match": "\xff", "Idempotency-Key": "\xed\xa0", "Origin": "\xff",
    "X-Request-Id": "\xff" * 300, "User-Agent": "\xff",
}  # fmt: skip
HALF = "%ED%A0%80"  # half of a pair of characters


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A service of everybody's, a file that is held, and a campaign that is done."""
    folder = tmp_path_factory.mktemp("shop")
    for sort in SORTS[:2]:
        small_model(sort, folder / "models")
    settings = Settings(models_dir=folder / "models", var_dir=folder / "var", demo_models="off")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LocalRunner, "wake", lambda *_: None)
        patch.setattr(store.sql, "_BUSY_SECONDS", 0.01)
        pages = create_service(settings)
        client = OwnPage(pages.server)
        held, done = (client.post("/api/v1/models/binary/jobs?held=true", data=DATA, content_type=CSV) for _ in "ab")
        held, done = held.json["id"], done.json["id"]
        assert client.post(f"/api/v1/jobs/{done}/start", json={}).status_code == 202
        files = Files(settings.files_url)
        worker = Worker(open_service(settings.models_dir), Store(settings.database_url).jobs, files)
        while worker.step():
            pass
        key = client.get("/api/v1/models/binary").json["model"]
        parts = {"name": "binary", "path": "binary/insights", "job": done, "plot": "roc", "kind": "html"}
        yield SimpleNamespace(
            pages=pages, server=pages.server, client=client, held=held, done=done, files=files,
            parts=parts | {"fingerprint": key.partition("@")[2]}, database=folder / "var" / "likely.db",
        )  # fmt: skip


def refused(shop, method, path, query="", headers=None, body=(None, None)):
    """The status where it is a fault of ours: 500, or 503 without a time to come again; else None."""
    data, kind = body
    more = {"Content-Type": kind} if kind else {}
    with shop.client.open(path + query, method=method, headers=(headers or {}) | more, data=data) as answer:
        status, soon = answer.status_code, "Retry-After" in answer.headers
    return f"{status} {soon}" if status >= 500 and not (status == 503 and soon) else None


def open_routes(shop):
    for route, method, rule in walk.routes(shop.server):
        if not route.startswith("DELETE") and "/cancel" not in route:
            yield route, method, rule


def test_strange_queries_headers_and_bodies_at_every_route_are_no_fault_of_ours(shop):
    wrong = Counter()
    for route, method, rule in open_routes(shop):
        path = walk.address(rule, shop.parts)
        wrong[route, refused(shop, method, path, headers=HEADERS)] += 1
        half = walk.address(rule, shop.parts | dict.fromkeys(("path", "name", "job", "plot"), HALF))
        wrong[route, refused(shop, method, half)] += 1
        for query in QUERIES:
            wrong[route, refused(shop, method, path, query)] += 1
        for body in BODIES if method != "GET" else ():
            wrong[route, refused(shop, method, path, body=body)] += 1
    assert {each for each in wrong if each[1]} == set()


PAGES = ("/", "/gallery", "/binary/predict?income=5", "/binary/insights", "/binary/performance", "/binary/campaign")


def requests(shop):
    """A request to each callback from each page, with what stands there."""
    for address in (*PAGES, *(f"/binary/campaign?job={job}" for job in (shop.held, shop.done))):
        path, _, search = address.partition("?")
        there = walk.on_page(shown(shop, path, search and f"?{search}"))
        there['"location"'] = "location", {"pathname": path, "search": search and f"?{search}"}
        for body in walk.callbacks(shop.pages, there):
            yield address, body


def shown(shop, path, search):
    given = [{"id": "location", "property": name, "value": value} for name, value in
             (("pathname", path), ("search", search))]  # fmt: skip
    body = {"output": "content.children", "outputs": {"id": "content", "property": "children"}, "inputs": given}
    answer = shop.client.post(CALLBACKS, json=body | {"changedPropIds": ["location.pathname"]})
    return answer.json["response"]["content"]["children"]


def test_what_a_page_sends_passes_the_guard(shop):
    said = Counter()
    for address, body in requests(shop):
        answer = shop.client.post(CALLBACKS, data=walk.as_sent(body), content_type=JSON)
        said[answer.status_code] += 1
        if answer.status_code == 400:  # of a pattern that this page has nothing of
            assert "other components than the page has" in answer.text, (address, body["output"], answer.text)
            assert any(each == [] for each in body["outputs"])
    assert set(said) <= {200, 204, 400, 404}
    assert said[200] > said[400] + said[404]


def test_mutated_requests_to_every_callback_are_no_fault_of_ours(shop):
    wrong, said = {}, Counter()
    for _, body in requests(shop):
        for seed in range(SEEDS):
            sent = walk.mutated(body, seed)
            answer = shop.client.post(CALLBACKS, data=walk.as_sent(sent), content_type=JSON)
            said[answer.status_code] += 1
            if answer.status_code >= 500:
                wrong[body["output"]] = json.dumps(sent)[:2_000]
    assert wrong == {}
    assert said[200] > 100  # they came through, not all were refused by their form


def away(_):
    raise OperationalError("select", {}, sqlite3.OperationalError("unable to open database file"))


def known_to_be_away(_):
    raise StoreUnavailable("The store does not answer.")


@pytest.fixture(params=["away", "known to be away", "locked"])
def without_store(shop, request, monkeypatch):
    if request.param != "locked":
        monkeypatch.setattr(Store, "_engine", away if request.param == "away" else known_to_be_away)
        yield
        return
    lock = sqlite3.connect(shop.database, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")  # somebody writes, and does not come to an end
    yield
    lock.rollback()
    lock.close()


def test_without_the_store_every_door_says_so_and_when_to_come_again(shop, without_store):
    wrong = Counter()
    for route, method, rule in walk.routes(shop.server):
        body = (b"{}", JSON) if method != "GET" else (None, None)
        parts = shop.parts | ({"job": "nothing"} if method == "DELETE" else {})
        wrong[route, refused(shop, method, walk.address(rule, parts), body=body)] += 1
    upload = refused(shop, "POST", "/api/v1/models/binary/jobs", "?held=true", body=(DATA, CSV))
    wrong["an upload", upload] += 1
    assert {each for each in wrong if each[1]} == set()
    answer = shop.client.post("/api/v1/models/binary/jobs", data=DATA, content_type=CSV)
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "store_away")


@pytest.fixture(scope="module")
def asked(shop):
    """What pages ask, found while the store was there."""
    return [body for _, body in requests(shop)]


def test_without_the_store_callbacks_say_so_too(shop, asked, without_store):
    said = Counter()
    for body in asked:
        answer = shop.client.post(CALLBACKS, data=walk.as_sent(body), content_type=JSON)
        said[answer.status_code] += 1
        assert answer.status_code < 500 or (answer.status_code == 503 and answer.headers["Retry-After"]), body["output"]
    assert said[200]


def test_a_job_whose_files_were_lost_is_gone_and_can_be_removed(shop):
    path = f"/api/v1/jobs/{shop.done}"
    shop.files.remove(f"jobs/{shop.done}")
    for part in ("/result", "/records", "/preview", "/result?format=xlsx"):
        answer = shop.client.get(path + part)
        assert answer.status_code in (404, 409), (part, answer.text)
    assert shop.client.delete(path).status_code == 204
    assert shop.client.get(path).status_code == 404
